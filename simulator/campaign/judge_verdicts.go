package campaign

import (
	"maps"
	"slices"
	"sort"
	"strings"
	"time"

	"ecs-cluster-scaler/simulator/aws"
)

// joins is how long a host has to register in ECS before the publisher stops waiting for it.
const joins = 10 * time.Minute

// verdict holds what a pass said to the promises. Only −1 is held: 1 is judged by what is bought.
func (j *judge) verdict(i *invocation, v verdict) {
	j.counts["verdicts"]++
	if v.signal >= 0 && v.gap >= 0 {
		j.held[v.cluster] = i.began
		return
	}
	j.counts["verdicts of -1"]++
	if failed := i.failedFor(v.cluster); len(failed) > 0 {
		delete(failed, "PutMetricData")    // is no reading
		delete(failed, "DescribePolicies") // is of all groups, and says only how late hosts are bought
		delete(failed, "GetMetricData")    // thresholds hold where the past is not known
		if len(failed) > 0 {
			j.breaks(InOnUnread, "%s, though %s failed", v.cluster, strings.Join(slices.Sorted(maps.Keys(failed)), ", "))
		}
	}
	j.onSpentProof(v.cluster, i.began)
	j.inWhileComing(v.cluster)
	e := j.entries[v.cluster][len(j.entries[v.cluster])-1].entry
	fleet := j.fleet(v.cluster)
	switch {
	case len(fleet) <= e.MinInstances:
		j.breaks(InAtMinimum, "%s: %d hosts, min_instances %d", v.cluster, len(fleet), e.MinInstances)
	case e.ScaleIn != nil && !*e.ScaleIn, e.Enabled != nil && !*e.Enabled:
		j.breaks(InAtMinimum, "%s: its entry has scale_in or enabled false", v.cluster)
	}
	j.inMustFit(v, fleet)
}

// onSpentProof: each datapoint of the alarm proves something of the hosts that there were. So a 0 stands between those before
// hosts began to leave and those after.
func (j *judge) onSpentProof(cluster string, pass time.Time) {
	for _, l := range j.leaves {
		if l.cluster == cluster && l.from.After(j.held[cluster]) && l.from.Before(pass) && l.instance != nil && j.active(l.instance.Group) {
			j.breaks(InOnSpentProof, "%s: %s began to leave at %s, and no pass since has held", cluster, l.instance.ID, clock(l.from))
			return
		}
	}
}

func (j *judge) inWhileComing(cluster string) {
	now := j.world.Now()
	for _, g := range j.world.Groups() {
		if g.Spec.Cluster != cluster {
			continue
		}
		for _, i := range g.Instances() {
			if i.State == "Pending" || !terminating(i) && i.Host == nil && now.Sub(i.Launched) < joins {
				j.breaks(InWhileComing, "%s: %s, launched %s", cluster, i.ID, clock(i.Launched))
			}
		}
	}
}

// fleet are the hosts of a cluster that count as capacity.
func (j *judge) fleet(cluster string) []*aws.Host {
	var fleet []*aws.Host
	for _, h := range j.clusters[cluster].Hosts() {
		if string(h.Status) == "ACTIVE" && h.Connected && !terminating(h.Instance) {
			fleet = append(fleet, h)
		}
	}
	return fleet
}

// inMustFit: whichever host goes, and so many together as the gap says, its tasks and all that wait find room.
func (j *judge) inMustFit(v verdict, fleet []*aws.Host) {
	var may []*aws.Host
	for _, h := range fleet {
		if !h.Instance.Protected && j.active(h.Instance.Group) {
			may = append(may, h)
		}
	}
	for _, h := range may {
		j.counts["hosts taken away by packing"]++
		if why := j.without(v.cluster, fleet, []*aws.Host{h}); why != "" {
			j.breaks(InWouldNotFit, "%s: without %s %s", v.cluster, h.Instance.ID, why)
			return
		}
	}
	if n := -v.gap; n > 1 && n <= len(may) {
		sort.SliceStable(may, func(a, b int) bool { return j.load(may[a]) > j.load(may[b]) })
		together := [][]*aws.Host{may[:n], may[len(may)-n:]}
		for _, zone := range zones() {
			first := slices.Clone(may)
			sort.SliceStable(first, func(a, b int) bool { return first[a].Instance.Zone == zone && first[b].Instance.Zone != zone })
			together = append(together, first[:n])
		}
		for _, together := range together {
			if why := j.without(v.cluster, fleet, together); why != "" {
				j.breaks(InWouldNotFit, "%s: without %d hosts %s", v.cluster, n, why)
				return
			}
		}
	}
}

// active tells whether a group follows the signal: it has the tag.
func (*judge) active(g *aws.Group) bool { return g.Spec.Tags["ecs-cluster-scaler:active"] == "true" }

// load is what services' tasks take of a host, for an order.
func (j *judge) load(h *aws.Host) int {
	sum := 0
	for _, t := range j.tasksOn(h) {
		if t.Service != nil && !t.Service.Spec.Daemon {
			sum += weight(t.Definition.Resources)
		}
	}
	return sum
}

// tasksOn are those with desiredStatus RUNNING.
func (*judge) tasksOn(h *aws.Host) []*aws.Task {
	var on []*aws.Task
	for _, t := range h.Cluster.Tasks() {
		if t.Host == h && t.Desired == "RUNNING" {
			on = append(on, t)
		}
	}
	return on
}
