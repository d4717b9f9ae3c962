package ecsreader

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"

	"ecs-cluster-scaler/cluster"
)

// AutoScaling is what the reader asks of Amazon EC2 Auto Scaling.
type AutoScaling interface {
	DescribeAutoScalingGroups(ctx context.Context, in *autoscaling.DescribeAutoScalingGroupsInput, opts ...func(*autoscaling.Options)) (*autoscaling.DescribeAutoScalingGroupsOutput, error)
	DescribeScalingActivities(ctx context.Context, in *autoscaling.DescribeScalingActivitiesInput, opts ...func(*autoscaling.Options)) (*autoscaling.DescribeScalingActivitiesOutput, error)
}

// managedTag is what ECS puts on a group that a capacity provider scales
// (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/asg-capacity-providers.html).
const managedTag = "AmazonECSManaged"

// The tags by which groups are found.
const (
	ClusterTag = "ecs-cluster-scaler:cluster"
	ActiveTag  = "ecs-cluster-scaler:active"
	// ConfigPathTag names the stack that a group belongs to, by its configuration path.
	ConfigPathTag = "ecs-cluster-scaler:config-path"
)

// groupsPerCall is the most that DescribeAutoScalingGroups returns
// (https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DescribeAutoScalingGroups.html).
const groupsPerCall = 100

// ReadGroups reads the tagged Auto Scaling groups of all clusters, by cluster name.
func (r *Reader) ReadGroups(ctx context.Context) (map[string][]cluster.Group, error) {
	groups := map[string][]cluster.Group{}
	pages := autoscaling.NewDescribeAutoScalingGroupsPaginator(r.autoscaling, &autoscaling.DescribeAutoScalingGroupsInput{
		Filters:    []types.Filter{{Name: aws.String("tag-key"), Values: []string{ClusterTag}}},
		MaxRecords: aws.Int32(groupsPerCall),
	})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, fmt.Errorf("find the Auto Scaling groups by their tag %s: %w", ClusterTag, err)
		}
		addGroups(groups, page.AutoScalingGroups)
	}
	return groups, nil
}

func addGroups(groups map[string][]cluster.Group, read []types.AutoScalingGroup) {
	for _, g := range read {
		if of := tag(g, ClusterTag); of != "" {
			groups[of] = append(groups[of], group(g))
		}
	}
}

// ReadGroup reads one group as ReadGroups would: nothing if it does not exist or is not tagged.
func (r *Reader) ReadGroup(ctx context.Context, name string) (map[string][]cluster.Group, error) {
	out, err := r.autoscaling.DescribeAutoScalingGroups(ctx, &autoscaling.DescribeAutoScalingGroupsInput{AutoScalingGroupNames: []string{name}})
	if err != nil {
		return nil, fmt.Errorf("read the Auto Scaling group %s: %w", name, err)
	}
	groups := map[string][]cluster.Group{}
	addGroups(groups, out.AutoScalingGroups)
	return groups, nil
}

func tag(g types.AutoScalingGroup, key string) string {
	if i := tagIndex(g, key); i >= 0 {
		return aws.ToString(g.Tags[i].Value)
	}
	return ""
}

func tagIndex(g types.AutoScalingGroup, key string) int {
	return slices.IndexFunc(g.Tags, func(t types.TagDescription) bool { return aws.ToString(t.Key) == key })
}

func group(g types.AutoScalingGroup) cluster.Group {
	read := cluster.Group{
		Name:         aws.ToString(g.AutoScalingGroupName),
		ConfigPath:   strings.TrimRight(strings.TrimSpace(tag(g, ConfigPathTag)), "/"),
		TaggedActive: tag(g, ActiveTag) == "true",
		Min:          int(aws.ToInt32(g.MinSize)),
		Max:          int(aws.ToInt32(g.MaxSize)),
		Desired:      int(aws.ToInt32(g.DesiredCapacity)),
		Zones:        g.AvailabilityZones,
		Templates:    templates(g),
		// The tag stays when the capacity provider is deleted; see ReadManagedScaling.
		ManagedScaling: tagIndex(g, managedTag) >= 0,
		Unit:           unit(g),
		Warmup:         defaultWarmup(g),
	}
	read.Types, read.AnyType = allowed(g.MixedInstancesPolicy)
	for _, p := range g.SuspendedProcesses {
		read.Suspended = append(read.Suspended, aws.ToString(p.ProcessName))
	}
	for _, i := range g.Instances {
		read.Instances = append(read.Instances, cluster.Instance{
			ID:        aws.ToString(i.InstanceId),
			Protected: aws.ToBool(i.ProtectedFromScaleIn),
			Weight:    weight(g, i),
			Phase:     phase(i.LifecycleState),
			State:     string(i.LifecycleState),
			Template:  template(i.LaunchTemplate, i.LaunchConfigurationName),
			Unhealthy: aws.ToString(i.HealthStatus) == "Unhealthy",
		})
	}
	return read
}

// defaultWarmup is the group's default instance warm-up, else its default cooldown: what policies inherit
// (https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_PutScalingPolicy.html).
func defaultWarmup(g types.AutoScalingGroup) time.Duration {
	seconds := g.DefaultCooldown
	if g.DefaultInstanceWarmup != nil {
		seconds = g.DefaultInstanceWarmup
	}
	return time.Duration(aws.ToInt32(seconds)) * time.Second
}

func phase(state types.LifecycleState) cluster.Phase {
	switch state {
	case types.LifecycleStatePending, types.LifecycleStatePendingWait, types.LifecycleStatePendingProceed:
		return cluster.Pending
	case types.LifecycleStateInService:
		return cluster.InService
	case types.LifecycleStateTerminating, types.LifecycleStateTerminatingWait, types.LifecycleStateTerminatingProceed:
		return cluster.Terminating
	default:
		return cluster.Aside
	}
}
