// Package lambdaevent reads the events that start the functions: a schedule's, a lifecycle hook's, a Spot warning.
package lambdaevent

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// staleAfter is how far a scheduled event may be from the present. Lambda keeps events that it could not deliver for up
// to 6 hours (https://docs.aws.amazon.com/lambda/latest/dg/invocation-async.html); metrics of a pass that runs then would
// be stamped with the wrong minute. An event from the future is a mistake, or the clock is wrong.
const staleAfter = 90 * time.Second

// Dropped is what an answer says of a stale event that was not acted on.
const Dropped = "stale"

// Kind is what an event is about.
type Kind string

// The kinds.
const (
	// Tick is a schedule's event: an EventBridge rule's, EventBridge Scheduler's {"time": "<aws.scheduler.scheduled-time>"},
	// or {} from a person's hand, which means now.
	Tick Kind = "tick"
	// Hook: a terminating lifecycle hook waits for an instance
	// (https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-event-reference.html).
	Hook Kind = "hook"
	// Spot: EC2 takes an instance within two minutes
	// (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/spot-instance-termination-notices.html).
	Spot Kind = "spot"
	// Other is any other event of EC2 or Auto Scaling.
	Other Kind = "other"
)

// Event is what an event says.
type Event struct {
	// Minute is the event's time, cut to the minute, in UTC.
	Minute time.Time
	// Stale: the event is over 90 seconds old, or that far in the future. Nothing may be published for its minute.
	Stale bool
	Kind  Kind
	// Instance is the instance that a hook's event or a Spot warning names.
	Instance string
	// Group is its Auto Scaling group; empty: the event does not say.
	Group string
	// Hook is the lifecycle hook that waits; empty: the event does not say.
	Hook string
}

// fields are those of an event that are read.
type fields struct {
	Time   string `json:"time"`
	Source string `json:"source"`
	Type   string `json:"detail-type"`
	Detail struct {
		Hooked     string `json:"EC2InstanceId"`
		Group      string `json:"AutoScalingGroupName"`
		Hook       string `json:"LifecycleHookName"`
		Transition string `json:"LifecycleTransition"`
		Warned     string `json:"instance-id"`
	} `json:"detail"`
}

// Parse reads an event that arrives at now. An event of no known kind is a tick, unless EC2 or Auto Scaling sent it.
func Parse(event []byte, now time.Time) (Event, error) {
	var f fields
	if len(event) > 0 {
		err := json.Unmarshal(event, &f)
		// Other senders may put anything into the fields beside time; such an event is none of ours.
		if of, ok := errors.AsType[*json.UnmarshalTypeError](err); err != nil && (!ok || of.Field == "" || of.Field == "time") {
			return Event{}, fmt.Errorf(`the event must be a JSON object as a schedule sends it, such as {"time": "2006-01-02T15:04:05Z"} or {}: %w`, err)
		}
	}
	at := now
	if f.Time != "" {
		var err error
		if at, err = time.Parse(time.RFC3339, f.Time); err != nil {
			return Event{}, fmt.Errorf(`the event's time %q is not RFC 3339; for EventBridge Scheduler, write "<aws.scheduler.scheduled-time>" with literal < and >: %w`, f.Time, err)
		}
	}
	e := Event{Minute: Minute(at), Stale: Stale(at, now), Kind: Tick}
	switch detail := f.Detail; {
	case f.Type == "EC2 Spot Instance Interruption Warning" && detail.Warned != "":
		e.Kind, e.Instance = Spot, detail.Warned
	case detail.Transition == "autoscaling:EC2_INSTANCE_TERMINATING" && detail.Hooked != "":
		e.Kind, e.Instance, e.Group, e.Hook = Hook, detail.Hooked, detail.Group, detail.Hook
	case f.Source == "aws.autoscaling" || f.Source == "aws.ec2":
		e.Kind = Other
	}
	return e, nil
}

// Stale tells whether it is too late, or too early, for a pass that was scheduled at the given time.
func Stale(at, now time.Time) bool {
	return now.Sub(at).Abs() > staleAfter
}

// Minute cuts t to its minute, in UTC, as CloudWatch's periods are cut.
func Minute(t time.Time) time.Time {
	return t.UTC().Truncate(time.Minute)
}
