package ecsreader_test

import (
	"context"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ecs-cluster-scaler/cluster/ecsreader"
)

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
