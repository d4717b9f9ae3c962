package campaign

import (
	"fmt"
	"strings"
	"time"

	"ecs-cluster-scaler/simulator/aws"
)

// loss is a running task that went with its host.
type loss struct {
	leave            *leave
	cluster, service string
	excused          bool
}

// ended holds the end of a task with its host to the promise.
func (j *judge) ended(h aws.Happened) {
	l := j.leaves[h.Instance]
	if l == nil || l.lost || h.Cause == "health" || h.Cause == "spot" || h.Cause == "deregistered" {
		return
	}
	task := l.task(h.Task)
	due := j.mayEnd(l, h.Service, task)
	if !h.At.Before(due.Add(-slack)) || j.stuck(l.cluster) {
		j.counts["tasks ended after their deadline"]++
		return
	}
	if why := l.excuse(task); why != "" {
		j.exempt["task ended with "+why]++
		j.suspect = append(j.suspect, loss{l, h.Cluster, h.Service, true})
		return
	}
	j.breaks(TaskEndedEarly, "%s with %s (%s), leaving since %s, due %s", named(h), h.Instance, l.cause, clock(l.from), clock(due))
	j.suspect = append(j.suspect, loss{l, h.Cluster, h.Service, false})
}

// excuse is why the end of a host, and of a task with it, is not the drainer's fault; empty: it is, or its hook has not
// ended. A host that registers only after its hook was completed takes tasks for as long as another's hook holds it.
func (l *leave) excuse(task *aws.Task) string {
	switch {
	case l.expired && l.excused:
		return "an excused hook"
	case l.completed && task != nil && task.Created.After(l.asked):
		return "a host that joined after its hook was completed"
	}
	return ""
}

func named(h aws.Happened) string {
	task := h.Task[max(0, len(h.Task)-4):]
	if h.Service == "" {
		return "standalone task " + task
	}
	return "task " + task + " of " + h.Service
}

// expired holds a hook's timeout to the promise.
func (j *judge) expired(h aws.Happened) {
	l := j.leaves[h.Instance]
	if l == nil || h.Cause != hookName || h.At.After(l.from.Add(j.most()+reserve-time.Minute)) {
		return
	}
	l.expired = true
	switch denied := j.plan.Faults.Denied; {
	case denied == listGroups || denied == beat:
		j.exempt["hook expired, denied: "+denied]++
		l.excused = true
	case j.wantedGone(l, h.At):
		// Its completion failed each time. The hook ended as the drainer wanted it to, only later.
		j.exempt["hook expired after its completion was asked for"]++
		l.excused = true
	case j.silent(h):
		j.exempt["hook expired, no tick got through for a whole heartbeat"]++
		l.excused = true
	default:
		j.breaks(HookExpired, "%s (%s), leaving since %s", h.Instance, l.cause, clock(l.from))
	}
}

// wantedGone tells whether the drainer asked for the hook's end within the last heartbeat's time.
func (j *judge) wantedGone(l *leave, now time.Time) bool {
	return !l.asked.IsZero() && now.Sub(l.asked) < j.plan.heartbeat()
}

// silent tells whether, for the whole of a heartbeat's time, each tick that ran failed to list the groups or to send this
// host's heartbeat.
func (j *judge) silent(h aws.Happened) bool {
	begin := h.At.Add(-j.plan.heartbeat())
	for _, i := range j.ticks {
		if i.began.After(begin) && i.began.Before(h.At) && !i.silentFor(h.Instance) {
			return false
		}
	}
	return true
}

// silentFor tells whether a tick could not send a heartbeat: the listing failed, or the call was asked for and did not
// take effect, or the process died before it.
func (i *invocation) silentFor(instance string) bool {
	for c := range i.failed {
		if c.action == listGroups {
			return true
		}
	}
	asked := false
	for c := range i.asked {
		asked = asked || c.action == beat && c.subject == instance
	}
	for c := range i.done {
		if c.action == beat && c.subject == instance {
			return false
		}
	}
	return asked || i.dead
}

// floorAfter looks whether a service that lost a task with its host is below its floor.
func (j *judge) floorAfter(s loss) {
	for _, v := range j.clusters[s.cluster].Services() {
		if v.Spec.Name != s.service || v.Spec.Daemon || v.Status != "ACTIVE" || v.Desired == 0 {
			continue
		}
		floor := (v.Desired*v.Spec.MinPercent + 99) / 100
		switch {
		case v.Running() >= floor:
		case s.excused:
			j.exempt["below floor with an excused hook"]++
		default:
			j.breaks(BelowFloor, "%s runs %d of a floor of %d", s.service, v.Running(), floor)
		}
	}
}

// wanted notes what an invocation asks for, whether or not it is denied.
func (j *judge) wanted(c call) {
	if instance, hook, _ := strings.Cut(c.subject, " "); c.action == complete && hook == hookName && j.leaves[instance] != nil {
		j.leaves[instance].asked = j.world.Now()
	}
}

// decided holds what an invocation is about to do to the rules of a drain. The world is as the invocation read it.
func (j *judge) decided(i *invocation, c call) {
	i.asked[c] = true
	switch c.action {
	case complete:
		instance, hook, _ := strings.Cut(c.subject, " ")
		j.completes(instance, hook)
	case "StopTask":
		j.stops(c)
	case "DeregisterContainerInstance":
		for _, l := range j.leaves {
			if h := l.instance.Host; h != nil && h.ARN == c.subject && !l.instance.Powered {
				l.lost = true
			}
		}
	default:
	}
}

// took notes what has taken effect.
func (j *judge) took(i *invocation, c call) {
	i.done[c] = j.world.Now()
	if instance, hook, _ := strings.Cut(c.subject, " "); c.action == complete && hook == hookName && j.leaves[instance] != nil {
		j.leaves[instance].completed = true
	}
}

// drained is told of each tick that ran.
func (j *judge) drained(i *invocation) {
	if !strings.HasPrefix(i.function, "event") {
		j.ticks = append(j.ticks, i)
	}
}

func (j *judge) stops(c call) {
	for _, l := range j.leaves {
		t := l.task(c.subject)
		if t == nil || t.Host == nil || t.Host.Instance != l.instance || t.Desired == "STOPPED" || l.lost {
			continue
		}
		service := ""
		if t.Service != nil {
			service = t.Service.Spec.Name
		}
		if due := j.mayStop(l, service, t.ProtectedUntil); j.world.Now().Before(due.Add(-slack)) && !j.stuck(l.cluster) {
			j.breaks(TaskStoppedEarly, "task %s of %q on %s, leaving since %s, due %s", t.ID()[28:], service, l.instance.ID, clock(l.from), clock(due))
		}
	}
}

// settled is how long Auto Scaling goes on counting a host that leaves.
const settled = 3 * time.Minute

func (j *judge) completes(instance, hook string) {
	if hook != hookName {
		j.breaks(ForeignHookTouched, "%s of %s", hook, instance)
		return
	}
	l := j.leaves[instance]
	if l == nil {
		j.breaks(CompletedEarly, "%s does not leave", instance)
		return
	}
	at, now := l.instance, j.world.Now()
	if !at.Powered {
		l.lost = true
		return
	}
	if at.Host == nil {
		if now.Sub(l.from) < settled-slack {
			j.breaks(CompletedEarly, "%s after %s", instance, now.Sub(l.from))
		}
		return
	}
	if now.Sub(l.from) < settled-slack && (at.Healthy || at.Host.Connected) {
		j.breaks(CompletedEarly, "%s after %s", instance, now.Sub(l.from))
	}
	var left []string
	for _, t := range l.standing() {
		service := ""
		if t.Service != nil {
			service = t.Service.Spec.Name
		}
		if now.Before(j.mayEnd(l, service, t).Add(-slack)) {
			left = append(left, fmt.Sprintf("%s %s/%s", service, t.Desired, t.Last))
		}
	}
	if len(left) > 0 && !j.stuck(l.cluster) {
		j.breaks(CompletedEarly, "%s, leaving since %s, with %s", instance, clock(l.from), strings.Join(left, ", "))
	}
	j.completesBelowFloor(l)
}

func (j *judge) completesBelowFloor(l *leave) {
	now := j.world.Now()
	if !now.Before(j.earliest(l, j.forServices).Add(-slack)) || j.stuck(l.cluster) {
		return
	}
	for _, s := range j.clusters[l.cluster].Services() {
		stopped, lost := l.gone[s.Spec.Name]
		if !lost || s.Spec.Daemon || s.Status != "ACTIVE" || s.Desired == 0 || now.Sub(stopped) >= toStop-slack {
			continue
		}
		running := 0
		for _, t := range s.Tasks() {
			here := t.Host != nil && string(t.Host.Status) == "ACTIVE" && !terminating(t.Host.Instance)
			if here && t.Last == "RUNNING" && t.Desired == "RUNNING" && (t.Healthy || !s.Spec.HealthCheck) {
				running++
			}
		}
		if floor := (s.Desired*s.Spec.MinPercent + 99) / 100; running < floor {
			j.breaks(CompletedBelowFloor, "%s, leaving since %s: %s has %d of %d, last stopped here %s", l.instance.ID, clock(l.from), s.Spec.Name, running, floor, clock(stopped))
		}
	}
}
