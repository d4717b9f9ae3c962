package aws

import (
	"slices"

	"github.com/stretchr/testify/require"
)

func (s *stage) law(holds bool, what string) {
	if holds {
		return
	}
	s.Helper()
	require.Fail(s, what, "at %s", s.w.now)
}

// lawful holds the conservation laws of the ECS half.
func (s *stage) lawful() {
	for _, c := range s.w.clusters {
		s.lawfulCluster(c)
	}
}

func (s *stage) lawfulCluster(c *Cluster) {
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
			s.law(seen[t] == nil, "task in two places")
			seen[t] = h
			s.law(h == t.Host, "a task on another host")
			s.law(t.Last != taskStopped, "a STOPPED task on a host")
			if t.Desired == taskRunning {
				tasked++
				allocated = allocated.plus(t.Definition.Resources)
				for _, p := range t.Definition.Ports {
					ports[p]++
					s.law(ports[p] == 1, "a port twice")
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
		s.law(allocated == h.allocated, "allocated")
		s.law(held == h.held, "held")
		s.law(h.Total.holds(allocated), "more allocated than there is")
		s.law(h.Total.holds(held), "more held than there is")
		s.law([4]int{enis, heldENIs, tasked, runningHere} == [4]int{h.enis, h.heldENIs, h.tasked, h.running}, "counts of a host")
		s.law(max(enis, heldENIs) <= h.ENIs, "more interfaces than there are")
	}
	s.law(registered == c.registered, "registered")
	s.law(reserved == c.reserved, "reserved")
	for _, t := range c.standing {
		s.law(t.Host == nil || seen[t] == t.Host, "a task nowhere")
	}
	for _, service := range c.services {
		s.lawfulService(service)
	}
}

func (s *stage) lawfulService(v *Service) {
	all := map[*Deployment]counts{}
	var sum counts
	for _, t := range v.tasks {
		sum.recount(t.count())
		of := all[t.Deployment]
		of.recount(t.count())
		all[t.Deployment] = of
	}
	s.law(sum == v.counts, "counts of a service")
	for _, d := range v.deployments {
		s.law(all[d] == d.counts, "counts of a deployment")
	}
	if v.Spec.Daemon {
		return
	}
	s.law(len(v.wanted) == max(0, v.Desired-sum.placed), "what a service lacks")
	s.law(v.below == max(0, v.floor()-sum.running), "below the floor")
}
