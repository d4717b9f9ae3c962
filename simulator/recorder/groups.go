package recorder

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	ecstypes "github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"ecs-cluster-scaler/simulator/recording"
)

const (
	// refreshed is how often is read what hardly changes: which groups there are, their hooks and capacity providers.
	refreshed = 30 * time.Minute
	// groupsPerCall and instancesPerCall are the most that the calls take
	// (https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DescribeAutoScalingGroups.html,
	// https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DescribeAutoScalingInstances.html).
	groupsPerCall, instancesPerCall = 100, 50
	// providersPerCall is the most that DescribeCapacityProviders returns without a page size
	// (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeCapacityProviders.html).
	providersPerCall = 10
	// mostHosts is how many container instances a cluster may have
	// (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-quotas.html).
	mostHosts = 5000
	// heartbeat is a hook's, in seconds, if it has none of its own
	// (https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_PutLifecycleHook.html).
	heartbeat = 3600
)

// groups are the Auto Scaling groups that were found.
type groups struct {
	all []*group
	by  map[string]*group // by name
	// instances are those that the groups have now.
	instances map[string]bool
	// lonely are instances that were asked for and are in no group.
	lonely map[string]bool
	// refresh is when what hardly changes was read last.
	refresh time.Time
}

type group struct {
	recording.Group
	activities activities
	// there: the last answer had it. Auto Scaling refuses calls about a group that was deleted.
	there bool
}

func (g *groups) index(before []recording.Group) {
	*g = groups{by: map[string]*group{}, instances: map[string]bool{}, lonely: map[string]bool{}}
	for _, b := range before {
		g.add(b.Name).Group = b
	}
}

// add returns the group of a name, and begins it where it was not found before.
func (g *groups) add(name string) *group {
	if g.by[name] == nil {
		g.by[name] = &group{Group: recording.Group{Name: name}}
		g.all = append(g.all, g.by[name])
	}
	return g.by[name]
}

// whole tells whether the group can be in a recording: the size of a host that it launches is known.
func (g *group) whole(h hosts) bool {
	return len(g.Zones) > 0 && len(g.Limits) > 0 && slices.ContainsFunc(g.Types, h.sized)
}

// known are the groups that can be in a recording, with the types whose size is known.
func (g groups) known(h hosts) []recording.Group {
	all := []recording.Group{}
	for _, one := range g.all {
		if one.whole(h) {
			shown := one.Group
			shown.Types = slices.DeleteFunc(slices.Clone(one.Types), func(t string) bool { return !h.sized(t) })
			all = append(all, shown)
		}
	}
	return all
}

// readGroups finds the cluster's groups and notes their bounds, instances and scaling activities.
func (r *Recorder) readGroups(ctx context.Context, l *look) {
	fresh := l.at.Sub(r.groups.refresh) >= refreshed
	l.unread("its Auto Scaling groups", r.find(ctx, l, fresh))
	l.unread("its Auto Scaling groups", r.describeGroups(ctx, l))
	for _, g := range r.groups.all {
		if g.there {
			l.unread("the scaling activities of group "+g.Name, r.readActivities(ctx, l, g))
		}
	}
	r.readAttributes(l)
	if !fresh {
		return
	}
	for _, g := range r.groups.all {
		if g.there {
			l.unread("the lifecycle hooks of group "+g.Name, r.readHooks(ctx, g))
		}
	}
	l.unread("its capacity providers", r.readProviders(ctx, l))
	if l.whole() {
		r.groups.refresh = l.at
	}
}

// find finds groups by their tag, by capacity providers and by the instances that are hosts.
func (r *Recorder) find(ctx context.Context, l *look, fresh bool) error {
	if fresh {
		tagged, err := r.reader.ReadGroups(ctx)
		if err != nil {
			return err
		}
		for _, g := range tagged[r.rec.Cluster] {
			r.groups.add(g.Name)
		}
	}
	for _, name := range slices.Sorted(maps.Values(l.ProviderGroups)) {
		r.groups.add(name)
	}
	var unknown []string
	for _, h := range l.Hosts {
		if host := r.hosts.by[h.InstanceID]; host != nil && host.Group == "" && !r.groups.lonely[h.InstanceID] {
			unknown = append(unknown, h.InstanceID)
		}
	}
	for some := range slices.Chunk(unknown, instancesPerCall) {
		out, err := r.clients.AutoScaling.DescribeAutoScalingInstances(ctx, &autoscaling.DescribeAutoScalingInstancesInput{InstanceIds: some})
		if err != nil {
			return fmt.Errorf("find the groups of its hosts: %w", err)
		}
		for _, id := range some {
			r.groups.lonely[id] = true
		}
		for _, i := range out.AutoScalingInstances {
			delete(r.groups.lonely, aws.ToString(i.InstanceId))
			name := aws.ToString(i.AutoScalingGroupName)
			r.groups.add(name)
			r.hosts.of(aws.ToString(i.InstanceId)).Group = name
		}
	}
	return nil
}

func (r *Recorder) describeGroups(ctx context.Context, l *look) error {
	names := make([]string, 0, len(r.groups.all))
	for _, g := range r.groups.all {
		names = append(names, g.Name)
	}
	there, described := map[string]bool{}, map[string]bool{}
	for some := range slices.Chunk(names, groupsPerCall) {
		pages := autoscaling.NewDescribeAutoScalingGroupsPaginator(r.clients.AutoScaling, &autoscaling.DescribeAutoScalingGroupsInput{
			AutoScalingGroupNames: some, MaxRecords: aws.Int32(groupsPerCall),
		})
		for pages.HasMorePages() {
			page, err := pages.NextPage(ctx)
			if err != nil {
				return err
			}
			for _, g := range page.AutoScalingGroups {
				described[aws.ToString(g.AutoScalingGroupName)] = true
				r.seesGroup(l, g, there)
			}
		}
	}
	r.groups.instances = there
	for _, g := range r.groups.all {
		if g.there = described[g.Name]; !g.there {
			g.deleted(l.at)
		}
	}
	return nil
}

// deleted notes that a group is gone: it wants no host, and may have none.
func (g *group) deleted(at time.Time) {
	if n := len(g.Limits); n > 0 && g.Limits[n-1].Max > 0 {
		g.Limits = append(g.Limits, recording.Limits{At: at})
	}
	if n := len(g.Desired); n > 0 && g.Desired[n-1].Desired > 0 {
		g.Desired = append(g.Desired, recording.Capacity{At: at})
	}
}

// seesGroup notes a group as it is now.
func (r *Recorder) seesGroup(l *look, seen types.AutoScalingGroup, there map[string]bool) {
	g := r.groups.add(aws.ToString(seen.AutoScalingGroupName))
	g.Zones = seen.AvailabilityZones
	g.activities.each = unitsOf(seen)
	limits := recording.Limits{At: l.at, Min: g.hosts(seen.MinSize), Max: g.hosts(seen.MaxSize)}
	if len(g.Limits) == 0 {
		limits.At = l.since // the first ones hold from the beginning
	}
	if n := len(g.Limits); n == 0 || g.Limits[n-1].Min != limits.Min || g.Limits[n-1].Max != limits.Max {
		g.Limits = append(g.Limits, limits)
	}
	g.Suspended = nil
	for _, p := range seen.SuspendedProcesses {
		g.Suspended = append(g.Suspended, aws.ToString(p.ProcessName))
	}
	g.activities.desired = g.hosts(seen.DesiredCapacity)
	if p := seen.MixedInstancesPolicy; p != nil && p.LaunchTemplate != nil {
		for _, o := range p.LaunchTemplate.Overrides {
			g.launches(aws.ToString(o.InstanceType))
		}
		g.Spot = onlySpot(p.InstancesDistribution)
	}
	for _, i := range seen.Instances {
		g.launches(aws.ToString(i.InstanceType))
		r.seesInstance(l, g, i, there)
	}
}

// hosts is a size of the group in hosts, rounded up. What an empty group counts in MiB cannot be told, and may seem to be more
// than a cluster can have.
func (g *group) hosts(size *int32) int {
	return min(mostHosts, int(math.Ceil(float64(aws.ToInt32(size))/g.activities.each)))
}

// unitsOf is what an instance counts on average, in a group that counts its sizes in vCPUs, memory or weights; 1 in others
// (https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_AutoScalingGroup.html).
func unitsOf(g types.AutoScalingGroup) float64 {
	weighs, all, n := aws.ToString(g.DesiredCapacityType) == "vcpu" || aws.ToString(g.DesiredCapacityType) == "memory-mib", 0.0, 0.0
	for _, i := range g.Instances {
		if weight, err := strconv.ParseFloat(aws.ToString(i.WeightedCapacity), 64); err == nil && weight > 0 {
			weighs, all, n = weighs || weight != 1, all+weight, n+1
		}
	}
	switch {
	case !weighs:
		return 1
	case n > 0:
		return all / n
	default:
		return float64(max(1, aws.ToInt32(g.DesiredCapacity))) / float64(max(1, len(g.Instances)))
	}
}

func (g *group) launches(instanceType string) {
	if instanceType != "" && !slices.Contains(g.Types, instanceType) {
		g.Types = append(g.Types, instanceType)
	}
}

// onlySpot tells whether a group launches no On-Demand Instance. Without a distribution all are On-Demand
// (https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_InstancesDistribution.html).
func onlySpot(d *types.InstancesDistribution) bool {
	return d != nil && aws.ToInt32(d.OnDemandBaseCapacity) == 0 && d.OnDemandPercentageAboveBaseCapacity != nil && *d.OnDemandPercentageAboveBaseCapacity == 0
}

// seesInstance notes an instance of a group. One in the warm pool is not launched yet.
func (r *Recorder) seesInstance(l *look, g *group, i types.Instance, there map[string]bool) {
	state := string(i.LifecycleState)
	if strings.HasPrefix(state, "Warmed") {
		return
	}
	id := aws.ToString(i.InstanceId)
	there[id] = true
	host := r.hosts.sees(id)
	host.Group, host.Type, host.Zone = g.Name, aws.ToString(i.InstanceType), aws.ToString(i.AvailabilityZone)
	if inService := i.LifecycleState == types.LifecycleStateInService; inService && l.first {
		r.hosts.undated[id] = true
	} else if inService && host.InService.IsZero() && !r.hosts.undated[id] {
		host.InService = l.at
	}
	if strings.HasPrefix(state, "Terminating") && host.Leaving.IsZero() {
		host.Leaving = l.at
	}
}

const launching = "autoscaling:EC2_INSTANCE_LAUNCHING"

func (r *Recorder) readHooks(ctx context.Context, g *group) error {
	out, err := r.clients.AutoScaling.DescribeLifecycleHooks(ctx, &autoscaling.DescribeLifecycleHooksInput{AutoScalingGroupName: aws.String(g.Name)})
	if err != nil {
		return err
	}
	g.Hooks = nil
	for _, h := range out.LifecycleHooks {
		g.Hooks = append(g.Hooks, recording.Hook{
			Name: aws.ToString(h.LifecycleHookName), Launching: aws.ToString(h.LifecycleTransition) == launching,
			Heartbeat: cmp.Or(int(aws.ToInt32(h.HeartbeatTimeout)), heartbeat), Abandon: aws.ToString(h.DefaultResult) == "ABANDON",
		})
	}
	return nil
}

// readProviders notes the capacity providers that hosts and services name.
func (r *Recorder) readProviders(ctx context.Context, l *look) error {
	for some := range slices.Chunk(slices.Sorted(maps.Keys(l.ProviderGroups)), providersPerCall) {
		out, err := r.clients.ECS.DescribeCapacityProviders(ctx, &ecs.DescribeCapacityProvidersInput{Cluster: aws.String(r.rec.Cluster), CapacityProviders: some})
		if err != nil {
			return err
		}
		for _, p := range out.CapacityProviders {
			if g := r.groups.by[l.ProviderGroups[aws.ToString(p.Name)]]; g != nil && p.AutoScalingGroupProvider != nil {
				g.Provider = provider(p)
			}
		}
	}
	return nil
}

func provider(p ecstypes.CapacityProvider) *recording.CapacityProvider {
	of := p.AutoScalingGroupProvider
	shown := &recording.CapacityProvider{
		Name: aws.ToString(p.Name), Draining: of.ManagedDraining == ecstypes.ManagedDrainingEnabled,
		Protection: of.ManagedTerminationProtection == ecstypes.ManagedTerminationProtectionEnabled,
	}
	if m := of.ManagedScaling; m != nil && m.Status == ecstypes.ManagedScalingStatusEnabled {
		shown.TargetCapacity = int(aws.ToInt32(m.TargetCapacity))
	}
	return shown
}
