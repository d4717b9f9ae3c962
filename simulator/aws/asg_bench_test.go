package aws

import (
	"fmt"
	"testing"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	asg "github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
)

// BenchmarkDayOfAGroup is a day of a thousand hosts without tasks: each minute everything is described, ten metrics are
// published, four alarms evaluated, and the size moves.
func BenchmarkDayOfAGroup(b *testing.B) {
	for b.Loop() {
		k := Defaults()
		l := &lab{World: New(k)}
		l.group = l.NewGroup(GroupSpec{
			Name: "web", Zones: []string{"a", "b", "c"}, Max: 1200, Desired: 1000, Tags: map[string]string{"of": "web"},
			Hooks: []HookSpec{{"drain", 10 * time.Minute, ""}},
		})
		for n := range 4 {
			l.alarm(fmt.Sprint("alarm", n), "GreaterThanOrEqualToThreshold", 1, 1, 1, "notBreaching")
		}
		api, cw := l.AutoScaling(), l.CloudWatch()
		l.Schedule("publisher", func(tick Tick) {
			_, _ = api.DescribeAutoScalingGroups(b.Context(), &autoscaling.DescribeAutoScalingGroupsInput{Filters: []asg.Filter{{Name: sdk.String("tag-key"), Values: []string{"of"}}}})
			for range 10 {
				_, _ = cw.PutMetricData(b.Context(), datum(0, tick.Scheduled))
			}
			if m := tick.Scheduled.Minute(); m%5 == 0 {
				l.group.SetDesired(1000 + m%10)
			}
			_, _ = api.DescribeScalingActivities(b.Context(), &autoscaling.DescribeScalingActivitiesInput{
				AutoScalingGroupName: sdk.String("web"),
				Filters:              []asg.Filter{{Name: sdk.String("StartTimeLowerBound"), Values: []string{l.Now().Add(-49 * time.Hour).Format(time.RFC3339)}}},
			})
		})
		l.pass(24 * time.Hour)
	}
}
