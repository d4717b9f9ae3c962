package drainer_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	ecstypes "github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/aws/smithy-go"

	"ecs-cluster-scaler/drain/drainer"
	"ecs-cluster-scaler/internal/metrics"
	"ecs-cluster-scaler/internal/settings"
)

// fakeAWS is one ECS cluster, web, and its groups, with what AWS does by itself from minute to minute: a scheduler that
// moves tasks off DRAINING hosts, tasks that take their time to stop, instances that go once their hooks are done. It
// notes whatever must never happen.
type fakeAWS struct {
	mu  sync.Mutex
	now time.Time

	hosts     map[string]*fakeHost
	tasks     map[string]*fakeTask
	services  map[string]*fakeService
	instances map[string]*fakeInstance
	entries   map[string]string
	// containers are those of the services' task definitions, where a test needs one.
	containers map[string]ecstypes.ContainerDefinition
	// configPath is in the group's tag; empty: it has none. elsewhere are the entries below other paths than /p.
	configPath string
	// untagged: the group is in no list by tag.
	untagged  bool
	elsewhere map[string]map[string]string
	// also are further terminating hooks of the group, beside hook; beats are the heartbeats that AWS took, by hook.
	also []string
	// transition is what all of them are for.
	transition string
	beats      map[string][]time.Time
	// quirk, unless nil, may answer a call in AWS's place; it runs first.
	quirk func(action string) error
	// hook is the terminating hook's name, timeout its heartbeat timeout in seconds, maxSize each group's.
	hook    string
	timeout int32
	maxSize int32
	deny    map[string]bool
	// denyCluster: whose hosts may not be listed.
	denyCluster map[string]bool
	// denyAll: tasks may be listed host by host only, denyOwners: not by service on a host.
	denyAll, denyOwners bool
	// luck, unless nil, refuses one call in refused; AWS carries half of those out all the same.
	luck    *rand.Rand
	refused float64
	// slow is how long a read of tasks waits for its turn.
	slow time.Duration
	// slowStop is how long a StopTask does.
	slowStop time.Duration
	// asked is which group was last asked for by name, and how many hosts were last described.
	asked string

	calls []string
	put   map[string]float64
	// stamped is the time of the last datum.
	stamped time.Time
	broken  []string

	// The process dies at this call, which AWS carries out or not; -1: it does not. dead: it has.
	diesAt  int
	carried bool
	dead    bool
	// cutAfter: so many calls of ListContainerInstances are answered, then none; 0: all.
	cutAfter int
}

type fakeHost struct {
	arn, instance, status string
	connected             bool
	registered            time.Time
	// hidden: it is in no list but a filtered one, as when pages shift.
	hidden bool
	// undescribed: it is in every list, and ECS does not describe it. refuses is why it is not set DRAINING; empty: it is.
	undescribed bool
	refuses     string
}

type fakeTask struct {
	arn, host, service string
	last               string
	wanted             bool
	stopping, stopped  time.Time
	// takes is how long it takes to stop.
	takes  time.Duration
	health string
	// group and startedBy are what a caller of run-task chose; empty: its service's.
	group, startedBy string
	// definition is its definition's name; empty: its service's.
	definition string
	byUs       bool
	protected  bool
	// protectedUntil is what ECS says of its protection; zero: nothing. unprotectable is the failure that it answers instead.
	protectedUntil time.Time
	unprotectable  string
	// missing: it is listed, but not described.
	missing bool
}

type fakeService struct {
	name                      string
	desired, minimum, maximum int
	daemon                    bool
	// replaces: the scheduler starts a task elsewhere for each that it moves.
	replaces bool
}

type fakeInstance struct {
	id, group, state string
	healthy          bool
	// blamed is who calls it unhealthy; empty: EC2 itself.
	blamed string
	began  time.Time
	ended  time.Time
}

// newFakeAWS has ACTIVE host i-0 in group web-blue.
func newFakeAWS() *fakeAWS {
	f := &fakeAWS{
		now: start, hosts: map[string]*fakeHost{}, tasks: map[string]*fakeTask{}, services: map[string]*fakeService{},
		instances: map[string]*fakeInstance{}, entries: map[string]string{"web": `{}`}, hook: ours, timeout: 900, maxSize: 10,
		containers: map[string]ecstypes.ContainerDefinition{}, deny: map[string]bool{}, put: map[string]float64{}, beats: map[string][]time.Time{},
		transition: "autoscaling:EC2_INSTANCE_TERMINATING", diesAt: -1,
	}
	f.host("i-0", "InService")
	return f
}

func (f *fakeAWS) host(id, state string, tasks ...string) *fakeAWS {
	f.hosts["ci/"+id] = &fakeHost{arn: "ci/" + id, instance: id, status: "ACTIVE", connected: true}
	f.instances[id] = &fakeInstance{id: id, group: "web-blue", state: state, healthy: true, began: start}
	for _, service := range tasks {
		f.task(id, service)
	}
	return f
}

func (f *fakeAWS) task(instance, service string) *fakeTask {
	t := &fakeTask{arn: fmt.Sprintf("task/%d", len(f.tasks)), host: "ci/" + instance, service: service, last: "RUNNING", wanted: true, takes: time.Minute, health: "UNKNOWN"}
	f.tasks[t.arn] = t
	return t
}

func (f *fakeAWS) service(name string, desired, minimum, maximum int) *fakeService {
	s := &fakeService{name: name, desired: desired, minimum: minimum, maximum: maximum, replaces: true}
	f.services[name] = s
	return s
}

func (f *fakeAWS) clients() drainer.Clients {
	return drainer.Clients{SSM: f, ECS: f, AutoScaling: f, CloudWatch: f}
}

// process is a drainer that remembers nothing yet.
func (f *fakeAWS) process() *drainer.Drainer { return f.stack("/p") }

// stack is one of the stack with that configuration path, which may complete the named hooks; none named: any.
func (f *fakeAWS) stack(path string, hooks ...string) *drainer.Drainer {
	return drainer.New(f.clients(), settings.Settings{ConfigPath: path, Namespace: "N", Metrics: metrics.Everything, DrainHooks: hooks}, slog.New(slog.DiscardHandler))
}

// silence is how long the hook of i-1 went without a heartbeat, at its longest, from when the termination began until the
// hook was done.
func (f *fakeAWS) silence(hook string) time.Duration {
	last, longest := start, time.Duration(0)
	end := f.now
	if i := f.instances["i-1"]; !i.ended.IsZero() {
		end = i.ended
	}
	for _, at := range append(slices.Clone(f.beats[hook]), end) {
		longest = max(longest, at.Sub(last))
		last = at
	}
	return longest
}

var errDied = errors.New("the process has died")

// call is asked ahead of every call. did tells whether AWS carries it out, err what the process hears.
func (f *fakeAWS) call(ctx context.Context, service, action string) (did bool, err error) {
	if err := ctx.Err(); err != nil {
		return false, err
	}
	if f.dead {
		return false, errDied
	}
	f.calls = append(f.calls, action)
	if len(f.calls)-1 == f.diesAt {
		f.dead = true
		return f.carried, errDied
	}
	if listed := action == "ListContainerInstances"; listed && f.cutAfter == 1 {
		return false, context.DeadlineExceeded
	} else if listed && f.cutAfter > 1 {
		f.cutAfter--
	}
	if wait := f.waits(action); wait > 0 {
		select {
		case <-ctx.Done():
			return false, ctx.Err()
		case <-time.After(wait):
		}
	}
	if f.luck != nil && f.luck.Float64() < f.refused {
		return f.luck.IntN(2) == 0, &smithy.OperationError{ServiceID: service, OperationName: action, Err: &smithy.GenericAPIError{Code: "ThrottlingException", Message: "Rate exceeded"}}
	}
	if f.quirk != nil {
		if err := f.quirk(action); err != nil {
			return false, err
		}
	}
	if f.deny[action] {
		return false, &smithy.OperationError{ServiceID: service, OperationName: action, Err: &smithy.GenericAPIError{Code: "AccessDeniedException", Message: "no"}}
	}
	return true, nil
}

func (f *fakeAWS) waits(action string) time.Duration {
	switch action {
	case "ListTasks", "DescribeTasks":
		return f.slow
	case "StopTask":
		return f.slowStop
	default:
		return 0
	}
}

// pass lets AWS do a minute's work.
func (f *fakeAWS) pass(d time.Duration) {
	f.now = f.now.Add(d)
	for _, i := range f.instances {
		if i.state == "Terminating:Proceed" && f.now.Sub(i.ended) >= time.Minute {
			i.state = "gone"
			if h := f.hosts["ci/"+i.id]; h != nil && h.connected {
				delete(f.hosts, h.arn) // a connected agent's registration goes with it
			}
		}
	}
	for _, arn := range sorted(f.tasks) {
		t := f.tasks[arn]
		if !t.wanted && t.last != "STOPPED" && f.now.Sub(t.stopping) >= t.takes {
			t.last, t.stopped = "STOPPED", f.now
		}
		if h := f.hosts[t.host]; t.wanted && t.service != "" && h != nil && h.status == "DRAINING" {
			f.move(t)
		}
	}
}

// move is the scheduler's: within the service's limits.
func (f *fakeAWS) move(t *fakeTask) {
	s := f.services[t.service]
	if s.daemon {
		for _, o := range f.tasks {
			if o.host == t.host && o.service != t.service && o.last != "STOPPED" {
				return
			}
		}
		t.wanted, t.stopping = false, f.now
		return
	}
	if t.protected || s.minimum >= 100 && s.maximum <= 100 {
		return
	}
	running := 0
	for _, o := range f.tasks {
		if o.service == s.name && o.wanted {
			running++
		}
	}
	if s.replaces && running <= s.desired*s.maximum/100 {
		n := f.task("i-0", s.name)
		n.last = "RUNNING"
		running++
	}
	if running > (s.desired*s.minimum+99)/100 || !s.replaces {
		t.wanted, t.stopping, t.last = false, f.now, "DEACTIVATING"
	}
}

func (f *fakeAWS) never(format string, args ...any) {
	f.broken = append(f.broken, fmt.Sprintf("%s: ", f.now.Format("15:04"))+fmt.Sprintf(format, args...))
}

// completed is CompleteLifecycleAction with what must hold for it.
func (f *fakeAWS) completed(id, hook, result string) error {
	i := f.instances[id]
	if hook != ours && !slices.Contains(f.also, hook) {
		f.never("completed a foreign hook %s", hook)
	}
	if result != "CONTINUE" {
		f.never("completed with %s", result)
	}
	if i == nil || i.state != "Terminating:Wait" || hook != f.hook && !slices.Contains(f.also, hook) || !i.ended.IsZero() {
		return &smithy.GenericAPIError{Code: "ValidationError", Message: "No active Lifecycle Action found with instance ID " + id}
	}
	h := f.hosts["ci/"+id]
	dead := !i.healthy && (h == nil || !h.connected)
	if f.now.Sub(i.began) < 3*time.Minute && !dead {
		f.never("completed %s after %s", id, f.now.Sub(i.began))
	}
	for _, t := range f.tasks {
		if t.host == "ci/"+id && t.last != "STOPPED" && !dead {
			f.never("completed %s under %s (%s)", id, t.arn, t.last)
		}
	}
	i.state, i.ended = "Terminating:Proceed", f.now
	return nil
}

func (f *fakeAWS) count(action string) int {
	n := 0
	for _, made := range f.calls {
		if made == action {
			n++
		}
	}
	return n
}

// left are the instances that have not gone.
func (f *fakeAWS) left() []string {
	var ids []string
	for _, id := range sorted(f.instances) {
		if strings.HasPrefix(f.instances[id].state, "Terminating") && f.instances[id].ended.IsZero() {
			ids = append(ids, id)
		}
	}
	return ids
}

// Now, after and wrong are what tests on the simulated account ask for too.
func (f *fakeAWS) Now() time.Time { return f.now }

func (f *fakeAWS) after(a drainer.Answer) drainer.Answer { return a }

func (f *fakeAWS) wrong() []string { return f.broken }

func optionalTime(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return aws.Time(t)
}
