package aws

import (
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
)

// activity is a scaling activity; end is zero while it is open.
type activity struct {
	id, description, cause, message, zone string
	status                                types.ScalingActivityStatusCode
	start, end                            time.Time
	shown                                 *types.Activity
}

// begin opens a scaling activity. Its description names the instance, because nothing else does
// (https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-verify-scaling-activity.html).
func (g *Group) begin(description, cause, zone string, status types.ScalingActivityStatusCode) *activity {
	a := &activity{
		id:          fmt.Sprintf("%08x-0000-4000-8000-%012x", g.number, len(g.activities)+1),
		description: description, cause: cause, zone: zone, status: status, start: g.world.now,
	}
	g.activities = append(g.activities, a)
	return a
}

// becomes changes the status of an open activity.
func (a *activity) becomes(status types.ScalingActivityStatusCode) {
	if a.end.IsZero() {
		a.status, a.shown = status, nil
	}
}

// ends closes an activity.
func (a *activity) ends(status types.ScalingActivityStatusCode, now time.Time) {
	if a.end.IsZero() {
		a.status, a.end, a.shown = status, now, nil
	}
}

// moment is how causes write a time.
func moment(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05Z") }

// because joins what changed the desired capacity with what was done for it, as causes do.
func (g *Group) because(format string, args ...any) string {
	done := fmt.Sprintf("At %s %s", moment(g.world.now), fmt.Sprintf(format, args...))
	if g.why == "" {
		return done
	}
	return g.why + "  " + done
}
