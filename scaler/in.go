package scaler

import (
	"fmt"
	"strings"

	"ecs-cluster-scaler/cluster"
	"ecs-cluster-scaler/thresholds"
)

// mayScaleIn tells whether one host can go, and notes why or why not. Every objection is noted, so that an operator
// does not remove one only to meet the next.
func mayScaleIn(entry thresholds.Entry, s cluster.Snapshot, v *Verdict) bool {
	if v.Hosts.Active == 0 {
		v.because(NoInstances, "no host can take tasks, so there is none to remove")
		return false
	}
	if above := notBelow(entry, v.Reservation); len(above) > 0 {
		v.because(WithinBand, strings.Join(above, " and "))
		return false
	}
	v.because(AllBelowScaleIn, "every reservation is below its scale-in threshold ("+allBelow(entry, v.Reservation)+")")

	allowed := true
	object := func(r Reason, format string, args ...any) {
		v.because(r, fmt.Sprintf(format, args...))
		allowed = false
	}
	for _, unread := range s.Unread {
		object(Unreadable, "nothing is scaled in on doubt: %s", unread)
	}
	if !entry.ScaleIn {
		object(ScaleInOff, "scale_in is false in the entry")
	}
	if v.Hosts.Draining > 0 {
		object(InstancesDraining, "%s draining; the next scale-in waits until that is over", hosts(v.Hosts.Draining))
	}
	if v.Hosts.Active <= entry.MinInstances {
		object(AtMinInstances, "%s in service and min_instances is %d", hosts(v.Hosts.Active), entry.MinInstances)
	}
	if landing := wouldBounce(entry, s); landing != "" {
		object(WouldBounce, "%s", landing)
	}
	return allowed
}

// notBelow names the resources that are not below their scale-in threshold.
func notBelow(entry thresholds.Entry, reserved cluster.Reservation) []string {
	var above []string
	for _, r := range resources(entry, reserved) {
		if r.reserved != nil && float64(*r.reserved) >= r.band.ScaleInBelow {
			above = append(above, fmt.Sprintf("%s reservation %s is not below %s", r.name, show(float64(*r.reserved)), show(r.band.ScaleInBelow)))
		}
	}
	return above
}

func allBelow(entry thresholds.Entry, reserved cluster.Reservation) string {
	var below []string
	for _, r := range resources(entry, reserved) {
		if r.reserved != nil {
			below = append(below, fmt.Sprintf("%s %s < %s", r.name, show(float64(*r.reserved)), show(r.band.ScaleInBelow)))
		}
	}
	return strings.Join(below, ", ")
}

// wouldBounce says which resource would ask for the host back. Nobody knows which host the group will choose, so each
// resource is judged without the host that has the most of it.
func wouldBounce(entry thresholds.Entry, s cluster.Snapshot) string {
	registered, reserved := s.Capacity()
	left := registered.Minus(s.MostOfEach())
	for _, r := range resources(entry, s.ReservationWith(left)) {
		switch {
		case r.atScaleOut():
			return fmt.Sprintf("without the host that has most of it %s reservation would be %s, at or above %s",
				r.name, show(float64(*r.reserved)), show(*r.band.ScaleOutAt))
		case r.reserved == nil && r.amount(reserved) > 0:
			return fmt.Sprintf("without the host that has most of it no %s would be left for the tasks that reserve it", r.name)
		}
	}
	return ""
}

func hosts(n int) string {
	if n == 1 {
		return "1 host is"
	}
	return fmt.Sprintf("%d hosts are", n)
}
