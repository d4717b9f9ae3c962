package calibration

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ecs-cluster-scaler/simulator/aws"
	"ecs-cluster-scaler/simulator/recording"
)

// minutes is a time of a made-up recording.
func minutes(m float64) time.Time { return at(60 * m) }

// refused is a recording of a service of which a task was placed at the times given, and refused at those.
func refused(placed, refusals []float64) recording.Recording {
	r := lasting(12)
	r.Services = []recording.Service{{Name: "web", Desired: []recording.Desired{{At: began, Desired: 4, Revision: "1"}}}}
	for _, m := range placed {
		r.ServiceTasks = append(r.ServiceTasks, recording.ServiceTask{Service: "web", Revision: "1", Created: minutes(m)})
	}
	for _, m := range refusals {
		r.Refusals = append(r.Refusals, recording.Refusal{Service: "web", At: minutes(m)})
	}
	return r
}

// lengthsOf are the waits of each row of refusals, in minutes.
func lengthsOf(r recording.Recording) [][]float64 {
	var all [][]float64
	for _, row := range gather(r, aws.Defaults()).allRows() {
		var waits []float64
		for _, w := range row {
			waits = append(waits, w.long().Minutes())
		}
		all = append(all, waits)
	}
	return all
}

func TestRowsOfRefusals(t *testing.T) {
	row := []float64{10, 10.25, 10.5, 15.5}
	for name, c := range map[string]struct {
		recording recording.Recording
		want      [][]float64
	}{
		"a row ends with a placement": {refused([]float64{5, 25.5}, row), [][]float64{{0.25, 0.25, 5, 10}}},
		"a placement at the time of a refusal begins a row": {
			refused([]float64{5, 10.5}, []float64{10, 10.25, 10.5, 10.75}), [][]float64{{0.25, 0.25}, {0.25}},
		},
		"what follows the last refusal is not known": {refused([]float64{5}, row), [][]float64{{0.25, 0.25, 5}}},
		"what came before the recording is not known": {
			refused([]float64{25.5}, row), nil,
		},
		"half an hour without a refusal begins one": {
			refused(nil, []float64{40, 40.25, 40.5, 45.5}), [][]float64{{0.25, 0.25, 5}},
		},
		"two rows": {refused([]float64{5, 20.5, 40}, []float64{10, 10.25, 10.5, 15.5, 30, 30.25}), [][]float64{{0.25, 0.25, 5, 5}, {0.25, 9.75}}},
	} {
		assert.Equal(t, c.want, lengthsOf(c.recording), name)
	}
}

// A roll-out forgets refusals, a service that wants fewer tasks stops trying, and a gap hides placements.
func TestARowEndsWhereItIsDisturbed(t *testing.T) {
	for name, change := range map[string]func(*recording.Recording){
		"a roll-out": func(r *recording.Recording) {
			r.Services[0].Desired = append(r.Services[0].Desired, recording.Desired{At: minutes(12), Desired: 4, Revision: "2"})
		},
		"fewer tasks": func(r *recording.Recording) {
			r.Services[0].Desired = append(r.Services[0].Desired, recording.Desired{At: minutes(16), Desired: 3, Revision: "1"})
		},
		"a gap": func(r *recording.Recording) { r.Gaps = []recording.Span{{From: minutes(12), To: minutes(13)}} },
	} {
		r := refused([]float64{5, 25.5}, []float64{10, 10.25, 10.5, 15.5})
		change(&r)
		assert.Equal(t, [][]float64{{0.25, 0.25}}, lengthsOf(r), name)
	}
	more := refused([]float64{5, 25.5}, []float64{10, 10.25, 10.5, 15.5})
	more.Services[0].Desired = append(more.Services[0].Desired, recording.Desired{At: minutes(12), Desired: 9, Revision: "1"})
	assert.Equal(t, [][]float64{{0.25, 0.25, 5, 10}}, lengthsOf(more), "who wants more waits all the same")
}

// rows repeats a row of refusals so often, each after a placement, with hosts that register where it says so.
func rows(n int, waits []float64, joins ...float64) recording.Recording {
	var placed, refusals []float64
	r := recording.Recording{}
	for i := range n {
		m := 1 + 60*float64(i)
		placed = append(placed, m-0.5)
		for _, j := range joins {
			r.Hosts = append(r.Hosts, recording.Host{Registered: minutes(m + j)})
		}
		for _, w := range waits {
			refusals = append(refusals, m)
			m += w
		}
		placed = append(placed, m)
	}
	hosts := r.Hosts
	r = refused(placed, refusals)
	r.To, r.Hosts = minutes(float64(60*n)), hosts
	return r
}

func TestBackOffs(t *testing.T) {
	for name, c := range map[string]struct {
		recording recording.Recording
		want      map[string]Verdict
		set       string
	}{
		"as the defaults have them": {rows(9, []float64{0.25, 0.25, 5, 10, 15}, 2.5), map[string]Verdict{
			"ecs.loop": Confirmed, "ecs.refusals_to_back_off": Confirmed, "ecs.back_off": Confirmed, "ecs.back_off_max": Confirmed, "ecs.registration_retries": Confirmed,
		}, `{}`},
		"every refusal waits 15 minutes": {rows(9, []float64{15, 15, 15}), map[string]Verdict{
			"ecs.loop": NotSeen, "ecs.refusals_to_back_off": Contradicted, "ecs.back_off": Contradicted, "ecs.back_off_max": Confirmed, "ecs.registration_retries": NotSeen,
		}, `{"ecs.refusals_to_back_off": 1, "ecs.back_off": "15m"}`},
		"a wait that ends by a registration is no back-off's length": {rows(9, []float64{0.25, 0.25, 2}, 2.3), map[string]Verdict{
			"ecs.refusals_to_back_off": Confirmed, "ecs.back_off": NotSeen, "ecs.registration_retries": Contradicted,
		}, `{"ecs.registration_retries": true}`},
		"waits double without an end": {rows(9, []float64{0.25, 0.25, 5, 10, 20}), map[string]Verdict{
			"ecs.back_off": Confirmed, "ecs.back_off_max": Contradicted,
		}, `{"ecs.back_off_max": "19m45s"}`},
		"a few rows": {rows(2, []float64{0.25, 0.25, 15}), map[string]Verdict{"ecs.back_off": NotSeen, "ecs.refusals_to_back_off": NotSeen}, `{}`},
	} {
		t.Run(name, func(t *testing.T) {
			found := Judge(c.recording, aws.Defaults())
			for knob, want := range c.want {
				f := of(t, knob, found)
				assert.Equal(t, want, f.Verdict, "%s: %s", knob, f.Why)
			}
			want, err := aws.ParseKnobs([]byte(c.set))
			require.NoError(t, err)
			assert.Equal(t, aws.Turned(want), Knobs(aws.Defaults(), found))
		})
	}
}

// A day on which a registration does end back-offs confirms a knob that says so.
func TestRegistrationsThatEndBackOffsAreConfirmed(t *testing.T) {
	set := aws.Defaults()
	set.ECS.RegistrationRetries = true
	for joins, want := range map[float64]Verdict{2.3: Confirmed, 1: Contradicted} {
		f := of(t, "ecs.registration_retries", Judge(rows(9, []float64{0.25, 0.25, 2}, joins), set))
		assert.Equal(t, want, f.Verdict, f.Why)
	}
	assert.Equal(t, NotSeen, of(t, "ecs.registration_retries", Judge(rows(3, []float64{0.25, 0.25, 2}, 2.3), set)).Verdict, "too few")
}

// Before the third refusal nothing waits that a registration could end.
func TestShortWaitsTellNothingOfRegistrations(t *testing.T) {
	assert.Zero(t, seen(t, "ecs.registration_retries", rows(9, []float64{0.25, 0.25, 5, 10}, 0.1)))
	assert.Equal(t, 9, seen(t, "ecs.registration_retries", rows(9, []float64{0.25, 0.25, 5, 10}, 0.1, 3)))
}
