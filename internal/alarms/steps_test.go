package alarms_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ecs-cluster-scaler/internal/alarms"
	"ecs-cluster-scaler/simulator/aws"
)

// mostInSteps is how far steps follow the metric closely.
const mostInSteps = 400

// stage is a group in a simulated AWS with one alarm of the table and its policies.
type stage struct {
	*aws.World
	group *aws.Group
	alarm alarms.Alarm
}

// newStage's group has so many hosts, and launches and terminates none.
func newStage(t *testing.T, hosts int, name string) *stage {
	t.Helper()
	k := aws.Defaults()
	k.ECS.AgentBlinksPerHour = 0
	table := alarms.Contract()
	s := &stage{World: aws.New(k), alarm: table.Alarms[name]}
	s.NewCluster("web")
	s.group = s.NewGroup(aws.GroupSpec{Name: "web", Cluster: "web", Zones: []string{"a"}, Max: 2000, Desired: hosts, Warmup: -1})
	s.Run(s.Now().Add(time.Hour)) // all are warm
	s.group.Suspend("Launch", true)
	s.group.Suspend("Terminate", true)
	spec := aws.AlarmSpec{
		Name: name, Namespace: "Ours", Metric: s.alarm.Metric, Statistic: table.Statistic, Period: table.Period(s.alarm, table.Paces()[0]),
		Evaluation: s.alarm.EvaluationPeriods, Datapoints: s.alarm.DatapointsToAlarm,
		Comparison: s.alarm.Comparison, Threshold: s.alarm.Threshold, TreatMissing: table.TreatMissingData,
	}
	for policy, steps := range s.alarm.Policies {
		put := make([]aws.Step, len(steps))
		for i, step := range steps {
			put[i] = aws.Step{Lower: step.From, Upper: step.To, Change: step.Change}
		}
		s.group.PutStepPolicy(policy, table.MetricAggregationType, 180*time.Second, put)
		spec.Actions = append(spec.Actions, aws.AlarmAction{Group: s.group, Policy: policy})
	}
	s.PutAlarm(spec)
	return s
}

// follows is by how much the desired capacity changes when the metric is at n for as long as the alarm looks.
func (s *stage) follows(t *testing.T, n int) int {
	t.Helper()
	s.put(t, 0)
	s.Run(s.Now().Truncate(time.Minute).Add(3 * time.Minute))
	before := s.group.Desired
	for range s.alarm.EvaluationPeriods {
		s.put(t, n)
		s.Run(s.Now().Add(time.Minute))
	}
	s.put(t, 0)
	s.Run(s.Now().Add(time.Minute))
	change := s.group.Desired - before
	s.group.SetDesired(before)
	return change
}

func (s *stage) put(t *testing.T, n int) {
	t.Helper()
	_, err := s.CloudWatch().PutMetricData(t.Context(), &cloudwatch.PutMetricDataInput{
		Namespace:  sdk.String("Ours"),
		MetricData: []types.MetricDatum{{MetricName: &s.alarm.Metric, Timestamp: sdk.Time(s.Now()), Value: sdk.Float64(float64(n)), StorageResolution: sdk.Int32(1)}},
	})
	require.NoError(t, err)
}

func TestScalingOutBySizeBuysWhatIsMissing(t *testing.T) {
	s := newStage(t, 3, alarms.OutBySize)
	worst := 0.0
	for n := 1; n <= mostInSteps; n++ {
		bought := s.follows(t, n)
		require.LessOrEqual(t, bought, n, "never more than is missing")
		if n <= 21 {
			require.Equal(t, n, bought)
		}
		worst = max(worst, float64(n-bought)/float64(n))
	}
	t.Logf("within %.1f%%", 100*worst)
	assert.LessOrEqual(t, worst, 0.15)
	assert.LessOrEqual(t, s.follows(t, 1500), 1500)
	assert.GreaterOrEqual(t, s.follows(t, 1500), 340, "the last step has no end")
}

func TestScalingInBySizeGivesBackWhatMayGo(t *testing.T) {
	s := newStage(t, 500, alarms.InBySize)
	worst := 0.0
	for n := 1; n <= mostInSteps; n++ {
		given := -s.follows(t, -n)
		require.LessOrEqual(t, given, n, "never more than may go")
		if n <= 8 {
			require.Equal(t, n, given)
		}
		worst = max(worst, float64(n-given)/float64(n))
	}
	t.Logf("within %.1f%%", 100*worst)
	assert.LessOrEqual(t, worst, 0.25)
	assert.GreaterOrEqual(t, -s.follows(t, math.MinInt16), 300, "the last step has no end")
}

func TestPlainAlarmsMoveOneHost(t *testing.T) {
	assert.Equal(t, 1, newStage(t, 3, alarms.Out).follows(t, 1))
	assert.Equal(t, -1, newStage(t, 3, alarms.In).follows(t, -1))
}

// A pass publishes the second at which it ends, so that a minute may hold two data, and the next one none. The in alarm's
// Maximum takes all of them. So no host goes that any of the newest five passes did not let go.
func TestAnyDatumOfFiveHoldsScalingInBack(t *testing.T) {
	removed, held := 0, 0
	for seed := range uint64(40) {
		s, random := newStage(t, 200, alarms.InBySize), rand.New(rand.NewPCG(seed, 1))
		var data []int
		most := 1 + random.IntN(30)
		for minute := range 12 {
			if random.IntN(12) == 0 {
				continue // a lost pass
			}
			n := 1 + random.IntN(most)
			if random.IntN(15) == 0 {
				n = 0
			}
			at := s.Now().Truncate(time.Minute).Add(time.Duration(random.IntN(75)) * time.Second)
			s.At(at, fmt.Sprint("pass ", minute), func() {
				s.put(t, -n)
				data = append(data, n)
			})
			before := s.group.Desired
			s.Run(s.Now().Add(time.Minute))
			gone := before - s.group.Desired
			if len(data) < 5 {
				assert.Zero(t, gone)
				continue
			}
			let := 0
			for newest := max(5, len(data)-2); newest <= len(data); newest++ { // one or two may have come after the alarm looked
				let = max(let, slices.Min(data[newest-5:newest]))
			}
			require.LessOrEqual(t, gone, let, "%v", data)
			if gone > 0 {
				removed++
				s.group.SetDesired(before)
			} else {
				held++
			}
		}
	}
	assert.Greater(t, removed, 20)
	assert.Positive(t, held)
}
