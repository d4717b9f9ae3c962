package simulator

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ecs-cluster-scaler/simulator/aws"
	"ecs-cluster-scaler/simulator/policy"
	"ecs-cluster-scaler/simulator/workload"
)

// claim is a sentence of a document, and what must be so in a day for it to be true.
type claim struct {
	says  string
	holds func(*day)
}

// sentences are those of a text that claim something: questions do not.
func sentences(text string) []string {
	all := regexp.MustCompile(`[^.?]+(?:\.\S[^.?]*)*[.?]`).FindAllString(text, -1)
	for i := range all {
		all[i] = strings.TrimSpace(all[i])
	}
	return slices.DeleteFunc(all, func(s string) bool { return strings.HasSuffix(s, "?") })
}

func said(claims []claim) []string {
	var all []string
	for _, c := range claims {
		all = append(all, c.says)
	}
	return all
}

func TestEverySentenceOfAScenarioIsTrue(t *testing.T) {
	known := slices.Concat(daily, batches, rollouts, shapes, outages)
	for _, w := range workload.All() {
		t.Run(w.Name, func(t *testing.T) {
			t.Parallel()
			i := slices.IndexFunc(known, func(s scenarioClaims) bool { return s.scenario == w.Name })
			require.GreaterOrEqual(t, i, 0, "no claims")
			require.Equal(t, sentences(w.Why), said(known[i].claims), "a sentence that changed needs another proof")
			p := &still{}
			d := live(t, w.Name, p, nil)
			assert.Equal(t, 1, p.installed)
			assert.InDelta(t, (w.Lasts - w.Settle).Hours(), d.measured.Hours, 1e-6)
			assert.Len(t, d.samples, int(w.Lasts/time.Minute))
			assert.Zero(t, d.measured.ScaledOut+d.measured.ScaledIn)
			assert.Positive(t, d.measured.LowerBoundHours)
			assert.LessOrEqual(t, d.measured.InstanceHoursBooting, d.measured.InstanceHours)
			for _, c := range known[i].claims {
				t.Run(c.says, func(t *testing.T) {
					own := *d
					own.T = t
					c.holds(&own)
				})
			}
		})
	}
}

// scenarioClaims are those of a scenario's sentence in the documents.
type scenarioClaims struct {
	scenario string
	claims   []claim
}

const ever = 100 * time.Hour

// scaledBy is a scenario's day under a policy.
func scaledBy(t *testing.T, scenario, name string) *day {
	t.Helper()
	p, err := policy.New(name, policy.Options{})
	require.NoError(t, err)
	return live(t, scenario, p, nil)
}

// ofLoad is a scenario's day in which services know their load, so that what they want is what it is worth.
func ofLoad(t *testing.T, scenario string) *day {
	t.Helper()
	return live(t, scenario, &still{}, func(k *aws.Knobs) { k.Services.Kind = aws.Immediate })
}

// bought are changes of a group's desired capacity upwards by what scales it.
func (d *day) bought(from, to time.Duration) int {
	n := 0
	for _, h := range d.happened(aws.DesiredChanged, from, to) {
		if h.Cause != "user" && h.To > h.From {
			n++
		}
	}
	return n
}

// most is the largest of a figure of minutes.
func most(minutes []moment, of func(moment) int) int {
	found := 0
	for _, m := range minutes {
		found = max(found, of(m))
	}
	return found
}

// cpu and memory are the reservation in percent of the hosts that do not leave, daemons included, as AWS has it.
func (m moment) cpu() float64 { return m.reserved(func(r aws.Resources) int { return r.CPU }) }

func (m moment) memory() float64 { return m.reserved(func(r aws.Resources) int { return r.Memory }) }

func (m moment) reserved(of func(aws.Resources) int) float64 {
	total, used := 0, 0
	for _, h := range m.hosts {
		if h.active {
			total += of(h.Total)
			used += of(m.used(h))
		}
	}
	return 100 * float64(used) / float64(max(1, total))
}

// used is what the tasks on a host hold, and free what is left.
func (m moment) used(h hostThen) aws.Resources {
	var sum aws.Resources
	for _, t := range m.on(h.instance) {
		r := t.Definition.Resources
		sum.CPU, sum.Memory, sum.GPU = sum.CPU+r.CPU, sum.Memory+r.Memory, sum.GPU+r.GPU
	}
	return sum
}

func (m moment) freeCPU(h hostThen) int { return h.Total.CPU - m.used(h).CPU }

// lacks is how many tasks of a service have no host.
func (m moment) lacks(service string) int {
	n := m.desired[service]
	for _, t := range m.of(service) {
		if t.instance != "" {
			n--
		}
	}
	return n
}

// ofAll is what the page says of all scenarios, above their table.
var ofAll = []claim{
	{"All run on groups over three zones, of m5.xlarge (4096 CPU, 15400 MiB, 20 awsvpc tasks) unless the scenario is about something else.", func(d *day) {
		general := aws.InstanceType{Name: "m5.xlarge", Resources: aws.Resources{CPU: 4096, Memory: 15400}, ENIs: 20}
		for _, w := range workload.All() {
			for _, g := range built(w).Groups() {
				assert.Len(d, g.Spec.Zones, 3)
				assert.Equal(d, w.Name != "gpu" && w.Name != "eni-limit", g.Spec.Type == general, w.Name)
			}
		}
	}},
	{"Most have services of different shapes that peak at different hours, and a daemon on every host.", func(d *day) {
		mixed, daemons := 0, 0
		for _, w := range workload.All() {
			names := map[string]bool{}
			for _, s := range built(w).Clusters()[0].Services() {
				names[s.Spec.Name] = true
			}
			if names["web"] && names["api"] && names["search"] && names["mailer"] { // whose peaks the claim of diurnal holds
				mixed++
			}
			if names["logs"] {
				daemons++
			}
		}
		assert.Greater(d, mixed, len(workload.All())/2)
		assert.Greater(d, daemons, len(workload.All())/2)
		for _, m := range live(d.T, "diurnal", &still{}, nil).between(0, ever) {
			for _, h := range m.hosts {
				assert.True(d, slices.ContainsFunc(m.on(h.instance), func(task taskThen) bool { return task.Service.Spec.Daemon }))
			}
		}
	}},
	{"Services follow their load by Application Auto Scaling ([AWS as simulated](#aws-as-simulated)).", func(d *day) {
		d = live(d.T, "flash-crowd", &still{}, nil) // an hour after the settling the load comes, and goes after 40 minutes
		shop := func(after time.Duration) int {
			return d.between(time.Hour+after-time.Minute, time.Hour+after)[0].desired["shop"]
		}
		assert.LessOrEqual(d, shop(5*time.Minute), 11)
		assert.Greater(d, shop(10*time.Minute), 55)
		assert.Greater(d, shop(54*time.Minute), 55)
		assert.LessOrEqual(d, shop(70*time.Minute), 11)
	}},
	{"Batch clients retry: they ask again every 30 seconds for a task that ECS refused, with its whole duration, and run a task again in full if it was ended from outside.", func(d *day) {
		d = scaledBy(d.T, "long-batch", "alarms-75")
		ran := map[string]time.Time{}
		lasts := map[string]time.Duration{}
		for _, m := range d.minutes {
			for _, task := range m.tasks {
				if task.Service == nil {
					lasts[task.ARN] = task.Lasts
				}
			}
		}
		full, again := 0, 0
		for _, h := range d.told {
			switch {
			case !standalone(h):
			case h.Kind == aws.TaskRunning:
				ran[h.Task] = h.At
			case h.Kind == aws.TaskStopped && h.Cause == "exit":
				full++
				assert.Equal(d, lasts[h.Task], h.At.Sub(ran[h.Task]))
			case h.Kind == aws.TaskEndedByHost:
				assert.True(d, slices.ContainsFunc(d.told, func(o aws.Happened) bool {
					return o.Kind == aws.TaskPlaced && standalone(o) && !o.At.Before(h.At) && o.At.Add(-o.Wait).Equal(h.At) && lasts[o.Task] == lasts[h.Task]
				}), "%s, which lasts %s, is run again", h.Task, lasts[h.Task])
				again++
			}
		}
		assert.Positive(d, min(full, again))

		waits := map[time.Duration]bool{}
		for _, h := range live(d.T, "batch-storm", &still{}, nil).happened(aws.TaskPlaced, 0, ever) {
			if standalone(h) && h.Wait > 0 {
				waits[h.Wait] = true
				assert.Zero(d, h.Wait%(30*time.Second), "it waited %s", h.Wait)
			}
		}
		assert.True(d, waits[90*time.Second] || waits[30*time.Second], "not every minute only")
	}},
	{"The first two hours are not measured, and settle every policy of fixed headroom.", func(d *day) {
		for _, w := range workload.All() {
			assert.Equal(d, 2*time.Hour, w.Settle)
		}
		for _, name := range Policies() {
			assert.Zero(d, scaledOnAQuietNight(d.T, name, `{"headroom": {"fitted": false}}`, 0), "%s is settled where nothing changes", name)
		}
		d = live(d.T, "fragmentation", &still{}, nil)
		require.Positive(d, d.minutes[90].sample.Unplaced)
		seconds := 0
		for _, m := range d.between(0, ever) {
			seconds += 60 * m.sample.Unplaced
		}
		assert.InEpsilon(d, seconds, d.measured.UnplacedTaskSeconds, 0.01)
	}},
	{"Headroom that fits itself needs a day more (`--history 24h`).", func(d *day) {
		assert.Positive(d, scaledOnAQuietNight(d.T, policy.Gap, `{}`, 0), "six hours after the beginning the thresholds end")
		assert.Zero(d, scaledOnAQuietNight(d.T, policy.Gap, `{}`, 24*time.Hour))
	}},
}

// scaledOnAQuietNight counts a policy's changes of a cluster on which nothing changes.
func scaledOnAQuietNight(t *testing.T, name, entry string, history time.Duration) int {
	t.Helper()
	w, err := workload.Named("quiet-night")
	require.NoError(t, err)
	r, err := Simulate(t.Context(), Setup{Workload: w.After(history), Policy: name, Entry: []byte(entry), Seed: 1})
	require.NoError(t, err)
	return r.Measures.ScaledOut + r.Measures.ScaledIn
}

// built is a scenario's world before anything has happened.
func built(w workload.Workload) *aws.World {
	world := aws.New(aws.Defaults())
	w.Build(workload.Site{World: world, Policy: &still{}})
	return world
}

func TestEverySentenceAboutAllScenariosIsTrue(t *testing.T) {
	page, err := os.ReadFile("../docs/simulator.md")
	require.NoError(t, err)
	_, text, found := strings.Cut(string(page), "\n## Scenarios\n\n")
	require.True(t, found)
	text, _, _ = strings.Cut(text, "\n\n")
	require.Equal(t, sentences(text), said(ofAll), "a sentence that changed needs another proof")
	for _, c := range ofAll {
		t.Run(c.says, func(t *testing.T) {
			t.Parallel()
			c.holds(&day{T: t})
		})
	}
}
