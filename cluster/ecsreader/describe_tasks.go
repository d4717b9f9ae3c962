package ecsreader

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"unique"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"ecs-cluster-scaler/cluster"
)

// tasksPerCall is the most that ListTasks returns and DescribeTasks takes
// (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeTasks.html).
const tasksPerCall = 100

// taskQuery selects tasks of a cluster, by host and service unless empty. calls is how many calls may be made; nil: any number.
type taskQuery struct {
	cluster, host, service string
	desired                types.DesiredStatus
	calls                  *int
}

// taskPages are the ARNs that ECS lists, page by page. The pages end at an error.
func (r *Reader) taskPages(ctx context.Context, q taskQuery) iter.Seq2[[]string, error] {
	in := &ecs.ListTasksInput{Cluster: aws.String(q.cluster), DesiredStatus: q.desired, MaxResults: aws.Int32(tasksPerCall)}
	if q.host != "" {
		in.ContainerInstance = aws.String(q.host)
	}
	if q.service != "" {
		in.ServiceName = aws.String(q.service)
	}
	return func(yield func([]string, error) bool) {
		pages := ecs.NewListTasksPaginator(r.ecs, in)
		for pages.HasMorePages() {
			if q.calls != nil && *q.calls == 0 {
				yield(nil, errTooMany)
				return
			} else if q.calls != nil {
				*q.calls--
			}
			page, err := pages.NextPage(ctx)
			if err != nil {
				yield(nil, err)
				return
			}
			if !yield(page.TaskArns, nil) {
				return
			}
		}
	}
}

// errTooMany means that there are more tasks than calls for them.
var errTooMany = errors.New("too many tasks")

// described is what ECS said of tasks.
type described struct {
	tasks []cluster.TaskDetail
	// missing are those that ECS does not know.
	missing map[string]bool
	// doubtful tasks may only claim to be a service's. overrides change a task's size. Both are by ARN.
	doubtful  map[string]bool
	overrides map[string]*types.TaskOverride
	// unread says which tasks ECS neither described nor missed.
	unread []string
}

// describeTasks asks for tasks by ARN. With an error comes what was read before it.
func (r *Reader) describeTasks(ctx context.Context, clusterName string, arns []string) (described, error) {
	read := described{missing: map[string]bool{}, doubtful: map[string]bool{}, overrides: map[string]*types.TaskOverride{}}
	for batch := range slices.Chunk(arns, tasksPerCall) {
		out, err := r.ecs.DescribeTasks(ctx, &ecs.DescribeTasksInput{Cluster: aws.String(clusterName), Tasks: batch})
		if err != nil {
			return read, fmt.Errorf("describe them: %w", err)
		}
		for _, t := range out.Tasks {
			task, sure := taskOf(t)
			if !sure {
				read.doubtful[task.ARN] = true
			}
			if changesSize(t.Overrides) {
				read.overrides[task.ARN] = t.Overrides
			}
			read.tasks = append(read.tasks, task)
		}
		for _, f := range out.Failures {
			if aws.ToString(f.Reason) == "MISSING" {
				read.missing[aws.ToString(f.Arn)] = true
			}
		}
		read.unread = append(read.unread, unanswered("task", len(batch), len(out.Tasks), out.Failures)...)
	}
	return read, nil
}

// taskOf converts a task. sure is false if it may only claim to be a service's. Health is UNKNOWN without a health check, and
// before the first one ends
// (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Task.html).
func taskOf(t types.Task) (task cluster.TaskDetail, sure bool) {
	service, sure := serviceOf(t)
	return cluster.TaskDetail{
		Task: cluster.Task{
			ARN:           aws.ToString(t.TaskArn),
			Host:          shared(t.ContainerInstanceArn),
			Service:       shared(&service),
			Group:         shared(t.Group),
			Definition:    shared(t.TaskDefinitionArn),
			Provider:      shared(t.CapacityProviderName),
			LastStatus:    shared(t.LastStatus),
			WantedRunning: aws.ToString(t.DesiredStatus) == string(types.DesiredStatusRunning),
		},
		StoppingAt: aws.ToTime(t.StoppingAt), StoppedAt: aws.ToTime(t.StoppedAt),
		ReportsHealth: t.HealthStatus == types.HealthStatusHealthy || t.HealthStatus == types.HealthStatusUnhealthy,
		Healthy:       t.HealthStatus == types.HealthStatusHealthy,
	}, sure
}

// shared is one copy of a text that many tasks have.
func shared(text *string) string {
	return unique.Make(aws.ToString(text)).Value()
}

// unanswered names what ECS listed but did not describe. What is MISSING ended between the two calls, and is no gap
// (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/api_failures_messages.html).
func unanswered(kind string, asked, described int, failures []types.Failure) []string {
	var unread []string
	gone := 0
	for _, failure := range failures {
		if aws.ToString(failure.Reason) == "MISSING" {
			gone++
			continue
		}
		arn := aws.ToString(failure.Arn)
		unread = append(unread, fmt.Sprintf("ECS did not describe %s %s: %s", kind, arn[strings.LastIndexByte(arn, '/')+1:], aws.ToString(failure.Reason)))
	}
	if asked > described+gone+len(unread) {
		unread = append(unread, fmt.Sprintf("ECS described only %d of %d %ss", described, asked, kind))
	}
	return unread
}
