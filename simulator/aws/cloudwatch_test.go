package aws

import (
	"fmt"
	"strings"
	"testing"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// drawn are datapoints as AWS's tables write them: the newest on the right, 0 is within, X breaching, - missing.
func drawn(text string) []point {
	var points []point
	for c := range strings.FieldsSeq(text) {
		value := map[string]float64{"0": 0, "X": 10}[c]
		points = append([]point{{value, c != "-"}}, points...)
	}
	return points
}

// The two tables of https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html: Evaluation
// Periods is 3, the evaluation range 5, Datapoints to Alarm 3 and 2. "=" retains the state.
func TestMissingDataAreTreatedAsInAWSsTables(t *testing.T) {
	const ok, alarm, insufficient, same = "OK", "ALARM", "INSUFFICIENT_DATA", "="
	for _, c := range []struct {
		datapoints                               int
		data                                     string
		missing, ignore, breaching, notBreaching string
	}{
		{3, "0 - X - X", ok, ok, ok, ok},
		{3, "0 - - - -", ok, ok, ok, ok},
		{3, "- - - - -", insufficient, same, alarm, ok},
		{3, "0 X X - X", alarm, alarm, alarm, alarm},
		{3, "- - X - -", alarm, same, alarm, ok},
		{2, "0 - X - X", alarm, alarm, alarm, alarm},
		{2, "0 0 X 0 X", alarm, alarm, alarm, alarm},
		{2, "0 - X - -", ok, ok, alarm, ok},
		{2, "- - - - 0", ok, ok, alarm, ok},
		{2, "- - - X -", alarm, same, alarm, ok},
	} {
		for treat, want := range map[string]string{"missing": c.missing, "": c.missing, "ignore": c.ignore, "breaching": c.breaching, "notBreaching": c.notBreaching} {
			for _, before := range []types.StateValue{ok, alarm, insufficient} {
				s := AlarmSpec{Evaluation: 3, Datapoints: c.datapoints, Comparison: "GreaterThanThreshold", Threshold: 5, TreatMissing: treat}
				state := want
				if want == same {
					state = string(before)
				}
				assert.EqualValues(t, state, s.judge(drawn(c.data), before), "%d of 3, %s, %s, before %s", c.datapoints, c.data, treat, before)
			}
		}
	}
}

// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html#CloudWatch-alarms-avoiding-premature-transition
func TestANewBreachAmongMissingDataIsNotYetAnAlarm(t *testing.T) {
	s := AlarmSpec{Evaluation: 3, Datapoints: 3, Comparison: "GreaterThanThreshold", Threshold: 5, TreatMissing: "missing"}
	assert.EqualValues(t, "OK", s.judge(drawn("- - - - X"), "OK"))
	assert.EqualValues(t, "OK", s.judge(drawn("- - - X -"), "OK"))
	assert.EqualValues(t, "ALARM", s.judge(drawn("- - X - -"), "OK"))
	assert.EqualValues(t, "OK", s.judge(drawn("- - X - 0"), "OK"))
}

func TestComparisons(t *testing.T) {
	for comparison, want := range map[string][3]bool{
		"GreaterThanOrEqualToThreshold": {false, true, true}, "GreaterThanThreshold": {false, false, true},
		"LessThanThreshold": {true, false, false}, "LessThanOrEqualToThreshold": {true, true, false},
	} {
		for n, value := range []float64{0, 1, 2} {
			assert.Equal(t, want[n], AlarmSpec{Comparison: comparison, Threshold: 1}.breached(value), "%v %s", value, comparison)
		}
	}
}

func (l *lab) put(t *testing.T, metric string, minute time.Time, values ...float64) {
	t.Helper()
	var data []types.MetricDatum
	for _, v := range values {
		data = append(data, types.MetricDatum{
			MetricName: sdk.String(metric), Value: sdk.Float64(v), Timestamp: sdk.Time(minute),
			Dimensions: []types.Dimension{{Name: sdk.String("ClusterName"), Value: sdk.String("web")}},
		})
	}
	_, err := l.CloudWatch().PutMetricData(t.Context(), &cloudwatch.PutMetricDataInput{Namespace: sdk.String("Test"), MetricData: data})
	require.NoError(t, err)
}

func (l *lab) alarm(name, comparison string, threshold float64, m, n int, treat string) {
	l.PutAlarm(AlarmSpec{
		Name: name, Namespace: "Test", Metric: "Signal", Dimensions: map[string]string{"ClusterName": "web"}, Statistic: "Maximum",
		Period: time.Minute, Evaluation: n, Datapoints: m, Comparison: comparison, Threshold: threshold, TreatMissing: treat,
		Actions: []AlarmAction{{l.group, name}},
	})
}

// minutes publishes a value each minute, at its beginning; nil publishes nothing.
func (l *lab) minutes(t *testing.T, values ...any) {
	t.Helper()
	for _, v := range values {
		if n, ok := v.(int); ok {
			l.put(t, "Signal", l.Now(), float64(n))
		}
		l.pass(time.Minute)
	}
}

func (l *lab) story() []string {
	var told []string
	for _, h := range l.happened(AlarmChanged, DesiredChanged) {
		told = append(told, fmt.Sprintf("%s %s%s %d", h.At.Sub(l.Knobs.Start), h.Alarm, h.Cause, h.To))
	}
	return told
}

// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/AlarmThatSendsEmail.html: the minute closes, it is evaluated,
// the policy runs.
func TestAnAlarmActsAfterItsMinuteHasEndedAndRepeatsItEachMinute(t *testing.T) {
	l := newLab(exact(), GroupSpec{Desired: 1})
	l.group.PutStepPolicy("out", "Maximum", 10*time.Second, []Step{{new(0.0), nil, 1}})
	l.alarm("out", "GreaterThanOrEqualToThreshold", 1, 1, 1, "notBreaching")
	l.minutes(t, 0, 1, 1, 1, 1, 0, 0)
	assert.Equal(t, []string{
		"0s user 1",
		"1m20s outOK 0",
		"2m20s outALARM 0", "2m25s policy:out 2", // of minute 1
		"3m25s policy:out 3", "4m25s policy:out 4", "5m25s policy:out 5", // each is past its short warm-up
		"6m20s outOK 0",
	}, l.story())
}

// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html: "alarms might repeatedly
// re-evaluate the last set of data points ... and re-execute actions".
func TestAlarmsRepeatOnTheLastDatapointsAfterTheirPublisherDied(t *testing.T) {
	l := newLab(exact(), GroupSpec{Desired: 1})
	l.group.PutStepPolicy("out", "Maximum", 10*time.Second, []Step{{new(0.0), nil, 1}})
	l.alarm("out", "GreaterThanOrEqualToThreshold", 1, 1, 1, "notBreaching")
	l.minutes(t, 1, nil, nil, nil, nil)
	assert.Equal(t, []string{
		"0s user 1", "1m20s outALARM 0", "1m25s policy:out 2",
		"2m25s policy:out 3", "3m25s policy:out 4", // nobody has published this
		"4m20s outOK 0",
	}, l.story())
}

func TestFiveOfFiveBridgesALostMinuteAndIsBrokenByOneZero(t *testing.T) {
	l := newLab(exact(), GroupSpec{Desired: 3})
	l.group.PutStepPolicy("in", "Maximum", 0, []Step{{nil, new(0.0), -1}})
	l.alarm("in", "LessThanOrEqualToThreshold", -1, 5, 5, "notBreaching")
	l.minutes(t, -1, -1, -1, 0, -1, -1, -1, -1)
	assert.Equal(t, 3, l.group.Desired)
	l.minutes(t, nil, -1)
	l.pass(30 * time.Second)
	assert.Equal(t, 2, l.group.Desired, "five real points, though one minute is missing")
}

// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/publishingMetrics.html: a doubled pass makes one datapoint.
func TestValuesOfOneMinuteAreAggregated(t *testing.T) {
	l := newLab(exact(), GroupSpec{})
	l.put(t, "Signal", l.Now(), -1, 0)
	l.put(t, "Signal", l.Now().Add(30*time.Second), 4)
	for statistic, want := range map[string]float64{"Maximum": 4, "Minimum": -1, "Average": 1, "Sum": 3, "SampleCount": 3} {
		got, ok := l.Latest("Test", "Signal", statistic, map[string]string{"ClusterName": "web"})
		assert.True(t, ok)
		assert.InDelta(t, want, got, 1e-9, statistic)
	}
	_, ok := l.Latest("Test", "Signal", "Maximum", nil)
	assert.False(t, ok, "another metric: its dimensions differ")
	l.pass(16 * time.Minute)
	_, ok = l.Latest("Test", "Signal", "Maximum", map[string]string{"ClusterName": "web"})
	assert.False(t, ok)
}

// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/AlarmThatSendsEmail.html: "at the end of minute 6, the alarm is
// evaluated based on the data from minutes 2 to 6".
func TestALongPeriodMovesByTheMinute(t *testing.T) {
	l := newLab(exact(), GroupSpec{})
	l.PutAlarm(AlarmSpec{
		Name: "slow", Namespace: "Test", Metric: "Signal", Dimensions: map[string]string{"ClusterName": "web"}, Statistic: "Sum",
		Period: 5 * time.Minute, Evaluation: 1, Datapoints: 1, Comparison: "GreaterThanThreshold", Threshold: 4, TreatMissing: "missing",
	})
	l.minutes(t, 1, 1, 1, 1, 0, 1, 1, 1)
	assert.Empty(t, filter(l.story(), "ALARM"))
	l.minutes(t, 1, 1, 0)
	assert.Equal(t, []string{"10m20s slowALARM 0"}, filter(l.story(), "ALARM"))
}

// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/AlarmThatSendsEmail.html: a period begins where the one before it
// ends.
func TestTwoLongPeriodsDoNotOverlap(t *testing.T) {
	l := newLab(exact(), GroupSpec{})
	l.PutAlarm(AlarmSpec{
		Name: "slow", Namespace: "Test", Metric: "Signal", Dimensions: map[string]string{"ClusterName": "web"}, Statistic: "Sum",
		Period: 5 * time.Minute, Evaluation: 2, Datapoints: 2, Comparison: "GreaterThanThreshold", Threshold: 3, TreatMissing: "notBreaching",
	})
	l.minutes(t, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1)
	assert.Equal(t, []string{"9m20s slowALARM 0"}, filter(l.story(), "ALARM"))
}

func filter(lines []string, with string) []string {
	var found []string
	for _, line := range lines {
		if strings.Contains(line, with) {
			found = append(found, line)
		}
	}
	return found
}

// https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_PutScalingPolicy.html: MetricAggregationType.
func TestThePolicyAggregatesTheAlarmsDatapoints(t *testing.T) {
	for how, want := range map[string]int{"Maximum": 8, "Average": 6, "Minimum": 5} {
		l := newLab(exact(), GroupSpec{Desired: 4})
		l.group.PutStepPolicy("out", how, 0, []Step{{new(0.0), new(2.0), 1}, {new(2.0), new(3.0), 2}, {new(3.0), nil, 4}})
		l.alarm("out", "GreaterThanOrEqualToThreshold", 1, 2, 2, "notBreaching")
		l.minutes(t, 0, 2, 5)
		l.pass(30 * time.Second)
		assert.Equal(t, want, l.group.Desired, how)
	}
}

func TestWhereTheKnobSaysSoThePolicyLooksAtTheNewestDatapoint(t *testing.T) {
	for newest, want := range map[bool]int{false: 5, true: 8} {
		k := exact()
		k.CloudWatch.NewestAlone = newest
		l := newLab(k, GroupSpec{Desired: 4})
		l.group.PutStepPolicy("out", "Minimum", 0, []Step{{new(0.0), new(2.0), 1}, {new(2.0), nil, 4}})
		l.alarm("out", "GreaterThanOrEqualToThreshold", 1, 2, 2, "notBreaching")
		l.minutes(t, 0, 2, 5)
		l.pass(30 * time.Second)
		assert.Equal(t, want, l.group.Desired)
	}
}

// https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html: an update "leaves the alarm's
// state unchanged", here: the alarm does not become ALARM again.
func TestAReplacedAlarmKeepsItsState(t *testing.T) {
	l := newLab(exact(), GroupSpec{Desired: 1})
	l.group.PutStepPolicy("out", "Maximum", 10*time.Second, []Step{{new(0.0), nil, 1}})
	l.alarm("out", "GreaterThanOrEqualToThreshold", 1, 1, 1, "ignore")
	l.minutes(t, 1, 1)
	l.alarm("out", "GreaterThanOrEqualToThreshold", 1, 1, 1, "ignore")
	l.minutes(t, 1, 1)
	assert.Equal(t, []string{"1m20s outALARM 0"}, filter(l.story(), "ALARM"))
}

func TestADeletedAlarmActsNoMore(t *testing.T) {
	l := newLab(exact(), GroupSpec{Desired: 1})
	l.group.PutStepPolicy("out", "Maximum", 0, []Step{{new(0.0), nil, 1}})
	l.alarm("out", "GreaterThanOrEqualToThreshold", 1, 1, 1, "notBreaching")
	l.minutes(t, 1)
	l.pass(22 * time.Second) // between evaluation and action
	l.DeleteAlarm("out")
	l.pass(10 * time.Minute)
	assert.Equal(t, 1, l.group.Desired)
}

// https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html
func TestPutMetricDataRefusesWhatAWSRefuses(t *testing.T) {
	l := newLab(exact(), GroupSpec{})
	datum := func(change func(*types.MetricDatum)) types.MetricDatum {
		d := types.MetricDatum{MetricName: sdk.String("Signal"), Value: sdk.Float64(1)}
		change(&d)
		return d
	}
	inf := 1.0
	for range 2000 {
		inf *= 10
	}
	for name, in := range map[string]*cloudwatch.PutMetricDataInput{
		"AWS's namespace": {Namespace: sdk.String("AWS/ECS"), MetricData: []types.MetricDatum{datum(func(*types.MetricDatum) {})}},
		"too many":        {Namespace: sdk.String("Test"), MetricData: make([]types.MetricDatum, 1001)},
		"no value":        {Namespace: sdk.String("Test"), MetricData: []types.MetricDatum{datum(func(d *types.MetricDatum) { d.Value = nil })}},
		"infinite":        {Namespace: sdk.String("Test"), MetricData: []types.MetricDatum{datum(func(d *types.MetricDatum) { d.Value = &inf })}},
		"too old":         {Namespace: sdk.String("Test"), MetricData: []types.MetricDatum{datum(func(d *types.MetricDatum) { d.Timestamp = sdk.Time(l.Now().Add(-15 * 24 * time.Hour)) })}},
		"too new":         {Namespace: sdk.String("Test"), MetricData: []types.MetricDatum{datum(func(d *types.MetricDatum) { d.Timestamp = sdk.Time(l.Now().Add(3 * time.Hour)) })}},
	} {
		_, err := l.CloudWatch().PutMetricData(t.Context(), in)
		require.Error(t, err, name)
	}
	_, err := l.CloudWatch().PutMetricData(t.Context(), &cloudwatch.PutMetricDataInput{Namespace: sdk.String("Test"), MetricData: []types.MetricDatum{
		{MetricName: sdk.String("Signal"), Values: []float64{1, 3}, Counts: []float64{3, 1}},
		{MetricName: sdk.String("Signal"), StatisticValues: &types.StatisticSet{SampleCount: sdk.Float64(2), Sum: sdk.Float64(10), Minimum: sdk.Float64(2), Maximum: sdk.Float64(8)}},
	}})
	require.NoError(t, err)
	mean, _ := l.Latest("Test", "Signal", "Average", nil)
	assert.InDelta(t, 16.0/6, mean, 1e-9)
}

func oneMetric(id, metric, stat string, period int32) types.MetricDataQuery {
	return types.MetricDataQuery{Id: sdk.String(id), MetricStat: &types.MetricStat{Stat: sdk.String(stat), Period: sdk.Int32(period), Metric: &types.Metric{
		Namespace: sdk.String("Test"), MetricName: sdk.String(metric), Dimensions: []types.Dimension{{Name: sdk.String("ClusterName"), Value: sdk.String("web")}},
	}}}
}

// https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html, for both.
func TestMetricDataAreReadByPeriodNewestFirst(t *testing.T) {
	l := newLab(exact(), GroupSpec{})
	start := l.Now()
	l.minutes(t, 1, 3, nil, 5, 7)
	hidden := oneMetric("hidden", "Signal", "Sum", 60)
	hidden.ReturnData = sdk.Bool(false)
	out, err := l.CloudWatch().GetMetricData(t.Context(), &cloudwatch.GetMetricDataInput{
		StartTime: sdk.Time(start.Add(30 * time.Second)), EndTime: sdk.Time(start.Add(4 * time.Minute)),
		MetricDataQueries: []types.MetricDataQuery{oneMetric("minutes", "Signal", "Maximum", 60), oneMetric("pairs", "Signal", "Average", 120), hidden, oneMetric("none", "Other", "Sum", 60)},
	})
	require.NoError(t, err)
	require.Len(t, out.MetricDataResults, 3)
	minutes, pairs, none := out.MetricDataResults[0], out.MetricDataResults[1], out.MetricDataResults[2]
	assert.Equal(t, []float64{5, 3, 1}, minutes.Values, "the fifth is after the end")
	assert.Equal(t, []time.Time{start.Add(3 * time.Minute), start.Add(time.Minute), start}, minutes.Timestamps)
	assert.Equal(t, []float64{5, 2}, pairs.Values)
	assert.Equal(t, "Signal", *pairs.Label)
	assert.Empty(t, none.Values)
	up, err := l.CloudWatch().GetMetricData(t.Context(), &cloudwatch.GetMetricDataInput{
		StartTime: sdk.Time(start), EndTime: sdk.Time(l.Now()), ScanBy: types.ScanByTimestampAscending,
		MetricDataQueries: []types.MetricDataQuery{oneMetric("minutes", "Signal", "Maximum", 60)},
	})
	require.NoError(t, err)
	assert.Equal(t, []float64{1, 3, 5, 7}, up.MetricDataResults[0].Values)
}

// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_concepts.html
func TestMinutesAreKeptForFifteenDays(t *testing.T) {
	s, first := newSeries(), minuteOf(time.Date(2026, 1, 5, 0, 0, 0, 0, time.UTC))
	const days = 16 * 24 * 60
	for m := first; m < first+days; m++ {
		s.put(datapoint{minute: m, count: 1, high: float64(m - first)})
	}
	for _, ago := range []int64{1, 180, 181, 1440, kept} {
		d := s.over(first+days-ago, first+days-ago+1)
		assert.InDelta(t, days-ago, d.high, 0, "%d minutes ago", ago)
	}
	assert.Zero(t, s.over(first, first+days-kept).count)
	s.put(datapoint{minute: first, count: 1, high: 1e9})
	assert.Zero(t, s.over(first, first+1).count, "what is older is forgotten")
	assert.Less(t, s.over(first+days-kept, first+days).high, 1e9)
}

func TestALateMinuteFindsItsPlace(t *testing.T) {
	s := newSeries()
	s.put(datapoint{minute: 10_000, count: 1, high: 5})
	s.put(datapoint{minute: 9_000, count: 1, high: 7})
	s.put(datapoint{minute: 10_180, count: 1, high: 6})
	for m, want := range map[int64]float64{9_000: 7, 10_000: 5, 10_180: 6} {
		assert.InDelta(t, want, s.over(m, m+1).high, 0)
	}
}

func TestGetMetricDataRefusesWhatAWSRefuses(t *testing.T) {
	l := newLab(exact(), GroupSpec{})
	good := func() *cloudwatch.GetMetricDataInput {
		return &cloudwatch.GetMetricDataInput{
			StartTime: sdk.Time(l.Now()), EndTime: sdk.Time(l.Now().Add(time.Minute)), MetricDataQueries: []types.MetricDataQuery{oneMetric("a", "Signal", "Sum", 60)},
		}
	}
	_, err := l.CloudWatch().GetMetricData(t.Context(), good())
	require.NoError(t, err)
	for name, spoil := range map[string]func(*cloudwatch.GetMetricDataInput){
		"no query":          func(in *cloudwatch.GetMetricDataInput) { in.MetricDataQueries = nil },
		"too many":          func(in *cloudwatch.GetMetricDataInput) { in.MetricDataQueries = make([]types.MetricDataQuery, 501) },
		"ends as it begins": func(in *cloudwatch.GetMetricDataInput) { in.EndTime = in.StartTime },
		"one id twice": func(in *cloudwatch.GetMetricDataInput) {
			in.MetricDataQueries = append(in.MetricDataQueries, in.MetricDataQueries[0])
		},
		"an expression": func(in *cloudwatch.GetMetricDataInput) { in.MetricDataQueries[0].Expression = sdk.String("1") },
		"half a minute": func(in *cloudwatch.GetMetricDataInput) { in.MetricDataQueries[0].MetricStat.Period = sdk.Int32(30) },
		"no statistic":  func(in *cloudwatch.GetMetricDataInput) { in.MetricDataQueries[0].MetricStat.Stat = nil },
	} {
		in := good()
		spoil(in)
		_, err := l.CloudWatch().GetMetricData(t.Context(), in)
		require.ErrorContains(t, err, "ValidationError", name)
	}
}

// https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html: data take a while to show.
func TestDataAreThereAfterAWhileWhereTheKnobSaysSo(t *testing.T) {
	k := exact()
	k.CloudWatch.Put = Uniform{30 * time.Second, 30 * time.Second}
	l := newLab(k, GroupSpec{Desired: 1})
	l.group.PutStepPolicy("out", "Maximum", 10*time.Second, []Step{{new(0.0), nil, 1}})
	l.alarm("out", "GreaterThanOrEqualToThreshold", 1, 1, 1, "notBreaching")
	l.pass(55 * time.Second)
	l.put(t, "Signal", l.Now(), 1) // there at 1:25, after the evaluation at 1:20
	l.pass(29 * time.Second)
	_, ok := l.Latest("Test", "Signal", "Maximum", map[string]string{"ClusterName": "web"})
	assert.False(t, ok)
	l.pass(2 * time.Minute)
	assert.Equal(t, []string{"2m20s outALARM 0"}, filter(l.story(), "ALARM"))
}

// https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html: a timestamp of hours ago is taken, and
// changes nothing of now.
func TestADatumOfLongAgoDoesNotReplaceANewOne(t *testing.T) {
	l := newLab(exact(), GroupSpec{})
	l.pass(24 * time.Hour)
	l.put(t, "Signal", l.Now(), 1)
	l.put(t, "Signal", l.Now().Add(-keptAtFirst*time.Minute), 9)
	v, ok := l.Latest("Test", "Signal", "Maximum", map[string]string{"ClusterName": "web"})
	assert.True(t, ok)
	assert.InDelta(t, 1, v, 0)
}
