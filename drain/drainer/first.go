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

// First makes the first step for one instance at once: its container instance is set DRAINING. Everything after that is
// the ticks'. An instance of no tagged group is left alone, and so is one that, but for a Spot warning, does not leave.
// A hundred hosts that leave together are a hundred events, each with a process of its own: four calls each, however
// large the cluster. An error means that the host may not be DRAINING; Lambda then sends the event again.
func (d *Drainer) First(ctx context.Context, minute time.Time, e lambdaevent.Event) (Answer, error) {
	answer := NothingToDo(minute)
	groups, err := d.groupsOf(ctx, e)
	if err != nil {
		d.holdNamed(ctx, e, minute)
		return Answer{}, err
	}
	name, l, ok := d.find(groups, e)
	if !ok {
		d.log.Info("the event is about an instance that is none of ours, or does not leave", "instance", e.Instance)
		return answer, nil
	}
	d.waitsBy(e, minute)
	hosts, err := d.reader.Find(ctx, name, []string{e.Instance})
	if err != nil {
		return Answer{}, fmt.Errorf("host %s was not set DRAINING: %w", e.Instance, err)
	}
	s := drain.Step{
		Cluster: name, Group: l.group, Instance: e.Instance, Action: drain.None, Reason: drain.NotRegistered,
		Since: d.memory.of(e.Instance, minute).start(),
	}
	if r := registration(hosts, e.Instance); r != nil {
		s.Registration, s.Reason = r.ARN, drain.TasksRunning
		if r.Status == cluster.Active {
			s.Action, s.Drain = drain.SetDraining, true
		}
	}
	if e.Kind == lambdaevent.Spot {
		s.Detail = "EC2 takes this Spot instance back within two minutes"
	}
	answer.Instances = append(answer.Instances, s)
	answer.Failed = append(answer.Failed, d.setDraining(ctx, answer.Instances)...)
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
		return d.reader.ReadGroup(ctx, e.Group)
	}
	group, err := d.reader.GroupOf(ctx, e.Instance)
	switch {
	case awsclient.Denied(err):
		// The function may be newer than its role. Two minutes are too short to wait for that.
		d.log.Warn("the group of the instance is looked for among all", "instance", e.Instance, "error", awsclient.Sentence(err))
		return d.reader.ReadGroups(ctx)
	case err != nil || group == "":
		return nil, err
	default:
		return d.reader.ReadGroup(ctx, group)
	}
}

// waitsBy remembers a host of which the event says that it waits for a hook that may be ours: the next tick may not be able
// to read the groups.
func (d *Drainer) waitsBy(e lambdaevent.Event, now time.Time) *drain.Step {
	if e.Kind == lambdaevent.Spot || e.Group == "" || e.Hook == "" || !d.mayEnd(e.Hook) {
		return nil
	}
	s := &drain.Step{Group: e.Group, Instance: e.Instance, Beats: []string{e.Hook}}
	known := d.memory.of(e.Instance, now)
	if known.waits != nil { // each hook of a group has an event of its own
		s.Beats = with(known.waits.Beats, e.Hook)
	}
	known.waits = s
	return s
}

// holdNamed sends a heartbeat for the host that the event names, where its group could not be read.
func (d *Drainer) holdNamed(ctx context.Context, e lambdaevent.Event, now time.Time) {
	if s := d.waitsBy(e, now); s != nil {
		d.hold(ctx, now)
	}
}

// find is the instance that the event names, in a group that is not another stack's.
func (d *Drainer) find(groups map[string][]cluster.Group, e lambdaevent.Event) (string, leaver, bool) {
	for name, of := range groups {
		for _, g := range of {
			if g.OfOther(d.settings.ConfigPath) {
				continue
			}
			i := slices.IndexFunc(g.Instances, func(i cluster.Instance) bool { return i.ID == e.Instance })
			if i >= 0 && (e.Kind == lambdaevent.Spot || g.Instances[i].Phase == cluster.Terminating) {
				return name, leaver{g.Name, g.Instances[i], g.ConfigPath != ""}, true
			}
		}
	}
	return "", leaver{}, false
}
