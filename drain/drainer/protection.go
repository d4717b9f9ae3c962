package drainer

import (
	"context"
	"maps"
	"slices"
	"time"

	"ecs-cluster-scaler/cluster"
	"ecs-cluster-scaler/drain"
)

// explainAfter is how long a drain may take before it is looked for protection that holds it up.
const explainAfter = 5 * time.Minute

// readProtection marks tasks that are protected from scale-in. On hosts that take long it explains what they wait for;
// one refusal then keeps it from being asked for a while. On a host whose tasks may be stopped now it decides: it is
// asked at every tick, because protection is renewed and ends, and a task of which it could not be read may be protected.
func (d *Drainer) readProtection(ctx context.Context, v *view, now time.Time) {
	at := d.protectable(v, now)
	if len(at) == 0 {
		return
	}
	read, err := d.reader.Protection(ctx, v.name, slices.Sorted(maps.Keys(at)), now)
	for arn, p := range read {
		if t := at[arn]; t != nil {
			t.Protected, t.ProtectedUntil, t.ProtectionUnread = p.Protected, p.Until, false
		}
	}
	if err != nil {
		v.fail("whether tasks are protected from scale-in, so that none that may be is stopped before standalone_deadline_minutes: ", err)
	}
}

// protectable are the services' tasks to ask about, by ARN; where the answer decides, they are unread until it is there.
func (d *Drainer) protectable(v *view, now time.Time) map[string]*drain.Task {
	at := map[string]*drain.Task{}
	lately := d.reader.ProtectionRefused(v.name, now)
	for i := range v.picture.Terminating {
		h := &v.picture.Terminating[i]
		decides := v.mayStop(h, now)
		if !decides && (lately || now.Sub(h.Began) < explainAfter) {
			continue
		}
		for j := range h.Tasks {
			if t := &h.Tasks[j]; t.Service != "" && t.WantedRunning && !t.Stopped() {
				t.ProtectionUnread = decides
				at[t.ARN] = t
			}
		}
	}
	return at
}

// mayStop tells whether a step may stop the host's service tasks now: past its deadline, or where no group of the cluster
// may launch a host to which they could move.
func (v *view) mayStop(h *drain.Host, now time.Time) bool {
	deserted := !slices.ContainsFunc(v.picture.Groups, func(g cluster.Group) bool { return g.Max > 0 })
	return deserted || now.Sub(h.Began) >= v.deadline()
}

// deadline is the entry's for service tasks.
func (v *view) deadline() time.Duration {
	return time.Duration(v.entry.drain.DeadlineMinutes) * time.Minute
}
