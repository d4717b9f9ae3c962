package scaler

import (
	"fmt"
	"strings"

	"ecs-cluster-scaler/cluster"
)

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

// blocked returns what keeps every followed group from launching; nil if one can.
func blocked(s cluster.Snapshot) []explanation {
	var obstacles []explanation
	followers := s.Followers()
	for _, g := range followers {
		switch halted := g.Halts("Launch", "AlarmNotification"); {
		case g.Desired >= g.Max, g.Unit != "" && s.CapacityOf(g).InService >= g.Max:
			obstacles = append(obstacles, explanation{AtMaxInstances, fmt.Sprintf("group %s is at its MaxSize %d%s", g.Name, g.Max, inUnits(g, s.CapacityOf(g)))})
		case len(halted) > 0:
			obstacles = append(obstacles, explanation{ScalingSuspended, fmt.Sprintf("group %s has suspended %s", g.Name, strings.Join(halted, " and "))})
		default:
			return nil
		}
	}
	return obstacles
}

// leaving counts the hosts that are about to leave: those that a followed group terminates, and those that another
// group terminates while they are still ACTIVE. Other DRAINING hosts leave later or never: someone drained them in
// service or in standby, or they are not in a followed group. Their tasks are demand, so a host is removed only where
// they fit too. Without groups, a connected DRAINING host is the only sign. A disconnected one has left: an instance
// that ends while its agent is disconnected leaves its registration behind for ever
// (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deregister_container_instance.html).
func leaving(s cluster.Snapshot) int {
	n := 0
	if len(s.Groups) == 0 {
		for _, h := range s.Hosts {
			if h.Status == cluster.Draining && h.Connected && !h.External {
				n++
			}
		}
		return n
	}
	follows, active := map[string]bool{}, map[string]bool{}
	for _, g := range s.Followers() {
		follows[g.Name] = true
	}
	for _, h := range s.Hosts {
		active[h.InstanceID] = h.Status == cluster.Active
	}
	for _, g := range s.Groups {
		for _, i := range g.Instances {
			if i.Phase == cluster.Terminating && (follows[g.Name] || active[i.ID]) {
				n++
			}
		}
	}
	return n
}

// managed names the groups whose size ECS managed scaling sets, or "".
func managed(s cluster.Snapshot) string {
	var names []string
	for _, g := range s.Followers() {
		if g.ManagedScaling {
			names = append(names, g.Name)
		}
	}
	return strings.Join(names, " and ")
}

// inUnits says what a size of the group counts; empty: instances.
func inUnits(g cluster.Group, c cluster.Capacity) string {
	switch {
	case g.Unit == "":
		return ""
	case c.Heaviest == 0:
		return " in " + g.Unit
	case c.Lightest == c.Heaviest:
		return fmt.Sprintf(" in %s, %d per host", g.Unit, c.Heaviest)
	default:
		return fmt.Sprintf(" in %s, %d to %d per host", g.Unit, c.Lightest, c.Heaviest)
	}
}

// unitNotes tell an operator what a step of a scaling policy means in a group that counts in units.
func unitNotes(s cluster.Snapshot) []string {
	notes := []string{}
	for _, g := range s.Followers() {
		if g.Unit != "" {
			notes = append(notes, fmt.Sprintf("group %s counts its sizes%s; the signal and the gap count hosts, but a scaling policy adds and removes %s", g.Name, inUnits(g, s.CapacityOf(g)), g.Unit))
		}
	}
	return notes
}
