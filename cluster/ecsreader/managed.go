package ecsreader

import (
	"context"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"ecs-cluster-scaler/cluster"
)

// ReadManagedScaling finds out which of the snapshot's groups ECS scales itself. It asks only where a group carries
// ECS's tag, which stays behind when its capacity provider goes. Where that cannot be read, the tag is believed: two
// scalers on one group are worse than none.
func (r *Reader) ReadManagedScaling(ctx context.Context, s *cluster.Snapshot) {
	if !slices.ContainsFunc(s.Groups, func(g cluster.Group) bool { return g.ManagedScaling }) {
		return
	}
	managed := map[string]bool{}
	in := &ecs.DescribeCapacityProvidersInput{Cluster: aws.String(s.Cluster)}
	for {
		out, err := r.ecs.DescribeCapacityProviders(ctx, in)
		if err != nil {
			noteUnread(s, fmt.Errorf("whether ECS scales its groups itself: %w", err))
			return
		}
		for _, p := range out.CapacityProviders {
			if group := p.AutoScalingGroupProvider; group != nil && group.ManagedScaling != nil && group.ManagedScaling.Status == types.ManagedScalingStatusEnabled {
				managed[groupName(group.AutoScalingGroupArn)] = true
			}
		}
		if aws.ToString(out.NextToken) == "" {
			break
		}
		in.NextToken = out.NextToken
	}
	for i := range s.Groups {
		s.Groups[i].ManagedScaling = managed[s.Groups[i].Name]
	}
}
