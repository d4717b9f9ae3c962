package ecsreader_test

import (
	"fmt"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/stretchr/testify/assert"

	"ecs-cluster-scaler/cluster"
)

func TestWantedTasksAreRead(t *testing.T) {
	task := func(n int, group, desired string) types.Task {
		return types.Task{TaskArn: aws.String(fmt.Sprint(n)), ContainerInstanceArn: aws.String(arn(1)), Group: aws.String(group), DesiredStatus: aws.String(desired)}
	}
	api := &fakeECS{tasks: []types.Task{task(1, "service:web", "RUNNING"), task(2, "service:web", "STOPPED"), task(3, "family:job", "RUNNING")}}
	s := cluster.Snapshot{Cluster: "web"}
	reader(api, nil).ReadTasks(t.Context(), &s, []cluster.Host{{ARN: arn(1)}})
	assert.Equal(t, []cluster.Task{
		{ARN: "1", Host: arn(1), Service: "web", Group: "service:web", WantedRunning: true},
		{ARN: "3", Host: arn(1), Group: "family:job", WantedRunning: true},
	}, s.Tasks)
}
