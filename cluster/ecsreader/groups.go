package ecsreader

import (
	"context"
	"fmt"
	"regexp"
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

const (
	// groupsPerCall is the most that DescribeAutoScalingGroups returns
	// (https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DescribeAutoScalingGroups.html).
	groupsPerCall = 100
	// launchesSince is how far back launches are looked for: twice as long as a host may take to join.
	launchesSince = 20 * time.Minute
)

// ReadGroups reads the Auto Scaling groups of all clusters, by cluster name. The filter by tag key keeps the account's
// other groups out; without any filter the call would list them all.
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
		for _, g := range page.AutoScalingGroups {
			if of := tag(g, ClusterTag); of != "" {
				groups[of] = append(groups[of], group(g))
			}
		}
	}
	return groups, nil
}

// ReadGroup reads the one named group, as ReadGroups would: nothing where it does not exist or is not tagged.
func (r *Reader) ReadGroup(ctx context.Context, name string) (map[string][]cluster.Group, error) {
	out, err := r.autoscaling.DescribeAutoScalingGroups(ctx, &autoscaling.DescribeAutoScalingGroupsInput{AutoScalingGroupNames: []string{name}})
	if err != nil {
		return nil, fmt.Errorf("read the Auto Scaling group %s: %w", name, err)
	}
	groups := map[string][]cluster.Group{}
	for _, g := range out.AutoScalingGroups {
		if of := tag(g, ClusterTag); of != "" {
			groups[of] = append(groups[of], group(g))
		}
	}
	return groups, nil
}

func tag(g types.AutoScalingGroup, key string) string {
	for _, t := range g.Tags {
		if aws.ToString(t.Key) == key {
			return aws.ToString(t.Value)
		}
	}
	return ""
}

func hasTag(g types.AutoScalingGroup, key string) bool {
	return slices.ContainsFunc(g.Tags, func(t types.TagDescription) bool { return aws.ToString(t.Key) == key })
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
		// ECS puts this tag on a group when a capacity provider with managed scaling takes it; ReadManagedScaling asks
		// whether it still has it.
		ManagedScaling: hasTag(g, managedTag),
	}
	for _, p := range g.SuspendedProcesses {
		read.Suspended = append(read.Suspended, aws.ToString(p.ProcessName))
	}
	for _, i := range g.Instances {
		read.Instances = append(read.Instances, cluster.Instance{
			ID:        aws.ToString(i.InstanceId),
			Protected: aws.ToBool(i.ProtectedFromScaleIn),
			Phase:     phase(i.LifecycleState),
			State:     string(i.LifecycleState),
			Unhealthy: aws.ToString(i.HealthStatus) == "Unhealthy",
		})
	}
	return read
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

// ReadLaunches fills in when the snapshot's unregistered instances were launched. It asks only where there is one of
// which that is not known yet: a launch does not change, and one that AWS throttles would be a fleet bought anew.
func (r *Reader) ReadLaunches(ctx context.Context, s *cluster.Snapshot, now time.Time) {
	unregistered := map[string]bool{}
	for _, i := range s.Unregistered() {
		unregistered[i.ID] = true
	}
	for g := range s.Groups {
		name := s.Groups[g].Name
		var waiting []*cluster.Instance
		for i := range s.Groups[g].Instances {
			if instance := &s.Groups[g].Instances[i]; unregistered[instance.ID] {
				waiting = append(waiting, instance)
			}
		}
		known := r.launched.of(name)
		if slices.ContainsFunc(waiting, func(i *cluster.Instance) bool { return !known[i.ID].found }) {
			started, err := r.launches(ctx, name, now.Add(-launchesSince))
			if err != nil {
				lack(s, fmt.Sprintf("when the unregistered instances of group %s were launched", name), err)
			} else {
				known = newer(known, waiting, started, now.Add(-launchesSince))
			}
		}
		still := map[string]launch{}
		for _, instance := range waiting {
			if l, ok := known[instance.ID]; ok {
				instance.LaunchedAt, still[instance.ID] = l.at, l
			}
		}
		r.launched.keep(name, still)
	}
}

// instanceID finds the instance that an activity is about, which the API tells only in prose: "Launching a new EC2
// instance: i-0123456789abcdef0".
var instanceID = regexp.MustCompile(`i-[0-9a-f]+`)

func (r *Reader) launches(ctx context.Context, group string, since time.Time) (map[string]time.Time, error) {
	started := map[string]time.Time{}
	pages := autoscaling.NewDescribeScalingActivitiesPaginator(r.autoscaling, &autoscaling.DescribeScalingActivitiesInput{
		AutoScalingGroupName: aws.String(group),
		Filters:              []types.Filter{{Name: aws.String("StartTimeLowerBound"), Values: []string{since.UTC().Format(time.RFC3339)}}},
		MaxRecords:           aws.Int32(100),
	})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, fmt.Errorf("read its scaling activities: %w", err)
		}
		for _, a := range page.Activities {
			description := aws.ToString(a.Description)
			if strings.HasPrefix(description, "Launching") {
				started[instanceID.FindString(description)] = aws.ToTime(a.StartTime)
			}
		}
	}
	return started, nil
}
