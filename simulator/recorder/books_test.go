package recorder_test

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ecs-cluster-scaler/simulator/aws"
	"ecs-cluster-scaler/simulator/policy"
	"ecs-cluster-scaler/simulator/recorder"
	"ecs-cluster-scaler/simulator/recording"
	"ecs-cluster-scaler/simulator/workload"
)

// books are the world's own: what it tells its observers, and its structs each minute. They know nothing of the API.
type books struct {
	world    *aws.World
	from     time.Time
	happened []aws.Happened
	desired  map[string][]int // of services, each minute from from on
	running  map[string][]int
	refusals map[string]bool // "service time", from ECS's events
	hosts    []map[string]state
	managed  bool // by ECS, at this target
	target   int
}

// state is a host's in a minute.
type state struct{ away, draining bool }

// run is a scenario under a policy, run once for all tests.
type run struct {
	name, policy string
	hours        int

	once sync.Once
	b    *books
	r    recording.Recording
}

func (r *run) watched(t *testing.T) (*books, recording.Recording) {
	t.Helper()
	r.once.Do(func() { r.b, r.r = watched(t, r.name, r.policy, r.hours) })
	return r.b, r.r
}

// watched runs a scenario under a policy and returns its books and its recording, from the end of settling on.
func watched(t *testing.T, name, scaling string, hours int) (*books, recording.Recording) {
	t.Helper()
	w, err := workload.Named(name)
	require.NoError(t, err)
	p, err := policy.New(scaling, policy.Options{})
	require.NoError(t, err)
	world := aws.New(aws.Defaults())
	b := &books{world: world, from: world.Now().Add(w.Settle), desired: map[string][]int{}, running: map[string][]int{}, refusals: map[string]bool{}}
	b.managed = p.Managed()
	_, _ = fmt.Sscanf(scaling, "managed-%d", &b.target)
	world.Observe(func(h aws.Happened) { b.happened = append(b.happened, h) })
	w.Build(workload.Site{World: world, Policy: p})
	r := recorder.Watch(t.Context(), world, b.from, time.Minute)
	for n := range hours * 60 {
		at := b.from.Add(time.Duration(n) * time.Minute)
		world.At(at, "recorder, then the books", func() { b.minute(t) })
	}
	world.Run(b.from.Add(time.Duration(hours)*time.Hour - time.Minute))
	seen := r.Recording()
	require.NoError(t, seen.Check())
	require.Empty(t, seen.Gaps)
	return b, seen
}

func (b *books) minute(t *testing.T) {
	t.Helper()
	c := b.world.Clusters()[0]
	states := map[string]state{}
	for _, h := range c.Hosts() {
		states[h.Instance.ID] = state{!h.Connected, h.Status == "DRAINING"}
	}
	b.hosts = append(b.hosts, states)
	var names []string
	for _, s := range c.Services() {
		name := s.Spec.Name
		running := 0
		for _, task := range c.Tasks() {
			if task.Service == s && task.Last == "RUNNING" && task.Desired == "RUNNING" {
				running++
			}
		}
		b.desired[name], b.running[name] = append(b.desired[name], s.Desired), append(b.running[name], running)
		names = append(names, name)
	}
	for some := range slices.Chunk(names, 10) {
		out, err := b.world.ECS().DescribeServices(t.Context(), &ecs.DescribeServicesInput{Cluster: &c.Name, Services: some})
		require.NoError(t, err)
		for _, s := range out.Services {
			for _, e := range s.Events {
				if strings.Contains(*e.Message, "unable to place") && !e.CreatedAt.Before(b.from) {
					b.refusals[*s.ServiceName+" "+clock(*e.CreatedAt)] = true
				}
			}
		}
	}
}

func clock(at time.Time) string {
	if at.IsZero() {
		return "-"
	}
	return at.UTC().Truncate(time.Millisecond).Format("15:04:05.000")
}

// each is the value of points at every minute.
func each[P any](points []P, from time.Time, minutes int, at func(P) time.Time, value func(P) int) []int {
	var all []int
	for n := range minutes {
		now := from.Add(time.Duration(n) * time.Minute)
		value, known := 0, func(p P) int { return value(p) }
		for _, p := range points {
			if !at(p).After(now) {
				value = known(p)
			}
		}
		all = append(all, value)
	}
	return all
}

func (b *books) of(kind aws.Kind) (all []aws.Happened) {
	for _, h := range b.happened {
		if h.Kind == kind {
			all = append(all, h)
		}
	}
	return all
}

// times are when something of a kind happened first to each instance, as the recording has it.
func (b *books) times(kind aws.Kind) map[string]string {
	at := map[string]string{}
	for _, h := range b.of(kind) {
		if at[h.Instance] == "" {
			at[h.Instance] = clock(h.At)
		}
	}
	return at
}

var scenarios = []*run{
	{name: "batch-storm", policy: policy.Gap, hours: 6},
	{name: "rolling-deploy", policy: policy.Gap, hours: 3},
	{name: "az-outage", policy: policy.Surge, hours: 5},
	{name: "no-capacity", policy: policy.Surge, hours: 6},
	{name: "colour-switch", policy: policy.Signal, hours: 5},
	{name: "flash-crowd", policy: policy.Gap, hours: 5},
	{name: "flash-crowd", policy: "managed-90", hours: 5},
	{name: "scale-to-zero", policy: "managed-100", hours: 9},
	{name: "flash-crowd", policy: "alarms-75", hours: 3}, // its group has no tag of ours
	{name: "agent-blips", policy: policy.Signal, hours: 4},
}

func forEach(t *testing.T, check func(t *testing.T, b *books, r recording.Recording) (found int)) {
	t.Helper()
	found := make([]int, len(scenarios))
	t.Run("scenarios", func(t *testing.T) {
		for i, s := range scenarios {
			t.Run(s.name+" "+s.policy, func(t *testing.T) {
				t.Parallel()
				b, r := s.watched(t)
				found[i] = check(t, b, r)
			})
		}
	})
	all := 0
	for _, n := range found {
		all += n
	}
	assert.Positive(t, all, "there was nothing to compare")
}

func TestServicesAreTheWorldsOwn(t *testing.T) {
	forEach(t, func(t *testing.T, b *books, r recording.Recording) int {
		t.Helper()
		require.Len(t, r.Services, len(b.desired))
		changes := 0
		for _, s := range r.Services {
			want := b.desired[s.Name]
			assert.Equal(t, want, each(s.Desired, b.from, len(want), func(d recording.Desired) time.Time { return d.At }, func(d recording.Desired) int { return d.Desired }), s.Name)
			assert.Equal(t, b.running[s.Name], each(s.Running, b.from, len(want), func(d recording.Running) time.Time { return d.At }, func(d recording.Running) int { return d.Running }), s.Name)
			changes += len(s.Desired) - 1
		}
		for _, s := range b.world.Clusters()[0].Services() {
			at := slices.IndexFunc(r.Services, func(seen recording.Service) bool { return seen.Name == s.Spec.Name })
			seen := r.Services[at]
			d := s.Deployments()[0].Definition
			last := seen.Desired[len(seen.Desired)-1].Revision
			size := seen.Revisions[slices.IndexFunc(seen.Revisions, func(r recording.Revision) bool { return r.Name == last })]
			assert.Equal(t, recording.Revision{
				Name: fmt.Sprint(d.Revision), StopTimeout: int(d.StopTimeout.Seconds()),
				Size: recording.Size{CPU: d.Resources.CPU, Memory: d.Resources.Memory, GPUs: d.Resources.GPU, Awsvpc: d.Awsvpc},
			}, size, s.Spec.Name)
			assert.Equal(t, [2]int{s.Spec.MinPercent, s.Spec.MaxPercent}, [2]int{seen.MinHealthy, seen.Max})
			assert.Equal(t, s.Spec.Daemon, seen.Daemon)
			assert.Equal(t, s.Spec.LoadBalanced, seen.LoadBalanced)
			assert.Equal(t, s.Spec.DistinctInstance, seen.DistinctInstance)
			assert.Equal(t, s.Spec.Strategy, seen.Placement)
		}
		return changes
	})
}

func TestRefusalsAreTheWorldsOwn(t *testing.T) {
	forEach(t, func(t *testing.T, b *books, r recording.Recording) int {
		t.Helper()
		seen := map[string]bool{}
		for _, refusal := range r.Refusals {
			seen[refusal.Service+" "+clock(refusal.At)] = true
			assert.NotEqual(t, recording.LacksOther, refusal.Lacks)
		}
		assert.Equal(t, b.refusals, seen)
		return len(seen)
	})
}

func TestHostsAreTheWorldsOwn(t *testing.T) {
	forEach(t, func(t *testing.T, b *books, r recording.Recording) int {
		t.Helper()
		launched, registered, inService, leaving, gone := b.times(aws.HostLaunched), b.times(aws.HostRegistered), b.times(aws.HostInService), b.times(aws.HostLeaving), b.times(aws.HostGone)
		causes := map[string]string{}
		for _, h := range b.of(aws.HostLeaving) {
			causes[h.Instance] = h.Cause
		}
		seen := map[string]bool{}
		for _, h := range r.Hosts {
			seen[h.Instance] = true
			assert.Equal(t, cmp.Or(registered[h.Instance], "-"), clock(h.Registered), "registered %s", h.Instance)
			if inService[h.Instance] != "" {
				assert.Equal(t, inService[h.Instance], clock(h.InService), "in service %s", h.Instance)
			}
			assert.Equal(t, cmp.Or(leaving[h.Instance], "-"), clock(h.Leaving), "leaving %s", h.Instance)
			// The bill ends when the termination's hooks are over, and its activity up to 90 s later.
			if over := gone[h.Instance]; !h.Ended.IsZero() || over != "" && over < clock(r.To.Add(-2*time.Minute)) {
				require.NotEmpty(t, over, "%s ended", h.Instance)
				assert.LessOrEqual(t, over, clock(h.Ended))
				assert.GreaterOrEqual(t, over, clock(h.Ended.Add(-90*time.Second)))
			}
			// A rebalance shrinks to what is desired, as scaling in does, and no activity tells them apart.
			want := strings.Replace(causes[h.Instance], "rebalance", "scale_in", 1)
			assert.Equal(t, want, string(h.Cause), h.Instance)
		}
		for _, h := range b.of(aws.HostGone) {
			if !h.At.Before(b.from) {
				assert.True(t, seen[h.Instance], "%s ended in the recording", h.Instance)
			}
		}
		for instance := range launched {
			if gone[instance] == "" {
				assert.True(t, seen[instance], "%s is there", instance)
			}
		}
		return len(seen)
	})
}

func TestAgentsAndDrainsAreTheWorldsOwn(t *testing.T) {
	forEach(t, func(t *testing.T, b *books, r recording.Recording) int {
		t.Helper()
		found := 0
		for n, states := range b.hosts {
			now := b.from.Add(time.Duration(n) * time.Minute)
			for _, h := range r.Hosts {
				want, there := states[h.Instance]
				if !there {
					continue
				}
				got := state{draining: !h.Draining.IsZero() && !h.Draining.After(now)}
				for _, away := range h.Disconnected {
					got.away = got.away || !away.From.After(now) && (away.To.IsZero() || away.To.After(now))
				}
				require.Equal(t, want, got, "%s at %s", h.Instance, now)
				if want != (state{}) {
					found++
				}
			}
		}
		return found
	})
}

func TestGroupsAreTheWorldsOwn(t *testing.T) {
	forEach(t, func(t *testing.T, b *books, r recording.Recording) int {
		t.Helper()
		require.Len(t, r.Groups, len(b.world.Groups()))
		changes := 0
		for _, g := range b.world.Groups() {
			seen := r.Groups[slices.IndexFunc(r.Groups, func(s recording.Group) bool { return s.Name == g.Spec.Name })]
			assert.Equal(t, g.Spec.Zones, seen.Zones)
			assert.Equal(t, []string{g.Spec.Type.Name}, seen.Types)
			last := seen.Limits[len(seen.Limits)-1]
			assert.Equal(t, [2]int{g.Min, g.Max}, [2]int{last.Min, last.Max})
			assert.Equal(t, g.Desired, seen.Desired[len(seen.Desired)-1].Desired)
			require.Len(t, seen.Hooks, len(g.Spec.Hooks))
			for i, h := range g.Spec.Hooks {
				assert.Equal(t, recording.Hook{Name: h.Name, Heartbeat: int(h.Heartbeat.Seconds()), Abandon: h.Default == "ABANDON"}, seen.Hooks[i])
			}
			if b.managed {
				require.NotNil(t, seen.Provider)
				assert.Equal(t, recording.CapacityProvider{Name: "managed-" + g.Spec.Name, TargetCapacity: b.target, Draining: true, Protection: true}, *seen.Provider)
			} else {
				assert.Nil(t, seen.Provider)
			}
			failures := 0
			for _, h := range b.of(aws.LaunchFailed) {
				if h.Group == g.Spec.Name && !h.At.Before(b.from) {
					failures++
				}
			}
			assert.Len(t, seen.LaunchFailures, failures)
			for _, f := range seen.LaunchFailures {
				assert.True(t, f.NoCapacity)
			}
			changes += len(seen.Desired) - 1
		}
		return changes
	})
}

func TestTasksAreTheWorldsOwn(t *testing.T) {
	forEach(t, func(t *testing.T, b *books, r recording.Recording) int {
		t.Helper()
		ended, why := map[string]string{}, map[string]string{}
		for _, kind := range []aws.Kind{aws.TaskStopped, aws.TaskEndedByHost} {
			for _, h := range b.of(kind) {
				ended[h.Task] = clock(h.At)
				if why[h.Task] = h.Cause; kind == aws.TaskEndedByHost {
					why[h.Task] = "host"
				}
			}
		}
		var placed, seen []string
		for _, h := range b.of(aws.TaskPlaced) {
			stopped, over := ended[h.Task]
			if over && stopped < clock(b.from) {
				continue
			}
			cause := why[h.Task]
			if h.Service == "" && over {
				cause = fmt.Sprint("cut ", cause != "exit")
			}
			placed = append(placed, fmt.Sprintf("%s on %s: %s %s", cmp.Or(h.Service, "standalone"), h.Instance, cmp.Or(stopped, "-"), cause))
		}
		daemon := map[string]bool{} // of which no book is kept
		for _, s := range r.Services {
			daemon[s.Name] = s.Daemon
		}
		for _, s := range r.StandaloneTasks {
			if !s.Placed.IsZero() {
				cause := ""
				if !s.Ended.IsZero() {
					cause = fmt.Sprint("cut ", s.Cut)
				}
				seen = append(seen, fmt.Sprintf("standalone on %s: %s %s", s.Host, clock(s.Ended), cause))
			}
		}
		for _, s := range r.ServiceTasks {
			if !daemon[s.Service] && s.Host != "" {
				seen = append(seen, fmt.Sprintf("%s on %s: %s %s", s.Service, s.Host, clock(s.Stopped), s.Cause))
			}
		}
		slices.Sort(placed)
		slices.Sort(seen)
		assert.Equal(t, placed, seen)
		return len(r.StandaloneTasks)
	})
}
