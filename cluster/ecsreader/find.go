package ecsreader

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"ecs-cluster-scaler/cluster"
)

// instancesPerFilter keeps the filter's text short; its limit is not documented
// (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/cluster-query-language.html).
const instancesPerFilter = 50

// Find reads those hosts of the named cluster that are among the EC2 instances, in any status but INACTIVE: one call per
// 50 instances where none is there. A cluster that does not exist has none. An error means that more may be there than
// the hosts beside it.
func (r *Reader) Find(ctx context.Context, name string, instances []string) ([]cluster.Host, error) {
	s := cluster.Snapshot{Cluster: name}
	for some := range slices.Chunk(instances, instancesPerFilter) {
		arns, err := r.listHosts(ctx, name, filter(some))
		if _, missing := errors.AsType[*types.ClusterNotFoundException](err); missing {
			return nil, nil
		}
		before := len(s.Hosts)
		if err == nil {
			err = r.describeHosts(ctx, &s, arns)
		}
		if described := len(s.Hosts) - before; err == nil && described < len(arns) {
			// Whatever the reason: what is listed may be there.
			err = fmt.Errorf("ECS lists %d of them and describes %d", len(arns), described)
		}
		if err != nil {
			return s.Hosts, fmt.Errorf("look for instances in cluster %s: %w", name, err)
		}
	}
	return s.Hosts, nil
}

// filter is the cluster query for the given instances, as AWS writes it in its examples.
func filter(instances []string) *string {
	if len(instances) == 1 {
		return aws.String("ec2InstanceId == " + instances[0])
	}
	return aws.String("ec2InstanceId in ['" + strings.Join(instances, "', '") + "']")
}
