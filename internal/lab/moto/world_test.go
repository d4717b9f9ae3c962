package moto_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	ecstypes "github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/stretchr/testify/require"

	"ecs-cluster-scaler/internal/lab/moto"
)

// emptyMoto is the shared moto without a world.
func emptyMoto(t *testing.T) *moto.Server {
	t.Helper()
	require.NoError(t, moto.Shared().Reset(t.Context()))
	return moto.Shared()
}

func resource(resources []ecstypes.Resource, name string) int {
	for _, r := range resources {
		if aws.ToString(r.Name) == name {
			return int(r.IntegerValue) + len(r.StringSetValue)
		}
	}
	return -1
}

func describeHost(t *testing.T, m *moto.Server, cluster, arn string) ecstypes.ContainerInstance {
	t.Helper()
	out, err := ecs.NewFromConfig(m.Config()).DescribeContainerInstances(t.Context(), &ecs.DescribeContainerInstancesInput{
		Cluster: aws.String(cluster), ContainerInstances: []string{arn},
	})
	require.NoError(t, err)
	require.Empty(t, out.Failures)
	return out.ContainerInstances[0]
}
