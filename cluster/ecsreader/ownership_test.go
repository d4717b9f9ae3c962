package ecsreader_test

import (
	"errors"
	"strconv"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ecs-cluster-scaler/cluster"
	"ecs-cluster-scaler/cluster/ecsreader"
)

func TestServiceOfTask(t *testing.T) {
	for name, tt := range map[string]struct {
		group, by string
		service   string
		sure      bool
	}{
		"a service's":                         {"service:web", "ecs-svc/9223370556150183303", "web", true},
		"run-task's":                          {"family:job", "", "", true},
		"run-task's, with a tag":              {"family:job", "nightly", "", true},
		"run-task's in a group of its own":    {"nightly", "", "", true},
		"run-task's in a service's group":     {"service:web", "nightly", "", true},
		"the same without a tag":              {"service:web", "", "web", false},
		"a deployment's id does not make one": {"family:job", "ecs-svc/1", "", true},
		"neither says anything":               {"", "", "", true},
		"a tag that only looks like an id":    {"service:web", "ecs-svc", "", true},
		"a service with a long name":          {"service:a-b_c", "ecs-svc/1", "a-b_c", true},
	} {
		service, sure := ecsreader.ServiceOf(types.Task{Group: aws.String(tt.group), StartedBy: aws.String(tt.by)})
		assert.Equal(t, tt.service, service, name)
		assert.Equal(t, tt.sure, sure, name)
	}
	service, sure := ecsreader.ServiceOf(types.Task{})
	assert.Empty(t, service)
	assert.True(t, sure)
}

// named is a running task of that group.
func named(n int, group, by string) types.Task {
	one := types.Task{
		TaskArn: aws.String(strconv.Itoa(n)), ContainerInstanceArn: aws.String(arn(1)), Group: aws.String(group), DesiredStatus: aws.String("RUNNING"),
	}
	if by != "" {
		one.StartedBy = aws.String(by)
	}
	return one
}

func TestFalseServiceTaskIsStandalone(t *testing.T) {
	hosts := []cluster.Host{{ARN: arn(1), InstanceID: "i-1", Tasks: 4}}
	api := &fakeECS{
		tasks: []types.Task{named(1, "service:web", "ecs-svc/1"), named(2, "service:web", "nightly"), named(3, "service:web", ""), named(4, "service:web", "")},
		owned: map[string][]string{"web RUNNING": {"1", "3"}},
	}
	s := cluster.Snapshot{Cluster: "web", Hosts: hosts}
	reader(api, nil).ReadTasks(t.Context(), &s, hosts)
	assert.Empty(t, s.Unread)
	of := map[string]string{}
	for _, one := range s.Tasks {
		of[one.ARN] = one.Service
		assert.Equal(t, "service:web", one.Group, "its group is what placement spreads by")
	}
	assert.Equal(t, map[string]string{"1": "web", "2": "", "3": "web", "4": ""}, of)
}

func TestStoppingTaskKeepsItsService(t *testing.T) {
	api := &fakeECS{owned: map[string][]string{"web RUNNING": {}, "web STOPPED": {"3"}}}
	unlisted, err := ecsreader.NotListed(reader(api, nil), t.Context(), "web", []cluster.Task{{ARN: "3", Service: "web"}, {ARN: "4", Service: "web"}})
	require.NoError(t, err)
	assert.Equal(t, map[string]bool{"4": true}, unlisted)
}

func TestServiceIsAskedOnlyInDoubt(t *testing.T) {
	hosts := []cluster.Host{{ARN: arn(1), InstanceID: "i-1", Tasks: 3}}
	api := &fakeECS{tasks: []types.Task{named(1, "service:web", "ecs-svc/1"), named(2, "service:web", "nightly"), named(3, "family:job", "")}, owned: map[string][]string{}}
	s := cluster.Snapshot{Cluster: "web", Hosts: hosts}
	reader(api, nil).ReadTasks(t.Context(), &s, hosts)
	assert.Equal(t, 1, api.calls["ListTasks"])
}

func TestTasksOfUnknownServiceAreUnread(t *testing.T) {
	hosts := []cluster.Host{{ARN: arn(1), InstanceID: "i-1", Tasks: 1}}
	api := &fakeECS{tasks: []types.Task{named(1, "service:web", "")}, owned: map[string][]string{}, ownedErr: errors.New("throttled")}
	s := cluster.Snapshot{Cluster: "web", Hosts: hosts}
	reader(api, nil).ReadTasks(t.Context(), &s, hosts)
	assert.Len(t, s.Unread, 1)

	api.ownedErr = &types.ServiceNotFoundException{}
	s = cluster.Snapshot{Cluster: "web", Hosts: hosts}
	reader(api, nil).ReadTasks(t.Context(), &s, hosts)
	assert.Empty(t, s.Unread)
	assert.Empty(t, s.Tasks[0].Service, "there is no such service")
}
