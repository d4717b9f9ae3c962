package drainer_test

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	ecstypes "github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ecs-cluster-scaler/drain/drainer"
	"ecs-cluster-scaler/internal/metrics"
	"ecs-cluster-scaler/internal/settings"
	"ecs-cluster-scaler/simulator/aws"
	"ecs-cluster-scaler/simulator/faulty"
)

// start is when the hosts of these tests begin to leave.
var start = time.Date(2026, 11, 22, 4, 0, 0, 0, time.UTC)

const (
	ours    = "ecs-cluster-scaler-drain"
	shipper = "log-shipper"
	wait    = "Terminating:Wait"
	dead    = "dead" // its machine failed, and the group has seen that
)

// account is a simulated AWS account with ECS cluster web, whose group web-blue has ACTIVE host i-0. Instances have the
// names that a test gives them. What must never happen is noted in broken.
type account struct {
	*aws.World
	web   *aws.Cluster
	blue  *aws.Group
	calls *faulty.AWS

	instances map[string]*aws.Instance
	names     map[string]string // by instance id
	services  map[string]*service
	leaves    []func() // what happens at start
	begun     bool

	// runsInGroup is the group that callers of RunTask choose; empty: the family's.
	runsInGroup string
	// takes is how long tasks take to stop that are placed from now on.
	takes time.Duration
	// stopTimeout is what their definitions say of that; 0: nothing.
	stopTimeout time.Duration
	tasks       map[string][]*aws.Task // by the host on which a test put them

	// fates spoil calls; the first is outermost. deny has denied actions, or actions on a cluster as ListTasks web.
	fates []faulty.Fate
	deny  map[string]bool

	blamed  map[string]string      // hosts that somebody calls unhealthy, and who
	beats   map[string][]time.Time // heartbeats that AWS took, by hook
	ended   map[string]time.Time   // when a host's last hook was done
	expired []string               // hooks that ended by their time
	put     map[string]float64
	stamped time.Time // of the last datum
	broken  []string
}

type service struct {
	*aws.Service
	desired int
}

// newAccount has chance in nothing, and everything happens at once, but for tasks that stop and instances that end: those
// take a minute.
func newAccount() *account {
	k := aws.Knobs{Start: start.Add(-24 * time.Hour)}
	k.EC2.ShutDown = aws.Uniform{Min: time.Minute, Max: time.Minute}
	k.ECS.Loop, k.ECS.StoppedKept = time.Second, time.Hour
	k.ECS.StopTimeout = 48 * time.Hour // a task takes what its definition says
	k.ECS.ProtectionHoldsDrains = true
	w := aws.New(k)
	a := &account{
		World: w, web: w.NewCluster("web"), instances: map[string]*aws.Instance{}, names: map[string]string{}, services: map[string]*service{},
		takes: time.Minute, tasks: map[string][]*aws.Task{}, deny: map[string]bool{}, blamed: map[string]string{}, beats: map[string][]time.Time{},
		ended: map[string]time.Time{}, put: map[string]float64{},
	}
	a.blue = a.group("web-blue", "web")
	a.enter("web", `{}`)
	a.calls = faulty.Wrap(faulty.Clients{SSM: w.SSM(), ECS: w.ECS(), AutoScaling: w.AutoScaling(), CloudWatch: w.CloudWatch()}, a.fate)
	w.Observe(a.observe)
	return a.host("i-0", "InService")
}

// group makes a group that is tagged with cluster web. Its agents register in the named cluster.
func (a *account) group(name, registersIn string) *aws.Group {
	return a.NewGroup(aws.GroupSpec{
		Name: name, Cluster: registersIn, Zones: []string{"eu-west-1a"}, Max: 1000,
		Type:  aws.InstanceType{Name: "m5.large", Resources: aws.Resources{CPU: 1 << 20, Memory: 1 << 20}, ENIs: 1000},
		Tags:  map[string]string{"ecs-cluster-scaler:cluster": "web"},
		Hooks: []aws.HookSpec{{Name: ours, Heartbeat: 15 * time.Minute, Default: "CONTINUE"}},
	})
}

// hooks gives the group's hosts other hooks.
func (a *account) hooks(names ...string) {
	a.blue.Spec.Hooks = nil
	for _, name := range names {
		a.blue.Spec.Hooks = append(a.blue.Spec.Hooks, aws.HookSpec{Name: name, Heartbeat: 15 * time.Minute, Default: "CONTINUE"})
	}
}

// enter stores a version of a cluster's entry.
func (a *account) enter(cluster, entry string) { a.PutParameter("/p/clusters/"+cluster, entry) }

// faulty has an entry of which no version is valid.
func (a *account) faulty(cluster, entry string) {
	a.forget(cluster)
	a.enter(cluster, entry)
}

func (a *account) forget(cluster string) { a.DeleteParameter("/p/clusters/" + cluster) }

// knows has an entry for a cluster that is empty.
func (a *account) knows(cluster string) {
	a.NewCluster(cluster)
	a.enter(cluster, `{}`)
}

// service makes one whose tasks are put on hosts; see [account.host]. What is missing of desired is started at start.
func (a *account) service(name string, desired, least, most int) *account {
	return a.create(aws.ServiceSpec{Name: name, Desired: desired, MinPercent: least, MaxPercent: most})
}

// pinned is an attribute of the hosts on which a service can run that runs nowhere else.
const pinned = "pinned"

// brokenService makes a service whose tasks are replaced nowhere.
func (a *account) brokenService(name string, desired, least, most int) *account {
	return a.create(aws.ServiceSpec{Name: name, Desired: desired, MinPercent: least, MaxPercent: most, MemberOf: map[string]string{pinned: name}})
}

// daemon makes a daemon service.
func (a *account) daemon(name string) *account {
	return a.create(aws.ServiceSpec{Name: name, Daemon: true, MaxPercent: 100})
}

func (a *account) create(spec aws.ServiceSpec) *account {
	desired := spec.Desired
	spec.Desired, spec.Definition = 0, a.definition(spec.Name)
	a.services[spec.Name] = &service{a.web.CreateService(spec), desired}
	return a
}

func (a *account) definition(family string) *aws.TaskDefinition {
	return &aws.TaskDefinition{Family: family, Revision: 1, Resources: aws.Resources{CPU: 100, Memory: 100}, Stops: a.takes, StopTimeout: a.stopTimeout}
}

// host launches an instance, which registers in web with the named tasks: services', or standalone ones where the name is
// empty. From start on it is in the state: InService, Terminating, Terminating:Wait or Terminating:Proceed.
func (a *account) host(name, state string, tasks ...string) *account {
	return a.hostOf(a.blue, name, state, tasks...)
}

func (a *account) hostOf(g *aws.Group, name, state string, tasks ...string) *account {
	g.SetDesired(g.Desired + 1)
	a.pass(0)
	all := g.Instances()
	i := all[len(all)-1]
	a.instances[name], a.names[i.ID] = i, name
	if i.Host != nil {
		for _, of := range tasks {
			a.place(i, name, of)
		}
	}
	if !a.begun {
		a.SetConnected(i, false) // so that it takes no task of the next host
		a.leaves = append(a.leaves, func() { a.SetConnected(i, true) })
	}
	if leave := a.leaving(i, state); a.begun {
		leave()
	} else {
		a.leaves = append(a.leaves, leave)
	}
	return a
}

// only is host, on which a test puts tasks afterwards too. No other host follows it.
func (a *account) only(name, state string) *account {
	a.host(name, state)
	a.connect(name, true)
	return a
}

// neverJoins launches an instance whose agent registers nowhere.
func (a *account) neverJoins(name, state string) *account {
	a.blue.SetBadImage(true)
	defer a.blue.SetBadImage(false)
	return a.host(name, state)
}

// leaving brings an instance into a state.
func (a *account) leaving(i *aws.Instance, state string) func() {
	return func() {
		switch state {
		case "Terminating": // a load balancer deregisters it
			i.Group.Spec.Deregistration = 24 * time.Hour
			a.Terminate(i)
			i.Group.Spec.Deregistration = 0
		case wait:
			a.Terminate(i)
		case "Terminating:Proceed":
			before := i.Group.Spec.Hooks
			i.Group.Spec.Hooks = nil
			a.Terminate(i)
			i.Group.Spec.Hooks = before
		case dead:
			a.Fail(i)
		default:
		}
	}
}

// place puts a task on a host, where all others are away.
func (a *account) place(i *aws.Instance, name, of string) {
	switch s := a.services[of]; {
	case s == nil:
		t, failure := i.Host.Cluster.RunTask(aws.TaskRequest{Definition: a.definition("batch"), Group: a.runsInGroup})
		if t == nil {
			panic(failure)
		}
		a.tasks[name] = append(a.tasks[name], t)
		a.pass(0)
	case !s.Spec.Daemon:
		if s.Spec.MemberOf != nil {
			i.Host.Attributes[pinned] = of
		}
		n := s.Desired
		s.SetDesired(n + 1)
		fallthrough
	default:
		a.Run(a.Now().Add(2 * time.Second))
		for _, t := range s.Tasks() {
			if t.Host == i.Host && !slices.Contains(a.tasks[name], t) {
				a.tasks[name] = append(a.tasks[name], t)
			}
		}
	}
}

// begin lets time come to start.
func (a *account) begin() {
	if a.begun {
		return
	}
	a.begun = true
	a.Run(start.Add(-time.Minute))
	var after []func()
	for n, do := range a.leaves {
		if n%2 == 0 {
			do() // agents are back
		} else {
			after = append(after, do)
		}
	}
	for _, name := range sorted(a.services) {
		if s := a.services[name]; !s.Spec.Daemon {
			s.SetDesired(s.desired)
		}
	}
	a.Run(start)
	for _, do := range after {
		do()
	}
	a.Run(start)
}

// pass lets time pass.
func (a *account) pass(d time.Duration) { a.Run(a.Now().Add(d)) }

// process is a drainer that remembers nothing yet.
func (a *account) process() *drainer.Drainer { return a.stack("/p") }

// stack is one of the stack with that configuration path, which may complete the named hooks; none named: any.
func (a *account) stack(path string, hooks ...string) *drainer.Drainer {
	a.begin()
	clients := drainer.Clients{SSM: a.calls.SSM, ECS: a.calls.ECS, AutoScaling: a.calls.AutoScaling, CloudWatch: a.calls.CloudWatch}
	return drainer.New(clients, settings.Settings{ConfigPath: path, Namespace: "N", Metrics: metrics.Everything, DrainHooks: hooks}, slog.New(slog.DiscardHandler))
}

func (a *account) id(name string) string { return a.instances[name].ID }

func (a *account) hostNamed(name string) *aws.Host { return a.instances[name].Host }

func (a *account) status(name string) string { return string(a.hostNamed(name).Status) }

// registered tells whether a host is in ECS's lists.
func (a *account) registered(name string) bool {
	h := a.hostNamed(name)
	return h != nil && slices.Contains(h.Cluster.Hosts(), h)
}

// connect has an agent lose its connection, or find it again.
func (a *account) connect(name string, connected bool) { a.SetConnected(a.instances[name], connected) }

// task is the first of the tasks that a test put on a host.
func (a *account) task(host string) *aws.Task { return a.tasks[host][0] }

// byUs tells whether a task was told to stop by a call.
func byUs(t *aws.Task) bool { return t.Cause == "api" }

// left are the instances that leave and whose hooks hold them.
func (a *account) left() []string {
	var names []string
	for _, name := range sorted(a.instances) {
		i := a.instances[name]
		if s := string(i.State); (s == "Terminating" || s == wait) && a.ended[name].IsZero() {
			names = append(names, name)
		}
	}
	return names
}

// actions are the calls so far.
func (a *account) actions() []string {
	calls := a.calls.Calls()
	names := make([]string, len(calls))
	for n, c := range calls {
		names[n] = c.Action
	}
	return names
}

func (a *account) count(action string) int { return a.calls.Count(action) }

// silence is how long the hook of i-1 went without a heartbeat, at its longest, from when the termination began until the
// hook was done.
func (a *account) silence(hook string) time.Duration {
	last, longest, end := start, time.Duration(0), a.Now()
	if at := a.ended["i-1"]; !at.IsZero() {
		end = at
	}
	for _, at := range append(slices.Clone(a.beats[hook]), end) {
		longest = max(longest, at.Sub(last))
		last = at
	}
	return longest
}

func (a *account) never(format string, args ...any) {
	a.broken = append(a.broken, a.Now().Format("15:04: ")+fmt.Sprintf(format, args...))
}

func (a *account) observe(h aws.Happened) {
	switch name := a.names[h.Instance]; h.Kind {
	case aws.HostGone:
		a.ended[name] = h.At
	case aws.HookExpired:
		a.expired = append(a.expired, name+" "+h.Cause)
	default:
	}
}

// fate is what becomes of a call: what the test wants, then the rights, then AWS itself, whose answers are watched.
func (a *account) fate(ctx context.Context, c faulty.Call, carryOut func() (any, error)) (any, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	next := func() (any, error) {
		if a.deny[c.Action] || a.deny[c.Action+" "+c.Resource] {
			return faulty.Denied(ctx, c, nil)
		}
		return a.watch(c, carryOut)
	}
	for _, fate := range slices.Backward(a.fates) {
		inner := next
		next = func() (any, error) { return fate(ctx, c, inner) }
	}
	return next()
}

// spoil adds fates, each inside of those before.
func (a *account) spoil(fates ...faulty.Fate) { a.fates = append(a.fates, fates...) }

// watch carries a call out and notes what it tells, and what must never be asked.
func (a *account) watch(c faulty.Call, carryOut func() (any, error)) (any, error) {
	switch in := c.Input.(type) {
	case *autoscaling.RecordLifecycleActionHeartbeatInput:
		a.watchHook(*in.InstanceId, *in.LifecycleHookName, "a heartbeat for")
	case *autoscaling.CompleteLifecycleActionInput:
		a.watchHook(*in.InstanceId, *in.LifecycleHookName, "completed")
		if *in.LifecycleActionResult != "CONTINUE" {
			a.never("completed with %s", *in.LifecycleActionResult)
		}
		a.watchEnd(*in.InstanceId)
	case *ecs.UpdateContainerInstancesStateInput:
		if len(in.ContainerInstances) > 10 {
			a.never("%d hosts in one UpdateContainerInstancesState", len(in.ContainerInstances))
		}
	case *ecs.DeregisterContainerInstanceInput:
		for name, i := range a.instances {
			if h := i.Host; h != nil && h.ARN == *in.ContainerInstance && (h.Connected || a.ended[name].IsZero() && i.Healthy && a.blamed[name] == "") {
				a.never("deregistered %s, which is not gone", name)
			}
		}
	default:
	}
	out, err := carryOut()
	if err == nil {
		a.learn(c)
	}
	return out, err
}

func (a *account) watchHook(instance, hook, what string) {
	i := a.instances[a.names[instance]]
	if hook != ours && !slices.ContainsFunc(i.Group.Spec.Hooks, func(h aws.HookSpec) bool { return h.Name == hook }) {
		a.never("%s %s, a foreign hook", what, hook)
	}
	if state := string(i.State); !strings.HasPrefix(state, "Terminating") {
		a.never("%s %s, which is %s", what, a.names[instance], state)
	}
}

// watchEnd is what must hold when a hook is completed.
func (a *account) watchEnd(instance string) {
	name := a.names[instance]
	i := a.instances[name]
	if string(i.State) != wait {
		return // AWS refuses it
	}
	if (!i.Healthy || a.blamed[name] != "") && (i.Host == nil || !i.Host.Connected) {
		return // it is dead
	}
	if since := a.Now().Sub(i.Leaving); since < 3*time.Minute {
		a.never("completed %s after %s", name, since)
	}
	for _, t := range a.web.Tasks() {
		if i.Host != nil && t.Host == i.Host {
			a.never("completed %s under %s (%s)", name, t.ID(), t.Last)
		}
	}
}

// learn keeps what tests ask for of a call that AWS has taken.
func (a *account) learn(c faulty.Call) {
	switch in := c.Input.(type) {
	case *autoscaling.RecordLifecycleActionHeartbeatInput:
		a.beats[*in.LifecycleHookName] = append(a.beats[*in.LifecycleHookName], a.Now())
	case *cloudwatch.PutMetricDataInput:
		for _, d := range in.MetricData {
			a.put[*d.MetricName] = *d.Value
			a.stamped = *d.Timestamp
		}
	default:
	}
}

// hidden is a host that is in no list but a filtered one, as when pages shift.
func (a *account) hidden(name string) faulty.Fate {
	return faulty.Rewrite(func(c faulty.Call, out *ecs.ListContainerInstancesOutput) {
		if in, ok := c.Input.(*ecs.ListContainerInstancesInput); ok && in.Filter == nil {
			out.ContainerInstanceArns = slices.DeleteFunc(slices.Clone(out.ContainerInstanceArns), func(arn string) bool { return arn == a.hostNamed(name).ARN })
		}
	})
}

// undescribed is a host that ECS lists and does not describe.
func (a *account) undescribed(name string) faulty.Fate {
	return faulty.Rewrite(func(_ faulty.Call, out *ecs.DescribeContainerInstancesOutput) {
		arn := a.hostNamed(name).ARN
		described := len(out.ContainerInstances)
		out.ContainerInstances = slices.DeleteFunc(slices.Clone(out.ContainerInstances), func(h ecstypes.ContainerInstance) bool { return sdk.ToString(h.ContainerInstanceArn) == arn })
		if len(out.ContainerInstances) < described {
			out.Failures = append(out.Failures, ecstypes.Failure{Arn: sdk.String(arn), Reason: sdk.String("UNAVAILABLE")})
		}
	})
}

// blame has somebody call a host unhealthy, wherefore it leaves.
func (a *account) blame(name, who string) *account {
	a.blamed[name] = who
	a.spoil(faulty.Rewrite(func(_ faulty.Call, out *autoscaling.DescribeAutoScalingGroupsOutput) {
		for g := range out.AutoScalingGroups {
			instances := slices.Clone(out.AutoScalingGroups[g].Instances)
			for n, i := range instances {
				if *i.InstanceId == a.id(name) {
					instances[n].HealthStatus = sdk.String("Unhealthy")
				}
			}
			out.AutoScalingGroups[g].Instances = instances
		}
	}), faulty.Rewrite(func(_ faulty.Call, out *autoscaling.DescribeScalingActivitiesOutput) {
		for n, one := range out.Activities {
			if *one.Description == "Terminating EC2 instance: "+a.id(name) {
				out.Activities[n].Cause = sdk.String("At 2026-11-22T04:00:00Z an instance was taken out of service in response to " + who)
			}
		}
	}))
	return a
}

// health is what tasks on a host report.
func (a *account) health(host string, is func() ecstypes.HealthStatus) faulty.Fate {
	return faulty.Rewrite(func(_ faulty.Call, out *ecs.DescribeTasksOutput) {
		for n, t := range out.Tasks {
			if sdk.ToString(t.ContainerInstanceArn) == a.hostNamed(host).ARN {
				out.Tasks[n].HealthStatus = is()
			}
		}
	})
}

// stop has a person stop a task.
func (a *account) stop(t *testing.T, task *aws.Task) {
	t.Helper()
	_, err := a.ECS().StopTask(t.Context(), &ecs.StopTaskInput{Cluster: sdk.String(task.Cluster.Name), Task: sdk.String(task.ARN)})
	require.NoError(t, err)
	a.pass(0)
}

// complete has somebody else complete a hook of a host.
func (a *account) complete(t *testing.T, name, hook string) {
	t.Helper()
	i := a.instances[name]
	_, err := a.AutoScaling().CompleteLifecycleAction(t.Context(), &autoscaling.CompleteLifecycleActionInput{
		AutoScalingGroupName: sdk.String(i.Group.Spec.Name), LifecycleHookName: sdk.String(hook), InstanceId: sdk.String(i.ID), LifecycleActionResult: sdk.String("CONTINUE"),
	})
	require.NoError(t, err)
	a.pass(0)
}

// hold lets time pass in which somebody else holds hosts.
func (a *account) hold(t *testing.T, d time.Duration, hook string, names ...string) {
	t.Helper()
	for end := a.Now().Add(d); a.Now().Before(end); a.pass(min(10*time.Minute, end.Sub(a.Now()))) {
		for _, name := range names {
			i := a.instances[name]
			_, err := a.AutoScaling().RecordLifecycleActionHeartbeat(t.Context(), &autoscaling.RecordLifecycleActionHeartbeatInput{
				AutoScalingGroupName: sdk.String(i.Group.Spec.Name), LifecycleHookName: sdk.String(hook), InstanceId: sdk.String(i.ID),
			})
			require.NoError(t, err)
		}
	}
}

// cutAfter answers so many calls of ListContainerInstances, and then none: the tick's time is over.
func cutAfter(calls int) faulty.Fate {
	return nth("ListContainerInstances", faulty.TimedOut, func(n int) bool { return n > calls })
}

// tick is one of a process. The answer has the names of instances.
func tick(t *testing.T, a *account, d *drainer.Drainer) drainer.Answer {
	t.Helper()
	answer, err := d.Run(t.Context(), a.Now())
	require.NoError(t, err)
	return a.after(answer)
}

// after lets what calls have begun happen, and names instances.
func (a *account) after(answer drainer.Answer) drainer.Answer {
	a.pass(0)
	answer.Instances = slices.Clone(answer.Instances)
	for n, s := range answer.Instances {
		answer.Instances[n].Instance = a.names[s.Instance]
	}
	return answer
}

// until ticks each minute until the host is gone, and returns what was said of it, repetitions once.
func until(t *testing.T, a *account, d *drainer.Drainer, minutes int) []string {
	t.Helper()
	var told []string
	for range minutes {
		for _, s := range tick(t, a, d).Instances {
			line := fmt.Sprintf("%s %s", s.Action, s.Reason)
			if len(told) == 0 || told[len(told)-1] != line {
				told = append(told, line)
			}
		}
		if len(a.left()) == 0 {
			break
		}
		a.pass(time.Minute)
	}
	assert.Empty(t, a.broken)
	return told
}

// ticks runs a tick of each of the processes in each of so many minutes, and returns the last answer of the last.
func ticks(t *testing.T, a *account, minutes int, processes ...*drainer.Drainer) drainer.Answer {
	t.Helper()
	var last drainer.Answer
	for range minutes {
		for _, d := range processes {
			last = tick(t, a, d)
		}
		a.pass(time.Minute)
	}
	return last
}

// sorted are a map's keys, shorter ones first.
func sorted[V any](m map[string]V) []string {
	var keys []string
	for k := range m {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(a, b string) int {
		if len(a) != len(b) {
			return len(a) - len(b)
		}
		return strings.Compare(a, b)
	})
	return keys
}

// on is the host that a task is on.
func (a *account) on(t *aws.Task) string { return a.names[t.Host.Instance.ID] }
