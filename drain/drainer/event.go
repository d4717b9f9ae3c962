package drainer

import (
	"context"
	"fmt"
	"slices"
	"time"

	"ecs-cluster-scaler/cluster"
	"ecs-cluster-scaler/drain"
	"ecs-cluster-scaler/internal/awsclient"
	"ecs-cluster-scaler/internal/lambdaevent"
)

// Event is what the function does at an event that arrives at now: a tick, the first step for the host that it names, or
// nothing. An error means that the event is none, or that Lambda has to send it again.
//
// A tick looks at what is there, so one that comes late, or says that it is from the future, is as good as any: it is a
// tick of the present minute, which its answer and its metrics carry. Dropped, it would be a heartbeat that nobody sends.
// The same holds for a lifecycle hook's event, because its host is looked up first. A Spot warning is only true for two
// minutes: a late one is dropped.
func (d *Drainer) Event(ctx context.Context, event []byte, now time.Time) (Answer, error) {
	e, err := lambdaevent.Parse(event, now)
	if err != nil {
		return Answer{}, err
	}
	minute := e.Minute
	if e.Stale {
		if e.Kind == lambdaevent.Spot {
			d.log.Warn("the warning is too old to act on, or from the future; the ticks go on", "minute", minute, "instance", e.Instance)
			answer := NothingToDo(minute)
			answer.Dropped = lambdaevent.Dropped
			return answer, nil
		}
		minute = lambdaevent.Minute(now)
		d.log.Warn("the event is late, or from the future; it is acted on as of now", "scheduled", e.Minute, "minute", minute)
	}
	switch e.Kind {
	case lambdaevent.Tick:
		return d.Run(ctx, minute)
	case lambdaevent.Hook, lambdaevent.Spot:
		return d.First(ctx, minute, e)
	default:
		return NothingToDo(minute), nil
	}
}

// First makes the first step for one instance at once: its container instance is set DRAINING. Everything after that is
// the ticks'. An instance of no tagged group is left alone, and so is one that, but for a Spot warning, does not leave.
// A hundred hosts that leave together are a hundred events, each with a process of its own: four calls each, however
// large the cluster. An error means that the host may not be DRAINING; Lambda then sends the event again.
func (d *Drainer) First(ctx context.Context, minute time.Time, e lambdaevent.Event) (Answer, error) {
	answer := NothingToDo(minute)
	groups, err := d.groupsOf(ctx, e)
	if err != nil {
		if d.waitsBy(e, minute) {
			d.hold(ctx, minute)
		}
		return Answer{}, err
	}
	name, group, ok := d.find(groups, e)
	if !ok {
		d.log.Info("the event's instance is not ours, or is not leaving", "instance", e.Instance)
		return answer, nil
	}
	d.waitsBy(e, minute)
	hosts, err := d.planner.reader.Find(ctx, name, []string{e.Instance})
	if err != nil {
		return Answer{}, fmt.Errorf("host %s was not set DRAINING: %w", e.Instance, err)
	}
	s := drain.FirstStep(name, drain.Host{
		Instance: e.Instance, Group: group, Began: d.planner.memory.of(e.Instance, minute).start(), Registration: drain.Registration(hosts, e.Instance),
	}, e.Kind == lambdaevent.Spot)
	answer.Instances = append(answer.Instances, s)
	answer.Failed = append(answer.Failed, d.actor.setDraining(ctx, answer.Instances)...)
	d.log.Info("step", "step", s)
	if len(answer.Failed) > 0 {
		// Lambda tries again. For a Spot instance nothing else would: no tick looks at an instance in service.
		return Answer{}, fmt.Errorf("host %s was not set DRAINING: %s", e.Instance, answer.Failed[0].Error)
	}
	return answer, nil
}

// groupsOf are the event's group, if it is one of ours. Spot warnings come for every instance of the account and name
// no group. So the group of that instance is asked for first: otherwise a thousand reclaimed hosts of others would be a
// thousand processes that list all groups.
func (d *Drainer) groupsOf(ctx context.Context, e lambdaevent.Event) (map[string][]cluster.Group, error) {
	if e.Group != "" {
		return d.planner.reader.ReadGroup(ctx, e.Group)
	}
	group, err := d.planner.reader.GroupOf(ctx, e.Instance)
	switch {
	case awsclient.Denied(err):
		// The function may be newer than its role. Two minutes are too short to wait for that.
		d.log.Warn("the instance's group is not known, so all groups are searched", "instance", e.Instance, "error", awsclient.Sentence(err))
		return d.planner.reader.ReadGroups(ctx)
	case err != nil || group == "":
		return nil, err
	default:
		return d.planner.reader.ReadGroup(ctx, group)
	}
}

// waitsBy remembers a host of which the event says that it waits for a hook that may be ours: the next tick may not be able
// to read the groups.
func (d *Drainer) waitsBy(e lambdaevent.Event, now time.Time) bool {
	if e.Kind == lambdaevent.Spot || e.Group == "" || e.Hook == "" || !d.planner.allowed.Has(e.Hook) {
		return false
	}
	s := &drain.Step{Group: e.Group, Instance: e.Instance, Beats: []string{e.Hook}}
	known := d.planner.memory.of(e.Instance, now)
	if known.waits != nil { // each hook of a group has an event of its own
		s.Beats = drain.With(known.waits.Beats, e.Hook)
	}
	known.waits = s
	return true
}

// find is the instance that the event names, in a group that is not another stack's.
func (d *Drainer) find(groups map[string][]cluster.Group, e lambdaevent.Event) (clusterName, group string, found bool) {
	for name, of := range groups {
		for _, g := range of {
			if g.OfOther(d.planner.configPath) {
				continue
			}
			i := slices.IndexFunc(g.Instances, func(i cluster.Instance) bool { return i.ID == e.Instance })
			if i >= 0 && (e.Kind == lambdaevent.Spot || g.Instances[i].Phase == cluster.Terminating) {
				return name, g.Name, true
			}
		}
	}
	return "", "", false
}
