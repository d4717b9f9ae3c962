package scaler

import (
	"fmt"
	"slices"

	"ecs-cluster-scaler/cluster"
)

// leaving are the hosts that are about to leave and can still take tasks or have some: instances that any group terminates
// and that nobody has drained yet. Their tasks are nobody's demand yet, so a removal is proved with all of them gone. A host
// that is DRAINING takes part by its tasks alone, which are demand, and one that only standalone tasks hold not at all.
func leaving(s cluster.Snapshot) []cluster.Host {
	terminating := map[string]bool{}
	for _, i := range s.Instances(cluster.Terminating) {
		terminating[i.ID] = true
	}
	if len(terminating) == 0 {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(s.Hosts), func(h cluster.Host) bool {
		return h.External || h.Status != cluster.Active || !terminating[h.InstanceID]
	})
}

// staying counts the hosts that can take tasks and are not about to leave.
func (f *facts) staying() int {
	n := len(f.capacity)
	for _, h := range f.leaving {
		if h.IsCapacity() {
			n--
		}
	}
	return n
}

// waitsForLeaving says why hosts that leave forbid a scale-in; empty: they do not.
//
// An alarm fires on five datapoints, and each proves that so many hosts can be removed together. Once hosts have begun to
// leave, these proofs are used up: the first pass that sees it says 0, so that the next five are all about the hosts that are
// left. What has begun to leave is known only to a process that published lately. Where the desired capacity is lowered and no
// host has begun to leave yet, the proofs are used up too: a later action counts from either number, and nobody proved both.
//
// Without one group that follows the signal nobody knows who leaves, or what an alarm removes. Then the next host waits until
// the last one has left.
func waitsForLeaving(s cluster.Snapshot) string {
	active := s.ActiveGroup()
	if active == nil {
		if n := leavingUnled(s); n > 0 {
			return fmt.Sprintf("%s leaving; the next scale-in waits until that is over", hostsAre(n))
		}
		return ""
	}
	switch {
	case s.Unwatched:
		return "this process did not publish in the last minutes, so that hosts may have begun to leave unseen; the next pass may remove some"
	case s.Departed > 0:
		return fmt.Sprintf("%s begun to leave since the last pass, which uses up what was proved before; the next pass may remove more", howMany(s.Departed, "host has", "hosts have"))
	case active.Unit == "" && active.InService() > active.Desired:
		return fmt.Sprintf("%s about to leave, because %d are in service and the desired capacity is %d; the next scale-in waits until that has begun",
			hostsAre(active.InService()-active.Desired), active.InService(), active.Desired)
	default:
		return ""
	}
}

// leavingUnled counts the hosts that leave where no single group follows the signal: those that a group terminates. Other
// DRAINING hosts leave later or never: someone drained them in service or in standby. Without groups, a connected DRAINING
// host is the only sign. A disconnected one has left: an instance that ends while its agent is disconnected leaves its
// registration behind for ever
// (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deregister_container_instance.html).
func leavingUnled(s cluster.Snapshot) int {
	n := 0
	if len(s.Groups) == 0 {
		for _, h := range s.Hosts {
			if h.Status == cluster.Draining && h.Connected && !h.External {
				n++
			}
		}
		return n
	}
	active := map[string]bool{}
	for _, h := range s.Hosts {
		active[h.InstanceID] = h.Status == cluster.Active
	}
	for _, g := range s.Groups {
		for _, i := range g.Instances {
			if i.Phase == cluster.Terminating && (!g.OtherStack || active[i.ID]) {
				n++
			}
		}
	}
	return n
}
