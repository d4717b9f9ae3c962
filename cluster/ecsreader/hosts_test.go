package ecsreader_test

import (
	"context"
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ecs-cluster-scaler/cluster"
	"ecs-cluster-scaler/cluster/ecsreader"
)

func TestHostsByTheHundred(t *testing.T) {
	api := &fakeECS{}
	for n := range 250 {
		api.instances = append(api.instances, instance(n, "ACTIVE", integer("CPU", 1024)))
	}
	s, err := reader(api, nil).Read(t.Context(), "web")
	require.NoError(t, err)
	assert.Len(t, s.Hosts, 250)
	assert.Equal(t, []int{100, 100, 50}, api.describes)
	assert.Empty(t, s.Unread)
}

func TestResourcesByName(t *testing.T) {
	set := types.Resource{Name: aws.String("GPU"), Type: aws.String("STRINGSET"), StringSetValue: []string{"GPU-a", "GPU-b"}}
	ports := types.Resource{Name: aws.String("PORTS"), Type: aws.String("STRINGSET"), StringSetValue: []string{"22", "2376"}}
	tests := map[string]struct {
		gpu  types.Resource
		want int64
	}{
		"GPUs as a set of device ids": {set, 2},
		"GPUs as an integer":          {integer("GPU", 4), 4},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			api := &fakeECS{instances: []types.ContainerInstance{instance(1, "ACTIVE", integer("CPU", 2048), ports, integer("MEMORY", 7680), tt.gpu)}}
			s, err := reader(api, nil).Read(t.Context(), "web")
			require.NoError(t, err)
			assert.Equal(t, cluster.Resources{CPU: 2048, Memory: 7680, GPU: tt.want}, s.Hosts[0].Registered)
		})
	}
}

func TestExternalInstancesAreMarked(t *testing.T) {
	anywhere := instance(1, "ACTIVE")
	anywhere.Ec2InstanceId = aws.String("mi-0123456789abcdef0")
	s, err := reader(&fakeECS{instances: []types.ContainerInstance{anywhere, instance(2, "ACTIVE")}}, nil).Read(t.Context(), "web")
	require.NoError(t, err)
	assert.True(t, s.Hosts[0].External)
	assert.False(t, s.Hosts[1].External)
}

func TestManagedInstancesAreExternal(t *testing.T) {
	on := func(n int, provider string) types.ContainerInstance {
		i := instance(n, "ACTIVE")
		i.CapacityProviderName = aws.String(provider)
		return i
	}
	api := &fakeECS{
		instances: []types.ContainerInstance{instance(1, "ACTIVE"), on(2, "group"), on(3, "managed")},
		providers: []types.CapacityProvider{
			{Name: aws.String("group"), AutoScalingGroupProvider: &types.AutoScalingGroupProvider{}},
			{Name: aws.String("managed"), ManagedInstancesProvider: &types.ManagedInstancesProvider{}},
		},
	}
	s, err := reader(api, nil).Read(t.Context(), "web")
	require.NoError(t, err)
	assert.Equal(t, []bool{true, true, false}, []bool{s.Hosts[0].IsCapacity(), s.Hosts[1].IsCapacity(), s.Hosts[2].IsCapacity()})
}

func TestHostListedTwiceIsOne(t *testing.T) {
	api := &fakeECS{instances: []types.ContainerInstance{instance(1, "ACTIVE"), instance(2, "ACTIVE")}}
	api.instances = append(api.instances, api.instances[0])
	listed := &twice{api}
	s, err := ecsreader.New(listed, nil).Read(t.Context(), "web")
	require.NoError(t, err)
	assert.Len(t, s.Hosts, 2)
	assert.Empty(t, s.Unread)
}

// twice describes each instance once, however often it was listed.
type twice struct{ *fakeECS }

func (w *twice) DescribeContainerInstances(_ context.Context, in *ecs.DescribeContainerInstancesInput, _ ...func(*ecs.Options)) (*ecs.DescribeContainerInstancesOutput, error) {
	out := &ecs.DescribeContainerInstancesOutput{}
	for _, asked := range in.ContainerInstances {
		i := slices.IndexFunc(w.instances, func(i types.ContainerInstance) bool { return *i.ContainerInstanceArn == asked })
		out.ContainerInstances = append(out.ContainerInstances, w.instances[i])
	}
	return out, nil
}

// filteredECS filters each page of a long list by itself, as ECS does: what is asked for stands behind an empty page.
type filteredECS struct {
	fakeECS
	filters []string
}

func (f *filteredECS) ListContainerInstances(_ context.Context, in *ecs.ListContainerInstancesInput, _ ...func(*ecs.Options)) (*ecs.ListContainerInstancesOutput, error) {
	f.filters = append(f.filters, aws.ToString(in.Filter))
	if in.NextToken == nil {
		return &ecs.ListContainerInstancesOutput{NextToken: aws.String("on")}, f.listErr
	}
	return &ecs.ListContainerInstancesOutput{ContainerInstanceArns: []string{"ci-1"}}, nil
}

func TestFindGoesPastEmptyPage(t *testing.T) {
	api := &filteredECS{fakeECS: fakeECS{instances: []types.ContainerInstance{{
		ContainerInstanceArn: aws.String("ci-1"), Ec2InstanceId: aws.String("i-1"), Status: aws.String("DRAINING"),
	}}}}
	hosts, err := ecsreader.New(api, nil).Find(t.Context(), "web", []string{"i-1"})
	require.NoError(t, err)
	require.Len(t, hosts, 1)
	assert.Equal(t, "i-1", hosts[0].InstanceID)
	assert.Equal(t, "ec2InstanceId == i-1", api.filters[0])
}

func TestFindAsksForManyTogether(t *testing.T) {
	api := &filteredECS{}
	_, err := ecsreader.New(api, nil).Find(t.Context(), "web", []string{"i-1", "i-2"})
	require.ErrorContains(t, err, "lists 1 of them and describes 0", "what is listed and not described may be one of them")
	assert.Equal(t, "ec2InstanceId in ['i-1', 'i-2']", api.filters[0])
}

func TestFindInMissingCluster(t *testing.T) {
	api := &filteredECS{fakeECS: fakeECS{listErr: &types.ClusterNotFoundException{}}}
	hosts, err := ecsreader.New(api, nil).Find(t.Context(), "web", []string{"i-1"})
	require.NoError(t, err)
	assert.Empty(t, hosts)
}
