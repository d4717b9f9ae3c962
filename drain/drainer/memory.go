package drainer

import (
	"cmp"
	"maps"
	"slices"
	"sync"
	"time"

	"ecs-cluster-scaler/cluster"
	"ecs-cluster-scaler/drain"
)

// goneFor is how long AWS's answer counts that a hook has no active action. Its list of instances may disagree for a moment, and
// a hook that is given up ends with its timeout.
const goneFor = 2 * time.Minute

// memory is what a process knows of leaving hosts. It can be lost at any moment: it saves calls, and times heartbeats, of
// which one too many does no harm.
type memory struct {
	mu    sync.Mutex
	hosts map[string]*remembered
}

type remembered struct {
	// seen is when this process first saw the host leave; began when AWS says it did, zero: not known.
	seen, began time.Time
	beaten      time.Time
	// gone is when AWS last said that the hook has no active action for the instance.
	gone time.Time
	// waits is its last step before its hook was done, or what an event said; nil: none.
	waits *drain.Step
	// dead: EC2 itself says so.
	dead  bool
	agent drain.Absence
	// whole is its cluster when last read whole; nil: nothing that may be believed.
	whole *whole
	// absent is when clusters said that they do not have it.
	absent map[string]time.Time
}

// whole is the result of reading a host's whole cluster: the entry, its registration, which of the services are daemons.
type whole struct {
	at           time.Time
	cluster      string
	entry        drain.Entry
	registration cluster.Host
	daemons      []cluster.Service
}

func (r *remembered) start() time.Time {
	return cmp.Or(r.began, r.seen)
}

// isNotIn tells whether the cluster has said that it does not have it, and is still believed.
func (r *remembered) isNotIn(clusterName string, believed time.Duration, now time.Time) bool {
	at, asked := r.absent[clusterName]
	return asked && now.Sub(at) < believed
}

// of is what is known of an instance.
func (m *memory) of(instance string, now time.Time) *remembered {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.hosts[instance] == nil {
		m.hosts[instance] = &remembered{seen: now, absent: map[string]time.Time{}}
	}
	return m.hosts[instance]
}

// keepWaiting remembers which hosts wait, or soon will, for a hook that may be ours.
func (m *memory) keepWaiting(steps []drain.Step, now time.Time) {
	for _, s := range steps {
		if known := m.of(s.Instance, now); len(s.Beats) > 0 {
			known.waits = &s
		} else {
			known.waits = nil
		}
	}
}

// waiting are the hosts that keepWaiting remembers.
func (m *memory) waiting() []drain.Step {
	var steps []drain.Step
	for _, instance := range sorted(m.hosts) {
		if s := m.hosts[instance].waits; s != nil {
			steps = append(steps, *s)
		}
	}
	return steps
}

// keepWhole remembers what was read of a whole cluster, for its hosts that are DRAINING and connected.
func (m *memory) keepWhole(c drain.Cluster, e drain.Entry, now time.Time) {
	for _, h := range c.Terminating {
		known := m.of(h.Instance, now)
		known.whole = nil
		if r := h.Registration; !e.Unsure && !c.HostsUnread && r != nil && r.Status == cluster.Draining && r.Connected {
			daemons := slices.DeleteFunc(slices.Clone(c.Services), func(s cluster.Service) bool { return !s.Daemon })
			known.whole = &whole{at: now, cluster: c.Cluster, entry: e, registration: *r, daemons: daemons}
		}
	}
}

// forget drops all other instances.
func (m *memory) forget(leaving map[string]bool) {
	maps.DeleteFunc(m.hosts, func(instance string, _ *remembered) bool { return !leaving[instance] })
}
