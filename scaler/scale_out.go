package scaler

import (
	"fmt"
	"slices"
	"strings"

	"ecs-cluster-scaler/placement"
)

// causesToScaleOut are the reasons to scale out, before any host that is launching is counted.
func (f *findings) causesToScaleOut() []explanation {
	var found []explanation
	for _, r := range resources(f.entry, f.reservation) {
		if r.atScaleOut() {
			found = append(found, explanation{r.reason, fmt.Sprintf("%s reservation %s is at or above %s",
				r.name, show(float64(*r.reserved)), show(*r.band.ScaleOutAt))})
		}
	}
	if f.shortage.tasks() > 0 {
		found = append(found, explanation{UnplacedTasks, fitNowhere(f.demand.kinds, f.shortage.needHost())})
	}
	if why := f.refused(); why != "" {
		found = append(found, explanation{PlacementRefused, why})
	}
	if f.shortage.headroomShort() {
		found = append(found, explanation{HeadroomShort, fmt.Sprintf("%d of the %d headroom tasks (%s each) do not fit", f.shortage.headroom, f.demand.headroom.tasks, f.demand.headroom.size)})
	}
	return found
}

// unplaceable says which wanted tasks no new host would take; empty: none.
func (f *findings) unplaceable() string {
	var sums []string
	for _, l := range f.shortage.unplaceableTasks() {
		k := f.demand.kinds[l.Kind]
		sums = append(sums, fmt.Sprintf("%s (%s) fits nowhere, not even on %s", k.Name, k.Size, f.newHost.notOn(k)))
	}
	if f.shortage.headroom > 0 && f.shortage.headroomUnplaceable {
		sums = append(sums, fmt.Sprintf("a headroom task (%s) does not fit even on %s", f.demand.headroom.size, f.newHost.notOn(f.demand.headroom.kind())))
	}
	return firstOf(sums)
}

// notOn says on what new host a task of the kind would not fit.
func (n newHost) notOn(k placement.Kind) string {
	if !n.takes(placement.Kind{Providers: k.Providers}) {
		return fmt.Sprintf("a new host: ECS places it through capacity provider %s only, and no group that follows the signal belongs to it", strings.Join(k.Providers, " or "))
	}
	if k.Size == least(k.Size, n.host.Free) {
		return "an empty new host: a constraint, a missing attribute or a taken port forbids it"
	}
	return fmt.Sprintf("an empty new host, which has %s left beside its daemons", n.host.Free)
}

// scaleOut asks for the hosts that are missing beyond those launching, unless a new host would not help.
func (f *findings) scaleOut(causes []explanation) decision {
	d := decision{explanations: slices.Clip(causes)}
	if names := managed(f.s); names != "" {
		d.because(ManagedScaling, "ECS managed scaling sets the size of group %s, so the signal stays 0", names)
		return d
	}
	if f.failedJoins.why != "" {
		d.because(InstancesNotJoining, "%s", f.failedJoins.why)
		if f.failedJoins.probe {
			d.signal, d.gap, d.explanations = ScaleOut, 1, append(d.explanations, blocked(f.s)...)
		}
		d.blocked = true // people are called meanwhile
		return d
	}
	gap := f.gap()
	if gap == 0 {
		d.enough = true
		d.because(InstancesLaunching, "%s launching, which is enough for all that", hostsAre(f.launching))
		return d
	}
	if f.launching > 0 {
		d.note("%s launching; the gap is what is missing beyond that", hostsAre(f.launching))
	}
	if !f.newHost.known {
		d.because(InstanceSizeUnknown, "the size of a new host is unknown, so the gap is 1; set instance.cpu and instance.memory in the entry")
	}
	if f.newHost.known && len(f.shortage.unseen()) > 0 {
		d.note("a task waits that fits on no host like those that the groups launched last; they may launch others, so one host is tried")
	}
	if f.s.GroupsUnread && gap > 1 {
		d.note("%d hosts are missing, but the groups were not read and may be launching some, so the gap is 1", gap)
		gap = 1
	}
	if len(f.s.Followers()) > 1 {
		gap = 1 // each of them would follow the gap
	}
	obstacles := blocked(f.s)
	d.signal, d.gap, d.blocked, d.explanations = ScaleOut, gap, len(obstacles) > 0, append(d.explanations, obstacles...)
	return d
}
