package simulator

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ecs-cluster-scaler/simulator/aws"
	"ecs-cluster-scaler/simulator/policy"
	"ecs-cluster-scaler/simulator/workload"
)

// The promises of a drain under the built-in entry, with what AWS and lost ticks add: a tick comes within a minute, three
// ticks or their calls may fail in a row, and EC2 ends the bill at once.
const (
	serviceDeadline = 60 * time.Minute
	timeToStop      = 10 * time.Minute
	reaction        = 6 * time.Minute
)

// exit is a host's way out as the world told it.
type exit struct {
	cause    string
	from, to time.Time
	// standalone is when the last standalone task there stopped.
	standalone time.Time
	// ended are the tasks that went with it.
	ended int
}

// exits follows hosts out.
type exits struct {
	of map[string]*exit
	// batch are the standalone tasks by their host.
	batch map[string]string
}

func followExits(w *aws.World) *exits {
	e := &exits{map[string]*exit{}, map[string]string{}}
	w.Observe(func(h aws.Happened) {
		switch h.Kind {
		case aws.HostLeaving:
			e.of[h.Instance] = &exit{cause: h.Cause, from: h.At}
		case aws.HostGone:
			if x := e.of[h.Instance]; x != nil {
				x.to = h.At
			}
		case aws.TaskEndedByHost:
			if x := e.of[h.Instance]; x != nil {
				x.ended++
			}
		case aws.TaskPlaced:
			if h.Service == "" {
				e.batch[h.Task] = h.Instance
			}
		case aws.TaskStopped:
			if x := e.of[e.batch[h.Task]]; x != nil {
				x.standalone = h.At
			}
		default:
		}
	})
	return e
}

// due is when the host must have gone.
func (x *exit) due() time.Time {
	due := x.from.Add(serviceDeadline + timeToStop + reaction)
	if after := x.standalone.Add(timeToStop + reaction); after.After(due) {
		return after // its standalone tasks may take longer than that
	}
	return due
}

// standaloneDeadline is the entry's; it lies beyond every scenario's end.
const standaloneDeadline = 2820 * time.Minute

func TestNoScenarioBreaksAPromiseUnderFaults(t *testing.T) {
	for _, w := range workload.All() {
		for _, name := range []string{policy.Signal, policy.Surge, policy.Gap} {
			seeds := []uint64{1}
			if name == policy.Gap {
				seeds = append(seeds, 2)
			}
			for _, seed := range seeds {
				t.Run(fmt.Sprintf("%s/%s/%d", w.Name, name, seed), func(t *testing.T) {
					t.Parallel()
					promises(t, w, name, seed)
				})
			}
		}
	}
}

func promises(t *testing.T, w workload.Workload, name string, seed uint64) {
	t.Helper()
	scaling, err := policy.New(name, policy.Options{})
	require.NoError(t, err)
	knobs := known()
	knobs.Seed, knobs.Faults = seed, Faults(0.05)
	world := aws.New(knobs)
	measurer, hosts := NewMeasurer(world, w.Settle), followExits(world)
	w.Build(workload.Site{World: world, Policy: scaling})
	world.Run(knobs.Start.Add(w.Lasts))
	m, _, _ := measurer.Finish(world.Now())

	assert.Zero(t, m.BelowFloorScaling, "seconds below a floor by scaling")
	assert.Zero(t, m.HooksExpired)
	assert.Zero(t, m.TasksEndedByScaleIn)
	require.Less(t, w.Lasts, standaloneDeadline, "else standalone tasks are stopped, and this must know when")
	for id, x := range hosts.of {
		assert.False(t, x.cause == "scale_in" && x.ended > 0, "%s: %d tasks ended with it", id, x.ended)
		gone := x.to
		if gone.IsZero() {
			gone = world.Now()
		}
		if x.to.IsZero() && standsOn(world, id) {
			continue // it waits for standalone tasks, which have two days
		}
		assert.False(t, gone.After(x.due()), "%s: %s from %s, still there at %s", id, x.cause, x.from, gone)
	}
}

// The image is mended an hour before the scenario does it, while the processes that know of it still live.
func TestAnImageThatWasMendedEndsABadOneByItself(t *testing.T) {
	w, err := workload.Named("bad-ami")
	require.NoError(t, err)
	mended := w.Settle + 3*time.Hour
	for _, name := range []string{policy.Signal, policy.Surge, policy.Gap} {
		for _, faults := range []float64{0, 0.05} {
			t.Run(fmt.Sprintf("%s/%g", name, faults), func(t *testing.T) {
				t.Parallel()
				scaling, err := policy.New(name, policy.Options{})
				require.NoError(t, err)
				knobs := known()
				knobs.Faults = Faults(faults)
				world := aws.New(knobs)
				measurer := NewMeasurer(world, w.Settle)
				w.Build(workload.Site{World: world, Policy: scaling})
				world.Run(knobs.Start.Add(mended))
				world.Groups()[0].SetBadImage(false)
				world.Run(knobs.Start.Add(w.Lasts))
				m, series, _ := measurer.Finish(world.Now())

				before, after := series[mended/time.Minute-1], series[(mended+50*time.Minute)/time.Minute]
				assert.Positive(t, before.Unplaced)
				assert.Greater(t, after.Active, before.Active, "one is tried within half an hour of the last, and joins")
				assert.Zero(t, m.UnplacedAtEnd)
				assert.LessOrEqual(t, m.NeverRegistered, 12, "what was bought at first, and one in thirty minutes")
			})
		}
	}
}

func TestAHostWhoseAgentIsDeadKeepsItsTasksUntilItsDeadlineAndTenMinutes(t *testing.T) {
	w, err := workload.Named("agent-blips")
	require.NoError(t, err)
	scaling, err := policy.New(policy.Signal, policy.Options{})
	require.NoError(t, err)
	knobs := known()
	knobs.Faults = Faults(0.05)
	world := aws.New(knobs)
	hosts := followExits(world)
	w.Build(workload.Site{World: world, Policy: scaling})
	const dies = 6 * time.Hour
	world.Run(knobs.Start.Add(dies - 1))
	group := world.Groups()[0]
	dead := group.Instances()[0]
	for _, i := range group.Instances()[1:] {
		group.SetProtection(i, true)
	}
	world.Run(knobs.Start.Add(dies + time.Minute))
	require.False(t, dead.Host.Connected)
	group.SetDesired(len(group.Instances()) - 1)
	world.Run(knobs.Start.Add(dies + 3*time.Hour))
	x := hosts.of[dead.ID]
	require.NotNil(t, x)
	assert.Positive(t, x.ended)
	assert.GreaterOrEqual(t, x.to.Sub(x.from), serviceDeadline+timeToStop)
	assert.Less(t, x.to.Sub(x.from), serviceDeadline+timeToStop+reaction)
	for _, h := range world.Clusters()[0].Hosts() {
		assert.NotEqual(t, dead.ID, h.Instance.ID, "its registration is removed")
	}
}

// standsOn tells whether a standalone task still runs on the instance.
func standsOn(w *aws.World, instance string) bool {
	for _, c := range w.Clusters() {
		for _, task := range c.Tasks() {
			if task.Service == nil && task.Host != nil && task.Host.Instance.ID == instance {
				return true
			}
		}
	}
	return false
}
