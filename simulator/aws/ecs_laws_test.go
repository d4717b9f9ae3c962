package aws

import (
	"slices"

	"github.com/stretchr/testify/require"
)

// lawful holds the conservation laws of the ECS half.
func (s *stage) lawful() {
	s.Helper()
	for _, c := range s.w.clusters {
		s.lawfulCluster(c)
	}
}

func (s *stage) lawfulCluster(c *Cluster) {
	s.Helper()
	seen := map[*Task]*Host{}
	var reserved, registered Resources
	hosts := slices.Clone(c.hosts)
	for _, h := range c.hosts {
		registered = registered.plus(h.Total)
	}
	for _, t := range c.standing { // of a host deregistered by force, for a moment
		if t.Host != nil && !slices.Contains(hosts, t.Host) {
			hosts = append(hosts, t.Host)
		}
	}
	for _, h := range hosts {
		var allocated, held Resources
		enis, heldENIs, tasked, runningHere := 0, 0, 0, 0
		ports := map[int]int{}
		for _, t := range h.tasks {
			require.Nil(s, seen[t], "task in two places")
			seen[t] = h
			require.Equal(s, h, t.Host)
			require.NotEqual(s, taskStopped, t.Last)
			if t.Desired == taskRunning {
				tasked++
				allocated = allocated.plus(t.Definition.Resources)
				for _, p := range t.Definition.Ports {
					ports[p]++
					require.LessOrEqual(s, ports[p], 1)
				}
				if t.Definition.Awsvpc {
					enis++
				}
				if t.Last == taskRunning {
					runningHere++
					reserved = reserved.plus(t.Definition.Resources)
				}
			}
			if t.holds {
				held = held.plus(t.Definition.Resources)
				if t.Definition.Awsvpc {
					heldENIs++
				}
			}
		}
		require.Equal(s, allocated, h.allocated)
		require.Equal(s, held, h.held)
		require.True(s, h.Total.holds(allocated), "more allocated than there is")
		require.True(s, h.Total.holds(held), "more held than there is")
		require.Equal(s, []int{enis, heldENIs, tasked, runningHere}, []int{h.enis, h.heldENIs, h.tasked, h.running})
		require.LessOrEqual(s, max(enis, heldENIs), h.ENIs)
	}
	require.Equal(s, registered, c.registered)
	require.Equal(s, reserved, c.reserved)
	for _, t := range c.standing {
		require.True(s, t.Host == nil || seen[t] == t.Host)
	}
	for _, service := range c.services {
		s.lawfulService(service)
	}
}

func (s *stage) lawfulService(v *Service) {
	s.Helper()
	all := map[*Deployment]counts{}
	var sum counts
	for _, t := range v.tasks {
		sum.recount(t.count())
		of := all[t.Deployment]
		of.recount(t.count())
		all[t.Deployment] = of
	}
	require.Equal(s, sum, v.counts)
	for _, d := range v.deployments {
		require.Equal(s, all[d], d.counts)
	}
	if v.Spec.Daemon {
		return
	}
	require.Len(s, v.wanted, max(0, v.Desired-sum.placed))
	require.Equal(s, max(0, v.floor()-sum.running), v.below)
}
