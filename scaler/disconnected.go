package scaler

import (
	"fmt"
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

// patient takes back what a scale-out asks for only because an agent is away for a moment: a host that is bought on that
// is given up half an hour later. A new host without tasks that blinks takes much of the capacity and nothing of what is
// reserved.
func (v *Verdict) patient(j *judgement) {
	s, n := returned(j.s, j.now)
	if v.Signal != ScaleOut || n == 0 {
		return
	}
	then := Verdict{}
	again := judge(j.entry, s, j.now, j.until)
	if causes := again.causes(); len(causes) > 0 {
		again.scaleOut(causes, &then)
	}
	if then.Signal == ScaleOut {
		v.InstanceGap = min(v.InstanceGap, then.InstanceGap)
		return
	}
	v.Signal, v.InstanceGap, v.ScaleOutBlocked = Stay, 0, false
	v.because(AgentsAway, fmt.Sprintf("%s disconnected less than %d minutes ago; counting their hosts, no other is needed", agents(n), int(awayFor.Minutes())))
}

func agents(n int) string {
	if n == 1 {
		return "1 agent"
	}
	return fmt.Sprintf("%d agents", n)
}
