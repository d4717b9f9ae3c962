package aws

import (
	"encoding/json"
	"fmt"
	"time"
)

// Notice is an EventBridge event about an instance: a terminating lifecycle action, or a Spot interruption warning.
// Body is the event as JSON, with the fields that AWS documents.
type Notice struct {
	DetailType string
	Instance   string
	Body       []byte
}

const (
	account = "111122223333"
	region  = "eu-central-1"
)

// subscriber is a rule's target.
type subscriber struct {
	name string
	do   func(Notice)
}

// Subscribe has every later notice given to do, lost or doubled as the knobs say.
func (w *World) Subscribe(name string, do func(Notice)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.subscribers = append(w.subscribers, subscriber{name, do})
}

// lifecycleDetail is as in
// https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-event-reference.html.
type lifecycleDetail struct {
	Token       string `json:"LifecycleActionToken"`
	Group       string `json:"AutoScalingGroupName"`
	Hook        string `json:"LifecycleHookName"`
	Instance    string `json:"EC2InstanceId"`
	Transition  string `json:"LifecycleTransition"`
	Origin      string `json:"Origin"`
	Destination string `json:"Destination"`
}

// spotDetail is as in https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/spot-instance-termination-notices.html.
type spotDetail struct {
	Instance string `json:"instance-id"`
	Action   string `json:"instance-action"`
}

// envelope is what every event has.
type envelope struct {
	Version    string    `json:"version"`
	ID         string    `json:"id"`
	DetailType string    `json:"detail-type"`
	Source     string    `json:"source"`
	Account    string    `json:"account"`
	Time       time.Time `json:"time"`
	Region     string    `json:"region"`
	Resources  []string  `json:"resources"`
	Detail     any       `json:"detail"`
}

func (w *World) noticeOfHook(i *Instance, a *lifecycleAction) {
	w.notify(i, envelope{
		DetailType: "EC2 Instance-terminate Lifecycle Action", Source: "aws.autoscaling", Resources: []string{i.Group.arn()},
		Detail: lifecycleDetail{
			Token: a.token, Group: i.Group.Spec.Name, Hook: a.hook.Name, Instance: i.ID,
			Transition: terminatingTransition, Origin: "AutoScalingGroup", Destination: "EC2",
		},
	})
}

func (w *World) warnOfSpot(i *Instance) {
	w.notify(i, envelope{
		DetailType: "EC2 Spot Instance Interruption Warning", Source: "aws.ec2",
		Resources: []string{fmt.Sprintf("arn:aws:ec2:%s:instance/%s", i.Zone, i.ID)},
		Detail:    spotDetail{Instance: i.ID, Action: "terminate"},
	})
}

// notify gives an event to every subscriber: at least once is what EventBridge promises, and more is possible
// (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-troubleshooting.html).
func (w *World) notify(i *Instance, e envelope) {
	if len(w.subscribers) == 0 {
		return
	}
	w.noticed++
	e.Version, e.Account, e.Region, e.Time = "0", account, region, w.now.UTC().Truncate(time.Second)
	e.ID = fmt.Sprintf("00000000-0000-4000-a000-%012x", w.noticed)
	body, err := json.Marshal(e)
	if err != nil {
		panic(err) // none of its fields can fail
	}
	faults := w.Knobs.Faults
	for _, s := range w.subscribers {
		luck := w.draw(fmt.Sprintf("event %s %s %s %d", s.name, e.DetailType, i.ID, w.now.UnixNano()))
		lost, doubled := luck.Float64() < faults.EventsLost, luck.Float64() < faults.EventsDoubled
		times := []time.Duration{w.Knobs.CloudWatch.Event.of(luck), w.Knobs.CloudWatch.Event.of(luck)}
		switch {
		case lost:
			times = nil
		case !doubled:
			times = times[:1]
		}
		for _, d := range times {
			w.push(&event{at: w.now.Add(d), key: "event " + s.name + " " + i.ID, outside: true, do: func() {
				w.usage.Notices++
				s.do(Notice{DetailType: e.DetailType, Instance: i.ID, Body: body})
			}})
		}
	}
}
