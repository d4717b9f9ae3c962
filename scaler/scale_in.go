package scaler

import (
	"fmt"
	"strings"

	"ecs-cluster-scaler/cluster"
)

// scaleIn removes as many hosts as can be spared. It notes every objection, so that an operator does not fix one only
// to meet the next. Tasks are placed elsewhere only if nothing else objects, because that needs all of them to be read.
func (j *Judgement) scaleIn() decision {
	var d decision
	if len(j.capacity) == 0 {
		d.because(NoInstances, "no host can take tasks, so there is none to remove")
		return d
	}
	if above := notBelow(j.entry, j.reservation); len(above) > 0 {
		d.because(WithinBand, "%s", strings.Join(above, " and "))
		return d
	}
	d.because(AllBelowScaleIn, "%s", j.basis.allBelow(j.entry, j.reservation))
	d.explanations = append(d.explanations, j.objections...)
	if len(j.objections) > 0 || !j.entry.Enabled {
		return d
	}
	m, objection := newRemoval(&j.findings, j.rebound)
	if objection == nil {
		objection = m.objection()
	}
	if objection != nil {
		d.explanations = append(d.explanations, *objection)
		return d
	}
	n := m.atOnce()
	d.signal, d.gap = ScaleIn, -n
	switch terminating := len(j.s.Instances(cluster.Terminating)); {
	case terminating > 0:
		d.because(AllBelowScaleIn, "any %s can be removed together, beside %d that leave already", howMany(n, "host", "hosts"), terminating)
	case n > 1:
		d.because(AllBelowScaleIn, "any %d hosts can be removed together", n)
	}
	return d
}

// objections are all that forbid a scale-in whatever the tasks are.
func (f *findings) objections(r rebound) []explanation {
	var d decision
	if len(f.s.Unread) > 0 {
		d.because(Unreadable, "nothing is scaled in while this is not known: %s", strings.Join(f.s.Unread, "; "))
	}
	if f.basis == awaiting {
		d.because(Unreadable, "nothing is scaled in: %s", awaited)
	}
	if doubt := f.doubt(f.demand); doubt != "" {
		d.because(TasksUnread, "%s", doubt)
	}
	if f.shortage.cut {
		d.because(TooLarge, "%s", cutShort)
	}
	if !f.entry.ScaleIn {
		d.because(ScaleInOff, "scale_in is false in the entry")
	}
	if why := waitsForLeaving(f.s); why != "" {
		d.because(InstancesDraining, "%s", why)
	}
	if n := arriving(f.s, f.now); n > 0 {
		d.because(InstancesLaunching, "%s launching; nothing is scaled in until that is over", hostsAre(n))
	}
	var refused []string
	for _, service := range f.refusals {
		refused = append(refused, fmt.Sprintf("ECS said at %s UTC that a task of %s fits nowhere, and the service still wants it", service.Refused.UTC().Format("15:04"), service.Name))
	}
	if len(refused) > 0 {
		d.because(PlacementRefused, "%s", firstOf(refused))
	}
	if len(f.shortage.unplaceableTasks()) > 0 {
		d.because(WouldNotFit, "tasks already wait that fit on no host")
	}
	if f.shortage.headroom > 0 {
		d.because(HeadroomWouldBreak, "the headroom does not fit even now")
	}
	if lost := lostAgents(f.s, r.removable, f.now); len(lost) > 0 {
		d.because(AgentLost, "%s has tasks, and its agent does not answer, so that nobody can stop them properly; replace the host, or restart the agent", firstOf(lost))
	}
	d.explanations = append(d.explanations, f.limits()...)
	if bounce := r.ofAny(); bounce != "" {
		d.because(WouldBounce, "%s", bounce)
	}
	return d.explanations
}

// limits are the objections that the entry and the groups raise.
func (f *findings) limits() []explanation {
	var d decision
	if n := f.staying(); n <= f.entry.MinInstances {
		d.because(AtMinInstances, "%s in service and min_instances is %d", hostsAre(n), f.entry.MinInstances)
	}
	for _, g := range f.s.Followers() {
		c := f.s.CapacityOf(g)
		switch halted := g.Halts("Terminate", "AlarmNotification"); {
		case !c.Known:
			d.because(CapacityUnitsUnknown, "group %s counts its sizes in %s, and it is not known how many each host counts; give its instance types weights, or let it count instances", g.Name, g.Unit)
		case g.Spare(c) < 1:
			d.because(AtMinInstances, "group %s is at its MinSize %d%s", g.Name, g.Min, inUnits(g, c))
		case g.AllProtected():
			d.because(AllProtected, "every host of group %s is protected from scale-in", g.Name)
		case len(halted) > 0:
			d.because(ScalingSuspended, "group %s has suspended %s", g.Name, strings.Join(halted, " and "))
		}
	}
	if f.failedJoins.why != "" {
		d.because(InstancesNotJoining, "%s", f.failedJoins.why)
	}
	if names := managed(f.s); names != "" {
		d.because(ManagedScaling, "ECS managed scaling sets the size of group %s", names)
	}
	return d.explanations
}

// doubt says what is not known of the demand; empty: nothing.
func (f *facts) doubt(d demand) string {
	var doubts []string
	for _, h := range f.s.Hosts {
		if h.Status == cluster.Draining && !tasksKnown(h) {
			doubts = append(doubts, fmt.Sprintf("the tasks of draining host %s are not known", name(h)))
		}
	}
	for _, w := range d.unread {
		doubts = append(doubts, fmt.Sprintf("the size of the %d tasks that %s wants is not known", w.Tasks, w.Service.Name))
	}
	if len(d.headroom.unread) > 0 {
		doubts = append(doubts, fmt.Sprintf("the size of a headroom task is not known without %s", firstOf(d.headroom.unread)))
	}
	for _, service := range f.s.Services {
		if service.Active && (service.Home == cluster.Unknown || f.unsure[service.Name]) {
			doubts = append(doubts, "it is not known where service "+service.Name+" runs")
		}
	}
	return firstOf(doubts)
}
