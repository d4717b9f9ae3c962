package cluster

import (
	"time"
)

// Demanded is what the cluster's tasks reserve, and what services want beyond that: the demand for hosts as one amount. It is
// the same whether a host joins, disconnects or drains, so its rises are what users brought. Daemon tasks are left out, because
// they come with hosts, and so are tasks that a roll-out starts beyond the desired count while they crash one after another.
// false: part of it is not known.
func (s Snapshot) Demanded(now time.Time) (Resources, bool) {
	if s.HostsUnread || len(s.Unread) > 0 {
		return Resources{}, false
	}
	var sum Resources
	active := 0
	for _, h := range s.Hosts {
		switch {
		case h.External:
		case h.Status == Active:
			active++
			sum = sum.Plus(h.Reserved())
		case h.Status == Draining && !h.TasksRead && h.Tasks > 0:
			return Resources{}, false
		}
	}
	onDraining := s.onDraining()
	for _, service := range s.Services {
		for _, d := range service.lacking(onDraining[service.Name]) {
			of, known := s.Definitions[d.Definition]
			if !known {
				return Resources{}, false
			}
			sum = sum.Plus(of.Size.Times(int64(d.Tasks)))
		}
		if n := service.daemons(active) + service.CrashingSurplus(now); n > 0 {
			of, known := s.Definitions[service.Starts()]
			if !known {
				return Resources{}, false
			}
			sum = sum.Minus(of.Size.Times(int64(n)))
		}
	}
	return Resources{max(0, sum.CPU), max(0, sum.Memory), max(0, sum.GPU)}, true
}

// daemons is how many of its tasks are on so many ACTIVE hosts, if it is a daemon service. Those on DRAINING hosts stay until the
// last (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/container-instance-draining.html).
func (s Service) daemons(active int) int {
	if !s.Daemon || !s.Active || s.Home != OnEC2 {
		return 0
	}
	s = s.bounded()
	return min(s.Running+s.Pending, active)
}

// lacking is demand, but a task on a DRAINING host counts even while MaximumPercent lets ECS start none in its place: it
// comes back.
func (s Service) lacking(onDraining map[string]int) []Demand {
	if s.Rollout == SideBySide || !s.WantsHosts() || s.primary().Failed {
		return s.demand(onDraining)
	}
	s = s.bounded()
	draining := 0
	for revision, n := range onDraining {
		if s.Keeps(revision) {
			draining += n
		}
	}
	missing := s.Desired - (s.Running + s.Pending - draining)
	return s.want(map[start]int{startOf(s.Starts(), nil): max(0, min(missing, max(s.startable(), draining)))})
}

// crashesFor is how long ECS's message about crashing tasks counts: it does not repeat one within six hours
// (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-event-messages.html).
const crashesFor = 6 * time.Hour

// Crashes tells whether the service is in a roll-out of which ECS said lately that its new tasks stop one after another.
func (s Service) Crashes(now time.Time) bool {
	return s.WantsHosts() && s.Rollout == Rolling && s.primary().InProgress && !s.Crashed.IsZero() && now.Sub(s.Crashed) < crashesFor
}

// CrashingSurplus is how many tasks a roll-out whose tasks crash one after another has beyond the desired count.
func (s Service) CrashingSurplus(now time.Time) int {
	if !s.Crashes(now) {
		return 0
	}
	s = s.bounded()
	return max(0, min(s.Running+s.Pending-s.Desired, s.primary().Running+s.primary().Pending))
}
