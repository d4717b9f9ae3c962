package ecsreader_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ecs-cluster-scaler/cluster"
	"ecs-cluster-scaler/cluster/ecsreader"
)

// crowded is a cluster of n hosts at version 1 with so many tasks each.
func crowded(n, tasks int) *fakeECS {
	api := &fakeECS{}
	for h := range n {
		i := instance(h, "ACTIVE")
		i.Version, i.RunningTasksCount = 1, int32(tasks)
		api.instances = append(api.instances, i)
		for k := range tasks {
			api.tasks = append(api.tasks, types.Task{TaskArn: aws.String(fmt.Sprintf("%d-%d", h, k)), ContainerInstanceArn: aws.String(arn(h)), DesiredStatus: aws.String("RUNNING")})
		}
	}
	return api
}

func readAll(t *testing.T, r *ecsreader.Reader, api *fakeECS) cluster.Snapshot {
	t.Helper()
	api.calls = map[string]int{}
	s, err := r.Read(t.Context(), "web")
	require.NoError(t, err)
	r.ReadTasks(t.Context(), &s, slices.Clone(s.Hosts))
	for _, h := range s.Hosts {
		assert.True(t, h.TasksRead)
	}
	return s
}

func TestManyHostsTasksInOneList(t *testing.T) {
	api := crowded(20, 6)
	s := readAll(t, reader(api, nil), api)
	assert.Len(t, s.Tasks, 120)
	assert.Equal(t, 1, api.calls["ListTasks"], "not once a host")
	assert.Equal(t, 2, api.calls["DescribeTasks"])
}

func TestUnchangedHostsAreNotAsked(t *testing.T) {
	api := crowded(20, 6)
	r := reader(api, nil)
	before := readAll(t, r, api)
	again := readAll(t, r, api)
	assert.ElementsMatch(t, before.Tasks, again.Tasks)
	assert.Zero(t, api.calls["ListTasks"]+api.calls["DescribeTasks"])

	// One host loses a task and gets another.
	api.instances[3].Version = 2
	api.tasks = slices.DeleteFunc(api.tasks, func(task types.Task) bool { return *task.TaskArn == "3-0" })
	api.tasks = append(api.tasks, types.Task{TaskArn: aws.String("3-new"), ContainerInstanceArn: aws.String(arn(3)), DesiredStatus: aws.String("RUNNING")})
	changed := readAll(t, r, api)
	assert.Equal(t, 1, api.calls["ListTasks"])
	assert.Equal(t, 1, api.calls["DescribeTasks"])
	var arns []string
	for _, task := range changed.Tasks {
		arns = append(arns, task.ARN)
	}
	assert.Len(t, arns, 120)
	assert.Contains(t, arns, "3-new")
	assert.NotContains(t, arns, "3-0")
}

// Run by make race: clusters are read side by side through one reader.
func TestClustersShareTheMemory(t *testing.T) {
	api := crowded(4, 3)
	r := ecsreader.New(&quietECS{fakeECS: api}, nil)
	var group sync.WaitGroup
	for n := range 8 {
		group.Go(func() {
			for range 20 {
				s, err := r.Read(t.Context(), fmt.Sprint("cluster", n))
				if !assert.NoError(t, err) { //nolint:testifylint // require must not end a goroutine
					return
				}
				r.ReadTasks(t.Context(), &s, slices.Clone(s.Hosts))
				assert.Len(t, s.Tasks, 12)
			}
		})
	}
	group.Wait()
	r.Keep([]string{"cluster0"})
}

// quietECS counts nothing, so that many may ask at once.
type quietECS struct {
	*fakeECS
	mu sync.Mutex
}

func (*quietECS) ListServices(context.Context, *ecs.ListServicesInput, ...func(*ecs.Options)) (*ecs.ListServicesOutput, error) {
	return &ecs.ListServicesOutput{}, nil
}

func (q *quietECS) DescribeContainerInstances(ctx context.Context, in *ecs.DescribeContainerInstancesInput, _ ...func(*ecs.Options)) (*ecs.DescribeContainerInstancesOutput, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.fakeECS.DescribeContainerInstances(ctx, in)
}

func (q *quietECS) ListTasks(ctx context.Context, in *ecs.ListTasksInput, _ ...func(*ecs.Options)) (*ecs.ListTasksOutput, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.fakeECS.ListTasks(ctx, in)
}

func (q *quietECS) DescribeTasks(ctx context.Context, in *ecs.DescribeTasksInput, _ ...func(*ecs.Options)) (*ecs.DescribeTasksOutput, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.fakeECS.DescribeTasks(ctx, in)
}

func TestNoVersionsNoMemory(t *testing.T) {
	api := crowded(2, 3)
	for i := range api.instances {
		api.instances[i].Version = 0
	}
	r := reader(api, nil)
	readAll(t, r, api)
	readAll(t, r, api)
	assert.Equal(t, 1, api.calls["ListTasks"], "listed again")
	assert.Zero(t, api.calls["DescribeTasks"], "but a known task does not change")
}

func TestOtherCountIsNotTrusted(t *testing.T) {
	api := crowded(2, 3)
	r := reader(api, nil)
	readAll(t, r, api)
	api.instances[0].RunningTasksCount = 4
	readAll(t, r, api)
	assert.Equal(t, 1, api.calls["ListTasks"])
}
