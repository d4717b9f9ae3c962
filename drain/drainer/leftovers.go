package drainer

import (
	"context"
	"log/slog"
	"slices"
	"time"

	"ecs-cluster-scaler/cluster"
	"ecs-cluster-scaler/drain"
	"ecs-cluster-scaler/internal/awsclient"
)

// rememberedFor is how long the registration of a host that left is looked for. ECS removes that of a connected agent within
// a minute or two.
const rememberedFor = 10 * time.Minute

// goneAfter is how long a host must be missing in its group to count as gone, unless its hook was seen done: a list may lose
// an instance for a moment.
const goneAfter = 3 * time.Minute

// leftovers remembers the hosts whose registrations may outlive them.
type leftovers struct {
	log      *slog.Logger
	departed map[string]departed
}

// findIn reads those of a cluster's hosts that are among the instances.
type findIn func(ctx context.Context, clusterName string, instances []string) ([]cluster.Host, error)

// departed is a leaving host, or one that left.
type departed struct {
	cluster, group string
	// seen is when its group last listed it, or when its hook was done.
	seen time.Time
	// done: its hook is done. AWS, another drainer or a process that died may have ended others.
	done bool
}

// departs remembers the host of a step, and whether its hook is done.
func (m *leftovers) departs(s drain.Step, done bool, now time.Time) {
	if s.Registration == "" {
		return
	}
	m.departed[s.Instance] = departed{s.Cluster, s.Group, now, done || m.departed[s.Instance].done}
}

// gone are the departed hosts that no group lists, by cluster. A host that left long ago is forgotten. So is one whose hook
// was not done and whose group is not listed: somebody removed the tag, and the host may run on.
func (m *leftovers) gone(groups map[string][]cluster.Group, now time.Time) map[string][]string {
	listed, present := map[string]cluster.Phase{}, map[string]bool{}
	for _, of := range groups {
		for _, g := range of {
			present[g.Name] = true
			for _, i := range g.Instances {
				listed[i.ID] = i.Phase
			}
		}
	}
	byCluster := map[string][]string{}
	for _, id := range sorted(m.departed) {
		d := m.departed[id]
		phase, stays := listed[id]
		switch {
		case stays && phase != cluster.Terminating && !d.done:
			delete(m.departed, id) // it was put back, and may be detached one day
		case stays:
			d.seen = now
			m.departed[id] = d
		case now.Sub(d.seen) > rememberedFor || !d.done && !present[d.group]:
			delete(m.departed, id)
		case !d.done && now.Sub(d.seen) < goneAfter:
		default:
			byCluster[d.cluster] = append(byCluster[d.cluster], id)
		}
	}
	return byCluster
}

// remove removes the registrations of hosts that left. If an agent is disconnected when its instance ends, its registration
// stays DRAINING for ever (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deregister_container_instance.html).
// A connected one is ECS's to remove, and would register again. A process that dies before, or never saw the host leave,
// leaves the registration: only EC2 could tell an instance that is gone from one that was detached and runs on.
func (m *leftovers) remove(ctx context.Context, groups map[string][]cluster.Group, now time.Time, find findIn, deregister func(context.Context, drain.Step) error) []Failure {
	gone := m.gone(groups, now)
	var failed []Failure
	for _, name := range sorted(gone) {
		hosts, err := find(ctx, name, gone[name])
		if err != nil {
			failed = append(failed, Failure{Cluster: name, Error: awsclient.Sentence(err)})
			continue
		}
		for _, id := range gone[name] {
			if !slices.ContainsFunc(hosts, func(h cluster.Host) bool { return h.InstanceID == id }) {
				delete(m.departed, id)
			}
		}
		for _, h := range hosts {
			if h.Connected {
				continue
			}
			step := drain.Step{Cluster: name, Instance: h.InstanceID, Registration: h.ARN}
			if err := deregister(ctx, step); err != nil {
				failed = append(failed, Failure{Cluster: name, Instance: h.InstanceID, Error: awsclient.Sentence(err)})
				continue
			}
			m.log.Info("a registration that outlived its instance was removed", "cluster", name, "instance", h.InstanceID, "registration", h.ARN)
		}
	}
	return failed
}
