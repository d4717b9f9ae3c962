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

// rememberedFor is how long after its instance has gone a registration is looked for. ECS removes those of connected agents
// within a minute or two.
const rememberedFor = 10 * time.Minute

// goneAfter is how long a host must be missing in its group before it has gone, where nobody here saw its hook end: a
// list may lose an instance for a moment.
const goneAfter = 3 * time.Minute

// leftovers remembers the hosts whose registrations may outlive them.
type leftovers struct {
	log      *slog.Logger
	departed map[string]departed
}

// findIn reads those of a cluster's hosts that are among the instances.
type findIn func(ctx context.Context, clusterName string, instances []string) ([]cluster.Host, error)

// departed is a host that leaves.
type departed struct {
	cluster, group string
	// seen is when its group last listed it, or when its hook was done.
	seen time.Time
	// done: its hook is. Else AWS, another drainer or a process that died may end it.
	done bool
}

// departs remembers the host of a step, and whether its hook is done.
func (m *leftovers) departs(s drain.Step, done bool, now time.Time) {
	if s.Registration == "" {
		return
	}
	m.departed[s.Instance] = departed{s.Cluster, s.Group, now, done || m.departed[s.Instance].done}
}

// gone are the departed hosts that no group lists any more, by cluster. Those that went too long ago are forgotten, and so
// is one whose hook was not done and whose group is not listed either: a person took its tag away, and it may run on.
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

// remove removes what departed hosts left behind: an agent that is away when its instance ends leaves its registration,
// DRAINING, for ever (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deregister_container_instance.html). One
// that is connected is ECS's own to remove, and would only register anew. It takes a call for each cluster from which
// hosts went, as a rule once; a process that dies before it leaves the registration. So does one that never saw the host
// leave: without asking EC2, which no right of ours allows, nobody can tell an instance that is gone from one that was
// detached from its group and runs on.
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
			// Force: tasks that ECS believes to run there went with the instance.
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
