package aws

import (
	"fmt"
	"testing"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// newFastLab is a lab whose alarm looks every ten seconds. Each action adds a host that is warm at once.
func newFastLab(change func(*CloudWatchKnobs)) *lab {
	k := exact()
	k.CloudWatch.FastEvaluation, k.CloudWatch.DatumLasts = Uniform{3 * time.Second, 3 * time.Second}, 30*time.Second
	k.EC2.Running, k.EC2.Reaction = Uniform{time.Second, time.Second}, Uniform{}
	if change != nil {
		change(&k.CloudWatch)
	}
	l := newLab(k, GroupSpec{Desired: 1})
	l.group.PutStepPolicy("out", "Maximum", 0, []Step{{new(0.0), nil, 1}})
	l.PutAlarm(AlarmSpec{
		Name: "out", Namespace: "Test", Metric: "Signal", Dimensions: map[string]string{"ClusterName": "web"}, Statistic: "Maximum",
		Period: 10 * time.Second, Evaluation: 1, Datapoints: 1, Comparison: "GreaterThanOrEqualToThreshold", Threshold: 1, TreatMissing: "notBreaching",
		Actions: []AlarmAction{{l.group, "out"}},
	})
	l.pass(time.Minute)
	return l
}

// putFast publishes a value of the present second; resolution 0 is left out.
func (l *lab) putFast(t *testing.T, value float64, resolution int32) error {
	t.Helper()
	d := types.MetricDatum{
		MetricName: sdk.String("Signal"), Value: sdk.Float64(value), Timestamp: sdk.Time(l.Now()),
		Dimensions: []types.Dimension{{Name: sdk.String("ClusterName"), Value: sdk.String("web")}},
	}
	if resolution > 0 {
		d.StorageResolution = sdk.Int32(resolution)
	}
	_, err := l.CloudWatch().PutMetricData(t.Context(), &cloudwatch.PutMetricDataInput{Namespace: sdk.String("Test"), MetricData: []types.MetricDatum{d}})
	return err
}

// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/AlarmThatSendsEmail.html: an alarm of ten seconds is
// evaluated every ten seconds.
func TestAFastAlarmActsAfterTenSecondsHaveEnded(t *testing.T) {
	l := newFastLab(nil)
	l.pass(4 * time.Second)
	require.NoError(t, l.putFast(t, 1, 1))
	l.pass(2 * time.Minute)
	assert.Equal(t, []string{
		"0s user 1", "13s outOK 0",
		"1m13s outALARM 0", "1m18s policy:out 2", // once: no other datum comes
		"1m43s outOK 0",
	}, l.story())
}

func TestOneDatumKeepsAFastAlarmAsLongAsTheKnobSays(t *testing.T) {
	for lasts, want := range map[time.Duration]string{10 * time.Second: "1m23s", 20 * time.Second: "1m33s", 60 * time.Second: "2m13s"} {
		l := newFastLab(func(k *CloudWatchKnobs) { k.DatumLasts = lasts })
		l.pass(4 * time.Second)
		require.NoError(t, l.putFast(t, 1, 1))
		l.pass(2 * time.Minute)
		assert.Contains(t, l.story(), want+" outOK 0", "%s", lasts)
	}
}

// Each minute is all that AWS says: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/AlarmThatSendsEmail.html.
func TestAFastAlarmRepeatsEachMinuteOrAtEachEvaluation(t *testing.T) {
	for each, want := range map[bool][]string{
		false: {"1m18s 2", "2m18s 3"},
		true:  {"1m18s 2", "1m28s 3", "1m38s 4", "1m48s 5", "1m58s 6", "2m8s 7", "2m18s 8", "2m28s 9", "2m38s 10", "2m48s 11"},
	} {
		l := newFastLab(func(k *CloudWatchKnobs) { k.FastRepeats, k.DatumLasts = each, 60*time.Second })
		l.pass(4 * time.Second)
		for range 2 { // the second datum comes before the first has lost its force
			require.NoError(t, l.putFast(t, 1, 1))
			l.pass(55 * time.Second)
		}
		var acted []string
		for _, h := range l.happened(DesiredChanged)[1:] {
			acted = append(acted, fmt.Sprintf("%s %d", h.At.Sub(l.Knobs.Start), h.To))
		}
		assert.Equal(t, want, acted)
	}
}

// https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html: Period. A datum of a minute stands
// in the ten seconds with which its minute begins.
func TestAFastAlarmMissesADatumOfAMinuteThatComesLate(t *testing.T) {
	l := newFastLab(nil)
	require.NoError(t, l.putFast(t, 1, 60))
	l.pass(20 * time.Second)
	assert.Equal(t, 2, l.group.Desired)
	l = newFastLab(nil)
	l.pass(45 * time.Second)
	require.NoError(t, l.putFast(t, 1, 0))
	l.pass(2 * time.Minute)
	assert.Equal(t, 1, l.group.Desired)
}

func TestAFastAlarmMissesADatumThatShowsTooLate(t *testing.T) {
	l := newFastLab(func(k *CloudWatchKnobs) { k.Put = Uniform{60 * time.Second, 60 * time.Second} })
	require.NoError(t, l.putFast(t, 1, 1))
	l.pass(3 * time.Minute)
	assert.Equal(t, 1, l.group.Desired)
}

// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/publishingMetrics.html#high-resolution-metrics: one metric, read
// by ten seconds and by the minute.
func TestTheMinuteHoldsEveryDatumOfItsSeconds(t *testing.T) {
	l := newFastLab(nil)
	for _, v := range []float64{-3, -1, -2} {
		require.NoError(t, l.putFast(t, v, 1))
		l.pass(15 * time.Second)
	}
	for statistic, want := range map[string]float64{"Maximum": -1, "Minimum": -3, "SampleCount": 3} {
		got, ok := l.Latest("Test", "Signal", statistic, map[string]string{"ClusterName": "web"})
		assert.True(t, ok)
		assert.InDelta(t, want, got, 0, statistic)
	}
}

// https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDatum.html: valid are 1 and 60.
func TestAnotherStorageResolutionIsRefused(t *testing.T) {
	require.Error(t, newFastLab(nil).putFast(t, 1, 10))
}

func TestFastAlarmsAreMeteredApart(t *testing.T) {
	l := newFastLab(nil)
	l.alarm("a", "GreaterThanThreshold", 1, 1, 1, "missing")
	l.pass(10 * time.Minute)
	assert.Equal(t, []int{11, 10}, []int{l.Usage().FastAlarmMinutes, l.Usage().AlarmMinutes})
	assert.Equal(t, 11, l.Usage().Since(Usage{}).FastAlarmMinutes)
}

func TestAReplacedFastAlarmKeepsItsMinute(t *testing.T) {
	l := newFastLab(func(k *CloudWatchKnobs) { k.DatumLasts = 60 * time.Second })
	require.NoError(t, l.putFast(t, 1, 1))
	l.pass(20 * time.Second)
	require.Equal(t, 2, l.group.Desired)
	l.PutAlarm(l.Alarms()[0])
	l.pass(30 * time.Second)
	assert.Equal(t, 2, l.group.Desired, "it was in ALARM and has acted")
}

func TestDataOfOneTenSecondsAreAggregated(t *testing.T) {
	l := newFastLab(nil)
	require.NoError(t, l.putFast(t, 1, 1))
	l.pass(3 * time.Second)
	require.NoError(t, l.putFast(t, 0, 1))
	l.pass(time.Minute)
	assert.Equal(t, 2, l.group.Desired, "their Maximum breaches")
}
