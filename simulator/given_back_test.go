package simulator

import (
	"testing"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	cwtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ecs-cluster-scaler/internal/alarms"
	"ecs-cluster-scaler/simulator/aws"
	"ecs-cluster-scaler/simulator/policy"
	"ecs-cluster-scaler/simulator/workload"
)

// Four of twenty hosts leave, and any six more may go with them. Auto Scaling counts those that still terminate, so that two go;
// if their drains end first, or are given up, six. Never more.
func TestOfThoseThatMayGoWhatExceedsTheDrainsGoes(t *testing.T) {
	for name, tt := range map[string]struct {
		ends   int
		result string
		goes   int
	}{
		"the drains last":                       {0, "", 2},
		"one ends between datapoint and action": {1, "CONTINUE", 3},
		"all end between datapoint and action":  {4, "CONTINUE", 6},
		"all are given up":                      {4, "ABANDON", 6},
	} {
		t.Run(name, func(t *testing.T) {
			k := aws.Defaults()
			k.ECS.AgentBlinksPerHour = 0
			k.EC2.ShutDown = aws.Uniform{}
			k.CloudWatch.Evaluation, k.CloudWatch.Action = aws.Uniform{Min: 20 * time.Second, Max: 20 * time.Second}, aws.Uniform{Min: 5 * time.Second, Max: 5 * time.Second}
			world := aws.New(k)
			wiring := &policy.Wiring{
				Follows: policy.Gap, Entry: func(string) []byte { return []byte(`{}`) },
				Hooks: []aws.HookSpec{{Name: policy.HookName, Heartbeat: time.Hour, Default: "CONTINUE"}},
			}
			site := workload.Site{World: world, Policy: wiring}
			c := world.NewCluster("web")
			g := site.NewGroup(aws.GroupSpec{Name: "web", Cluster: "web", Zones: []string{"a", "b"}, Max: 50, Desired: 20, Warmup: -1}, true)
			wiring.Install(world, c, g)
			begin := k.Start.Add(time.Hour)
			world.Run(begin)
			g.SetDesired(16)
			world.Run(begin.Add(10 * time.Minute))
			require.Equal(t, 16, there(g))
			for n := range 5 {
				world.Run(begin.Add(time.Duration(10+n)*time.Minute + 30*time.Second))
				_, err := world.CloudWatch().PutMetricData(t.Context(), &cloudwatch.PutMetricDataInput{
					Namespace: sdk.String("ECSClusterScaler"),
					MetricData: []cwtypes.MetricDatum{{
						MetricName: sdk.String(alarms.Contract().Alarms[alarms.InBySize].Metric), Timestamp: sdk.Time(world.Now()), Value: sdk.Float64(-6),
						Dimensions: []cwtypes.Dimension{{Name: sdk.String("ClusterName"), Value: sdk.String("web")}},
					}},
				})
				require.NoError(t, err)
			}
			for _, i := range g.Instances() {
				if string(i.State) != "Terminating:Wait" || tt.ends == 0 {
					continue
				}
				tt.ends--
				_, err := world.AutoScaling().CompleteLifecycleAction(t.Context(), &autoscaling.CompleteLifecycleActionInput{
					AutoScalingGroupName: sdk.String("web"), LifecycleHookName: sdk.String(policy.HookName), InstanceId: &i.ID, LifecycleActionResult: &tt.result,
				})
				require.NoError(t, err)
			}
			world.Run(begin.Add(15*time.Minute + 40*time.Second))
			assert.Equal(t, 16-tt.goes, g.Desired)
		})
	}
}
