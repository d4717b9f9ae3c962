package calibration

import (
	"encoding/json"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ecs-cluster-scaler/simulator/aws"
	"ecs-cluster-scaler/simulator/recording"
)

var began = time.Date(2026, 11, 28, 9, 0, 0, 0, time.UTC)

// at is a time of a made-up recording, in seconds since it began.
func at(seconds float64) time.Time {
	return began.Add(time.Duration(seconds * float64(time.Second)))
}

// lasting is a recording of a cluster in which nothing happens, with a look a minute.
func lasting(hours int) recording.Recording {
	return recording.Recording{
		Version: recording.Version, Cluster: "web", Made: recording.Watched, From: began, To: began.Add(time.Duration(hours) * time.Hour), Resolution: 60,
	}
}

func TestEveryKnobIsToldOnceWithAReason(t *testing.T) {
	var names, told []string
	for _, knob := range aws.ListKnobs() {
		names = append(names, knob.Name)
		_, judged := judges[knob.Name]
		_, silent := unseen[knob.Name]
		assert.NotEqual(t, judged, silent, "%s is either judged or has its reason for not being seen", knob.Name)
	}
	for _, r := range []recording.Recording{lasting(1), afterwards(lasting(1))} {
		told = nil
		for _, f := range Judge(r, aws.Defaults()) {
			told = append(told, f.Knob)
			assert.NotEmpty(t, f.Why, f.Knob)
			assert.Equal(t, NotSeen, f.Verdict, f.Knob)
		}
		slices.Sort(told)
		assert.Equal(t, slices.Sorted(slices.Values(names)), told)
	}
	assert.Len(t, names, len(judges)+len(unseen), "no judge of a knob that is none")
}

func afterwards(r recording.Recording) recording.Recording {
	r.Made = recording.CloudWatch
	return r
}

// The page has a row for each knob that shows, and says which of them show afterwards.
func TestThePageSaysWhatShowsAKnob(t *testing.T) {
	page, err := os.ReadFile("../../docs/recording.md")
	require.NoError(t, err)
	for name, judge := range judges {
		row := regexp.MustCompile("(?m)^\\| (?:`[a-z0-9_.]+`, )*`" + regexp.QuoteMeta(name) + "`(?:, `[a-z0-9_.]+`)* \\| [^|]+ \\| ([^|]*)\\|$").FindSubmatch(page)
		if assert.NotNil(t, row, name) {
			assert.Equal(t, judge.afterwards, strings.TrimSpace(string(row[1])) != "", name)
		}
	}
}

// booting is a recording of hosts that took so long to register, in seconds.
func booting(seconds ...float64) recording.Recording {
	r := lasting(1)
	for i, s := range seconds {
		launched := at(float64(i))
		r.Hosts = append(r.Hosts, recording.Host{Launched: launched, Registered: launched.Add(time.Duration(s * float64(time.Second)))})
	}
	return r
}

// of finds what was said of a knob.
func of(t *testing.T, knob string, findings []Finding) Finding {
	t.Helper()
	i := slices.IndexFunc(findings, func(f Finding) bool { return f.Knob == knob })
	require.GreaterOrEqual(t, i, 0, knob)
	return findings[i]
}

func TestContradictedComeFirst(t *testing.T) {
	all := Judge(booting(slices.Repeat([]float64{300}, 9)...), aws.Defaults())
	require.Equal(t, "ec2.boot", all[0].Knob)
	assert.Equal(t, Contradicted, all[0].Verdict)
	assert.Equal(t, Observed{Least: 300, Median: 300, P95: 300, Most: 300, low: 300, high: 300, shortest: 300, longest: 300}, *all[0].Observed)
	assert.Equal(t, 9, all[0].Seen)
	assert.True(t, all[0].Guess)
	assert.JSONEq(t, `{"median": "1m15s", "p95": "2m45s"}`, string(all[0].Value))
	assert.JSONEq(t, `{"median": "5m", "p95": "5m"}`, string(all[0].Suggested))
	assert.Equal(t, "ec2.running", all[1].Knob, "the others follow in their own order")
}

func TestFewHostsContradictNothing(t *testing.T) {
	f := of(t, "ec2.boot", Judge(booting(900, 900, 900, 900), aws.Defaults()))
	assert.Equal(t, NotSeen, f.Verdict)
	assert.Contains(t, f.Why, "At least 5 are needed.")
	assert.Equal(t, "Record for longer.", f.Do)
}

// The file of knobs is the one that the recording was held against, with what it contradicts set anew.
func TestFileOfKnobsHasWhatWasSeen(t *testing.T) {
	set, err := aws.ParseKnobs([]byte(`{"ecs.loop": "20s", "ec2.boot": {"median": "20s", "p95": "30s"}}`))
	require.NoError(t, err)
	r := booting(slices.Repeat([]float64{300}, 9)...)
	file := Knobs(set, Judge(r, set))
	assert.Equal(t, map[string]json.RawMessage{
		"ecs.loop": json.RawMessage(`"20s"`), "ec2.boot": json.RawMessage(`{"median": "5m", "p95": "5m"}`),
	}, file)
	text, err := json.Marshal(file)
	require.NoError(t, err)
	turned, err := aws.ParseKnobs(text)
	require.NoError(t, err, "simulate takes it")
	assert.NotEqual(t, Contradicted, of(t, "ec2.boot", Judge(r, turned)).Verdict, "what is set to what was seen is not contradicted any more")
}

func TestWhatAKnobDoesNotTakeIsNotSuggested(t *testing.T) {
	r := lasting(3)
	for range 9 {
		r.Hosts = append(r.Hosts, recording.Host{Group: "g", Launched: began, InService: began.Add(2 * time.Hour)})
	}
	r.Groups = []recording.Group{{Name: "g"}}
	f := of(t, "ec2.running", Judge(r, aws.Defaults()))
	assert.Equal(t, Contradicted, f.Verdict)
	assert.Empty(t, f.Suggested)
	assert.Contains(t, f.Do, `must be from "0s" to "1h"`)
	assert.NotContains(t, Knobs(aws.Defaults(), []Finding{f}), "ec2.running")
}

// What AWS keeps tells of launches; without having watched, nothing tells of tasks and refusals. Here placements are
// missing, so that refusals would be taken for one long row.
func TestWhatWasNotWatchedIsNotJudged(t *testing.T) {
	r := afterwards(booting(slices.Repeat([]float64{300}, 9)...))
	r.Services = []recording.Service{{Name: "web"}}
	for i := range 20 {
		r.Refusals = append(r.Refusals, recording.Refusal{Service: "web", At: at(1800 + float64(i)*40)})
	}
	all := Judge(r, aws.Defaults())
	assert.Equal(t, Contradicted, of(t, "ec2.boot", all).Verdict)
	for _, knob := range []string{"ecs.loop", "ecs.back_off", "ecs.refusals_to_back_off", "ec2.never_joins", "ecs.blink"} {
		assert.Equal(t, unwatched, of(t, knob, all).Why)
	}
}

// Half and 95 % are of the likeliest lengths, so they show only where these differ.
func TestLengthsAreToldAsFarAsTheyAreKnown(t *testing.T) {
	minutes := func(least, most float64) span {
		return between(time.Duration(least*float64(time.Minute)), time.Duration(most*float64(time.Minute)))
	}
	for says, seen := range map[string][]span{
		"5m":          {exactly(5 * time.Minute), exactly(5 * time.Minute)},
		"4m40s to 5m": {between(280*time.Second, 5*time.Minute), between(280*time.Second, 5*time.Minute)},
		"4m to 10m, half within 5m, 95 % within 9m": {minutes(4, 6), minutes(4, 6), minutes(8, 10)},
		"0s to 30s": {atMost(30 * time.Second)},
		"1h":        {longerThan(time.Hour)},
	} {
		assert.Equal(t, says, observed(seen).String())
	}
}
