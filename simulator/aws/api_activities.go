package aws

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
)

// activitiesPerPage is DescribeScalingActivities' default and maximum; activitiesKept is how far back it goes
// (https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DescribeScalingActivities.html).
const (
	activitiesPerPage = 100
	activitiesKept    = 6 * 7 * 24 * time.Hour
)

// DescribeScalingActivities lists a group's activities, or all groups', newest first.
func (a *AutoScaling) DescribeScalingActivities(_ context.Context, in *autoscaling.DescribeScalingActivitiesInput, _ ...func(*autoscaling.Options)) (*autoscaling.DescribeScalingActivitiesOutput, error) {
	const op = "DescribeScalingActivities"
	w := a.world
	w.mu.Lock()
	defer w.mu.Unlock()
	key := aws.ToString(in.AutoScalingGroupName) + " " + filtersKey(in.ActivityIds, in.Filters)
	if err := w.fault(op, key+" "+aws.ToString(in.NextToken)); err != nil {
		return nil, err
	}
	groups := w.groups
	if in.AutoScalingGroupName != nil {
		g, err := w.groupNamed(in.AutoScalingGroupName)
		if err != nil {
			return nil, err
		}
		groups = []*Group{g}
	}
	wanted, err := w.activityFilter(in)
	if err != nil {
		return nil, err
	}
	var found []listed
	for _, g := range groups {
		found = wanted.of(g, found)
	}
	if len(groups) > 1 {
		slices.SortStableFunc(found, func(a, b listed) int { return b.start.Compare(a.start) })
	}
	from, to, next := w.page(op, key, in.NextToken, len(found), limit(in.MaxRecords, activitiesPerPage, activitiesPerPage))
	out := &autoscaling.DescribeScalingActivitiesOutput{NextToken: next, Activities: make([]types.Activity, 0, to-from)}
	for _, l := range found[from:to] {
		out.Activities = append(out.Activities, *l.show(l.group))
	}
	return out, nil
}

type listed struct {
	*activity
	group *Group
}

// activityFilter is what a call wants to see.
type activityFilter struct {
	from, to      time.Time
	statuses, ids []string
}

func (w *World) activityFilter(in *autoscaling.DescribeScalingActivitiesInput) (activityFilter, error) {
	f := activityFilter{from: w.now.Add(-activitiesKept), to: w.now, ids: in.ActivityIds}
	for _, one := range in.Filters {
		name := aws.ToString(one.Name)
		if name == "Status" {
			if in.AutoScalingGroupName == nil {
				return f, invalid("ValidationError", "The Status filter can only be used in combination with the AutoScalingGroupName parameter.")
			}
			f.statuses = one.Values
			continue
		}
		if len(one.Values) != 1 || name != "StartTimeLowerBound" && name != "StartTimeUpperBound" {
			return f, invalid("ValidationError", "Invalid filter "+name)
		}
		at, err := time.Parse(time.RFC3339, one.Values[0])
		if err != nil {
			return f, invalid("ValidationError", fmt.Sprintf("Invalid timestamp %q", one.Values[0]))
		}
		if name == "StartTimeLowerBound" {
			f.from = later(f.from, at)
		} else {
			f.to = at
		}
	}
	return f, nil
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// of appends a group's activities, newest first; they are kept in the order of their beginning.
func (f activityFilter) of(g *Group, found []listed) []listed {
	first, _ := slices.BinarySearchFunc(g.activities, f.from, func(a *activity, from time.Time) int { return a.start.Compare(from) })
	found = slices.Grow(found, len(g.activities)-first)
	for _, a := range slices.Backward(g.activities[first:]) {
		if !a.start.After(f.to) &&
			(len(f.statuses) == 0 || slices.Contains(f.statuses, string(a.status))) &&
			(len(f.ids) == 0 || slices.Contains(f.ids, a.id)) {
			found = append(found, listed{a, g})
		}
	}
	return found
}

// show is the activity as the API shows it, kept until it changes; callers must not write to it.
func (a *activity) show(g *Group) *types.Activity {
	if a.shown != nil {
		return a.shown
	}
	s := &types.Activity{
		ActivityId: aws.String(a.id), AutoScalingGroupName: aws.String(g.Spec.Name), AutoScalingGroupARN: aws.String(g.arn()),
		Description: aws.String(a.description), Cause: aws.String(a.cause), StatusCode: a.status, StartTime: aws.Time(a.start),
		Details: aws.String(fmt.Sprintf(`{"Availability Zone":%q}`, a.zone)), Progress: aws.Int32(progress[a.status]),
	}
	if a.message != "" {
		s.StatusMessage = aws.String(a.message)
	}
	if !a.end.IsZero() {
		s.EndTime, s.Progress = aws.Time(a.end), aws.Int32(100)
	}
	a.shown = s
	return s
}

// progress of the open ones is a guess: AWS says that it is between 0 and 100.
var progress = map[types.ScalingActivityStatusCode]int32{
	types.ScalingActivityStatusCodePreInService:                    30,
	types.ScalingActivityStatusCodeInProgress:                      50,
	types.ScalingActivityStatusCodeMidLifecycleAction:              60,
	types.ScalingActivityStatusCodeWaitingForELBConnectionDraining: 50,
}
