package scaler

import (
	"slices"
	"time"

	"ecs-cluster-scaler/cluster"
)

// awayFor is how long an agent may be away before its host counts as lost for new tasks. Agents reconnect several times
// an hour, which takes seconds to a minute or two
// (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_container_instance_events.html).
const awayFor = 3 * time.Minute

// returned is the snapshot as it will be when the agents that have just gone away are back, and how many those are. Whose
// absence began is not known has not just gone.
func returned(s cluster.Snapshot, now time.Time) (cluster.Snapshot, int) {
	n := 0
	back := slices.Clone(s.Hosts)
	for i := range back {
		h := &back[i]
		if h.Status == cluster.Active && !h.Connected && !h.ConnectedAt.IsZero() && now.Sub(h.ConnectedAt) < awayFor {
			h.Connected = true
			n++
		}
	}
	s.Hosts = back
	return s, n
}

// holdForReconnect takes back what a scale-out asks for only because an agent is away for a moment: a host that is bought on
// that is given up half an hour later. A new host without tasks that blinks takes much of the capacity and nothing of what
// is reserved.
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
	d.because(AgentsAway, "%s disconnected less than %d minutes ago; counting their hosts, no other is needed", agents(n), int(awayFor.Minutes()))
	return d
}
