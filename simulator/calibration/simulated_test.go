package calibration_test

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ecs-cluster-scaler/simulator/aws"
	"ecs-cluster-scaler/simulator/calibration"
	"ecs-cluster-scaler/simulator/policy"
	"ecs-cluster-scaler/simulator/recorder"
	"ecs-cluster-scaler/simulator/recording"
	"ecs-cluster-scaler/simulator/workload"
)

// day is a simulated day that somebody records.
type day struct {
	scenario, policy string
	seed             uint64
	// knobs are a file of them, as the day's AWS has them.
	knobs string
	// every is how far apart looks are; 0 is a minute.
	every time.Duration
}

// record watches a day from its third minute on, when the recorder has something to see.
func (d day) record(t *testing.T) recording.Recording {
	t.Helper()
	w := replacements()
	if d.scenario != w.Name {
		var err error
		w, err = workload.Named(d.scenario)
		require.NoError(t, err)
	}
	scaling, err := policy.New(d.policy, policy.Options{})
	require.NoError(t, err)
	knobs := aws.Defaults()
	if d.knobs != "" {
		knobs, err = aws.ParseKnobs([]byte(d.knobs))
		require.NoError(t, err)
	}
	knobs.Seed = d.seed + 1
	every := d.every
	if every == 0 {
		every = time.Minute
	}
	world := aws.New(knobs)
	w.Build(workload.Site{World: world, Policy: scaling})
	watch := recorder.Watch(t.Context(), world, world.Now().Add(2*time.Minute), every)
	world.Run(world.Now().Add(w.Lasts))
	r := watch.Recording()
	require.NoError(t, r.Check())
	return r
}

// replacements is a workload of services without a load balancer, whose tasks are replaced every 40 minutes: one with a
// health check, one without, which also has no stop timeout of its own and ends slowly.
func replacements() workload.Workload {
	const length, every = 8 * time.Hour, 40 * time.Minute
	return workload.Workload{Name: "replacements", Lasts: length, Build: func(s workload.Site) {
		c := s.World.NewCluster("shop")
		g := s.NewGroup(aws.GroupSpec{
			Name: "hosts", Cluster: c.Name, Min: 6, Max: 6, Desired: 6, Zones: []string{"a", "b", "c"},
			Type: aws.InstanceType{Name: "m5.xlarge", Resources: aws.Resources{CPU: 4096, Memory: 15400}, ENIs: 20},
		}, true)
		for _, name := range []string{"plain", "checked"} {
			d := &aws.TaskDefinition{Family: name, Revision: 1, Resources: aws.Resources{CPU: 512, Memory: 512}, Starts: 3 * time.Second, Stops: 55 * time.Second}
			service := s.CreateService(c, aws.ServiceSpec{Name: name, Definition: d, Desired: 4, MinPercent: 100, MaxPercent: 200, HealthCheck: name == "checked"})
			for at := every; at < length; at += every {
				s.World.At(s.World.Knobs.Start.Add(at), "roll out "+name, func() {
					next := *d
					next.Revision++
					d = &next
					service.Deploy(d)
				})
			}
		}
		s.Policy.Install(s.World, c, g)
	}}
}

// judged are the findings of one verdict, by knob.
func judged(r recording.Recording, verdict calibration.Verdict) map[string]calibration.Finding {
	found := map[string]calibration.Finding{}
	for _, f := range calibration.Judge(r, aws.Defaults()) {
		if f.Verdict == verdict {
			found[f.Knob] = f
		}
	}
	return found
}

// Each day has its knobs turned, as a file has them. Held against the defaults, its recording contradicts these knobs and
// no other, and shows their values to a tenth, or to what a look or a turn of the scheduler leaves open.
func TestARecordingShowsTheKnobThatWasTurned(t *testing.T) {
	t.Parallel()
	for i, c := range []struct {
		day
		within time.Duration
	}{
		{day{scenario: "flash-crowd", policy: "alarms-75", knobs: `{"ec2.running": {"min": "5s", "max": "10s"}}`}, time.Second},
		{day{scenario: "flash-crowd", policy: "alarms-75", knobs: `{"ec2.boot": {"median": "40s", "p95": "90s"}}`}, 20 * time.Second},
		{day{scenario: "flash-crowd", policy: "alarms-75", knobs: `{"ec2.boot": {"median": "180s", "p95": "300s"}}`}, 30 * time.Second},
		{day{scenario: "scale-to-zero", policy: "managed-90", knobs: `{"ec2.never_joins": 0.4}`}, 0},
		{day{scenario: "batch-storm", policy: "managed-100", knobs: `{"ec2.shut_down": {"min": "3m", "max": "5m"}}`}, 30 * time.Second},
		{day{scenario: "quiet-night", policy: "alarms-75", knobs: `{"ec2.failures_per_month": 60, "ec2.health_check": "10m"}`}, time.Minute},
		{day{scenario: "flash-crowd", policy: "alarms-75", knobs: `{"ec2.reaction": {"min": "20s", "max": "40s"}}`}, 2 * time.Second},
		{day{scenario: "no-capacity", policy: "managed-90", knobs: `{"ec2.retry_launch": "3m"}`}, time.Second},
		{day{scenario: "flash-crowd", policy: "alarms-75", knobs: `{"ecs.loop": "30s"}`}, time.Second},
		{day{scenario: "flash-crowd", policy: "managed-100", knobs: `{"ecs.queue_loop": "3m"}`}, time.Minute},
		{day{scenario: "flash-crowd", policy: "alarms-75", knobs: `{"ecs.refusals_to_back_off": 5}`}, 0},
		{day{scenario: "flash-crowd", policy: "alarms-75", knobs: `{"ecs.refusals_to_back_off": 1}`}, 0},
		{day{scenario: "flash-crowd", policy: "alarms-75", knobs: `{"ecs.back_off": "1m"}`}, 15 * time.Second},
		{day{scenario: "flash-crowd", policy: "alarms-75", knobs: `{"ecs.back_off": "15m"}`}, 15 * time.Second},
		{day{scenario: "eni-limit", policy: "alarms-75", knobs: `{"ecs.back_off_max": "5m"}`}, 15 * time.Second},
		{day{scenario: "eni-limit", policy: "alarms-75", knobs: `{"ecs.back_off_max": "30m"}`}, 15 * time.Second},
		{day{scenario: "flash-crowd", policy: "alarms-75", knobs: `{"ecs.registration_retries": true}`}, 0},
		{day{scenario: "flash-crowd", policy: "alarms-75", knobs: `{"ecs.first_pull": {"min": "60s", "max": "120s"}}`}, 6 * time.Second},
		{day{scenario: "replacements", policy: "alarms-75", knobs: `{"ecs.healthy": "90s"}`}, 15 * time.Second},
		{day{scenario: "replacements", policy: "alarms-75", knobs: `{"ecs.health_check": "10s"}`}, 15 * time.Second},
		{day{scenario: "flash-crowd", policy: "alarms-75", knobs: `{"ecs.target_healthy": "60s"}`}, 15 * time.Second},
		{day{scenario: "flash-crowd", policy: "alarms-75", knobs: `{"ecs.deregistration": "60s"}`}, 15 * time.Second},
		{day{scenario: "replacements", policy: "alarms-75", knobs: `{"ecs.stop_timeout": "50s"}`}, time.Second},
		{day{scenario: "bad-ami", policy: "managed-90", knobs: `{"ecs.provisioning": {"min": "5m", "max": "10m"}}`}, 20 * time.Second},
		{day{scenario: "quiet-night", policy: "alarms-75", knobs: `{"ecs.agent_blinks_per_hour": 30}`}, 0},
		{day{scenario: "flash-crowd", policy: "alarms-75", knobs: `{"ecs.blink": {"min": "200ms", "max": "90s"}}`}, 15 * time.Second},
		{day{scenario: "quiet-night", policy: "alarms-75", knobs: `{"ecs.blink": {"min": "200ms", "max": "20s"}}`, every: 10 * time.Second}, 2 * time.Second},
		{day{scenario: "quiet-night", policy: "alarms-75", knobs: `{"ecs.agent_deaths_per_month": 60}`}, 0},
		{day{scenario: "batch-storm", policy: "managed-100", knobs: `{"cloudwatch.managed_pause": "10m"}`}, time.Minute},
		{day{scenario: "flash-crowd", policy: "alarms-75", knobs: `{"ec2.boot": {"median": "180s", "p95": "300s"}, "ecs.deregistration": "60s", "ecs.back_off": "1m"}`}, 30 * time.Second},
	} {
		if testing.Short() && i%5 > 0 {
			continue
		}
		t.Run(c.scenario+" "+c.knobs, func(t *testing.T) {
			t.Parallel()
			var turned map[string]json.RawMessage
			require.NoError(t, json.Unmarshal([]byte(c.knobs), &turned))
			found := judged(c.record(t), calibration.Contradicted)
			for name, f := range found {
				if !scenarioTurns(c.scenario, name) {
					assert.Contains(t, turned, name, f.Why)
				}
			}
			for name, value := range turned {
				if assert.Contains(t, found, name) {
					near(t, name, value, found[name].Suggested, c.within)
				}
			}
		})
	}
}

// scenarioTurns says what a scenario does itself, whatever its knobs.
func scenarioTurns(scenario, knob string) bool {
	return scenario == "bad-ami" && knob == "ec2.never_joins"
}

// near compares a value that was set with the one that is shown. Counts that come by chance may be half or twice as many.
func near(t *testing.T, name string, set, shown json.RawMessage, within time.Duration) {
	t.Helper()
	var a, b any
	require.NoError(t, json.Unmarshal(set, &a))
	require.NoError(t, json.Unmarshal(shown, &b))
	message := fmt.Sprintf("%s was set to %s and shows as %s", name, set, shown)
	switch a := a.(type) {
	case string:
		assert.InDelta(t, parsed(t, a), parsed(t, b.(string)), max(0.1*parsed(t, a), within.Seconds()), message)
	case map[string]any:
		for end, at := range a {
			if name == "ecs.blink" && end == "min" {
				continue // what no look can see
			}
			assert.InDelta(t, parsed(t, at.(string)), parsed(t, b.(map[string]any)[end].(string)), max(0.1*parsed(t, at.(string)), within.Seconds()), message)
		}
	case float64:
		if a == math.Trunc(a) && !strings.Contains(name, "_per_") {
			assert.InDelta(t, a, b, 0, message)
		} else {
			assert.Less(t, math.Abs(math.Log2(b.(float64)/a)), 1.0, message)
		}
	default:
		assert.Equal(t, a, b, message)
	}
}

func parsed(t *testing.T, text string) float64 {
	t.Helper()
	d, err := time.ParseDuration(text)
	require.NoError(t, err)
	return d.Seconds()
}

// untouched are days on which no scenario does what a knob stands for: no host fails, no agent dies, no image is bad.
func untouched() []day {
	var all []day
	for seed := range uint64(4) {
		for _, scenario := range []string{
			"flash-crowd", "rolling-deploy", "scale-to-zero", "two-hosts-one-service", "eni-limit", "quiet-night", "fragmentation",
			"gpu", "stuck-deploy", "crash-loop", "no-capacity", "colour-switch", "replacements",
		} {
			all = append(all, day{scenario: scenario, policy: []string{"alarms-75", "managed-90"}[seed%2], seed: seed})
		}
	}
	return append(all,
		day{scenario: "flash-crowd", policy: "gap"}, day{scenario: "rolling-deploy", policy: "surge"}, day{scenario: "no-capacity", policy: "signal"},
		day{scenario: "batch-storm", policy: "managed-100"}, day{scenario: "diurnal", policy: "alarms-75"},
		day{scenario: "flash-crowd", policy: "alarms-75", every: 10 * time.Second}, day{scenario: "flash-crowd", policy: "alarms-75", every: 5 * time.Minute},
	)
}

func TestNoRecordingContradictsWhatWasNotTurned(t *testing.T) {
	t.Parallel()
	days := untouched()
	require.GreaterOrEqual(t, len(days), 50)
	if testing.Short() {
		days = slices.Concat(days[:6], days[len(days)-2:])
	}
	for _, d := range days {
		t.Run(fmt.Sprint(d.scenario, " ", d.policy, " ", d.seed, " ", d.every), func(t *testing.T) {
			t.Parallel()
			for name, f := range judged(d.record(t), calibration.Contradicted) {
				t.Errorf("%s %s is contradicted, which was so: %s", name, f.Value, f.Why)
			}
		})
	}
}

// What confirms the defaults on one day, so that a judge that falls silent is seen.
func TestADayConfirmsWhatItShows(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		day
		knobs []string
	}{
		{day{scenario: "flash-crowd", policy: "alarms-75"}, []string{
			"ec2.running", "ec2.boot", "ecs.loop", "ecs.refusals_to_back_off", "ecs.back_off", "ecs.registration_retries", "ecs.first_pull",
			"ecs.target_healthy", "ecs.deregistration",
		}},
		{day{scenario: "eni-limit", policy: "alarms-75"}, []string{"ecs.back_off_max"}},
		{day{scenario: "no-capacity", policy: "managed-90"}, []string{"ec2.retry_launch", "ecs.provisioning"}},
		{day{scenario: "replacements", policy: "alarms-75"}, []string{"ecs.healthy", "ecs.health_check"}},
	} {
		t.Run(c.scenario, func(t *testing.T) {
			t.Parallel()
			found := judged(c.record(t), calibration.Confirmed)
			for _, name := range c.knobs {
				assert.Contains(t, found, name)
			}
		})
	}
}

// A knob that is turned far, but not so far that looks a minute or more apart could tell, is not contradicted, and neither
// is any other.
func TestCoarseRecordingsContradictNothingThatTheyCannotSee(t *testing.T) {
	t.Parallel()
	for _, d := range []day{
		{scenario: "flash-crowd", policy: "managed-100", knobs: `{"ecs.queue_loop": "40s"}`},
		{scenario: "flash-crowd", policy: "managed-100", knobs: `{"ecs.queue_loop": "2m"}`, every: 5 * time.Minute},
		{scenario: "quiet-night", policy: "alarms-75", knobs: `{"ecs.blink": {"min": "20ms", "max": "300ms"}, "ecs.agent_blinks_per_hour": 30}`, every: 2 * time.Minute},
		{scenario: "flash-crowd", policy: "alarms-75", knobs: `{"ec2.shut_down": {"min": "60s", "max": "180s"}}`},
	} {
		t.Run(d.scenario+" "+d.knobs, func(t *testing.T) {
			t.Parallel()
			for name, f := range judged(d.record(t), calibration.Contradicted) {
				t.Errorf("%s is contradicted: %s", name, f.Why)
			}
		})
	}
}

// metrics is a recording as it would be if nobody had watched: five-minute metrics, activities, and what ECS still knows at
// the end. Refusals stay, which are more than ECS keeps.
func metrics(r recording.Recording) recording.Recording {
	r.Made, r.Resolution, r.ServiceTasks = recording.CloudWatch, 300, nil
	r.Groups, r.Hosts = slices.Clone(r.Groups), slices.Clone(r.Hosts)
	for i := range r.Groups {
		r.Groups[i].Desired = slices.Clone(r.Groups[i].Desired)
		for j := range r.Groups[i].Desired {
			c := &r.Groups[i].Desired[j]
			c.At, c.Told = c.At.Add(5*time.Minute).Truncate(5*time.Minute), false
		}
	}
	for i := range r.Hosts {
		h := &r.Hosts[i]
		h.Disconnected, h.Draining = nil, time.Time{}
		if !h.Ended.IsZero() {
			h.Registered = time.Time{}
		}
	}
	return r
}

// What is left to see in metrics and activities are launches.
func TestMetricsContradictOnlyWhatAWSKeeps(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		day
		want []string
	}{
		{day{scenario: "flash-crowd", policy: "alarms-75", knobs: `{"ecs.back_off": "1m", "ecs.deregistration": "60s", "ecs.blink": {"min": "30s", "max": "90s"}}`}, nil},
		{day{scenario: "flash-crowd", policy: "managed-100", knobs: `{"ecs.queue_loop": "3m", "ec2.never_joins": 0.1}`}, nil},
		{day{scenario: "batch-storm", policy: "managed-100", knobs: `{"cloudwatch.managed_pause": "4m"}`}, nil},
		{day{scenario: "flash-crowd", policy: "alarms-75", knobs: `{"ec2.running": {"min": "5s", "max": "10s"}}`}, []string{"ec2.running"}},
	} {
		t.Run(c.scenario+" "+c.knobs, func(t *testing.T) {
			t.Parallel()
			var names []string
			for name, f := range judged(metrics(c.record(t)), calibration.Contradicted) {
				names = append(names, name)
				t.Log(f.Why)
			}
			assert.Equal(t, c.want, names)
		})
	}
}

func TestAnonymousRecordingsSayTheSame(t *testing.T) {
	t.Parallel()
	r := day{scenario: "flash-crowd", policy: "alarms-75"}.record(t)
	assert.Equal(t, calibration.Judge(r, aws.Defaults()), calibration.Judge(r.Anonymised(), aws.Defaults()))
}
