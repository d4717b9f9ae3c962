package drainer

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"ecs-cluster-scaler/cluster"
	"ecs-cluster-scaler/drain"
)

const (
	// tasksPerCall is the most that ListTasks returns and DescribeTasks takes
	// (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeTasks.html).
	tasksPerCall = 100
	// protectionPerCall is the most that GetTaskProtection takes
	// (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_GetTaskProtection.html).
	protectionPerCall = 100
	// explainAfter is how long a drain may take before it is looked for protection that holds it up.
	explainAfter = 5 * time.Minute
)

// readTasks reads the tasks of the view's hosts: those known from before, of all hosts together, a hundred a call; then
// host by host, where none is known or all of those have stopped, what ECS lists now.
func (d *Drainer) readTasks(ctx context.Context, v *view, now time.Time) {
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
	again, err := d.describe(ctx, v, known)
	if err != nil {
		v.fail("", err)
		return
	}
	var unsettled []*drain.Host
	for i := range v.picture.Terminating {
		h := &v.picture.Terminating[i]
		if v.wantsTasks(h, now) && !d.memory.of(h.Instance, now).recall(h, again) {
			unsettled = append(unsettled, h)
		}
	}
	if err := d.listHosts(ctx, v, unsettled, now); err != nil {
		v.fail("the tasks of hosts that leave: ", err)
	}
}

// recall fills in the host's tasks from what is known of them. false: none is known that has still to stop, so that ECS
// has to be asked what it lists.
func (r *remembered) recall(h *drain.Host, again map[string]drain.Task) bool {
	going := false
	for arn, t := range r.tasks {
		if fresh, ok := again[arn]; ok {
			r.tasks[arn] = fresh
			t = fresh
		} else if !t.Stopped() {
			delete(r.tasks, arn) // ECS shows it no more: listing tells
			continue
		}
		going = going || !t.Stopped()
	}
	if going {
		r.show(h)
	}
	return going
}

func (r *remembered) show(h *drain.Host) {
	h.Tasks = slices.SortedFunc(maps.Values(r.tasks), func(a, b drain.Task) int { return strings.Compare(a.ARN, b.ARN) })
	h.TasksRead = true
	if h.Registration.Status == cluster.Active {
		r.tasks = nil // more may come
	}
}

// listHosts reads what ECS lists on the hosts now: host by host, or all of the cluster's where that takes fewer calls.
// The first error ends it; the hosts that are left wait for the next tick, which begins with others.
func (d *Drainer) listHosts(ctx context.Context, v *view, hosts []*drain.Host, now time.Time) error {
	all := 0
	for _, h := range v.picture.Hosts {
		all += h.Tasks
	}
	// Two lists a host; or the running tasks listed and described, and a few pages of stopped ones.
	if pages := all/tasksPerCall + 1; 2*len(hosts) > 2*pages+4 {
		byHost, err := d.relist(ctx, v, "", map[string]drain.Task{})
		if err != nil {
			return err
		}
		for _, h := range hosts {
			d.memory.of(h.Instance, now).keep(h, byHost[h.Registration.ARN])
		}
		return nil
	}
	for _, h := range hosts {
		known := d.memory.of(h.Instance, now)
		byHost, err := d.relist(ctx, v, h.Registration.ARN, known.tasks)
		if err != nil {
			return err
		}
		known.keep(h, byHost[h.Registration.ARN])
	}
	return nil
}

func (r *remembered) keep(h *drain.Host, listed map[string]drain.Task) {
	if r.tasks == nil {
		r.tasks = map[string]drain.Task{}
	}
	maps.Copy(r.tasks, listed)
	r.show(h)
}

// wantsTasks tells whether the host's step depends on its tasks: one that is ACTIVE is first set DRAINING.
func (v *view) wantsTasks(h *drain.Host, now time.Time) bool {
	r := h.Registration
	return r != nil && h.State != drain.Proceeding && r.Status != cluster.Registering &&
		(r.Status != cluster.Active || now.Sub(h.Began) >= time.Duration(v.drain.DeadlineMinutes)*time.Minute)
}

// relist reads what ECS lists now, on one host or, without one, on all, by host; of a task that is known to have stopped
// nothing changes any more.
func (d *Drainer) relist(ctx context.Context, v *view, host string, known map[string]drain.Task) (map[string]map[string]drain.Task, error) {
	listed, err := d.list(ctx, v, host)
	if err != nil {
		return nil, err
	}
	unknown := slices.DeleteFunc(listed, func(arn string) bool { return known[arn].Stopped() })
	described, err := d.describe(ctx, v, unknown)
	if err != nil {
		return nil, err
	}
	if len(described) < len(unknown) {
		return nil, fmt.Errorf("ECS described %d of %d", len(described), len(unknown))
	}
	byHost := map[string]map[string]drain.Task{}
	for arn, t := range described {
		if byHost[t.Host] == nil {
			byHost[t.Host] = map[string]drain.Task{}
		}
		byHost[t.Host][arn] = t
	}
	return byHost, nil
}

// list finds tasks, on one host or, without one, on all, with either desired status: one that is stopping has desired status STOPPED, which the
// call leaves out unless it is asked for
// (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ListTasks.html).
func (d *Drainer) list(ctx context.Context, v *view, host string) ([]string, error) {
	var listed []string
	for _, desired := range []types.DesiredStatus{types.DesiredStatusRunning, types.DesiredStatusStopped} {
		in := &ecs.ListTasksInput{Cluster: aws.String(v.name), DesiredStatus: desired, MaxResults: aws.Int32(tasksPerCall)}
		if host != "" {
			in.ContainerInstance = aws.String(host)
		}
		pages := ecs.NewListTasksPaginator(d.ecs, in)
		for pages.HasMorePages() {
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

// describe reads tasks by ARN. One that ECS knows no more is not in the answer.
func (d *Drainer) describe(ctx context.Context, v *view, arns []string) (map[string]drain.Task, error) {
	tasks := map[string]drain.Task{}
	for batch := range slices.Chunk(arns, tasksPerCall) {
		out, err := d.ecs.DescribeTasks(ctx, &ecs.DescribeTasksInput{Cluster: aws.String(v.name), Tasks: batch})
		if err != nil {
			return nil, fmt.Errorf("describe them: %w", err)
		}
		for _, t := range out.Tasks {
			tasks[aws.ToString(t.TaskArn)] = task(t)
		}
		for _, f := range out.Failures {
			if aws.ToString(f.Reason) == "MISSING" {
				// Forgotten by ECS between two calls, which it does an hour after a task has stopped.
				arn := aws.ToString(f.Arn)
				tasks[arn] = drain.Task{Task: cluster.Task{ARN: arn, LastStatus: "DELETED"}}
			}
		}
	}
	return tasks, nil
}

func task(t types.Task) drain.Task {
	service, ofService := strings.CutPrefix(aws.ToString(t.Group), "service:")
	if !ofService {
		service = ""
	}
	return drain.Task{
		Task: cluster.Task{
			ARN: aws.ToString(t.TaskArn), Host: aws.ToString(t.ContainerInstanceArn), Service: service, Group: aws.ToString(t.Group),
			Definition: aws.ToString(t.TaskDefinitionArn), LastStatus: aws.ToString(t.LastStatus),
			WantedRunning: aws.ToString(t.DesiredStatus) == string(types.DesiredStatusRunning),
		},
		StoppingAt: aws.ToTime(t.StoppingAt), StoppedAt: aws.ToTime(t.StoppedAt),
		ReportsHealth: t.HealthStatus == types.HealthStatusHealthy || t.HealthStatus == types.HealthStatusUnhealthy,
		Healthy:       t.HealthStatus == types.HealthStatusHealthy,
	}
}

// readProtection marks tasks that are protected from scale-in, on hosts that take long. It only explains: where it cannot
// be read, nothing is said of it.
func (d *Drainer) readProtection(ctx context.Context, v *view, now time.Time) {
	at := map[string]*drain.Task{}
	var asked []string
	for i := range v.picture.Terminating {
		h := &v.picture.Terminating[i]
		for j := range h.Tasks {
			if t := &h.Tasks[j]; now.Sub(h.Began) >= explainAfter && t.Service != "" && t.WantedRunning && !t.Stopped() {
				at[t.ARN] = t
				asked = append(asked, t.ARN)
			}
		}
	}
	for batch := range slices.Chunk(asked, protectionPerCall) {
		if d.memory.protectionUnread() {
			return
		}
		out, err := d.ecs.GetTaskProtection(ctx, &ecs.GetTaskProtectionInput{Cluster: aws.String(v.name), Tasks: batch})
		if err != nil {
			d.memory.noProtection()
			v.fail("whether tasks are protected from scale-in, which is not asked again: ", err)
			return
		}
		for _, p := range out.ProtectedTasks {
			if t := at[aws.ToString(p.TaskArn)]; t != nil {
				t.Protected = p.ProtectionEnabled
			}
		}
	}
}
