package ecsreader_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ecs-cluster-scaler/cluster"
	"ecs-cluster-scaler/cluster/ecsreader"
)

// leavingTask is one on host 1, with a desired and a last status.
func leavingTask(n, desired, last string) types.Task {
	return types.Task{
		TaskArn: aws.String(n), ContainerInstanceArn: aws.String(arn(1)), DesiredStatus: aws.String(desired), LastStatus: aws.String(last),
		Group: aws.String("service:web"), StartedBy: aws.String("ecs-svc/1"),
	}
}

func statuses(tasks []cluster.TaskDetail) map[string]string {
	read := map[string]string{}
	for _, t := range tasks {
		read[t.ARN] = t.LastStatus
	}
	return read
}

func TestStoppingTasksAreListedThenRecalled(t *testing.T) {
	a, r := newLeaving()
	a.tasks = []types.Task{leavingTask("1", "RUNNING", "RUNNING"), leavingTask("2", "STOPPED", "DEACTIVATING"), leavingTask("3", "STOPPED", "STOPPED")}
	hosts := []cluster.Host{{ARN: arn(1), InstanceID: "i-1", Status: cluster.Draining}}
	recall := func() (map[string][]cluster.TaskDetail, error) {
		tasks, _, err := r.Recall(t.Context(), "web", hosts, ecsreader.TaskAnswers{}, passAt)
		return tasks, err
	}
	tasks, err := recall()
	require.NoError(t, err)
	assert.Empty(t, tasks, "none is known")

	listed, unread := r.ListTasks(t.Context(), "web", hosts, 3, passAt)
	assert.Empty(t, unread)
	assert.Equal(t, map[string]string{"1": "RUNNING", "2": "DEACTIVATING", "3": "STOPPED"}, statuses(listed["i-1"]))
	assert.Equal(t, 2, a.calls["ListTasks"], "both desired statuses")

	a.tasks[1].LastStatus, a.missing = aws.String("STOPPED"), []string{"1"}
	a.tasks = append(a.tasks, leavingTask("4", "RUNNING", "RUNNING"))
	tasks, err = recall()
	require.NoError(t, err)
	assert.Empty(t, tasks, "none has still to stop: what ECS lists decides")
	assert.Equal(t, 2, a.calls["ListTasks"])

	a.tasks[0].DesiredStatus = aws.String("GONE") // no list has it
	listed, unread = r.ListTasks(t.Context(), "web", hosts, 3, passAt)
	assert.Empty(t, unread)
	assert.Equal(t, map[string]string{"1": cluster.Forgotten, "2": "STOPPED", "3": "STOPPED", "4": "RUNNING"}, statuses(listed["i-1"]))

	r.KeepHosts(map[string]bool{"i-1": true})
	tasks, err = recall()
	require.NoError(t, err)
	assert.Len(t, tasks["i-1"], 4)
	r.KeepHosts(nil)
	tasks, err = recall()
	require.NoError(t, err)
	assert.Empty(t, tasks)
}

// More tasks may come on an ACTIVE host.
func TestActiveHostsTasksAreNotKept(t *testing.T) {
	a, r := newLeaving()
	a.tasks = []types.Task{leavingTask("1", "RUNNING", "RUNNING")}
	hosts := []cluster.Host{{ARN: arn(1), InstanceID: "i-1", Status: cluster.Active}}
	listed, _ := r.ListTasks(t.Context(), "web", hosts, 1, passAt)
	assert.Len(t, listed["i-1"], 1)
	tasks, _, err := r.Recall(t.Context(), "web", hosts, ecsreader.TaskAnswers{}, passAt)
	require.NoError(t, err)
	assert.Empty(t, tasks)
}
