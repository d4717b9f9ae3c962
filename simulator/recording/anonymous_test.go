package recording_test

import (
	"encoding/json"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"ecs-cluster-scaler/simulator/recording"
)

func TestNoNameSurvivesAnonymising(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := drawn(t)
		before := written(t, r)
		require.Contains(t, before, mark)
		after := written(t, r.Anonymised())
		assert.NotContains(t, after, mark)
		assert.Equal(t, before, written(t, r), "the recording itself stays as it is")
	})
}

// What refers to the same thing before refers to the same thing after: the references of both files are equal up to
// names, and the sizes and times that a replay needs are untouched.
func TestAnonymisingKeepsTheShape(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := drawn(t)
		a := r.Anonymised()
		require.NoError(t, a.Check())
		assert.True(t, a.Anonymous)
		forth, back := map[string]string{}, map[string]string{}
		pairs := func(kind, before, after string) {
			if known, seen := forth[kind+before]; seen {
				assert.Equal(t, known, after)
			}
			if known, seen := back[kind+after]; seen {
				assert.Equal(t, known, before)
			}
			forth[kind+before], back[kind+after] = after, before
		}
		for i := range r.Hosts {
			pairs("host", r.Hosts[i].Instance, a.Hosts[i].Instance)
			pairs("zone", r.Hosts[i].Zone, a.Hosts[i].Zone)
			pairs("group", r.Hosts[i].Group, a.Hosts[i].Group)
			assert.Equal(t, r.Hosts[i].Registered, a.Hosts[i].Registered)
			assert.Equal(t, r.Hosts[i].Type, a.Hosts[i].Type)
		}
		for i := range r.Groups {
			pairs("group", r.Groups[i].Name, a.Groups[i].Name)
			for j, zone := range r.Groups[i].Zones {
				pairs("zone", zone, a.Groups[i].Zones[j])
			}
			pairs("provider", r.Groups[i].Provider.Name, a.Groups[i].Provider.Name)
			assert.Equal(t, r.Groups[i].Limits, a.Groups[i].Limits)
		}
		for i, s := range r.Services {
			pairs("service", s.Name, a.Services[i].Name)
			pairs("service", r.Refusals[i].Service, a.Refusals[i].Service)
			pairs("service", r.ServiceTasks[i].Service, a.ServiceTasks[i].Service)
			pairs("provider", s.CapacityProviders[0].Provider, a.Services[i].CapacityProviders[0].Provider)
			pairs("zone", s.MemberOf["ecs.availability-zone"], a.Services[i].MemberOf["ecs.availability-zone"])
			for j, d := range s.Desired {
				pairs("revision of "+s.Name, d.Revision, a.Services[i].Desired[j].Revision)
				assert.Equal(t, d.Desired, a.Services[i].Desired[j].Desired)
			}
			for j, revision := range s.Revisions {
				pairs("revision of "+s.Name, revision.Name, a.Services[i].Revisions[j].Name)
				assert.Equal(t, revision.Size, a.Services[i].Revisions[j].Size)
			}
		}
		for i := range r.StandaloneTasks {
			pairs("host", r.StandaloneTasks[i].Host, a.StandaloneTasks[i].Host)
			pairs("tasks", r.StandaloneTasks[i].Group, a.StandaloneTasks[i].Group)
		}
	})
}

// A field that is added must be thought of: each text of the file is a name of a kind that is made here, or AWS's own.
func TestAnonymousTextsAreOfKnownKinds(t *testing.T) {
	own := map[string]bool{
		"cluster": true, "watched": true, "m5.xlarge": true, "g4dn.xlarge": true, "scale_in": true, "memory": true, "linux": true,
		"drain": true, "AZRebalance": true,
		"binpack:memory": true, "2 services are gone.": true, "spread:attribute:ecs.availability-zone": true,
	}
	kinds := []string{"service-", "group-", "hook-", "provider-", "host-", "tasks-", "value-", "spread:attribute:attribute-"}
	rapid.Check(t, func(t *rapid.T) {
		var file any
		require.NoError(t, json.Unmarshal([]byte(written(t, drawn(t).Anonymised())), &file))
		texts(file, func(text string) {
			known := own[text] || len(text) == 1 || len(text) == len("2026-11-28T09:00:00Z") && text[10] == 'T'
			for _, kind := range kinds {
				known = known || strings.HasPrefix(text, kind)
			}
			assert.True(t, known, text)
		})
	})
}

// What Anonymised forgot, Write finds: here one name at a time, in each field that holds one.
func TestANameThatIsLeftIsNotWritten(t *testing.T) {
	for field, leave := range map[string]func(*recording.Recording){
		"cluster":      func(r *recording.Recording) { r.Cluster = mark },
		"group":        func(r *recording.Recording) { r.Groups[0].Name, r.Hosts = mark, nil },
		"zone":         func(r *recording.Recording) { r.Hosts[0].Zone = mark },
		"instance":     func(r *recording.Recording) { r.Hosts[0].Instance = mark },
		"hook":         func(r *recording.Recording) { r.Groups[0].Hooks[0].Name = mark },
		"task group":   func(r *recording.Recording) { r.StandaloneTasks[0].Group = mark },
		"attribute":    func(r *recording.Recording) { r.Groups[0].Attributes[mark] = "value-1" },
		"its value":    func(r *recording.Recording) { r.Groups[0].Attributes["attribute-1"] = mark },
		"agent's":      func(r *recording.Recording) { r.Groups[0].Attributes["ecs.os-type"] = mark },
		"spread":       func(r *recording.Recording) { r.Services[0].Placement = []string{"spread:attribute:" + mark} },
		"of a service": func(r *recording.Recording) { r.Services[0].MemberOf[mark] = "value-1" },
	} {
		r := rapid.Custom(drawn).Example(1).Anonymised()
		require.NoError(t, recording.Write(io.Discard, r))
		leave(&r)
		assert.Regexp(t, `names are left .*: \["[a-z:]*`+mark+`"\]`, recording.Write(io.Discard, r), field)
	}
}

// texts calls with every text of a JSON value.
func texts(value any, with func(string)) {
	switch value := value.(type) {
	case string:
		with(value)
	case []any:
		for _, item := range value {
			texts(item, with)
		}
	case map[string]any:
		for _, item := range value {
			texts(item, with)
		}
	}
}

func written(t require.TestingT, r recording.Recording) string {
	var file strings.Builder
	require.NoError(t, recording.Write(&file, r))
	return file.String()
}
