package scaler

import (
	"fmt"
	"strings"
	"time"

	"ecs-cluster-scaler/cluster"
)

// joinsWithin is how long a host may take from its launch to its registration with ECS. Older ones that have not
// joined are no longer waited for.
const joinsWithin = 10 * time.Minute

func count(s cluster.Snapshot) Instances {
	c := Instances{
		Launching:    len(s.Instances(cluster.Pending)),
		Terminating:  len(s.Instances(cluster.Terminating)),
		Unregistered: len(s.Unregistered()),
	}
	for _, i := range s.Instances(cluster.InService) {
		if i.Protected {
			c.Protected++
		}
	}
	return c
}

func groups(s cluster.Snapshot) []Group {
	active := s.ActiveGroup()
	seen := []Group{}
	for _, g := range s.Groups {
		seen = append(seen, Group{
			Name: g.Name, Active: active != nil && g.Name == active.Name,
			Min: g.Min, Max: g.Max, Desired: g.Desired,
			Suspended: append([]string{}, g.Suspended...),
		})
	}
	return seen
}

// blocked tells whether no group that follows the signal can launch, and notes why.
func blocked(s cluster.Snapshot, v *Verdict) bool {
	var obstacles []cause
	followers := s.Followers()
	for _, g := range followers {
		switch halted := g.Halts("Launch", "AlarmNotification"); {
		case g.Desired >= g.Max:
			obstacles = append(obstacles, cause{AtMaxInstances, fmt.Sprintf("group %s is at its MaxSize %d", g.Name, g.Max)})
		case len(halted) > 0:
			obstacles = append(obstacles, cause{ScalingSuspended, fmt.Sprintf("group %s has suspended %s", g.Name, strings.Join(halted, " and "))})
		}
	}
	if len(followers) == 0 || len(obstacles) < len(followers) {
		return false
	}
	for _, o := range obstacles {
		v.because(o.reason, o.why)
	}
	return true
}

// leaving counts the hosts that are on their way out: terminating instances, and DRAINING hosts that no group holds in
// service. A DRAINING host that its group holds in service was forgotten by someone; it does not leave by itself.
func leaving(s cluster.Snapshot) int {
	inService, terminating := map[string]bool{}, map[string]bool{}
	for _, i := range s.Instances(cluster.InService) {
		inService[i.ID] = true
	}
	for _, i := range s.Instances(cluster.Terminating) {
		terminating[i.ID] = true
	}
	n := len(terminating)
	for _, h := range s.Hosts {
		if h.Status == cluster.Draining && !inService[h.InstanceID] && !terminating[h.InstanceID] {
			n++
		}
	}
	return n
}

// arriving counts the instances that are on their way in: Pending ones, and those in service that were launched less
// than joinsWithin ago and have not registered yet.
func arriving(s cluster.Snapshot, now time.Time) int {
	n := len(s.Instances(cluster.Pending))
	for _, i := range s.Unregistered() {
		if i.Phase == cluster.InService && !i.LaunchedAt.IsZero() && now.Sub(i.LaunchedAt) < joinsWithin {
			n++
		}
	}
	return n
}

// Need names the hosts whose tasks must be read before Decide can judge the snapshot: DRAINING ones that hold tasks,
// because those are running for ECS and homeless for us.
func Need(s cluster.Snapshot) []cluster.Host {
	var hosts []cluster.Host
	for _, h := range s.Hosts {
		if h.Status == cluster.Draining && h.Tasks > 0 {
			hosts = append(hosts, h)
		}
	}
	return hosts
}
