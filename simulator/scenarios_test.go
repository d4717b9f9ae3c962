package simulator

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ecs-cluster-scaler/simulator/aws"
	"ecs-cluster-scaler/simulator/workload"
)

// still scales nothing, and remembers what it was asked for. hosts, unless 0, are how many there are.
type still struct {
	hosts     int
	installed int
	asked     []string
}

func (*still) Name() string  { return "still" }
func (*still) Managed() bool { return false }

func (p *still) Prepare(spec *aws.GroupSpec, active bool) {
	spec.Warmup = 180 * time.Second
	if active && p.hosts > 0 {
		spec.Desired = p.hosts
	}
}

func (p *still) Install(*aws.World, *aws.Cluster, *aws.Group) { p.installed++ }

func (p *still) ScaleIn(_ *aws.Cluster, on bool) {
	p.asked = append(p.asked, map[bool]string{true: "scale in on", false: "scale in off"}[on])
}

func (p *still) Activate(_ *aws.Cluster, g *aws.Group) {
	p.asked = append(p.asked, "activate "+g.Spec.Name)
}

// runs a workload on a fleet that nobody scales, and calls each with the world every simulated minute.
func runs(t *testing.T, w workload.Workload, p *still, each func(*aws.World)) (Measures, []Sample, []Drain) {
	t.Helper()
	knobs := known()
	world := aws.New(knobs)
	r := NewMeasurer(world, w.Settle)
	w.Build(workload.Site{World: world, Policy: p})
	require.Equal(t, 1, p.installed)
	for at := time.Minute; at <= w.Lasts; at += time.Minute {
		// What happens at a minute's end belongs to the next one.
		world.Run(knobs.Start.Add(at - 1))
		if each != nil {
			each(world)
		}
		world.Run(knobs.Start.Add(at))
	}
	return r.Finish(world.Now())
}

// books are the world's own, which the measurer must arrive at by events: tasks that services lack, and hosts that can take tasks.
type books struct{ unplaced, active int }

func booksOf(w *aws.World) books {
	var b books
	for _, c := range w.Clusters() {
		for _, s := range c.Services() {
			if s.Spec.Daemon {
				continue
			}
			placed := 0
			for _, task := range s.Tasks() {
				if task.Host != nil && task.Desired == "RUNNING" {
					placed++
				}
			}
			b.unplaced += max(0, s.Desired-placed)
		}
		for _, h := range c.Hosts() {
			if h.Status == "ACTIVE" && h.Instance.Leaving.IsZero() {
				b.active++
			}
		}
	}
	return b
}

func TestRecordersBooksAreTheWorldsOwn(t *testing.T) {
	for _, name := range []string{"diurnal", "rolling-deploy", "crash-loop", "az-outage"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, err := workload.Named(name)
			require.NoError(t, err)
			var own []books
			_, series, _ := runs(t, w, &still{}, func(world *aws.World) { own = append(own, booksOf(world)) })
			require.Len(t, series, len(own))
			for i, s := range series {
				require.Equal(t, own[i].unplaced, s.Unplaced, "unplaced at %s", s.At)
				require.Equal(t, own[i].active, s.Active, "active hosts at %s", s.At)
			}
		})
	}
}

func TestSameSeedTellsTheSameStory(t *testing.T) {
	w, err := workload.Named("batch-storm")
	require.NoError(t, err)
	w.Lasts = w.Settle + 2*time.Hour
	story := func() string {
		m, series, drains := runs(t, w, &still{}, nil)
		text, err := json.Marshal([]any{m, series, drains})
		require.NoError(t, err)
		return string(text)
	}
	first, second := story(), story()
	assert.Equal(t, first, second)
}

func TestLargeClusterHoldsAboutWhatItIsAskedFor(t *testing.T) {
	w := workload.Large(40, 400, 22*time.Hour)
	_, series, _ := runs(t, w, &still{}, nil)
	most := 0
	for _, s := range series {
		most = max(most, s.Fewest)
	}
	assert.InDelta(t, 28, most, 8, "about 70 % of the hosts are needed at the peak")
}

func TestTasksOfATraceRunAsLongAsTheyDidThereAndThoseOfTheBeginningBeforeIt(t *testing.T) {
	// In the first two a task is there already, and one runs on past the end.
	w, notes, err := workload.Tasks("trace", []workload.TraceTask{
		{Start: 0, End: 9000, CPU: 2048, Memory: 4096},
		{Start: 100, End: 4000, CPU: 1024, Memory: 2048},
		{Start: 600, End: 1800, CPU: 4096, Memory: 2048},
	}, workload.Window{From: 300, To: 3900})
	require.NoError(t, err)
	assert.Empty(t, notes)
	m, series, _ := runs(t, w, &still{}, nil)
	assert.Equal(t, 1, m.PlacementWait.Count, "what was there is placed before the window")
	assert.Zero(t, m.UnplacedTaskSeconds)
	reserved := func(second int) int { return series[(3600+second)/60].Reserved.CPU } // at the end of the minute
	assert.Equal(t, 3072, reserved(0))
	assert.Equal(t, 3072+4096, reserved(900))
	assert.Equal(t, 3072, reserved(1860))
	assert.Equal(t, 3072, reserved(3540))
}

func TestServicesFollowATraceOfDemand(t *testing.T) {
	points := []workload.Point{{At: 0, Value: 100}, {At: 36000, Value: 100}, {At: 37800, Value: 300}, {At: 86400, Value: 100}}
	w, err := workload.Demand([]workload.Series{{Name: "d", Points: points}}, workload.Window{From: 30000, To: 45000})
	require.NoError(t, err)
	_, series, _ := runs(t, w, &still{}, nil)
	least, most := series[0].Demand.CPU, 0
	for _, s := range series {
		least, most = min(least, s.Demand.CPU), max(most, s.Demand.CPU)
	}
	assert.Positive(t, least)
	assert.Greater(t, most, least*11/10)
}
