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
