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

// Event acts on an event that arrives at now: a tick, or the first step for the host that it names. An error means that it
// is no event, or that Lambda has to send it again.
//
// A tick reads what is there, so one that is late, or from the future, is a tick of the present minute. Dropping it would
// drop heartbeats. The event of a lifecycle hook is acted on late too, because its host is read first. A Spot warning is
// true for two minutes only: a late one is dropped.
func (d *Drainer) Event(ctx context.Context, event []byte, now time.Time) (Answer, error) {
	e, err := lambdaevent.Parse(event, now)
	if err != nil {
		return Answer{}, err
	}
	minute := e.Minute
	if e.Stale {
		if e.Kind == lambdaevent.Spot {
			d.log.Warn("the warning is too old to act on, or from the future; the ticks go on", "minute", minute, "instance", e.Instance)
			answer := nothingToDo(minute)
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
		return nothingToDo(minute), nil
	}
}

// First sets the container instance of one instance DRAINING at once; ticks do the rest. It leaves an instance alone that is
// in no tagged group, or that is not leaving, unless the event is a Spot warning. A hundred leaving hosts are a hundred
// events, each with its own process, so each makes four calls, however large the cluster. An error means that the host may
// not be DRAINING; Lambda then sends the event again.
func (d *Drainer) First(ctx context.Context, minute time.Time, e lambdaevent.Event) (Answer, error) {
	answer := nothingToDo(minute)
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
		// Lambda tries again. No tick would drain a Spot instance that is in service.
		return Answer{}, fmt.Errorf("host %s was not set DRAINING: %s", e.Instance, answer.Failed[0].Error)
	}
	return answer, nil
}

// groupsOf reads the event's group. A Spot warning names none, and comes for every instance of the account, so the
// instance's group is asked for first: listing all groups for each would be too many calls.
func (d *Drainer) groupsOf(ctx context.Context, e lambdaevent.Event) (map[string][]cluster.Group, error) {
	if e.Group != "" {
		return d.planner.reader.ReadGroup(ctx, e.Group)
	}
	group, err := d.planner.reader.GroupOf(ctx, e.Instance)
	switch {
	case awsclient.Denied(err):
		// The function may be newer than its role, and a Spot instance has two minutes.
		d.log.Warn("the instance's group is not known, so all groups are searched", "instance", e.Instance, "error", awsclient.Sentence(err))
		return d.planner.reader.ReadGroups(ctx)
	case err != nil || group == "":
		return nil, err
	default:
		return d.planner.reader.ReadGroup(ctx, group)
	}
}

// waitsBy remembers that the event's host waits for a hook that may be ours, for ticks that cannot read the groups.
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

// find returns the cluster and group of the event's instance, unless another stack's.
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
