package drainer

import (
	"maps"
	"slices"
	"time"

	"ecs-cluster-scaler/cluster"
	"ecs-cluster-scaler/drain"
	"ecs-cluster-scaler/internal/metrics"
)

// Answer is what a tick says of itself: one step per terminating host, and what failed.
type Answer struct {
	// Minute is the tick's clock: the scheduled minute, or the present one where the tick came over 90 seconds late.
	Minute time.Time `json:"minute"`
	// Dropped says why nothing was done about an event; empty: it was acted on.
	Dropped   string       `json:"dropped,omitempty"`
	Instances []drain.Step `json:"instances"`
	Failed    []Failure    `json:"failed"`
	// OtherStacks are the groups from which hosts leave and which belong to another stack. Nothing is done there.
	OtherStacks []OtherStack `json:"other_stacks,omitempty"`
}

// OtherStack is a group of another stack, with how many of its hosts leave.
type OtherStack struct {
	Cluster    string `json:"cluster"`
	Group      string `json:"group"`
	ConfigPath string `json:"config_path"`
	Leaving    int    `json:"leaving"`
}

// otherStacks are the groups that belong to another stack and from which hosts leave.
func otherStacks(groups map[string][]cluster.Group, configPath string) []OtherStack {
	var found []OtherStack
	for _, name := range sorted(groups) {
		for _, g := range groups[name] {
			o := OtherStack{Cluster: name, Group: g.Name, ConfigPath: g.ConfigPath}
			for _, i := range g.Instances {
				if i.Phase == cluster.Terminating {
					o.Leaving++
				}
			}
			if g.OfOther(configPath) && o.Leaving > 0 {
				found = append(found, o)
			}
		}
	}
	return found
}

// Failure is something that could not be read or done. The next tick tries again.
type Failure struct {
	Cluster  string `json:"cluster,omitempty"`
	Instance string `json:"instance,omitempty"`
	Error    string `json:"error"`
}

func (a *Answer) add(steps []drain.Step, failed []Failure) {
	a.Instances, a.Failed = append(a.Instances, steps...), append(a.Failed, failed...)
}

// data are the drainer's metrics, for the clusters from which a host leaves. A cluster without any gets none, so that a
// tick with nothing to do publishes nothing.
func (a Answer) data() []metrics.Datum {
	blocked, oldest := map[string]float64{}, map[string]float64{}
	for _, s := range a.Instances {
		blocked[s.Cluster] += 0
		if s.Blocked(a.Minute) {
			blocked[s.Cluster]++
		}
		if s.AgeCounts {
			oldest[s.Cluster] = max(oldest[s.Cluster], a.Minute.Sub(s.Since).Minutes())
		}
	}
	var data []metrics.Datum
	for _, name := range sorted(blocked) {
		data = append(data,
			metrics.Datum{Metric: metrics.DrainBlocked, Cluster: name, Value: blocked[name]},
			metrics.Datum{Metric: metrics.OldestDrainMinutes, Cluster: name, Value: oldest[name]})
	}
	return data
}

// nothingToDo is the answer to an event that is none of ours.
func nothingToDo(minute time.Time) Answer {
	return Answer{Minute: minute, Instances: []drain.Step{}, Failed: []Failure{}}
}

// sorted returns a map's keys, such as names of clusters, in order.
func sorted[T any](byName map[string]T) []string { return slices.Sorted(maps.Keys(byName)) }
