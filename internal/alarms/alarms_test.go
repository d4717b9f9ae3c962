package alarms_test

import (
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ecs-cluster-scaler/internal/alarms"
	"ecs-cluster-scaler/internal/metrics"
)

func TestTheContractHasFourAlarms(t *testing.T) {
	table := alarms.Contract()
	assert.Equal(t, []string{alarms.In, alarms.InBySize, alarms.Out, alarms.OutBySize}, slices.Sorted(maps.Keys(table.Alarms)))
	assert.Equal(t, "Maximum", table.Statistic, "a minute with -1 and 0 counts as 0")
	assert.Equal(t, "Maximum", table.MetricAggregationType)
	assert.Equal(t, "notBreaching", table.TreatMissingData, "a silent publisher scales nothing")
	assert.Equal(t, 60, table.PeriodSeconds)
	assert.Equal(t, 180, table.LeastWarmupSeconds)
}

func TestOnlyTheAlarmBySizeHasAPaceToChoose(t *testing.T) {
	table := alarms.Contract()
	paces := table.Paces()
	assert.Equal(t, []alarms.Pace{{PeriodSeconds: 10, WarmWithinSeconds: 30}, {PeriodSeconds: 60, WarmWithinSeconds: 60}}, paces)
	for name, alarm := range table.Alarms {
		assert.Equal(t, name == alarms.OutBySize, len(alarm.Paces) > 0, name)
		for _, pace := range paces {
			want := time.Minute
			if name == alarms.OutBySize {
				want = time.Duration(pace.PeriodSeconds) * time.Second
			}
			assert.Equal(t, want, table.Period(alarm, pace), name)
		}
	}
}

func TestAlarmsUseMetricsAlwaysPublished(t *testing.T) {
	for name, alarm := range alarms.Contract().Alarms {
		at := slices.IndexFunc(metrics.All, func(m metrics.Metric) bool { return m.Name == alarm.Metric })
		require.GreaterOrEqual(t, at, 0, "%s: no metric is called %s", name, alarm.Metric)
		assert.True(t, metrics.All[at].PerCluster && metrics.All[at].Scaling, "%s: METRICS=scaling leaves out %s", name, alarm.Metric)
	}
}

// Twenty steps are the most that AWS takes in one policy, and five actions in one alarm; steps may neither overlap nor leave a
// hole (https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_StepAdjustment.html).
func TestStepsLeaveNoHole(t *testing.T) {
	names := map[string]bool{}
	for name, alarm := range alarms.Contract().Alarms {
		require.NotEmpty(t, alarm.Policies, name)
		assert.LessOrEqual(t, len(alarm.Policies), 5, name)
		for policy, steps := range alarm.Policies {
			assert.False(t, names[policy], "%s is a policy of two alarms", policy)
			names[policy] = true
			assert.LessOrEqual(t, len(steps), 20, policy)
			end := new(float64) // each begins at the threshold, so that no value is between two policies
			for i, step := range steps {
				near, far := step.From, step.To
				if alarm.Threshold < 0 {
					near, far = step.To, step.From
				}
				require.NotNil(t, near, "%s, step %d", policy, i)
				assert.InDelta(t, *end, *near, 0, "%s, step %d begins where the last ends", policy, i)
				if i == len(steps)-1 {
					assert.Nil(t, far, "%s: the last step has no end", policy)
					continue
				}
				require.NotNil(t, far, "%s, step %d", policy, i)
				end = far
			}
		}
	}
}

func TestScalingInTakesFiveMinutesAndOutOne(t *testing.T) {
	for name, alarm := range alarms.Contract().Alarms {
		minutes, comparison := 1, "GreaterThanOrEqualToThreshold"
		if alarm.Threshold < 0 {
			minutes, comparison = 5, "LessThanOrEqualToThreshold"
		}
		assert.Equal(t, minutes, alarm.EvaluationPeriods, name)
		assert.Equal(t, minutes, alarm.DatapointsToAlarm, name)
		assert.Equal(t, comparison, alarm.Comparison, name)
	}
}
