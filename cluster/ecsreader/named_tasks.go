package ecsreader

import (
	"context"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"ecs-cluster-scaler/cluster"
)

// TaskARNs lists a cluster's tasks, placed or not: those that ECS wants to run or, with stopped, those that stop and those
// that have stopped within the last hour
// (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ListTasks.html).
func (r *Reader) TaskARNs(ctx context.Context, clusterName string, stopped bool) ([]string, error) {
	q := taskQuery{cluster: clusterName, desired: types.DesiredStatusRunning}
	if stopped {
		q.desired = types.DesiredStatusStopped
	}
	var arns []string
	for page, err := range r.taskPages(ctx, q) {
		if err != nil {
			return nil, fmt.Errorf("list tasks: %w", err)
		}
		arns = append(arns, page...)
	}
	slices.Sort(arns)
	return slices.Compact(arns), nil
}

// Tasks describes tasks by ARN, 100 a call, and says whose they are and what they reserve where run-task overrode that.
// services are those of the tasks that were described before, by ARN; they are not asked for again. A task that ECS has
// forgotten is missing. With an error comes what was read before it.
func (r *Reader) Tasks(ctx context.Context, clusterName string, arns []string, services map[string]string) (tasks []cluster.TaskDetail, unread []string, err error) {
	read, err := r.describeTasks(ctx, clusterName, arns)
	known := map[string]cluster.TaskDetail{}
	for arn, service := range services {
		known[arn] = cluster.TaskDetail{Task: cluster.Task{ARN: arn, Service: service}}
	}
	if strange := r.verifyServices(ctx, clusterName, &read, known); err == nil {
		err = strange
	}
	for i := range read.tasks {
		t := &read.tasks[i]
		o := read.overrides[t.ARN]
		if o == nil {
			continue
		}
		if t.Size, err = r.overridden(ctx, t.Definition, o); err != nil {
			return read.tasks[:i], read.unread, fmt.Errorf("the size of task %s: %w", t.ARN, err)
		}
	}
	return read.tasks, read.unread, err
}
