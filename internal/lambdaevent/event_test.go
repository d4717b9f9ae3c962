package lambdaevent_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ecs-cluster-scaler/internal/lambdaevent"
)

var (
	minute = time.Date(2026, 11, 22, 4, 38, 0, 0, time.UTC)
	now    = minute.Add(47 * time.Second)
)

// The event of a scheduled rule, as AWS documents it:
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-run-lambda-schedule.html
const ruleEvent = `{"version":"0","id":"53dc4d37-cffa-4f76-80c9-8b7d4a4d2eaa","detail-type":"Scheduled Event","source":"aws.events",
 "account":"123456789012","time":"2026-11-22T04:38:12Z","region":"us-east-1","resources":["arn:aws:events:us-east-1:123456789012:rule/my-scheduled-rule"],"detail":{}}`

func TestScheduledEventsNameTheirMinute(t *testing.T) {
	tests := map[string]struct {
		event string
		want  lambdaevent.Event
	}{
		"a rule's":                  {ruleEvent, lambdaevent.Event{Kind: lambdaevent.Tick, Minute: minute}},
		"a schedule's":              {`{"time": "2026-11-22T04:38:00Z"}`, lambdaevent.Event{Kind: lambdaevent.Tick, Minute: minute}},
		"another zone's":            {`{"time": "2026-11-22T05:38:00+01:00"}`, lambdaevent.Event{Kind: lambdaevent.Tick, Minute: minute}},
		"by hand":                   {`{}`, lambdaevent.Event{Kind: lambdaevent.Tick, Minute: minute}},
		"empty":                     {``, lambdaevent.Event{Kind: lambdaevent.Tick, Minute: minute}},
		"the minute before":         {`{"time": "2026-11-22T04:37:17Z"}`, lambdaevent.Event{Kind: lambdaevent.Tick, Minute: minute.Add(-time.Minute)}},
		"just over 90 seconds late": {`{"time": "2026-11-22T04:37:16Z"}`, lambdaevent.Event{Kind: lambdaevent.Tick, Minute: minute.Add(-time.Minute), Stale: true}},
		"hours late, after retries": {`{"time": "2026-11-21T23:00:00Z"}`, lambdaevent.Event{Kind: lambdaevent.Tick, Minute: minute.Add(-5*time.Hour - 38*time.Minute), Stale: true}},
		"minutes ahead":             {`{"time": "2026-11-22T04:41:00Z"}`, lambdaevent.Event{Kind: lambdaevent.Tick, Minute: minute.Add(3 * time.Minute), Stale: true}},
		"a clock slightly ahead":    {`{"time": "2026-11-22T04:39:00Z"}`, lambdaevent.Event{Kind: lambdaevent.Tick, Minute: minute.Add(time.Minute)}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := lambdaevent.Parse([]byte(tt.event), now)
			require.NoError(t, err)
			assert.Equal(t, tt.want, got)
		})
	}
}

func TestWrongEventsAreRefusedInASentence(t *testing.T) {
	tests := map[string]struct{ event, want string }{
		"not an object":          {`["a"]`, "the event must be a JSON object as a schedule sends it"},
		"the placeholder itself": {`{"time": "<aws.scheduler.scheduled-time>"}`, "is not RFC 3339"},
		"a time of another type": {`{"time": 5}`, "the event must be a JSON object as a schedule sends it"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := lambdaevent.Parse([]byte(tt.event), now)
			require.ErrorContains(t, err, tt.want)
		})
	}
}

func TestEventsNameTheirInstance(t *testing.T) {
	for event, want := range map[string]lambdaevent.Event{
		`{}`:                               {Kind: lambdaevent.Tick},
		`{"time": "2026-11-22T04:38:00Z"}`: {Kind: lambdaevent.Tick},
		`{"source": "aws.events", "detail-type": "Scheduled Event", "detail": {}}`:                                                                                      {Kind: lambdaevent.Tick},
		`{"source": "aws.autoscaling", "detail": {"EC2InstanceId": "i-1", "LifecycleTransition": "autoscaling:EC2_INSTANCE_TERMINATING"}}`:                              {Kind: lambdaevent.Hook, Instance: "i-1"},
		`{"source": "aws.autoscaling", "detail": {"EC2InstanceId": "i-1", "AutoScalingGroupName": "g", "LifecycleTransition": "autoscaling:EC2_INSTANCE_TERMINATING"}}`: {Kind: lambdaevent.Hook, Instance: "i-1", Group: "g"},
		`{"source": "aws.autoscaling", "detail": {"EC2InstanceId": "i-1", "LifecycleTransition": "autoscaling:EC2_INSTANCE_LAUNCHING"}}`:                                {Kind: lambdaevent.Other},
		`{"source": "aws.ec2", "detail-type": "EC2 Spot Instance Interruption Warning", "detail": {"instance-id": "i-2", "instance-action": "terminate"}}`:              {Kind: lambdaevent.Spot, Instance: "i-2"},
		`{"source": "aws.ec2", "detail-type": "EC2 Instance Rebalance Recommendation", "detail": {"instance-id": "i-2"}}`:                                               {Kind: lambdaevent.Other},
		`{"source": "aws.ec2", "detail": "of another shape"}`:                                                                                                           {Kind: lambdaevent.Other},
		`{"detail": "of another shape"}`: {Kind: lambdaevent.Tick},
	} {
		want.Minute = minute
		got, err := lambdaevent.Parse([]byte(event), minute)
		require.NoError(t, err)
		assert.Equal(t, want, got, event)
	}
}
