package ecsreader

import (
	"context"
	"fmt"
	"slices"
	"unique"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"ecs-cluster-scaler/cluster"
)

// tasksPerCall is the most that ListTasks returns and DescribeTasks takes
// (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeTasks.html).
const tasksPerCall = 100

// ReadTasks adds to the snapshot the tasks that ECS wants to run on the given hosts. Hosts that have not changed since
// a pass read them are not asked about again. What cannot be read is named in the snapshot's Unread.
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
	if len(changed) > listCalls(s.Hosts) {
		r.readAllTasks(ctx, s, changed, remembered)
		return
	}
	for i, h := range changed {
		tasks, err := r.readTasks(ctx, s, remembered, &ecs.ListTasksInput{ContainerInstance: aws.String(h.ARN)})
		if err != nil {
			what := "the tasks of host " + h.InstanceID
			if more := len(changed) - i - 1; more > 0 {
				what += fmt.Sprintf(" and %d more", more)
			}
			lack(s, what, err) // what refuses one refuses the next
			return
		}
		remembered.keep(h, tasks)
		add(s, h.ARN, tasks)
	}
}

// listCalls is how many calls it takes to list all tasks at once instead of host by host.
func listCalls(hosts []cluster.Host) int {
	tasks := 0
	for _, h := range hosts {
		tasks += h.Tasks
	}
	return tasks/tasksPerCall + 1
}

func (r *Reader) readAllTasks(ctx context.Context, s *cluster.Snapshot, hosts []cluster.Host, remembered *clusterTasks) {
	tasks, err := r.readTasks(ctx, s, remembered, &ecs.ListTasksInput{})
	if err != nil {
		lack(s, "its tasks", err)
		return
	}
	byHost := map[string][]cluster.Task{}
	for _, t := range tasks {
		byHost[t.Host] = append(byHost[t.Host], t)
	}
	for _, h := range hosts {
		remembered.keep(h, byHost[h.ARN])
		add(s, h.ARN, byHost[h.ARN])
	}
}

func add(s *cluster.Snapshot, host string, tasks []cluster.Task) {
	s.Tasks = append(s.Tasks, tasks...)
	for i := range s.Hosts {
		if s.Hosts[i].ARN == host {
			s.Hosts[i].TasksRead = true
		}
	}
}

// readTasks lists the tasks that in asks for, and describes those that are not known yet: but for its statuses, a task
// never changes.
func (r *Reader) readTasks(ctx context.Context, s *cluster.Snapshot, remembered *clusterTasks, in *ecs.ListTasksInput) ([]cluster.Task, error) {
	in.Cluster, in.DesiredStatus, in.MaxResults = aws.String(s.Cluster), types.DesiredStatusRunning, aws.Int32(tasksPerCall)
	var tasks []cluster.Task
	var unknown []string
	pages := ecs.NewListTasksPaginator(r.ecs, in)
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, fmt.Errorf("list them: %w", err)
		}
		for _, arn := range page.TaskArns {
			if known, ok := remembered.byARN[arn]; ok {
				tasks = append(tasks, known)
			} else {
				unknown = append(unknown, arn)
			}
		}
	}
	described, err := r.describeTasks(ctx, s, unknown)
	if err != nil {
		return nil, err
	}
	return append(tasks, described...), nil
}

func (r *Reader) describeTasks(ctx context.Context, s *cluster.Snapshot, arns []string) ([]cluster.Task, error) {
	var tasks, doubtful []cluster.Task
	for batch := range slices.Chunk(arns, tasksPerCall) {
		out, err := r.ecs.DescribeTasks(ctx, &ecs.DescribeTasksInput{Cluster: aws.String(s.Cluster), Tasks: batch})
		if err != nil {
			return nil, fmt.Errorf("describe them: %w", err)
		}
		for _, described := range out.Tasks {
			t, err := r.task(ctx, described)
			if err != nil {
				return nil, fmt.Errorf("the size of task %s: %w", aws.ToString(described.TaskArn), err)
			}
			if _, sure := ServiceOf(described); !sure {
				doubtful = append(doubtful, t)
			}
			tasks = append(tasks, t)
		}
		s.Unread = append(s.Unread, unanswered("task", len(batch), len(out.Tasks), out.Failures)...)
	}
	strangers, err := r.Strangers(ctx, s.Cluster, doubtful)
	if err != nil {
		return nil, err
	}
	for i := range tasks {
		if strangers[tasks[i].ARN] {
			tasks[i].Service = ""
		}
	}
	return tasks, nil
}

func (r *Reader) task(ctx context.Context, t types.Task) (cluster.Task, error) {
	service, _ := ServiceOf(t)
	read := cluster.Task{
		ARN:           aws.ToString(t.TaskArn),
		Host:          shared(t.ContainerInstanceArn),
		Service:       shared(&service),
		Group:         shared(t.Group),
		Definition:    shared(t.TaskDefinitionArn),
		Provider:      shared(t.CapacityProviderName),
		LastStatus:    shared(t.LastStatus),
		WantedRunning: aws.ToString(t.DesiredStatus) == string(types.DesiredStatusRunning),
	}
	if !changesSize(t.Overrides) {
		return read, nil
	}
	definition, err := r.definition(ctx, read.Definition)
	if err != nil {
		return cluster.Task{}, err
	}
	changed, err := definition.parts.overridden(t.Overrides)
	if err != nil {
		return cluster.Task{}, err
	}
	size := changed.size()
	read.Size = &size
	return read, nil
}

// shared is one copy of a text that many tasks have.
func shared(text *string) string {
	return unique.Make(aws.ToString(text)).Value()
}
