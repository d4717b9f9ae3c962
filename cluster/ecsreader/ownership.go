package ecsreader

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"ecs-cluster-scaler/cluster"
)

// deploymentID begins the id of every deployment and task set
// (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_TaskSet.html).
const deploymentID = "ecs-svc/"

// serviceOf is the name of the service that a task belongs to; empty: none. The task's group alone does not tell, because
// a caller of run-task may choose service:<name>. Of a service's task startedBy has the id of its deployment
// (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Task.html); another tag is a caller's. sure is false
// where there is none: ECS has to be asked, see disown.
func serviceOf(t types.Task) (service string, sure bool) {
	service, ofService := strings.CutPrefix(aws.ToString(t.Group), "service:")
	by := aws.ToString(t.StartedBy)
	switch {
	case !ofService, by != "" && !strings.HasPrefix(by, deploymentID):
		return "", true
	default:
		return service, by != ""
	}
}

// disown makes those of the described tasks standalone that only call themselves a service's. A task whose service is
// known, by ARN, is not asked about again.
func (r *Reader) disown(ctx context.Context, clusterName string, read *described, known map[string]cluster.TaskDetail) error {
	var doubtful []cluster.Task
	for i := range read.tasks {
		t := &read.tasks[i]
		before, ok := known[t.ARN]
		switch {
		case !read.doubtful[t.ARN]:
		case ok:
			t.Service = before.Service
		default:
			doubtful = append(doubtful, t.Task)
		}
	}
	strangers, err := r.strangers(ctx, clusterName, doubtful)
	for i := range read.tasks {
		if strangers[read.tasks[i].ARN] {
			read.tasks[i].Service = ""
		}
	}
	return err
}

// strangers are those of the tasks, by ARN, that ECS does not list among the tasks of the service that they name. It
// takes a call for each service and host, and one more where there is such a task.
func (r *Reader) strangers(ctx context.Context, clusterName string, tasks []cluster.Task) (map[string]bool, error) {
	type place struct{ service, host string }
	byPlace := map[place]map[string]bool{}
	for _, t := range tasks {
		p := place{t.Service, t.Host}
		if byPlace[p] == nil {
			byPlace[p] = map[string]bool{}
		}
		byPlace[p][t.ARN] = true
	}
	strangers := map[string]bool{}
	for p, left := range byPlace {
		// A task may stop between two calls: it is none of the service's only if neither list has it.
		for _, desired := range []types.DesiredStatus{types.DesiredStatusRunning, types.DesiredStatusStopped} {
			if len(left) == 0 {
				break
			}
			for page, err := range r.taskPages(ctx, taskQuery{cluster: clusterName, host: p.host, service: p.service, desired: desired}) {
				if _, none := errors.AsType[*types.ServiceNotFoundException](err); none {
					break // a service that there is not has no tasks
				}
				if err != nil {
					return nil, fmt.Errorf("whether tasks belong to service %s: %w", p.service, err)
				}
				for _, arn := range page {
					delete(left, arn)
				}
			}
		}
		maps.Copy(strangers, left)
	}
	return strangers, nil
}
