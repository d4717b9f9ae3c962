package ecsreader

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"ecs-cluster-scaler/cluster"
)

// tasksPerCall is the most that ListTasks returns and DescribeTasks takes
// (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeTasks.html).
const tasksPerCall = 100

// ReadTasks adds to the snapshot the tasks that ECS wants to run on the given hosts. What cannot be read is named in
// the snapshot's Unread.
func (r *Reader) ReadTasks(ctx context.Context, s *cluster.Snapshot, hosts []cluster.Host) {
	read := map[string]bool{}
	for _, h := range hosts {
		read[h.ARN] = true
		if err := r.readTasks(ctx, s, h.ARN); err != nil {
			read[h.ARN] = false
			lack(s, "the tasks of host "+h.InstanceID, err)
		}
	}
	for i := range s.Hosts {
		if read[s.Hosts[i].ARN] {
			s.Hosts[i].TasksRead = true
		}
	}
}

func (r *Reader) readTasks(ctx context.Context, s *cluster.Snapshot, host string) error {
	var arns []string
	pages := ecs.NewListTasksPaginator(r.ecs, &ecs.ListTasksInput{
		Cluster:           aws.String(s.Cluster),
		ContainerInstance: aws.String(host),
		DesiredStatus:     types.DesiredStatusRunning,
		MaxResults:        aws.Int32(tasksPerCall),
	})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return fmt.Errorf("list them: %w", err)
		}
		arns = append(arns, page.TaskArns...)
	}
	for batch := range slices.Chunk(arns, tasksPerCall) {
		out, err := r.ecs.DescribeTasks(ctx, &ecs.DescribeTasksInput{Cluster: aws.String(s.Cluster), Tasks: batch})
		if err != nil {
			return fmt.Errorf("describe them: %w", err)
		}
		for _, t := range out.Tasks {
			s.Tasks = append(s.Tasks, task(t))
		}
		s.Unread = append(s.Unread, unanswered("task", len(batch), len(out.Tasks), out.Failures)...)
	}
	return nil
}

func task(t types.Task) cluster.Task {
	// ECS sets a service task's group to service:<name>; only run-task lets a caller choose another
	// (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Task.html).
	service, _ := strings.CutPrefix(aws.ToString(t.Group), "service:")
	if service == aws.ToString(t.Group) {
		service = ""
	}
	return cluster.Task{
		ARN:           aws.ToString(t.TaskArn),
		Host:          aws.ToString(t.ContainerInstanceArn),
		Service:       service,
		Group:         aws.ToString(t.Group),
		Definition:    aws.ToString(t.TaskDefinitionArn),
		LastStatus:    aws.ToString(t.LastStatus),
		WantedRunning: aws.ToString(t.DesiredStatus) == string(types.DesiredStatusRunning),
	}
}
