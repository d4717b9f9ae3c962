package drainer

import (
	"maps"
	"slices"
	"sync"
	"time"

	"ecs-cluster-scaler/cluster"
	"ecs-cluster-scaler/drain"
)

const (
	// goneFor is how long AWS is believed that a hook has no active action for an instance. Its list of instances and its
	// lifecycle actions may disagree for a moment, and a hook that is given up ends with its timeout.
	goneFor = 2 * time.Minute
)

// memory is what a process knows of the hosts that leave. All of it can be lost at any moment: it saves calls, and it
// times heartbeats, of which one too many does no harm.
type memory struct {
	mu    sync.Mutex
	hosts map[string]*remembered
	// departed are the hosts whose hooks are done, by instance.
	departed map[string]departed
	// entries are those that were last read, and those that were there before and are gone; nil: none were read, yet.
	entries map[string]entry
}

type remembered struct {
	// seen is when this process first saw the host leave; began when AWS says it did, zero: not known.
	seen, began time.Time
	beaten      time.Time
	// gone is when AWS last refused to complete the hook, because it has no active action for the instance.
	gone time.Time
	// waits is how it was last seen in Terminating or Terminating:Wait, or an event said that it waits; nil: it was not, or has
	// been let go.
	waits *drain.Step
	// dead: EC2 itself says so. lost is since when this process has seen the agent away; zero: it is there.
	dead bool
	lost time.Time
	// away is when it last saw so.
	away time.Time
	// looked is what the last whole look saw; nil: nothing that may be believed.
	looked *looked
	// absent are the clusters that were asked for it and did not have it, with when.
	absent map[string]time.Time
}

const (
	// lostFor is how long an agent must be away to count as gone: agents blink several times an hour.
	lostFor = 3 * time.Minute
	// looksApart is how far two looks may be apart for the time between them to count: two blinks with minutes between
	// them that nobody could read are no absence.
	looksApart = 2 * time.Minute
)

// isDead tells whether an instance that its group calls unhealthy can be given up, its agent being connected or not.
// The group's word alone may be a load balancer's or a person's. A host that was not seen tells nothing of its agent.
func (r *remembered) isDead(seen *cluster.Host, now time.Time) bool {
	switch {
	case seen == nil:
		return r.dead
	case seen.Connected:
		r.lost = time.Time{}
	case r.lost.IsZero() || now.Sub(r.away) > looksApart:
		r.lost, r.away = now, now
	default:
		r.away = now
	}
	return r.dead || !seen.Connected && now.Sub(r.lost) >= lostFor
}

func (r *remembered) notIn(clusterName string, now time.Time) {
	if r.absent == nil {
		r.absent = map[string]time.Time{}
	}
	r.absent[clusterName] = now
}

// isNotIn tells whether the cluster was asked for it so short a time ago that the answer is believed.
func (r *remembered) isNotIn(clusterName string, believed time.Duration, now time.Time) bool {
	at, asked := r.absent[clusterName]
	return asked && now.Sub(at) < believed
}

// of is what is known of an instance; it is made where nothing is.
func (m *memory) of(instance string, now time.Time) *remembered {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.hosts == nil {
		m.hosts = map[string]*remembered{}
	}
	if m.hosts[instance] == nil {
		m.hosts[instance] = &remembered{seen: now}
	}
	return m.hosts[instance]
}

// keepWaiting remembers which hosts wait for a hook that may be ours, or soon will.
func (m *memory) keepWaiting(steps []drain.Step, now time.Time) {
	for _, s := range steps {
		if known := m.of(s.Instance, now); len(s.Beats) > 0 {
			known.waits = &s
		} else {
			known.waits = nil
		}
	}
}

// waiting are the hosts that were last seen to wait for a hook that may be ours, or to be about to.
func (m *memory) waiting() []drain.Step {
	m.mu.Lock()
	defer m.mu.Unlock()
	var steps []drain.Step
	for _, instance := range slices.Sorted(maps.Keys(m.hosts)) {
		if s := m.hosts[instance].waits; s != nil {
			steps = append(steps, *s)
		}
	}
	return steps
}

// forget drops all instances but those that leave now.
func (m *memory) forget(leaving map[string]bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for instance := range m.hosts {
		if !leaving[instance] {
			delete(m.hosts, instance)
		}
	}
}
