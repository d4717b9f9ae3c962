package ecsreader

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

// instancesPerFilter keeps the filter's text short; its limit is not documented
// (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/cluster-query-language.html).
const instancesPerFilter = 50

// Has tells whether any of the EC2 instances is registered in the named cluster, in any status but INACTIVE. A cluster
// that does not exist has none.
func (r *Reader) Has(ctx context.Context, name string, instances []string) (bool, error) {
	for some := range slices.Chunk(instances, instancesPerFilter) {
		out, err := r.ecs.ListContainerInstances(ctx, &ecs.ListContainerInstancesInput{
			Cluster:    aws.String(name),
			Filter:     aws.String("ec2InstanceId in [" + strings.Join(some, ",") + "]"),
			MaxResults: aws.Int32(hostsPerCall),
		})
		if _, missing := errors.AsType[*types.ClusterNotFoundException](err); missing {
			return false, nil
		}
		if err != nil {
			return false, fmt.Errorf("look for instances in cluster %s: %w", name, err)
		}
		if len(out.ContainerInstanceArns) > 0 {
			return true, nil
		}
	}
	return false, nil
}
