package ecsreader_test

import (
	"fmt"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/stretchr/testify/assert"

	"ecs-cluster-scaler/cluster"
)

func TestManagedScaling(t *testing.T) {
	provider := func(status types.ManagedScalingStatus) []types.CapacityProvider {
		return []types.CapacityProvider{{Name: aws.String("p"), AutoScalingGroupProvider: &types.AutoScalingGroupProvider{
			AutoScalingGroupArn: aws.String("arn:aws:autoscaling:eu-west-1:123456789012:autoScalingGroup:2d7a:autoScalingGroupName/team/blue"),
			ManagedScaling:      &types.ManagedScaling{Status: status},
		}}}
	}
	tests := map[string]struct {
		api    *fakeECS
		tagged bool
		want   bool
		asked  int
	}{
		"no tag: not asked":                    {&fakeECS{providers: provider(types.ManagedScalingStatusEnabled)}, false, false, 0},
		"tagged and enabled":                   {&fakeECS{providers: provider(types.ManagedScalingStatusEnabled)}, true, true, 1},
		"tagged and disabled":                  {&fakeECS{providers: provider(types.ManagedScalingStatusDisabled)}, true, false, 1},
		"the tag stayed, the provider is gone": {&fakeECS{}, true, false, 1},
		"not readable: the tag is believed":    {&fakeECS{providersErr: fmt.Errorf("denied")}, true, true, 1},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			s := cluster.Snapshot{Cluster: "web", Groups: []cluster.Group{{Name: "team/blue", ManagedScaling: tt.tagged}}}
			reader(tt.api, nil).ReadManagedScaling(t.Context(), &s)
			assert.Equal(t, tt.want, s.Groups[0].ManagedScaling)
			assert.Equal(t, tt.asked, tt.api.calls["DescribeCapacityProviders"])
			assert.Equal(t, tt.api.providersErr != nil, len(s.Unread) > 0)
		})
	}
}
