package ecsreader

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"ecs-cluster-scaler/cluster"
)

// providersPerCall is the most that DescribeCapacityProviders returns without a page size
// (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeCapacityProviders.html).
const providersPerCall = 10

// homes knows on what kind of capacity a capacity provider runs tasks. A provider's kind never changes, so each is
// asked for once while the process lives.
type homes struct {
	mu    sync.Mutex
	known map[provider]cluster.Home
}

// provider is a capacity provider as a cluster names it: those of ECS Managed Instances belong to one cluster.
type provider struct{ cluster, name string }

func newHomes() *homes {
	return &homes{known: map[provider]cluster.Home{}}
}

// of tells where tasks of this launch type or strategy run. A strategy that names several kinds of provider is not
// possible (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CreateService.html), so its first tells.
func (h *homes) of(clusterName string, launchType types.LaunchType, strategy []types.CapacityProviderStrategyItem) cluster.Home {
	if len(strategy) > 0 {
		return h.get(provider{clusterName, aws.ToString(strategy[0].CapacityProvider)})
	}
	if launchType == types.LaunchTypeEc2 || launchType == "" {
		return cluster.OnEC2
	}
	return cluster.Elsewhere
}

func (h *homes) get(p provider) cluster.Home {
	if p.name == "FARGATE" || p.name == "FARGATE_SPOT" {
		return cluster.Elsewhere
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if home, known := h.known[p]; known {
		return home
	}
	return cluster.Unknown
}

func (h *homes) learn(clusterName string, providers []types.CapacityProvider) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, p := range providers {
		home := cluster.Elsewhere
		if p.AutoScalingGroupProvider != nil {
			home = cluster.OnEC2
		}
		h.known[provider{clusterName, aws.ToString(p.Name)}] = home
	}
}

// readProviders learns the kinds of the capacity providers that services and hosts name and that are not known yet, and
// marks the hosts that are none of ours.
func (r *Reader) readProviders(ctx context.Context, s *cluster.Snapshot, services []types.Service) {
	named := map[string]bool{}
	note := func(strategy []types.CapacityProviderStrategyItem) {
		if len(strategy) > 0 {
			named[aws.ToString(strategy[0].CapacityProvider)] = true
		}
	}
	for _, service := range services {
		note(service.CapacityProviderStrategy)
		for _, set := range service.TaskSets {
			note(set.CapacityProviderStrategy)
		}
	}
	for _, h := range s.Hosts {
		if h.Provider != "" {
			named[h.Provider] = true
		}
	}
	defer r.markManagedInstances(s)
	unknown := func() []string {
		return slices.DeleteFunc(slices.Sorted(maps.Keys(named)), func(name string) bool {
			return r.homes.get(provider{s.Cluster, name}) != cluster.Unknown
		})
	}
	for batch := range slices.Chunk(unknown(), providersPerCall) {
		out, err := r.ecs.DescribeCapacityProviders(ctx, &ecs.DescribeCapacityProvidersInput{
			Cluster:           aws.String(s.Cluster),
			CapacityProviders: batch,
		})
		if err != nil {
			lack(s, "where services with a capacity provider run", err)
			return
		}
		r.homes.learn(s.Cluster, out.CapacityProviders)
	}
	if left := unknown(); len(left) > 0 {
		s.Unread = append(s.Unread, fmt.Sprintf("ECS does not describe the capacity providers %s, so it is not known where their services run", strings.Join(left, ", ")))
	}
}

// markManagedInstances marks the hosts that ECS Managed Instances launched: their provider has no Auto Scaling group
// (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ManagedInstances.html).
func (r *Reader) markManagedInstances(s *cluster.Snapshot) {
	for i := range s.Hosts {
		if p := s.Hosts[i].Provider; p != "" && r.homes.get(provider{s.Cluster, p}) == cluster.Elsewhere {
			s.Hosts[i].External = true
		}
	}
}
