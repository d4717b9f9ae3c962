package workload

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ecs-cluster-scaler/simulator/aws"
	"ecs-cluster-scaler/simulator/recording"
)

var nine = time.Date(2026, 11, 28, 9, 0, 0, 0, time.UTC)

// past is so long after nine.
func past(d time.Duration) time.Time { return nine.Add(d) }

func points(revision string, minutesAndCounts ...int) (all []recording.Desired) {
	for i := 0; i < len(minutesAndCounts); i += 2 {
		all = append(all, recording.Desired{At: past(time.Duration(minutesAndCounts[i]) * time.Minute), Desired: minutesAndCounts[i+1], Revision: revision})
	}
	return all
}

func service(name string, cpu int, desired []recording.Desired) recording.Service {
	return recording.Service{
		Name: name, MinHealthy: 100, Max: 200, Desired: desired,
		Revisions: []recording.Revision{{Name: "1", Size: recording.Size{CPU: cpu, Memory: 512}}, {Name: "2", Size: recording.Size{CPU: 2 * cpu, Memory: 512}}},
	}
}

func host(id, group, kind string, launched, registered, ended time.Duration) recording.Host {
	h := recording.Host{Instance: id, Group: group, Type: kind, Zone: "a", Launched: past(launched), Registered: past(registered)}
	if ended != 0 {
		h.Ended = past(ended)
	}
	return h
}

// morning is three hours of a cluster with two hosts of one group.
func morning() recording.Recording {
	return recording.Recording{
		Version: recording.Version, Cluster: "web", Made: recording.Watched, From: nine, To: past(3 * time.Hour), Resolution: 60,
		InstanceTypes: []recording.InstanceType{{Name: "m5.xlarge", CPU: 4096, Memory: 15400, AwsvpcTasks: 20}, {Name: "m5.large", CPU: 2048, Memory: 7600}},
		Groups: []recording.Group{{
			Name: "hosts", Types: []string{"m5.xlarge"}, Zones: []string{"a", "b"},
			Limits: []recording.Limits{{At: nine, Min: 1, Max: 9}}, Desired: []recording.Capacity{{At: nine, Desired: 2}},
		}},
		Services: []recording.Service{service("api", 256, points("1", 0, 4))},
		Hosts:    []recording.Host{host("i-1", "hosts", "m5.xlarge", -time.Hour, -time.Hour, 0), host("i-2", "hosts", "m5.xlarge", -time.Hour, -time.Hour, 0)},
	}
}

func recorded(t *testing.T, r recording.Recording, w Window) (Workload, []string) {
	t.Helper()
	require.NoError(t, r.Check())
	made, notes, err := Recorded("web.json", r, w, 0)
	require.NoError(t, err)
	return made, notes
}

func TestServicesWantWhatWasRecorded(t *testing.T) {
	r := morning()
	r.Services[0].Desired = append(points("1", 0, 4, 60, 6), points("2", 90, 6)...)
	late := service("late", 128, points("1", 75, 3))
	late.Created, late.Deleted = past(75*time.Minute), past(120*time.Minute)
	r.Services = append(r.Services, late)
	w, notes := recorded(t, r, Window{})
	assert.Empty(t, notes)
	assert.Equal(t, "A recording of web from 2026-11-28 09:00 to 2026-11-28 12:00 UTC: 2 services, 1 roll-out, 0 standalone tasks. Its hosts ran 6.0 instance-hours there.", w.Why)
	assert.Equal(t, []time.Duration{traceSettle, traceSettle + 3*time.Hour}, []time.Duration{w.Settle, w.Lasts})
	assert.Equal(t, []string{
		"api:1 4 x 256 CPU; ", "api:1 4 x 256 CPU; ", "api:1 6 x 256 CPU; ",
		"api:1 6 x 256 CPU; late:1 3 x 128 CPU; ", "api:2 6 x 512 CPU; late:1 3 x 128 CPU; ", "api:2 6 x 512 CPU; ",
	}, wantedAt(t, w, -30*time.Minute, 59*time.Minute, 60*time.Minute, 75*time.Minute, 90*time.Minute, 125*time.Minute))
}

func TestWindowOfARecordingBeginsWithWhatHoldsThere(t *testing.T) {
	r := morning()
	r.Services[0].Desired = append(points("1", 0, 4, 60, 6), points("2", 90, 7)...)
	gone := service("gone", 128, points("1", 0, 3))
	gone.Deleted = past(time.Hour)
	r.Services = append(r.Services, gone)
	w, _ := recorded(t, r, Window{3600, 7200})
	assert.Equal(t, []string{"api:1 6 x 256 CPU; ", "api:2 7 x 512 CPU; "}, wantedAt(t, w, -30*time.Minute, 31*time.Minute))
	for window, want := range map[Window]string{
		{0, 10801}: "web.json: the window ends at second 10801, and there is nothing after second 10800; choose an end within it",
		{60, 60}:   "web.json: the window 60 to 60 is empty; its end must be after its beginning, in seconds",
	} {
		_, _, err := Recorded("web.json", r, window, 0)
		require.EqualError(t, err, want)
	}
	r.Services = nil
	_, _, err := Recorded("web.json", r, Window{}, 0)
	require.EqualError(t, err, "web.json: no service and no standalone task is there in the window; choose another")
	r.Groups = nil
	_, _, err = Recorded("web.json", r, Window{}, 0)
	require.EqualError(t, err, "web.json: groups is empty, so that there is nothing to scale; record a cluster whose hosts are in an Auto Scaling group")
}

func TestRecordedTasksRunAsLongAsTheyRan(t *testing.T) {
	p := replay{from: past(time.Hour), to: past(2 * time.Hour)}
	for _, c := range []struct {
		what                           string
		asked, placed, running, ended  time.Duration
		at, lasts                      time.Duration
		refusedBefore, stillRuns, mute bool
	}{
		{what: "in the window", placed: 70 * time.Minute, running: 71 * time.Minute, ended: 80 * time.Minute, at: traceSettle + 10*time.Minute, lasts: 9 * time.Minute},
		{what: "its start is not known", placed: 70 * time.Minute, ended: 80 * time.Minute, mute: true, at: traceSettle + 10*time.Minute, lasts: 10 * time.Minute},
		{what: "asked for in vain first", asked: 65 * time.Minute, placed: 70 * time.Minute, running: 71 * time.Minute, ended: 80 * time.Minute, refusedBefore: true, at: traceSettle + 5*time.Minute, lasts: 9 * time.Minute},
		{what: "ran when the window began", placed: 50 * time.Minute, running: 51 * time.Minute, ended: 80 * time.Minute, at: 0, lasts: traceSettle + 20*time.Minute},
		{what: "runs at the end", placed: 70 * time.Minute, running: 71 * time.Minute, stillRuns: true, at: traceSettle + 10*time.Minute, lasts: 3 * time.Hour},
	} {
		task := recording.StandaloneTask{Placed: past(c.placed), Running: past(c.running), Ended: past(c.ended)}
		if c.refusedBefore {
			task.Asked = past(c.asked)
		}
		if c.stillRuns {
			task.Ended = time.Time{}
		}
		if c.mute {
			task.Running = time.Time{}
		}
		at, lasts := p.time(task)
		assert.Equal(t, []time.Duration{c.at, c.lasts}, []time.Duration{at, lasts}, c.what)
	}
}

func TestRecordedTasksComeAndGo(t *testing.T) {
	r := morning()
	one := func(placed, ended time.Duration) {
		task := recording.StandaloneTask{Size: recording.Size{CPU: 512, Memory: 512}, Placed: past(placed), Running: past(placed)}
		if ended != 0 {
			task.Ended = past(ended)
		}
		r.StandaloneTasks = append(r.StandaloneTasks, task)
	}
	one(-time.Hour, 30*time.Minute)
	one(time.Hour, 90*time.Minute)
	one(2*time.Hour, 0)
	w, _ := recorded(t, r, Window{})
	for at, want := range map[time.Duration]int{0: 1, 20 * time.Minute: 1, 45 * time.Minute: 0, 65 * time.Minute: 1, 100 * time.Minute: 0, 179 * time.Minute: 1} {
		world := aws.New(aws.Defaults())
		w.Build(Site{World: world, Policy: nobody{}})
		world.Run(world.Knobs.Start.Add(traceSettle + at))
		n := 0
		for _, task := range world.Clusters()[0].Tasks() {
			if task.Service == nil {
				n++
			}
		}
		assert.Equal(t, want, n, "after %s", at)
	}
}

// The largest group is scaled; what another one does is repeated, and so are bounds.
func TestOtherGroupsDoWhatTheyDid(t *testing.T) {
	r := morning()
	r.Groups[0].Limits = append(r.Groups[0].Limits, recording.Limits{At: past(time.Hour), Min: 3, Max: 5})
	r.Groups = append(r.Groups, recording.Group{
		Name: "gpu", Types: []string{"m5.large"}, Zones: []string{"b"}, Attributes: map[string]string{"kind": "gpu", "ecs.instance-type": "other"},
		Limits:   []recording.Limits{{At: nine, Min: 0, Max: 4}},
		Desired:  []recording.Capacity{{At: nine, Desired: 1}, {At: past(2 * time.Hour), Desired: 0}},
		Provider: &recording.CapacityProvider{Name: "gpus"},
	})
	r.Hosts = append(r.Hosts, host("i-3", "gpu", "m5.large", -time.Hour, -time.Hour, 2*time.Hour))
	r.Services[0].MemberOf = map[string]string{"ecs.instance-type": "m5.xlarge", "team": "x"}
	there := service("there", 128, points("1", 0, 1))
	there.CapacityProviders = []recording.ProviderShare{{Provider: "gpus", Weight: 1}}
	there.MemberOf, there.OtherConstraints = map[string]string{"kind": "gpu"}, 2
	r.Services = append(r.Services, there)
	w, notes := recorded(t, r, Window{})
	assert.Equal(t, []string{
		"the constraint of api on team == x is left out, because no group is recorded with it",
		"there: 2 placement constraints are left out, because the simulator has no such kind",
		"the policy scales group hosts alone, which has the most hosts; gpu has the desired capacity that was recorded",
	}, notes)
	world := aws.New(aws.Defaults())
	w.Build(Site{World: world, Policy: nobody{}})
	groups, cluster := world.Groups(), world.Clusters()[0]
	world.Run(world.Knobs.Start.Add(traceSettle))
	require.Len(t, groups, 2)
	assert.Equal(t, []int{2, 1}, []int{groups[0].Desired, groups[1].Desired})
	assert.Equal(t, []int{1, 9}, []int{groups[0].Min, groups[0].Max})
	for _, s := range cluster.Services() {
		require.Equal(t, s.Desired, s.Running(), s.Spec.Name)
		for _, task := range s.Tasks() {
			assert.Equal(t, map[string]string{"api": "hosts", "there": "gpu"}[s.Spec.Name], task.Host.Instance.Group.Spec.Name)
		}
	}
	assert.Equal(t, "m5.large", groups[1].Instances()[0].Host.Attributes["ecs.instance-type"])
	world.Run(world.Knobs.Start.Add(traceSettle + 150*time.Minute))
	assert.Equal(t, []int{3, 5}, []int{groups[0].Min, groups[0].Max})
	assert.Equal(t, []int{3, 0}, []int{groups[0].Desired, groups[1].Desired})
}

func TestTypesAreLaunchedAsOftenAsThere(t *testing.T) {
	r := morning()
	g := r.Groups[0]
	g.Types = []string{"m5.large", "m5.xlarge"}
	p := replay{recording: r}
	names := func() (all []string) {
		for _, kind := range p.types(g) {
			all = append(all, kind.Name)
		}
		return all
	}
	assert.Equal(t, []string{"m5.xlarge"}, names(), "the other one was never launched")
	for n := range 2 {
		p.recording.Hosts = append(p.recording.Hosts, host(fmt.Sprint(n), "hosts", "m5.large", 0, 0, 0))
	}
	all := names()
	assert.Len(t, all, mostTickets)
	assert.Equal(t, mostTickets/2, strings.Count(strings.Join(all, " "), "m5.large"))
	p.recording.Hosts = nil
	assert.Equal(t, []string{"m5.large", "m5.xlarge"}, names(), "nobody knows")
}

func TestWhatIsNotRepeatedIsSaid(t *testing.T) {
	r := morning()
	r.Made, r.Resolution = recording.CloudWatch, 3600
	r.Gaps = []recording.Span{{From: past(-time.Hour), To: past(10 * time.Minute)}, {From: past(170 * time.Minute)}}
	lost := host("i-3", "hosts", "m5.xlarge", 0, time.Minute, time.Hour)
	lost.Cause = recording.Health
	spot := host("i-4", "hosts", "m5.xlarge", 0, time.Minute, time.Hour)
	spot.Cause = recording.Spot
	never := recording.Host{Instance: "i-5", Type: "m5.xlarge", Zone: "a", Group: "hosts", Launched: past(time.Hour)}
	alone := host("i-6", "", "m5.large", 0, 0, 0)
	r.Hosts = append(r.Hosts, lost, spot, never, alone)
	r.Groups[0].LaunchFailures = []recording.LaunchFailure{{At: past(time.Hour)}, {At: past(61 * time.Minute)}}
	dead := host("i-7", "hosts", "m5.xlarge", 0, 0, 0)
	dead.Disconnected = []recording.Span{{From: past(time.Hour), To: past(61 * time.Minute)}, {From: past(2 * time.Hour)}}
	r.Hosts = append(r.Hosts, dead)
	for range 11 {
		r.ServiceTasks = append(r.ServiceTasks, recording.ServiceTask{Service: "api", Revision: "1", Created: nine, Stopped: past(time.Hour), Cause: recording.StoppedByExit})
	}
	r.Notes = []string{"2 services are gone."}
	large := service("large", 4097, points("1", 0, 1))
	r.Services = append(r.Services, large)
	r.Groups[0].Suspended = []string{"AZRebalance", "Terminate"}
	r.Groups[0].Hooks = []recording.Hook{{Name: "warm", Launching: true, Heartbeat: 60}, {Name: "drain", Heartbeat: 60}}
	size := recording.Size{CPU: 1, Memory: 4, Awsvpc: true}
	r.InstanceTypes[0].AwsvpcTasks = 0
	r.StandaloneTasks = []recording.StandaloneTask{
		{Size: size, Asked: past(time.Hour)},
		{Size: size, Placed: past(time.Hour), Ended: past(2 * time.Hour), Cut: true},
	}
	_, notes := recorded(t, r, Window{})
	assert.Equal(t, []string{
		"2 services are gone.",
		"tasks of large (4097 CPU, 512 MiB, 0 GPUs) fit on no instance type of the groups and wait without end",
		"the recording is made from CloudWatch, every 1h: what came and went in between is not in it",
		"nothing was read for 20m of the window; what was so before is taken to hold",
		"Terminate is suspended in group hosts there, and works here",
		"how many awsvpc tasks a host of type m5.xlarge takes is not recorded and taken to have no limit; awsvpc_tasks sets one",
		"how many awsvpc tasks a host of type m5.large takes is not recorded and taken to have no limit; awsvpc_tasks sets one",
		"1 launch hook is left out, because the simulator has none",
		"1 host was in no Auto Scaling group and left out; the groups' hosts must hold all tasks",
		"1 host was lost there, and none is lost here; --knobs has ec2.failures_per_month",
		"1 host was taken back by Spot there, and none is here; --knobs has ec2.spot_interruptions_per_day",
		"1 host was launched there that never registered, and each one registers here; --knobs has ec2.never_joins",
		"1 host was without an agent for more than 10 minutes there, and each agent is back within seconds here; --knobs has ecs.agent_deaths_per_month",
		"2 launches were refused there, and none is here",
		"1 standalone task is left out that never had a host, because nobody knows how long it would have run",
		"1 standalone task was stopped from outside there; it is taken to end by itself at that time",
		"11 tasks of services ended by themselves there, and none does here",
	}, notes)
}

func TestInterfacesAreLearntWhereTheyRanOut(t *testing.T) {
	r := morning()
	for i := range r.Services[0].Revisions {
		r.Services[0].Revisions[i].Awsvpc = true
	}
	r.InstanceTypes[0].AwsvpcTasks = 0
	task := func(host string, from, to time.Duration) {
		r.ServiceTasks = append(r.ServiceTasks, recording.ServiceTask{Service: "api", Revision: "1", Host: host, Created: past(from), Stopping: past(to)})
	}
	task("i-1", 0, time.Hour)
	task("i-1", time.Minute, 2*time.Hour)
	task("i-1", time.Hour, 2*time.Hour) // one went as it came
	task("i-2", 0, time.Hour)
	learnt := func(kind string) int { return (&replay{recording: r}).interfaces(kind) }
	assert.Equal(t, noLimit, learnt("m5.xlarge"), "nothing waited")

	r.Refusals = []recording.Refusal{{At: nine, Service: "api", Lacks: recording.LacksInterface}}
	assert.Equal(t, 2, learnt("m5.xlarge"))
	assert.Equal(t, noLimit, learnt("m5.large"), "it held none")
	_, notes := recorded(t, r, Window{})
	assert.Contains(t, notes, "a host of type m5.xlarge is taken to have room for 2 awsvpc tasks, the most that one had while others waited; awsvpc_tasks sets another number")

	r.Refusals = nil
	r.ServiceTasks[3].Placed = past(time.Minute)
	assert.Equal(t, 2, learnt("m5.xlarge"), "one waited for a capacity provider")

	r.Services[0].Revisions[0].CPU = 1500
	assert.Equal(t, noLimit, learnt("m5.xlarge"), "CPU ran out first")
}

func TestBootIsLearntFromLaunches(t *testing.T) {
	r := morning()
	r.Hosts = nil
	for n := range 4 {
		r.Hosts = append(r.Hosts, host(fmt.Sprint(n), "hosts", "m5.xlarge", 0, time.Duration(n+1)*time.Minute, 0))
	}
	knobs := aws.Defaults()
	assert.Equal(t, "ec2.boot stays at its default, because the launch and the registration of only 4 hosts are known", LearnBoot(r, &knobs))
	assert.Equal(t, aws.Defaults(), knobs)
	never := host("never", "hosts", "m5.xlarge", 0, 0, 0)
	never.Registered = time.Time{}
	r.Hosts = slices.Concat(r.Hosts, []recording.Host{host("5", "hosts", "m5.xlarge", 0, 50*time.Minute, 0), never})
	assert.Equal(t, "ec2.boot is set to what 5 recorded hosts took: median 3m, p95 50m", LearnBoot(r, &knobs))
	assert.Equal(t, aws.LogNormal{Median: 3 * time.Minute, P95: 50 * time.Minute}, knobs.EC2.Boot)
}
