package drainer

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"

	"ecs-cluster-scaler/cluster"
	"ecs-cluster-scaler/drain"
)

const (
	// protectionPerCall is the most that GetTaskProtection takes
	// (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_GetTaskProtection.html).
	protectionPerCall = 100
	// explainAfter is how long a drain may take before it is looked for protection that holds it up.
	explainAfter = 5 * time.Minute
)

// readProtection marks tasks that are protected from scale-in. On hosts that take long it explains what they wait for;
// one refusal then keeps it from being asked for a while. On a host whose tasks may be stopped now it decides: it is
// asked at every tick, because protection is renewed and ends, and a task of which it could not be read may be protected.
func (d *Drainer) readProtection(ctx context.Context, v *view, now time.Time) {
	at := d.protectable(v, now)
	for batch := range slices.Chunk(slices.Sorted(maps.Keys(at)), protectionPerCall) {
		out, err := d.ecs.GetTaskProtection(ctx, &ecs.GetTaskProtectionInput{Cluster: aws.String(v.name), Tasks: batch})
		if err != nil {
			d.memory.note(protectionDenied, v.name, now)
			v.fail("whether tasks are protected from scale-in, so that none that may be is stopped before standalone_deadline_minutes: ", err)
			return
		}
		for _, p := range out.ProtectedTasks {
			if t := at[aws.ToString(p.TaskArn)]; t != nil {
				t.Protected, t.ProtectedUntil, t.ProtectionUnread = p.ProtectionEnabled, aws.ToTime(p.ExpirationDate), false
			}
		}
		for _, f := range out.Failures {
			if t := at[aws.ToString(f.Arn)]; t != nil && slices.Contains(cannotBeProtected, aws.ToString(f.Reason)) {
				t.ProtectionUnread = false
			}
		}
	}
}

// protectable are the services' tasks to ask about, by ARN; where the answer decides, they are unread until it is there.
func (d *Drainer) protectable(v *view, now time.Time) map[string]*drain.Task {
	at := map[string]*drain.Task{}
	lately := d.memory.lately(protectionDenied, v.name, now)
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

// cannotBeProtected are the failures that say so: the task is gone, or of no service
// (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/api_failures_messages.html).
var cannotBeProtected = []string{"MISSING", "TASK_NOT_VALID"}

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
