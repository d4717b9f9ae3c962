package scaler

import (
	"slices"
	"time"

	"ecs-cluster-scaler/cluster"
)

// reconnectsWithin is how long an agent may be disconnected before its host no longer counts for new tasks. Agents reconnect
// several times an hour, within seconds to a minute or two
// (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_container_instance_events.html).
const reconnectsWithin = 3 * time.Minute

// returned is the snapshot as if the agents that have just disconnected were back, and how many they are. An agent that
// disconnected at an unknown time is not among them.
func returned(s cluster.Snapshot, now time.Time) (cluster.Snapshot, int) {
	n := 0
	back := slices.Clone(s.Hosts)
	for i := range back {
		h := &back[i]
		if h.Status == cluster.Active && !h.Connected && !h.ConnectedAt.IsZero() && now.Sub(h.ConnectedAt) < reconnectsWithin {
			h.Connected = true
			n++
		}
	}
	s.Hosts = back
	return s, n
}

// lostAgents are the hosts that may be removed and have tasks, but whose agents are away for good, as far as is known: what a
// drain tells such a host, it does not hear.
func lostAgents(s cluster.Snapshot, removable [][]cluster.Host, now time.Time) []string {
	back, _ := returned(s, now)
	connected := map[string]bool{}
	for _, h := range back.Hosts {
		connected[h.ARN] = h.Connected
	}
	var lost []string
	for _, h := range slices.Concat(removable...) {
		if h.Status == cluster.Active && !connected[h.ARN] && h.Tasks > 0 && !slices.Contains(lost, name(h)) {
			lost = append(lost, name(h))
		}
	}
	return lost
}

// holdForReconnect takes back a scale-out that only a short absence of agents asks for: a host bought for that is given
// up half an hour later.
func (j *Judgement) holdForReconnect(d decision) decision {
	s, n := returned(j.s, j.now)
	if d.signal != ScaleOut || n == 0 {
		return d
	}
	again, then := j.until.Judge(j.entry, s, j.now), decision{}
	if len(again.causes) > 0 {
		then = again.scaleOut(again.causes)
	}
	if then.signal == ScaleOut {
		d.gap = min(d.gap, then.gap)
		return d
	}
	d.signal, d.gap, d.blocked = Stay, 0, false
	d.because(AgentsAway, "%s disconnected less than %d minutes ago; counting their hosts, no other is needed", howMany(n, "agent", "agents"), int(reconnectsWithin.Minutes()))
	return d
}
