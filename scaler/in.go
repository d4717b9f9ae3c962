package scaler

import (
	"fmt"
	"strings"
	"time"

	"ecs-cluster-scaler/cluster"
	"ecs-cluster-scaler/thresholds"
)

// mayScaleIn tells whether one host can go, and notes why or why not. Every objection is noted, so that an operator
// does not remove one only to meet the next.
func mayScaleIn(entry thresholds.Entry, s cluster.Snapshot, now time.Time, v *Verdict) bool {
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
	if len(s.Unread) > 0 {
		object(Unreadable, "nothing is scaled in on doubt: %s", strings.Join(s.Unread, "; "))
	}
	if !entry.ScaleIn {
		object(ScaleInOff, "scale_in is false in the entry")
	}
	if n := leaving(s); n > 0 {
		object(InstancesDraining, "%s leaving; the next scale-in waits until that is over", hosts(n))
	}
	if n := arriving(s, now); n > 0 {
		object(InstancesLaunching, "%s on the way; nothing is scaled in before that is over", hosts(n))
	}
	if v.UnplacedTasks > 0 {
		object(WouldNotFit, "%d wanted tasks have no host yet", v.UnplacedTasks)
	}
	if v.Hosts.Active <= entry.MinInstances {
		object(AtMinInstances, "%s in service and min_instances is %d", hosts(v.Hosts.Active), entry.MinInstances)
	}
	for _, g := range s.Followers() {
		switch halted := g.Halts("Terminate", "AlarmNotification"); {
		case min(g.Desired, g.InService()) <= g.Min:
			object(AtMinInstances, "group %s is at its MinSize %d", g.Name, g.Min)
		case g.AllProtected():
			object(AllProtected, "every host of group %s is protected from scale-in", g.Name)
		case len(halted) > 0:
			object(ScalingSuspended, "group %s has suspended %s", g.Name, strings.Join(halted, " and "))
		}
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
	for _, r := range resources(entry, cluster.ReservationOf(left, reserved)) {
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
