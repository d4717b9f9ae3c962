package ecsreader

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"ecs-cluster-scaler/cluster"
)

// ReadTasks adds the tasks that ECS wants to run on the hosts. It does not ask again for unchanged hosts. What cannot be read
// is named in the snapshot's Unread.
func (r *Reader) ReadTasks(ctx context.Context, s *cluster.Snapshot, hosts []cluster.Host) {
	if len(hosts) == 0 {
		return
	}
	remembered := r.tasks.of(s.Cluster)
	changed := slices.DeleteFunc(slices.Clone(hosts), func(h cluster.Host) bool {
		tasks, same := remembered.same(h)
		if same {
			add(s, h.ARN, tasks)
		}
		return same
	})
	batches := slices.Collect(slices.Chunk(changed, 1))
	if len(changed) > listCalls(s.Hosts) {
		batches = [][]cluster.Host{changed}
	}
	for i, batch := range batches {
		host, what := batch[0].ARN, "the tasks of host "+batch[0].InstanceID+andMore(len(batches)-i-1)
		if len(batch) > 1 {
			host, what = "", "its tasks"
		}
		byHost, err := r.readTasks(ctx, s, remembered, host)
		if err != nil {
			noteUnread(s, fmt.Errorf("%s: %w", what, err)) // what refuses one refuses the next
			return
		}
		for _, h := range batch {
			remembered.keep(h, byHost[h.ARN])
			add(s, h.ARN, byHost[h.ARN])
		}
	}
}

func andMore(n int) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprintf(" and %d more", n)
}

// listCalls is how many calls it takes to list all tasks at once instead of host by host.
func listCalls(hosts []cluster.Host) int {
	tasks := 0
	for _, h := range hosts {
		tasks += h.Tasks
	}
	return tasks/tasksPerCall + 1
}

func add(s *cluster.Snapshot, host string, tasks []cluster.Task) {
	s.Tasks = append(s.Tasks, tasks...)
	for i := range s.Hosts {
		if s.Hosts[i].ARN == host {
			s.Hosts[i].TasksRead = true
		}
	}
}

// readTasks lists the tasks that ECS wants to run on one host or, without one, on all, by the ARN of their host. It describes
// unknown ones only: but for its statuses, a task never changes.
func (r *Reader) readTasks(ctx context.Context, s *cluster.Snapshot, remembered *clusterTasks, host string) (map[string][]cluster.Task, error) {
	known, byHost := remembered.byARN(host), map[string][]cluster.Task{}
	var unknown []string
	for page, err := range r.taskPages(ctx, taskQuery{cluster: s.Cluster, host: host, desired: types.DesiredStatusRunning}) {
		if err != nil {
			return nil, fmt.Errorf("list them: %w", err)
		}
		for _, arn := range page {
			if t, ok := known[arn]; ok {
				of := cmp.Or(host, t.Host)
				byHost[of] = append(byHost[of], t)
			} else {
				unknown = append(unknown, arn)
			}
		}
	}
	read, err := r.describeTasks(ctx, s.Cluster, unknown)
	s.Unread = append(s.Unread, read.unread...)
	if err != nil {
		return nil, err
	}
	if err := r.verifyServices(ctx, s.Cluster, &read, nil); err != nil {
		return nil, err
	}
	for _, t := range read.tasks {
		if o := read.overrides[t.ARN]; o != nil {
			if t.Size, err = r.overridden(ctx, t.Definition, o); err != nil {
				return nil, fmt.Errorf("the size of task %s: %w", t.ARN, err)
			}
		}
		of := cmp.Or(host, t.Host)
		byHost[of] = append(byHost[of], t.Task)
	}
	return byHost, nil
}

// overridden is the size of a task of this revision with what run-task changed.
func (r *Reader) overridden(ctx context.Context, arn string, o *types.TaskOverride) (*cluster.Resources, error) {
	definition, err := r.definition(ctx, arn)
	if err != nil {
		return nil, err
	}
	changed, err := definition.parts.overridden(o)
	if err != nil {
		return nil, err
	}
	size := changed.size()
	return &size, nil
}
