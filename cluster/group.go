package cluster

import (
	"slices"
	"strings"
	"time"
)

// Group is one Auto Scaling group that is tagged as this cluster's.
type Group struct {
	Name string
	// ConfigPath is the configuration path of the stack that it belongs to; empty: its tags name none.
	ConfigPath string
	// OtherStack: it belongs to another stack than the one that reads the cluster. Its instances are the cluster's, but no
	// signal of ours moves it.
	OtherStack bool
	// TaggedActive: it carries ecs-cluster-scaler:active = true.
	TaggedActive bool
	// Min, Max and Desired are its sizes, in instances, or in the units that Unit names.
	Min, Max, Desired int
	// Unit is Weights, VCPUs or MiB where it does not count instances.
	Unit string
	// Suspended are the names of its suspended processes, such as Launch.
	Suspended []string
	// ManagedScaling: a capacity provider of ECS scales it, with managed scaling ENABLED
	// (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ManagedScaling.html).
	ManagedScaling bool
	// Zones are the Availability Zones that it launches into.
	Zones []string
	// Types are the instance types that it may launch, where it names them; none: that of its template, which is not read.
	// AnyType: it names requirements in their place, which many types meet.
	Types   []string
	AnyType bool
	// Templates are what it launches from: launch templates as id and version, or a launch configuration's name. One whose
	// version moves by itself ($Latest, $Default) ends at its colon.
	Templates []string
	Instances []Instance
	// SlowestJoin is the longest that one of its latest hosts took from its launch to its registration, MostToJoin at most;
	// zero: not known.
	SlowestJoin time.Duration
	// LastJoined is when a host of it last registered, as far as is remembered, and LastLaunch when one was last launched;
	// zero: not known.
	LastJoined, LastLaunch time.Time
}

// OfOther tells whether the group belongs to another stack than that of the given configuration path. One whose tags name
// none may be anybody's.
func (g Group) OfOther(configPath string) bool {
	return g.ConfigPath != "" && g.ConfigPath != strings.TrimRight(configPath, "/")
}

// LaunchesFrom tells whether the group would launch from the template that an instance came from. What is not known
// tells nothing against it.
func (g Group) LaunchesFrom(template string) bool {
	return len(g.Templates) == 0 || template == "" || slices.ContainsFunc(g.Templates, func(t string) bool {
		return t == template || moves(t) && strings.HasPrefix(template, t) || moves(template) && strings.HasPrefix(t, template)
	})
}

func moves(template string) bool { return strings.HasSuffix(template, ":") }

// ActiveGroup is the group that follows the signal: the one tagged so, or the only one there is. nil: none, or several
// of which not exactly one is tagged.
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

// Followers are the groups that a signal may move: the active one, or, where that is not clear, all but those of another
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
	var halted []string
	for _, p := range processes {
		if slices.Contains(g.Suspended, p) {
			halted = append(halted, p)
		}
	}
	return halted
}
