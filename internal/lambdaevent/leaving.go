package lambdaevent

import "encoding/json"

// Kind is what an event of the drainer is.
type Kind string

// The kinds.
const (
	// Tick is a schedule's event.
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

// Leaving is what an event says of an instance.
type Leaving struct {
	Kind     Kind
	Instance string
	// Group is its Auto Scaling group; empty: the event does not say.
	Group string
	// Hook is the lifecycle hook that waits; empty: the event does not say.
	Hook string
}

// ParseLeaving tells what kind of event it is. One that names no kind of ours is a tick, unless it comes from an AWS
// service that is not a schedule.
func ParseLeaving(event []byte) Leaving {
	var fields struct {
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
	_ = json.Unmarshal(event, &fields) // Parse has read it before
	switch {
	case fields.Type == "EC2 Spot Instance Interruption Warning" && fields.Detail.Warned != "":
		return Leaving{Kind: Spot, Instance: fields.Detail.Warned}
	case fields.Detail.Transition == "autoscaling:EC2_INSTANCE_TERMINATING" && fields.Detail.Hooked != "":
		return Leaving{Hook, fields.Detail.Hooked, fields.Detail.Group, fields.Detail.Hook}
	case fields.Source == "aws.autoscaling" || fields.Source == "aws.ec2":
		return Leaving{Kind: Other}
	default:
		return Leaving{Kind: Tick}
	}
}
