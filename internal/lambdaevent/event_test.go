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
		want  lambdaevent.Schedule
	}{
		"a rule's":                  {ruleEvent, lambdaevent.Schedule{Minute: minute}},
		"a schedule's":              {`{"time": "2026-11-22T04:38:00Z"}`, lambdaevent.Schedule{Minute: minute}},
		"another zone's":            {`{"time": "2026-11-22T05:38:00+01:00"}`, lambdaevent.Schedule{Minute: minute}},
		"by hand":                   {`{}`, lambdaevent.Schedule{Minute: minute}},
		"empty":                     {``, lambdaevent.Schedule{Minute: minute}},
		"the minute before":         {`{"time": "2026-11-22T04:37:17Z"}`, lambdaevent.Schedule{Minute: minute.Add(-time.Minute)}},
		"just over 90 seconds late": {`{"time": "2026-11-22T04:37:16Z"}`, lambdaevent.Schedule{Minute: minute.Add(-time.Minute), Stale: true}},
		"hours late, after retries": {`{"time": "2026-11-21T23:00:00Z"}`, lambdaevent.Schedule{Minute: minute.Add(-5*time.Hour - 38*time.Minute), Stale: true}},
		"minutes ahead":             {`{"time": "2026-11-22T04:41:00Z"}`, lambdaevent.Schedule{Minute: minute.Add(3 * time.Minute), Stale: true}},
		"a clock slightly ahead":    {`{"time": "2026-11-22T04:39:00Z"}`, lambdaevent.Schedule{Minute: minute.Add(time.Minute)}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := lambdaevent.Parse([]byte(tt.event), now)
			require.NoError(t, err)
			assert.Equal(t, tt.want, got)
		})
	}
}

func TestEventsOfNoScheduleAreRefusedInASentence(t *testing.T) {
	tests := map[string]struct{ event, want string }{
		"not an object":          {`["a"]`, "the event is not the JSON object that a schedule sends"},
		"the placeholder itself": {`{"time": "<aws.scheduler.scheduled-time>"}`, "is not RFC 3339"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := lambdaevent.Parse([]byte(tt.event), now)
			require.ErrorContains(t, err, tt.want)
		})
	}
}
