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

// serviceOf is the service of a task; empty: none. The group alone does not tell, because a caller of run-task may choose
// service:<name>. A service's task has its deployment's id in startedBy
// (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Task.html). Without startedBy it is not sure, see
// verifyServices.
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

// verifyServices makes tasks standalone that only claim to be a service's. It does not ask again for known tasks, by ARN.
func (r *Reader) verifyServices(ctx context.Context, clusterName string, read *described, known map[string]cluster.TaskDetail) error {
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
	unlisted, err := r.notListed(ctx, clusterName, doubtful)
	for i := range read.tasks {
		if unlisted[read.tasks[i].ARN] {
			read.tasks[i].Service = ""
		}
	}
	return err
}

// notListed returns the tasks, by ARN, that ECS does not list for the service that they name. It takes a call for each
// service and host, and one more if there is such a task.
func (r *Reader) notListed(ctx context.Context, clusterName string, tasks []cluster.Task) (map[string]bool, error) {
	type claim struct{ service, host string }
	byClaim := map[claim]map[string]bool{}
	for _, t := range tasks {
		c := claim{t.Service, t.Host}
		if byClaim[c] == nil {
			byClaim[c] = map[string]bool{}
		}
		byClaim[c][t.ARN] = true
	}
	unlisted := map[string]bool{}
	for c, left := range byClaim {
		// A task may stop between two calls, so both lists are read.
		for _, desired := range []types.DesiredStatus{types.DesiredStatusRunning, types.DesiredStatusStopped} {
			if len(left) == 0 {
				break
			}
			if err := r.dropListed(ctx, taskQuery{cluster: clusterName, host: c.host, service: c.service, desired: desired}, left); err != nil {
				return nil, fmt.Errorf("whether tasks belong to service %s: %w", c.service, err)
			}
		}
		maps.Copy(unlisted, left)
	}
	return unlisted, nil
}

// dropListed removes from left what ECS lists. A service that does not exist has no tasks.
func (r *Reader) dropListed(ctx context.Context, q taskQuery, left map[string]bool) error {
	for page, err := range r.taskPages(ctx, q) {
		if _, none := errors.AsType[*types.ServiceNotFoundException](err); none {
			return nil
		} else if err != nil {
			return err
		}
		for _, arn := range page {
			delete(left, arn)
		}
	}
	return nil
}
