package drainer

import (
	"context"
	"maps"
	"slices"
	"time"

	"ecs-cluster-scaler/drain"
)

// stopsLong is how long a task may be stopping after its deadline before its definition is read for its stopTimeout. Most
// tasks have stopped by then, so that most definitions are never read.
const stopsLong = 5 * time.Minute

// readStopTimeouts reads the definitions of tasks that have been stopping for long on hosts past their deadline: their
// stopTimeout may be more than the 10 minutes after which the host would go. It takes a call for each revision, once
// while the process lives. One that cannot be read is noted with its tasks.
func (d *Drainer) readStopTimeouts(ctx context.Context, v *view, now time.Time) {
	long := func(h *drain.Host, t drain.Task) bool {
		return !t.Stopped() && !t.WantedRunning && now.Sub(h.Began) >= v.deadline() && now.Sub(t.StoppingAt) >= stopsLong
	}
	wanted := map[string]bool{}
	for i := range v.picture.Terminating {
		for _, t := range v.picture.Terminating[i].Tasks {
			if _, known := v.picture.Definitions[t.Definition]; !known && long(&v.picture.Terminating[i], t) {
				wanted[t.Definition] = true
			}
		}
	}
	if len(wanted) == 0 {
		return
	}
	before := len(v.picture.Unread)
	d.reader.ReadDefinitions(ctx, &v.picture.Snapshot, slices.Sorted(maps.Keys(wanted)))
	for _, what := range v.picture.Unread[before:] {
		v.failed = append(v.failed, Failure{Cluster: v.name, Error: "how long tasks may take to stop: " + what})
	}
	for i := range v.picture.Terminating {
		for j := range v.picture.Terminating[i].Tasks {
			t := &v.picture.Terminating[i].Tasks[j]
			_, known := v.picture.Definitions[t.Definition]
			t.DefinitionUnread = !known && wanted[t.Definition]
		}
	}
}
