package scaler

import (
	"fmt"
	"strings"

	"ecs-cluster-scaler/cluster"
)

// mayScaleIn tells how many hosts can go, and notes why or why not. Every objection is noted, so that an operator does
// not remove one only to meet the next; but tasks are re-placed only where nothing else objects, because that needs
// every one of them to be read.
func (j *judgement) mayScaleIn(v *Verdict) int {
	if len(j.capacity) == 0 {
		v.because(NoInstances, "no host can take tasks, so there is none to remove")
		return 0
	}
	if above := notBelow(j.entry, j.reservation); len(above) > 0 {
		v.because(WithinBand, strings.Join(above, " and "))
		return 0
	}
	v.because(AllBelowScaleIn, "every reservation is below its scale-in threshold ("+allBelow(j.entry, j.reservation)+")")
	objections := j.objections()
	for _, o := range objections {
		v.because(o.reason, o.why)
	}
	if len(objections) > 0 || !j.entry.Enabled {
		return 0
	}
	m, objection := newMoving(j)
	if objection == nil {
		objection = m.objection()
	}
	if objection != nil {
		v.because(objection.reason, objection.why)
		return 0
	}
	return m.together()
}

// objections are all that forbid a scale-in without a look at the tasks.
func (j *judgement) objections() []cause {
	var found []cause
	object := func(r Reason, format string, args ...any) {
		found = append(found, cause{r, fmt.Sprintf(format, args...)})
	}
	if len(j.s.Unread) > 0 {
		object(Unreadable, "nothing is scaled in while this is not known: %s", strings.Join(j.s.Unread, "; "))
	}
	if doubt := j.doubt(); doubt != "" {
		object(TasksUnread, "%s", doubt)
	}
	if j.lack.cut {
		object(TooLarge, "%s", cutShort)
	}
	if !j.entry.ScaleIn {
		object(ScaleInOff, "scale_in is false in the entry")
	}
	if n := leaving(j.s); n > 0 {
		object(InstancesDraining, "%s leaving; the next scale-in waits until that is over", hosts(n))
	}
	if n := arriving(j.s, j.now); n > 0 {
		object(InstancesLaunching, "%s launching; nothing is scaled in until that is over", hosts(n))
	}
	var refused []string
	for _, service := range j.refusals() {
		refused = append(refused, fmt.Sprintf("ECS said at %s UTC that a task of %s fits nowhere, and the service still wants it", service.Refused.UTC().Format("15:04"), service.Name))
	}
	if len(refused) > 0 {
		object(PlacementRefused, "%s", firstOf(refused))
	}
	if len(j.lack.hopeless)+len(j.lack.hopelessWaiting) > 0 {
		object(WouldNotFit, "tasks already wait that fit on no host")
	}
	if j.lack.headroom > 0 {
		object(HeadroomWouldBreak, "the headroom does not fit even now")
	}
	found = append(found, j.limits()...)
	if landing := j.wouldBounce(); landing != "" {
		object(WouldBounce, "%s", landing)
	}
	return found
}

// limits are what the entry and the groups set.
func (j *judgement) limits() []cause {
	var found []cause
	object := func(r Reason, format string, args ...any) {
		found = append(found, cause{r, fmt.Sprintf(format, args...)})
	}
	if len(j.capacity) <= j.entry.MinInstances {
		object(AtMinInstances, "%s in service and min_instances is %d", hosts(len(j.capacity)), j.entry.MinInstances)
	}
	for _, g := range j.s.Followers() {
		c := j.s.CapacityOf(g)
		switch halted := g.Halts("Terminate", "AlarmNotification"); {
		case !c.Known:
			object(CapacityUnitsUnknown, "group %s counts its sizes in %s, and it is not known how many each host counts; give its instance types weights, or let it count instances", g.Name, g.Unit)
		case g.Spare(c) < 1:
			object(AtMinInstances, "group %s is at its MinSize %d%s", g.Name, g.Min, inUnits(g, c))
		case g.AllProtected():
			object(AllProtected, "every host of group %s is protected from scale-in", g.Name)
		case len(halted) > 0:
			object(ScalingSuspended, "group %s has suspended %s", g.Name, strings.Join(halted, " and "))
		}
	}
	if j.late.why != "" {
		object(InstancesNotJoining, "%s", j.late.why)
	}
	if names := managed(j.s); names != "" {
		object(ManagedScaling, "ECS managed scaling sets the size of group %s", names)
	}
	return found
}

// doubt says what of the demand is not known; empty: all is.
func (j *judgement) doubt() string {
	var doubts []string
	for _, h := range j.s.Hosts {
		if h.Status == cluster.Draining && !read(h) {
			doubts = append(doubts, fmt.Sprintf("the tasks of draining host %s are not known", name(h)))
		}
	}
	for _, w := range j.wanted.unread {
		doubts = append(doubts, fmt.Sprintf("the size of the %d tasks that %s wants is not known", w.Tasks, w.Service.Name))
	}
	if len(j.headroom.unread) > 0 {
		doubts = append(doubts, fmt.Sprintf("the size of a headroom task is not known without %s", firstOf(j.headroom.unread)))
	}
	for _, service := range j.s.Services {
		if service.Active && (service.Home == cluster.Unknown || j.unsure[service.Name]) {
			doubts = append(doubts, "it is not known where service "+service.Name+" runs")
		}
	}
	return firstOf(doubts)
}
