package ecsreader

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"ecs-cluster-scaler/cluster"
)

// providersPerCall is the most that DescribeCapacityProviders returns without a page size
// (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeCapacityProviders.html).
const providersPerCall = 10

// homes remembers each capacity provider's kind of capacity and Auto Scaling group. Neither ever changes
// (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_UpdateCapacityProvider.html).
type homes struct{ cache[provider, home] }

// provider is a capacity provider as a cluster names it: those of ECS Managed Instances belong to one cluster.
type provider struct{ cluster, name string }

// home is a kind of capacity; group is the Auto Scaling group's name, where there is one.
type home struct {
	kind  cluster.Home
	group string
}

// of tells where tasks of a launch type or strategy run. A strategy cannot name several kinds of provider
// (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CreateService.html).
func (h *homes) of(clusterName string, launchType types.LaunchType, strategy []types.CapacityProviderStrategyItem) cluster.Home {
	for _, item := range strategy {
		if kind := h.get(provider{clusterName, aws.ToString(item.CapacityProvider)}).kind; kind != cluster.Unknown {
			return kind
		}
	}
	if len(strategy) > 0 {
		return cluster.Unknown
	}
	if launchType == types.LaunchTypeEc2 || launchType == "" {
		return cluster.OnEC2
	}
	return cluster.Elsewhere
}

func (h *homes) get(p provider) home {
	if p.name == "FARGATE" || p.name == "FARGATE_SPOT" {
		return home{kind: cluster.Elsewhere}
	}
	if known, ok := h.cache.get(p); ok {
		return known
	}
	return home{kind: cluster.Unknown}
}

func (h *homes) learn(clusterName string, providers []types.CapacityProvider) {
	for _, p := range providers {
		is := home{kind: cluster.Elsewhere}
		if p.AutoScalingGroupProvider != nil {
			is = home{cluster.OnEC2, groupName(p.AutoScalingGroupProvider.AutoScalingGroupArn)}
		}
		h.put(provider{clusterName, aws.ToString(p.Name)}, is)
	}
}

// groupName is the last part of an Auto Scaling group's ARN; empty: it has none.
func groupName(arn *string) string {
	_, name, _ := strings.Cut(aws.ToString(arn), ":autoScalingGroupName/")
	return name
}

// strategyOf names the providers that a strategy can use: not those of weight 0 and no base beside others
// (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CapacityProviderStrategyItem.html). A service
// that uses its cluster's default strategy shows it as its own
// (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CreateService.html).
func strategyOf(items []types.CapacityProviderStrategyItem) []string {
	var named, all []string
	for _, item := range items {
		name := aws.ToString(item.CapacityProvider)
		all = append(all, name)
		if item.Weight > 0 || item.Base > 0 {
			named = append(named, name)
		}
	}
	if len(named) == 0 {
		named = all
	}
	slices.Sort(named)
	return slices.Compact(named)
}

// readProviders reads the unknown capacity providers that services and hosts name, and notes them in the snapshot.
func (r *Reader) readProviders(ctx context.Context, s *cluster.Snapshot, services []types.Service) {
	named := map[string]bool{}
	note := func(strategy []types.CapacityProviderStrategyItem) {
		for _, item := range strategy {
			named[aws.ToString(item.CapacityProvider)] = true
		}
	}
	for _, service := range services {
		note(service.CapacityProviderStrategy)
		for _, d := range service.Deployments {
			note(d.CapacityProviderStrategy)
		}
		for _, set := range service.TaskSets {
			note(set.CapacityProviderStrategy)
		}
	}
	for _, h := range s.Hosts {
		if h.Provider != "" {
			named[h.Provider] = true
		}
	}
	defer r.noteProviders(s, named)
	unknown := func() []string {
		return slices.DeleteFunc(slices.Sorted(maps.Keys(named)), func(name string) bool {
			return r.homes.get(provider{s.Cluster, name}).kind != cluster.Unknown
		})
	}
	for batch := range slices.Chunk(unknown(), providersPerCall) {
		out, err := r.ecs.DescribeCapacityProviders(ctx, &ecs.DescribeCapacityProvidersInput{
			Cluster:           aws.String(s.Cluster),
			CapacityProviders: batch,
		})
		if err != nil {
			noteUnread(s, fmt.Errorf("where services with a capacity provider run: %w", err))
			return
		}
		r.homes.learn(s.Cluster, out.CapacityProviders)
	}
	if left := unknown(); len(left) > 0 {
		s.Unread = append(s.Unread, fmt.Sprintf("ECS did not describe the capacity providers %s, so it is not known where their services run", strings.Join(left, ", ")))
	}
}

// noteProviders notes the groups of providers, and hosts of ECS Managed Instances, whose provider has no group
// (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ManagedInstances.html).
func (r *Reader) noteProviders(s *cluster.Snapshot, named map[string]bool) {
	for name := range named {
		if group := r.homes.get(provider{s.Cluster, name}).group; group != "" {
			if s.ProviderGroups == nil {
				s.ProviderGroups = map[string]string{}
			}
			s.ProviderGroups[name] = group
		}
	}
	for i := range s.Hosts {
		if p := s.Hosts[i].Provider; p != "" && r.homes.get(provider{s.Cluster, p}).kind == cluster.Elsewhere {
			s.Hosts[i].External = true
		}
	}
}

// ReadManagedScaling finds out which groups ECS scales itself. It asks only if a group has ECS's tag, which stays when the
// capacity provider is deleted. If it cannot ask, it believes the tag: two scalers on one group are worse than none.
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
