package drain

import (
	"time"

	"ecs-cluster-scaler/cluster"
)

const (
	// lostFor is how long an agent must be disconnected to count as gone: agents blink several times an hour.
	lostFor = 3 * time.Minute
	// ticksApart is the longest time between two ticks that counts: two blinks with unread minutes between them are no
	// absence.
	ticksApart = 2 * time.Minute
)

// Absence is since when a process has seen an agent disconnected, and when it last did; zero: it was connected.
type Absence struct{ since, seen time.Time }

// Observe is the absence after one more tick. A host that was not read tells nothing of its agent.
func (a Absence) Observe(h *cluster.Host, now time.Time) Absence {
	switch {
	case h == nil:
		return a
	case h.Connected:
		return Absence{}
	case a.since.IsZero() || now.Sub(a.seen) > ticksApart:
		return Absence{since: now, seen: now}
	default:
		return Absence{since: a.since, seen: now}
	}
}

// Dead tells whether an instance that its group calls unhealthy can be given up: EC2 says so too, or its agent is gone. The
// group alone may repeat a load balancer or a person.
func Dead(byEC2 bool, h *cluster.Host, agent Absence, now time.Time) bool {
	return byEC2 || h != nil && !h.Connected && now.Sub(agent.since) >= lostFor
}

// Registration is the instance's container instance; nil: none. An instance that registered again leaves the old one behind,
// disconnected. If both are disconnected, the newer one has the tasks.
func Registration(hosts []cluster.Host, instance string) *cluster.Host {
	var found *cluster.Host
	for i := range hosts {
		h := &hosts[i]
		newer := found == nil || h.Connected == found.Connected && h.RegisteredAt.After(found.RegisteredAt)
		if h.InstanceID == instance && (newer || h.Connected && !found.Connected) {
			found = h
		}
	}
	return found
}
