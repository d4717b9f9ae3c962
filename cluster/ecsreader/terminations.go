package ecsreader

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// terminationsSince is how far back open terminations are looked for: AWS ends each after 48 hours
// (https://docs.aws.amazon.com/autoscaling/ec2/userguide/lifecycle-hooks.html).
const terminationsSince = 49 * time.Hour

// Termination is one that goes on.
type Termination struct {
	Began time.Time
	// Dead: Auto Scaling ends the instance because EC2 says that it is gone or broken, not because a load balancer or a
	// person calls it unhealthy, and not to scale in.
	Dead bool
}

// ofEC2 is how a cause names EC2's own checks; those of others are "ELB system health check" and "user health-check"
// (https://docs.aws.amazon.com/autoscaling/ec2/userguide/ts-as-healthchecks.html).
var ofEC2 = regexp.MustCompile(`EC2 (health check|instance status check)`)

// Terminations reads when the terminations of the given instances of a group began: StartTime of the activity that has no
// EndTime and names the instance. Its status code is not looked at, because the SDK does not know all that there are
// (https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_Activity.html). An instance that no open activity names
// is missing in the answer.
func (r *Reader) Terminations(ctx context.Context, group string, instances []string, now time.Time) (map[string]Termination, error) {
	wanted := map[string]bool{}
	for _, id := range instances {
		wanted[id] = true
	}
	began := map[string]Termination{}
	for page, err := range r.activities(ctx, group, now.Add(-terminationsSince)) {
		if err != nil {
			return nil, fmt.Errorf("read the scaling activities of group %s: %w", group, err)
		}
		for _, a := range page {
			description := aws.ToString(a.Description)
			if a.EndTime != nil || strings.HasPrefix(description, "Launching") {
				continue
			}
			if id := instanceID.FindString(description); wanted[id] {
				began[id] = Termination{Began: aws.ToTime(a.StartTime).UTC(), Dead: ofEC2.MatchString(aws.ToString(a.Cause))}
			}
		}
		if len(began) == len(wanted) {
			break
		}
	}
	return began, nil
}
