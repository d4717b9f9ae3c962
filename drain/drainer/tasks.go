package drainer

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"ecs-cluster-scaler/cluster"
	"ecs-cluster-scaler/cluster/ecsreader"
	"ecs-cluster-scaler/drain"
)

// tasksPerCall is the most that ListTasks returns and DescribeTasks takes
// (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeTasks.html).
const tasksPerCall = 100

// readTasks reads the tasks of the view's hosts: those known from before, of all hosts together, a hundred a call; then
// host by host, where none is known or all of those have stopped, what ECS lists now.
func (d *Drainer) readTasks(ctx context.Context, v *view, now time.Time) {
	again, err := d.describe(ctx, v, slices.DeleteFunc(d.going(v, now), func(arn string) bool {
		_, said := v.said.tasks[arn]
		return said || v.said.missing[arn]
	}))
	if err != nil {
		v.fail("", err)
		return
	}
	maps.Copy(again.tasks, v.said.tasks)
	maps.Copy(again.missing, v.said.missing)
	var unsettled []*drain.Host
	for i := range v.picture.Terminating {
		h := &v.picture.Terminating[i]
		if v.wantsTasks(h, now) && !d.memory.of(h.Instance, now).recall(h, again, now) {
			unsettled = append(unsettled, h)
		}
	}
	listing, cancel := without(ctx, toCount)
	defer cancel()
	d.listHosts(listing, v, unsettled, now)
}

// going are the tasks that are known of the view's hosts and have still to stop.
func (d *Drainer) going(v *view, now time.Time) []string {
	var known []string
	for i := range v.picture.Terminating {
		if h := &v.picture.Terminating[i]; v.wantsTasks(h, now) {
			for arn, t := range d.memory.of(h.Instance, now).tasks {
				if !t.Stopped() {
					known = append(known, arn)
				}
			}
		}
	}
	slices.Sort(known)
	return known
}

// recall fills in the host's tasks from what is known of them. false: none is known that has still to stop, or of one
// there was no answer, so that ECS has to be asked what it lists.
func (r *remembered) recall(h *drain.Host, again described, now time.Time) bool {
	going := false
	for arn, t := range r.tasks {
		fresh, ok := again.tasks[arn]
		switch {
		case ok:
			fresh.Service = t.Service // it never changes, and may have been asked for
			r.tasks[arn] = fresh
			going = going || !fresh.Stopped()
		case t.Stopped():
		case again.missing[arn]:
			// ECS knows it no more. It stays what it was, so that its service's floor counts; before the host goes, ECS
			// is asked what it lists there.
			t.LastStatus, t.WantedRunning, t.StoppedAt = forgotten, false, now
			r.tasks[arn] = t
		default:
			return false
		}
	}
	if going {
		r.show(h)
	}
	return going
}

// forgotten is the last status of a task that ECS knows no more.
const forgotten = "DELETED"

func (r *remembered) show(h *drain.Host) {
	h.Tasks = slices.SortedFunc(maps.Values(r.tasks), func(a, b drain.Task) int { return strings.Compare(a.ARN, b.ARN) })
	h.TasksRead = true
	if h.Registration.Status == cluster.Active {
		r.tasks = nil // more may come
	}
}

// listHosts reads what ECS lists on the hosts now: all of the cluster's tasks where that takes fewer calls, else host by
// host. What was read of a host counts whatever becomes of the next; the hosts that are left wait for the next tick, which
// begins with others.
func (d *Drainer) listHosts(ctx context.Context, v *view, hosts []*drain.Host, now time.Time) {
	if d.listAll(ctx, v, hosts, now) {
		return
	}
	for _, h := range hosts {
		known := d.memory.of(h.Instance, now)
		byHost, err := d.relist(ctx, v, h.Registration.ARN, known.tasks, nil)
		if err == nil {
			known.keep(h, byHost[h.Registration.ARN])
			continue
		}
		known.learn(byHost[h.Registration.ARN])
		v.fail("the tasks of hosts that leave: ", err)
		if !errors.Is(err, errListedOnly) {
			return // what refuses one refuses the next
		}
	}
}

// mostForAll is how many calls may be tried on all of a cluster's tasks: how many stopped ones ECS still lists, an hour's,
// shows only in listing them, and at a tenth of AWS's limits this is a third of a tick.
const mostForAll = 30

// listAll reads the tasks of all the cluster's hosts at once. false: that would take more calls than host by host, or did
// not work.
func (d *Drainer) listAll(ctx context.Context, v *view, hosts []*drain.Host, now time.Time) bool {
	all := 0
	for _, h := range v.picture.Hosts {
		all += h.Tasks
	}
	// Two lists a host; or the running tasks listed and described, and a few pages of stopped ones.
	calls := min(2*len(hosts), mostForAll)
	if pages := all/tasksPerCall + 1; calls <= 2*pages+4 || d.memory.lately(tooManyTasks, v.name, now) {
		return false
	}
	known := map[string]drain.Task{}
	for _, h := range hosts {
		maps.Copy(known, d.memory.of(h.Instance, now).tasks)
	}
	byHost, err := d.relist(ctx, v, "", known, &calls)
	if err != nil {
		d.memory.note(tooManyTasks, v.name, now)
		return false
	}
	for _, h := range hosts {
		d.memory.of(h.Instance, now).keep(h, byHost[h.Registration.ARN])
	}
	return true
}

func (r *remembered) keep(h *drain.Host, listed map[string]drain.Task) {
	if r.tasks == nil {
		r.tasks = map[string]drain.Task{}
	}
	// Of one that neither the list nor an answer has, nothing is left to wait for.
	maps.DeleteFunc(r.tasks, func(arn string, t drain.Task) bool { return !t.Stopped() && listed[arn].ARN == "" })
	maps.Copy(r.tasks, listed)
	r.show(h)
}

// learn adds what was described before the time was up: a host of short tasks may have thousands that stopped in the last
// hour, which then need not be described again.
func (r *remembered) learn(some map[string]drain.Task) {
	for arn, t := range some {
		if t.Stopped() {
			if r.tasks == nil {
				r.tasks = map[string]drain.Task{}
			}
			r.tasks[arn] = t
		}
	}
}

// wantsTasks tells whether the host's step depends on its tasks: one that is ACTIVE is first set DRAINING.
func (v *view) wantsTasks(h *drain.Host, now time.Time) bool {
	r := h.Registration
	return r != nil && h.State != drain.Proceeding && r.Status != cluster.Registering &&
		(r.Status != cluster.Active || now.Sub(h.Began) >= v.deadline())
}

var (
	// errListedOnly: ECS lists a task, and does not know it when asked a moment later. It may be about to forget it, an hour
	// after it stopped; or not show it everywhere yet. Only the next look tells.
	errListedOnly = errors.New("ECS lists tasks that it does not describe")
	// errTooMany: there are more tasks than calls for them.
	errTooMany = errors.New("too many tasks")
)

// relist reads what ECS lists now, on one host or, without one, on all, by host; of a task that is known to have stopped
// nothing changes any more. calls is how many it may take; nil: any number. With an error comes what was read before it.
func (d *Drainer) relist(ctx context.Context, v *view, host string, known map[string]drain.Task, calls *int) (map[string]map[string]drain.Task, error) {
	listed, err := d.list(ctx, v, host, calls)
	if err != nil {
		return nil, err
	}
	unknown := slices.DeleteFunc(listed, func(arn string) bool { return known[arn].LastStatus == string(types.DesiredStatusStopped) })
	if calls != nil && len(unknown) > *calls*tasksPerCall {
		return nil, errTooMany
	}
	now, err := d.describe(ctx, v, unknown)
	if strange := d.disown(ctx, v, now, known); strange != nil {
		return nil, strange
	}
	if err == nil && len(now.tasks) < len(unknown) {
		err = fmt.Errorf("%w (%d of %d)", errListedOnly, len(unknown)-len(now.tasks), len(unknown))
	}
	byHost := map[string]map[string]drain.Task{}
	for arn, t := range now.tasks {
		if byHost[t.Host] == nil {
			byHost[t.Host] = map[string]drain.Task{}
		}
		byHost[t.Host][arn] = t
	}
	return byHost, err
}

// disown makes standalone those of the described tasks that only call themselves a service's. What is known of a task from
// before is not asked again.
func (d *Drainer) disown(ctx context.Context, v *view, said described, known map[string]drain.Task) error {
	var doubtful []cluster.Task
	for _, arn := range said.doubtful {
		if before, ok := known[arn]; ok {
			said.belongs(arn, before.Service)
		} else {
			doubtful = append(doubtful, said.tasks[arn].Task)
		}
	}
	strangers, err := d.reader.Strangers(ctx, v.name, doubtful)
	for arn := range strangers {
		said.belongs(arn, "")
	}
	return err
}

// list finds tasks, on one host or, without one, on all, with either desired status: one that is stopping has desired
// status STOPPED, which the call leaves out unless it is asked for
// (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ListTasks.html).
func (d *Drainer) list(ctx context.Context, v *view, host string, calls *int) ([]string, error) {
	var listed []string
	for _, desired := range []types.DesiredStatus{types.DesiredStatusRunning, types.DesiredStatusStopped} {
		in := &ecs.ListTasksInput{Cluster: aws.String(v.name), DesiredStatus: desired, MaxResults: aws.Int32(tasksPerCall)}
		if host != "" {
			in.ContainerInstance = aws.String(host)
		}
		pages := ecs.NewListTasksPaginator(d.ecs, in)
		for pages.HasMorePages() {
			if calls != nil && *calls == 0 {
				return nil, errTooMany
			} else if calls != nil {
				*calls--
			}
			page, err := pages.NextPage(ctx)
			if err != nil {
				return nil, fmt.Errorf("list them: %w", err)
			}
			listed = append(listed, page.TaskArns...)
		}
	}
	slices.Sort(listed)
	return slices.Compact(listed), nil
}

// described is what ECS said of tasks that it was asked for by ARN.
type described struct {
	tasks map[string]drain.Task
	// missing are those that it does not know.
	missing map[string]bool
	// doubtful are those that may only call themselves a service's.
	doubtful []string
}

func (s described) belongs(arn, service string) {
	t := s.tasks[arn]
	t.Service = service
	s.tasks[arn] = t
}

// describe asks for tasks by ARN. With an error comes what was read before it.
func (d *Drainer) describe(ctx context.Context, v *view, arns []string) (described, error) {
	said := described{tasks: map[string]drain.Task{}, missing: map[string]bool{}}
	for batch := range slices.Chunk(arns, tasksPerCall) {
		out, err := d.ecs.DescribeTasks(ctx, &ecs.DescribeTasksInput{Cluster: aws.String(v.name), Tasks: batch})
		if err != nil {
			return said, fmt.Errorf("describe them: %w", err)
		}
		for _, t := range out.Tasks {
			described, sure := task(t)
			said.tasks[described.ARN] = described
			if !sure {
				said.doubtful = append(said.doubtful, described.ARN)
			}
		}
		for _, f := range out.Failures {
			if aws.ToString(f.Reason) == "MISSING" {
				said.missing[aws.ToString(f.Arn)] = true
			}
		}
	}
	return said, nil
}

// task is the task; sure is false where it may only call itself a service's.
func task(t types.Task) (read drain.Task, sure bool) {
	service, sure := ecsreader.ServiceOf(t)
	return drain.Task{
		Task: cluster.Task{
			ARN: aws.ToString(t.TaskArn), Host: aws.ToString(t.ContainerInstanceArn), Service: service, Group: aws.ToString(t.Group),
			Definition: aws.ToString(t.TaskDefinitionArn), LastStatus: aws.ToString(t.LastStatus),
			WantedRunning: aws.ToString(t.DesiredStatus) == string(types.DesiredStatusRunning),
		},
		StoppingAt: aws.ToTime(t.StoppingAt), StoppedAt: aws.ToTime(t.StoppedAt),
		ReportsHealth: t.HealthStatus == types.HealthStatusHealthy || t.HealthStatus == types.HealthStatusUnhealthy,
		Healthy:       t.HealthStatus == types.HealthStatusHealthy,
	}, sure
}
