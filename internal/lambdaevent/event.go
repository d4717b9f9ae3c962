// Package lambdaevent reads the events that a schedule sends.
package lambdaevent

import (
	"encoding/json"
	"fmt"
	"time"
)

// staleAfter is how far a scheduled event may be from the present. Lambda keeps events that it could not deliver for up
// to 6 hours (https://docs.aws.amazon.com/lambda/latest/dg/invocation-async.html); what a pass would publish under their
// minute is wrong. One from the future is a mistake, or a clock that is.
const staleAfter = 90 * time.Second

// Schedule is a scheduled event: an EventBridge rule's, EventBridge Scheduler's {"time": "<aws.scheduler.scheduled-time>"},
// or {} from a person's hand, which means now.
type Schedule struct {
	// Minute is the scheduled time, cut to the minute, in UTC.
	Minute time.Time
	// Stale: the event is over 90 seconds old, or as far in the future, so that nothing may be said under its minute.
	Stale bool
}

// Parse reads a scheduled event that arrives at now.
func Parse(event []byte, now time.Time) (Schedule, error) {
	var fields struct {
		Time string `json:"time"`
	}
	if len(event) > 0 {
		if err := json.Unmarshal(event, &fields); err != nil {
			return Schedule{}, fmt.Errorf(`the event is not the JSON object that a schedule sends, such as {"time": "2006-01-02T15:04:05Z"} or {}: %w`, err)
		}
	}
	at := now
	if fields.Time != "" {
		var err error
		if at, err = time.Parse(time.RFC3339, fields.Time); err != nil {
			return Schedule{}, fmt.Errorf(`the event's time %q is not RFC 3339; EventBridge Scheduler fills it in for "<aws.scheduler.scheduled-time>", written with < and > themselves: %w`, fields.Time, err)
		}
	}
	return Schedule{Minute: Minute(at), Stale: Stale(at, now)}, nil
}

// Stale tells whether a pass that was scheduled at the given time must not run any more.
func Stale(at, now time.Time) bool {
	return now.Sub(at).Abs() > staleAfter
}

// Minute cuts t to its minute, in UTC, as CloudWatch's periods are cut.
func Minute(t time.Time) time.Time {
	return t.UTC().Truncate(time.Minute)
}
