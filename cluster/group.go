package cluster

import (
	"slices"
	"strings"
	"time"
)

// Group is one Auto Scaling group that is tagged as this cluster's.
type Group struct {
	Name string
	// ConfigPath is the configuration path of the stack that the group belongs to; empty: its tags name none.
	ConfigPath string
	// OtherStack: it belongs to another stack than the one that reads the cluster. Its instances are the cluster's, but it
	// does not follow our signal.
	OtherStack bool
	// TaggedActive: it carries ecs-cluster-scaler:active = true.
	TaggedActive bool
	// Min, Max and Desired are its sizes, in instances or in the units that Unit names.
	Min, Max, Desired int
	// Unit is Weights, VCPUs or MiB; empty: it counts instances.
	Unit string
	// Suspended are the names of its suspended processes, such as Launch.
	Suspended []string
	// ManagedScaling: a capacity provider of ECS scales it, with managed scaling ENABLED
	// (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ManagedScaling.html).
	ManagedScaling bool
	// Zones are the Availability Zones that it launches into.
	Zones []string
	// Types are the instance types that its policy names; none: it launches the type of its template, which is not read.
	// AnyType: its policy names requirements instead, which many types meet.
	Types   []string
	AnyType bool
	// Templates are what it launches from: launch templates as id:version, or a launch configuration's name. If the version
	// moves by itself ($Latest, $Default), the text ends at the colon.
	Templates []string
	Instances []Instance
	// SlowestJoin is the longest that one of its latest hosts took from launch to registration, at most MostToJoin; zero: not
	// known.
	SlowestJoin time.Duration
	// UsualJoin is what 95 of 100 of its latest hosts took at most; zero: not known.
	UsualJoin time.Duration
	// Warmup is how long an instance is InService before a step scaling policy of the group counts it as capacity, if
	// WarmupKnown; before that it is what policies inherit. WarmupRead: they were read, or it was tried; WarmupUnread then says
	// what could not be read, in a sentence.
	Warmup                  time.Duration
	WarmupKnown, WarmupRead bool
	WarmupUnread            string
	// ActsWithin is how long after publishing a step policy of the group may act, if WarmupKnown.
	ActsWithin time.Duration
	// LastJoined is when one of its hosts last registered, as far as is remembered. LastLaunch is when one was last launched.
	// Zero: not known.
	LastJoined, LastLaunch time.Time
}

// OfOther tells whether the group belongs to another stack than that of configPath. A group whose tags name no stack may
// belong to any.
func (g Group) OfOther(configPath string) bool {
	return g.ConfigPath != "" && g.ConfigPath != strings.TrimRight(configPath, "/")
}

// LaunchesFrom tells whether the group may still launch from the template that an instance came from. It may if either is
// not known.
func (g Group) LaunchesFrom(template string) bool {
	return len(g.Templates) == 0 || template == "" || slices.ContainsFunc(g.Templates, func(t string) bool {
		return t == template || moves(t) && strings.HasPrefix(template, t) || moves(template) && strings.HasPrefix(t, template)
	})
}

func moves(template string) bool { return strings.HasSuffix(template, ":") }

// ActiveGroup is the one group that follows the signal: the one tagged active, or the only one. nil: there is none, or
// there are several and not exactly one is tagged.
func (s Snapshot) ActiveGroup() *Group {
	var ours, tagged []*Group
	for i := range s.Groups {
		g := &s.Groups[i]
		if g.OtherStack {
			continue
		}
		ours = append(ours, g)
		if g.TaggedActive {
			tagged = append(tagged, g)
		}
	}
	switch {
	case len(tagged) == 1:
		return tagged[0]
	case len(tagged) == 0 && len(ours) == 1:
		return ours[0]
	default:
		return nil
	}
}

// Followers are the groups that follow the signal: the active one, or, if that is not clear, all but those of another
// stack.
func (s Snapshot) Followers() []Group {
	if active := s.ActiveGroup(); active != nil {
		return []Group{*active}
	}
	return slices.DeleteFunc(slices.Clone(s.Groups), func(g Group) bool { return g.OtherStack })
}

// InService counts the group's instances in service.
func (g Group) InService() int {
	n := 0
	for _, i := range g.Instances {
		if i.Phase == InService {
			n++
		}
	}
	return n
}

// AllProtected tells whether the group has instances in service and may terminate none of them.
func (g Group) AllProtected() bool {
	return g.InService() > 0 && !slices.ContainsFunc(g.Instances, func(i Instance) bool {
		return i.Phase == InService && !i.Protected
	})
}

// Halts tells which of the given processes are suspended.
func (g Group) Halts(processes ...string) []string {
	return slices.DeleteFunc(slices.Clone(processes), func(p string) bool { return !slices.Contains(g.Suspended, p) })
}
