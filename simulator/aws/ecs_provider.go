package aws

import (
	"cmp"
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

// StrategyItem names the capacity provider behind a group in a strategy: Base tasks of a service are placed through it
// first, then others by Weight (API_CapacityProviderStrategyItem.html).
type StrategyItem struct {
	Group        *Group
	Base, Weight int
}

// Provide makes a capacity provider of a group that ECS does not scale, and associates it with the cluster.
func (c *Cluster) Provide(g *Group) {
	c.world.mu.Lock()
	defer c.world.mu.Unlock()
	c.provide(g)
}

func (c *Cluster) provide(g *Group) {
	if c.provided == nil {
		c.provided = map[*Group]bool{}
	}
	c.provided[g] = true
	for _, h := range c.hosts {
		h.described = nil
	}
}

func providerOf(g *Group) string { return "provider-" + g.Spec.Name }

func describeProvider(g *Group) types.CapacityProvider {
	return types.CapacityProvider{
		Name: aws.String(providerOf(g)), CapacityProviderArn: aws.String(arnOf("capacity-provider", providerOf(g))),
		Status: types.CapacityProviderStatusActive, Type: types.CapacityProviderTypeEc2Autoscaling,
		AutoScalingGroupProvider: &types.AutoScalingGroupProvider{
			AutoScalingGroupArn: aws.String(g.arn()), ManagedScaling: &types.ManagedScaling{Status: types.ManagedScalingStatusDisabled},
		},
	}
}

// providing are the groups behind the cluster's own capacity providers, by name.
func (c *Cluster) providing() []*Group {
	return slices.SortedFunc(maps.Keys(c.provided), func(a, b *Group) int { return cmp.Compare(a.Spec.Name, b.Spec.Name) })
}

// next are the groups behind the providers that the service's next task may be placed through, in turn: base first, then
// the one that is furthest behind its share by weight (API_CapacityProviderStrategyItem.html). The others follow only
// where the knob says that ECS tries them.
func (s *Service) next() []*Group {
	items := s.Spec.Providers
	on := map[*Group]int{}
	for _, t := range s.tasks {
		if t.Desired == taskRunning {
			on[t.provider]++
		}
	}
	usable := slices.DeleteFunc(slices.Clone(items), func(i StrategyItem) bool { return i.Weight == 0 && len(items) > 1 && on[i.Group] >= i.Base })
	slices.SortStableFunc(usable, func(a, b StrategyItem) int {
		if below := order(on[a.Group] < a.Base, on[b.Group] < b.Base); below != 0 {
			return below
		}
		// (on - base + 1) / weight, without the division
		return (on[a.Group]-a.Base+1)*max(1, b.Weight) - (on[b.Group]-b.Base+1)*max(1, a.Weight)
	})
	var groups []*Group
	for _, i := range usable {
		groups = append(groups, i.Group)
	}
	if len(groups) > 1 && !s.Cluster.world.Knobs.ECS.ProvidersInTurn {
		groups = groups[:1]
	}
	return groups
}

// order puts what holds first.
func order(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return -1
	default:
		return 1
	}
}
