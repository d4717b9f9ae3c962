package ecsreader

import (
	"context"
	"fmt"
	"iter"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"

	"ecs-cluster-scaler/cluster"
)

// ReadLaunches fills in when the snapshot's unregistered instances were launched, and how long hosts of their groups take to
// join. It asks only if that is not known of an instance: a launch does not change, and while the call is throttled a fleet
// could be bought again. LaunchedAt stays zero for an instance that this process has seen registered.
func (r *Reader) ReadLaunches(ctx context.Context, s *cluster.Snapshot, now time.Time) {
	registered := make(map[string]time.Time, len(s.Hosts))
	for _, h := range s.Hosts {
		registered[h.InstanceID] = h.RegisteredAt
	}
	remembered := r.launched.of(s.Cluster, s.Groups)
	for i := range s.Groups {
		g := &s.Groups[i]
		m := remembered[g.Name]
		never := m.note(g, registered, now)
		m.arrive(g, registered, now)
		if m.asks(never, now) {
			started, err := r.launches(ctx, g.Name, ids(never), now)
			if err != nil {
				noteUnread(s, fmt.Errorf("when the unregistered instances of group %s were launched: %w", g.Name, err))
			}
			m.learn(started, err == nil, registered, now)
			m.arrived(started, nil, false, now)
		}
		m.show(g, never)
		m.showArrivals(g, now)
	}
}

// instanceID finds an activity's instance in its description: "Launching a new EC2 instance: i-0123456789abcdef0".
var instanceID = regexp.MustCompile(`i-[0-9a-f]+`)

// launches reads the newest page of the group's activities, and more only while an instance may be on them. The page also
// shows how long hosts take to join.
func (r *Reader) launches(ctx context.Context, group string, of []string, now time.Time) (map[string]launch, error) {
	started := map[string]launch{}
	for page, err := range r.activities(ctx, group, now.Add(-learntFrom)) {
		if err != nil {
			return started, fmt.Errorf("read its scaling activities: %w", err)
		}
		for _, a := range page {
			if id, l := launchOf(a); id != "" && l.at.After(started[id].at) {
				started[id] = l
			}
		}
		if hasAll(started, of) || reaches(page, now.Add(-cluster.MostToJoin)) {
			break
		}
	}
	return started, nil
}

// activities are a group's since a moment, page by page. The pages end at an error.
func (r *Reader) activities(ctx context.Context, group string, since time.Time) iter.Seq2[[]types.Activity, error] {
	return func(yield func([]types.Activity, error) bool) {
		pages := autoscaling.NewDescribeScalingActivitiesPaginator(r.autoscaling, &autoscaling.DescribeScalingActivitiesInput{
			AutoScalingGroupName: aws.String(group),
			Filters:              []types.Filter{{Name: aws.String("StartTimeLowerBound"), Values: []string{since.UTC().Format(time.RFC3339)}}},
			MaxRecords:           aws.Int32(100),
		})
		for pages.HasMorePages() {
			page, err := pages.NextPage(ctx)
			if err != nil {
				yield(nil, err)
				return
			}
			if !yield(page.Activities, nil) {
				return
			}
		}
	}
}

// launchOf reads the activity of a launch. An instance that is attached or leaves standby is not launched, and one that
// enters the warm pool not yet
// (https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-warm-pools.html).
func launchOf(a types.Activity) (string, launch) {
	description := aws.ToString(a.Description)
	if !strings.HasPrefix(description, "Launching") || strings.Contains(description, "into warm pool") {
		return "", launch{}
	}
	l := launch{at: aws.ToTime(a.StartTime), warmed: strings.Contains(description, "from warm pool")}
	if a.StatusCode == types.ScalingActivityStatusCodeSuccessful {
		l.inService = aws.ToTime(a.EndTime)
	}
	return instanceID.FindString(description), l
}

func hasAll(started map[string]launch, instances []string) bool {
	return !slices.ContainsFunc(instances, func(id string) bool { return started[id].at.IsZero() })
}

func ids(instances []*cluster.Instance) []string {
	all := make([]string, len(instances))
	for n, i := range instances {
		all[n] = i.ID
	}
	return all
}

// reaches tells whether all later activities began before a moment. Open ones come first, then the others, newest first
// (https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DescribeScalingActivities.html).
func reaches(activities []types.Activity, moment time.Time) bool {
	if len(activities) == 0 {
		return false // an empty page is not the last one
	}
	last := activities[len(activities)-1]
	return last.EndTime != nil && aws.ToTime(last.StartTime).Before(moment)
}

// terminationsSince is how far back open terminations are searched: AWS ends each after 48 hours
// (https://docs.aws.amazon.com/autoscaling/ec2/userguide/lifecycle-hooks.html).
const terminationsSince = 49 * time.Hour

// Termination is an open one.
type Termination struct {
	Began time.Time
	// Dead: the cause is that EC2 calls the instance gone or broken, not a load balancer, a person or a scale-in.
	Dead bool
}

// ofEC2 is how a cause names EC2's own checks; those of others are "ELB system health check" and "user health-check"
// (https://docs.aws.amazon.com/autoscaling/ec2/userguide/ts-as-healthchecks.html).
var ofEC2 = regexp.MustCompile(`EC2 (health check|instance status check)`)

// Terminations reads when terminations of a group's instances began: StartTime of the activity that names the instance and has
// no EndTime. The status code does not count, because the SDK does not know them all
// (https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_Activity.html). The answer may miss instances.
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
