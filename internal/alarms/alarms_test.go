package alarms_test

import (
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ecs-cluster-scaler/internal/alarms"
	"ecs-cluster-scaler/internal/metrics"
)

func TestTheContractHasFourAlarms(t *testing.T) {
	table := alarms.Contract()
	assert.Equal(t, []string{alarms.In, alarms.InByGap, alarms.Out, alarms.Surge}, slices.Sorted(maps.Keys(table.Alarms)))
	assert.Equal(t, "Maximum", table.Statistic, "a minute with -1 and 0 counts as 0")
	assert.Equal(t, "Maximum", table.MetricAggregationType)
	assert.Equal(t, "notBreaching", table.TreatMissingData, "a silent publisher scales nothing")
	assert.Equal(t, 60, table.PeriodSeconds)
	assert.Equal(t, 180, table.LeastWarmupSeconds)
}

func TestAlarmsUseMetricsAlwaysPublished(t *testing.T) {
	for name, alarm := range alarms.Contract().Alarms {
		at := slices.IndexFunc(metrics.All, func(m metrics.Metric) bool { return m.Name == alarm.Metric })
		require.GreaterOrEqual(t, at, 0, "%s: no metric is called %s", name, alarm.Metric)
		assert.True(t, metrics.All[at].PerCluster && metrics.All[at].Scaling, "%s: METRICS=scaling leaves out %s", name, alarm.Metric)
	}
}

// Twenty steps are the most that AWS takes in one policy; they may neither overlap nor leave a hole.
func TestStepsFollowTheMetricWithoutAHole(t *testing.T) {
	table := alarms.Contract()
	for name, want := range map[string]struct{ first, sign, count int }{
		alarms.Out:     {1, 1, 1},
		alarms.Surge:   {2, 1, 20},
		alarms.In:      {-1, -1, 1},
		alarms.InByGap: {-1, -1, 20},
	} {
		steps := table.Alarms[name].Steps
		require.Len(t, steps, want.count, name)
		assert.InDelta(t, want.first, table.Alarms[name].Threshold, 0, name)
		for i, step := range steps {
			near, far := step.From, step.To
			if want.sign < 0 {
				near, far = step.To, step.From
			}
			require.NotNil(t, near, "%s, step %d", name, i)
			assert.InDelta(t, want.sign*i, *near, 0, "%s, step %d begins where the last ends", name, i)
			assert.Equal(t, want.first+want.sign*i, step.Change, "%s, step %d: as many as the metric says", name, i)
			if i == len(steps)-1 {
				assert.Nil(t, far, "%s: the last step has no end", name)
				continue
			}
			require.NotNil(t, far, "%s, step %d", name, i)
			assert.InDelta(t, want.sign*(i+1), *far, 0, "%s, step %d", name, i)
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
