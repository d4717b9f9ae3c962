package recorder

import (
	"context"
	"encoding/json"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"

	"ecs-cluster-scaler/simulator/recording"
)

const (
	activitiesPerCall = 100
	// mostPages bounds the search for when the instances that are there already were launched, some of them weeks ago.
	mostPages = 20
)

// activities are what is remembered of a group's scaling activities.
type activities struct {
	// closed are the ids of those that are over and were noted.
	closed map[string]bool
	// open are the starts of those that go on, by id.
	open map[string]time.Time
	// desired is the desired capacity that the group was last seen with, in hosts. each is what a host counts in the group's
	// own sizes.
	desired int
	each    float64
	read    bool
}

// readActivities notes the group's launches, terminations and changes of desired capacity. Open activities come first, then
// the others, newest first (https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DescribeScalingActivities.html).
func (r *Recorder) readActivities(ctx context.Context, l *look, g *group) error {
	a := &g.activities
	if a.closed == nil {
		a.closed, a.open = map[string]bool{}, map[string]time.Time{}
	}
	since := l.since
	for _, began := range a.open {
		if began.Before(since) {
			since = began
		}
	}
	pages := autoscaling.NewDescribeScalingActivitiesPaginator(r.clients.AutoScaling, &autoscaling.DescribeScalingActivitiesInput{
		AutoScalingGroupName: aws.String(g.Name), MaxRecords: aws.Int32(activitiesPerCall),
	})
	var changes []change
	for n := 1; pages.HasMorePages(); n++ {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return err
		}
		for _, one := range page.Activities {
			changes = append(changes, changesOf(aws.ToString(one.Cause))...)
			r.note(g, one)
		}
		if before(page.Activities, since) && (a.read || n >= mostPages || r.launchesKnown(g.Name)) {
			break
		}
	}
	a.read = true
	g.desires(l, changes)
	return nil
}

// before tells whether all activities of later pages began before a moment.
func before(page []types.Activity, moment time.Time) bool {
	if len(page) == 0 {
		return false // an empty page is not the last one
	}
	last := page[len(page)-1]
	return last.EndTime != nil && aws.ToTime(last.StartTime).Before(moment)
}

// launchesKnown tells whether it is known when the instances of a group were launched.
func (r *Recorder) launchesKnown(group string) bool {
	return !slices.ContainsFunc(r.hosts.all, func(h *recording.Host) bool {
		return h.Group == group && h.Launched.IsZero() && r.groups.instances[h.Instance]
	})
}

// instanceID finds an activity's instance in its description: "Launching a new EC2 instance: i-0123456789abcdef0".
var instanceID = regexp.MustCompile(`i-[0-9a-f]+`)

// note notes one activity of a group.
func (r *Recorder) note(g *group, a types.Activity) {
	id := aws.ToString(a.ActivityId)
	if g.activities.closed[id] {
		return
	}
	if a.EndTime != nil {
		g.activities.closed[id] = true
		delete(g.activities.open, id)
	} else {
		g.activities.open[id] = aws.ToTime(a.StartTime)
	}
	description := aws.ToString(a.Description)
	instance := instanceID.FindString(description)
	switch {
	case strings.HasPrefix(description, "Launching"):
		r.launched(g, a, instance)
	case strings.HasPrefix(description, "Terminating") && instance != "":
		r.terminated(g, a, instance)
	}
}

// launched notes a launch. An instance that enters the warm pool is not launched yet
// (https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-warm-pools.html).
func (r *Recorder) launched(g *group, a types.Activity, instance string) {
	began := r.moment(a.StartTime)
	failed := a.StatusCode == types.ScalingActivityStatusCodeFailed
	switch {
	case strings.Contains(aws.ToString(a.Description), "into warm pool"):
		return
	case instance == "" && (!failed || began.Before(r.rec.From)):
		return
	case instance == "":
		failure := recording.LaunchFailure{
			At: began, Zone: zoneOf(a), NoCapacity: noCapacity.MatchString(aws.ToString(a.StatusMessage) + aws.ToString(a.Description)),
		}
		if g.activities.read || !slices.Contains(g.LaunchFailures, failure) { // one that goes on may have it
			g.LaunchFailures = append(g.LaunchFailures, failure)
		}
		return
	case r.hosts.by[instance] == nil && began.Before(r.rec.From):
		return // it was gone before the recording
	}
	host := r.hosts.of(instance)
	host.Group, host.Launched = g.Name, began
	g.lends(host, a)
	if a.EndTime != nil && a.StatusCode == types.ScalingActivityStatusCodeSuccessful {
		host.InService = r.moment(a.EndTime)
	}
}

// lends gives what is known of a host that no look saw: its activity names the zone, and its group may have one type.
func (g *group) lends(host *recording.Host, a types.Activity) {
	if host.Zone == "" {
		host.Zone = zoneOf(a)
	}
	if host.Type == "" && len(g.Types) == 1 {
		host.Type = g.Types[0]
	}
}

// noCapacity is how EC2 says that it has no instance of that type
// (https://docs.aws.amazon.com/autoscaling/ec2/userguide/ts-as-capacity.html).
var noCapacity = regexp.MustCompile(`(?i)sufficient (\S+ )?capacity|InsufficientInstanceCapacity|no Spot capacity`)

// zoneOf is the Availability Zone in an activity's details, which are JSON; empty: they name none.
func zoneOf(a types.Activity) string {
	var details map[string]any
	if json.Unmarshal([]byte(aws.ToString(a.Details)), &details) != nil {
		return ""
	}
	zone, _ := details["Availability Zone"].(string)
	return zone
}

// terminated notes a termination.
func (r *Recorder) terminated(g *group, a types.Activity, instance string) {
	if r.hosts.by[instance] == nil && a.EndTime != nil && r.moment(a.EndTime).Before(r.rec.From) {
		return // it was gone before the recording
	}
	host := r.hosts.of(instance)
	g.lends(host, a)
	host.Group, host.Leaving, host.Cause = g.Name, r.moment(a.StartTime), causeOf(aws.ToString(a.Cause))
	if a.EndTime != nil {
		host.Ended = r.moment(a.EndTime)
		delete(r.hosts.vanished, instance)
	}
}

// causes are the words of activities for why an instance leaves, the most telling first. A rebalance launches beyond the
// desired capacity and then shrinks to it, with no change of desired capacity in between
// (https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-verify-scaling-activity.html,
// https://docs.aws.amazon.com/autoscaling/ec2/userguide/ts-as-healthchecks.html).
var causes = []struct {
	words *regexp.Regexp
	cause recording.Cause
}{
	{regexp.MustCompile(`(?i)\bspot\b`), recording.Spot},
	{regexp.MustCompile(`(?i)balanc`), recording.Rebalance},
	{regexp.MustCompile(`(?i)health[ -]check|status check`), recording.Health},
	{regexp.MustCompile(`changing the desired capacity from`), recording.ScaleIn},
	{regexp.MustCompile(`taken out of service in response to a user request`), recording.Manual},
	{regexp.MustCompile(`shrinking the capacity`), recording.ScaleIn},
}

func causeOf(text string) recording.Cause {
	for _, c := range causes {
		if c.words.MatchString(text) {
			return c.cause
		}
	}
	return recording.Other
}

// change is one of desired capacity that a cause tells of.
type change struct {
	at       time.Time
	from, to int
}

// clause begins each sentence of a cause, and changed ends one that tells of a change: "At 2026-11-28T09:30:00Z a monitor alarm
// … triggered policy … changing the desired capacity from 3 to 4."
var (
	clause  = regexp.MustCompile(`At (\d{4}-\d\d-\d\dT[\d:.]+Z) `)
	changed = regexp.MustCompile(`changing the desired capacity from (\d+) to (\d+)`)
)

func changesOf(cause string) []change {
	var all []change
	begins := clause.FindAllStringSubmatchIndex(cause, -1)
	for i, begin := range begins {
		end := len(cause)
		if i+1 < len(begins) {
			end = begins[i+1][0]
		}
		found := changed.FindStringSubmatch(cause[begin[1]:end])
		if found == nil {
			continue
		}
		at, err := time.Parse(time.RFC3339, cause[begin[2]:begin[3]])
		from, _ := strconv.Atoi(found[1])
		if to, wrong := strconv.Atoi(found[2]); err == nil && wrong == nil {
			all = append(all, change{at.UTC(), from, to})
		}
	}
	return all
}

// desires notes the desired capacity as it was since the last look. Where a cause tells when it changed, that time holds.
func (g *group) desires(l *look, told []change) {
	slices.SortFunc(told, func(a, b change) int { return a.at.Compare(b.at) })
	// A group that counts in units tells its changes in them, and how many hosts that were is seen only by looking.
	told = slices.DeleteFunc(told, func(c change) bool { return c.at.Before(l.since) || g.activities.each != 1 })
	switch {
	case len(g.Desired) > 0:
	case len(told) > 0 && l.at.After(l.since):
		g.Desired = append(g.Desired, recording.Capacity{At: l.since, Desired: told[0].from})
	default:
		g.Desired = append(g.Desired, recording.Capacity{At: l.since, Desired: g.activities.desired})
	}
	last := g.Desired[len(g.Desired)-1].At
	for _, c := range told {
		// A look of that very moment saw the change before an activity told of it.
		if now := &g.Desired[len(g.Desired)-1]; now.At.Equal(c.at) && now.Desired == c.to {
			now.Told = true
		}
		if n := len(g.Desired); c.at.After(last) && !c.at.After(l.at) && g.Desired[n-1].Desired != c.to {
			g.Desired = append(g.Desired, recording.Capacity{At: c.at, Desired: c.to, Told: true})
			last = c.at
		}
	}
	// A cause's time is cut to the second, so a change that came after the group was read may seem to be of the look's moment.
	if now := g.Desired[len(g.Desired)-1]; now.Desired != g.activities.desired && now.At.Before(l.at) {
		g.Desired = append(g.Desired, recording.Capacity{At: l.at, Desired: g.activities.desired})
	}
}
