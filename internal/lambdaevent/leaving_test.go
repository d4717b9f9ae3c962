package lambdaevent_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"ecs-cluster-scaler/internal/lambdaevent"
)

func TestWhatAnEventSaysOfAnInstance(t *testing.T) {
	for event, want := range map[string]lambdaevent.Leaving{
		`{}`:                               {Kind: lambdaevent.Tick},
		`{"time": "2026-11-22T04:38:00Z"}`: {Kind: lambdaevent.Tick},
		`{"source": "aws.events", "detail-type": "Scheduled Event", "detail": {}}`:                                                                                      {Kind: lambdaevent.Tick},
		`{"source": "aws.autoscaling", "detail": {"EC2InstanceId": "i-1", "LifecycleTransition": "autoscaling:EC2_INSTANCE_TERMINATING"}}`:                              {Kind: lambdaevent.Hook, Instance: "i-1"},
		`{"source": "aws.autoscaling", "detail": {"EC2InstanceId": "i-1", "AutoScalingGroupName": "g", "LifecycleTransition": "autoscaling:EC2_INSTANCE_TERMINATING"}}`: {Kind: lambdaevent.Hook, Instance: "i-1", Group: "g"},
		`{"source": "aws.autoscaling", "detail": {"EC2InstanceId": "i-1", "LifecycleTransition": "autoscaling:EC2_INSTANCE_LAUNCHING"}}`:                                {Kind: lambdaevent.Other},
		`{"source": "aws.ec2", "detail-type": "EC2 Spot Instance Interruption Warning", "detail": {"instance-id": "i-2", "instance-action": "terminate"}}`:              {Kind: lambdaevent.Spot, Instance: "i-2"},
		`{"source": "aws.ec2", "detail-type": "EC2 Instance Rebalance Recommendation", "detail": {"instance-id": "i-2"}}`:                                               {Kind: lambdaevent.Other},
	} {
		assert.Equal(t, want, lambdaevent.ParseLeaving([]byte(event)), event)
	}
}
