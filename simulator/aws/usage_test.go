package aws

import (
	"testing"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// https://aws.amazon.com/cloudwatch/pricing/: custom metrics are metered by the hour in which they are sent.
func TestAMetricIsMeteredOnceInEachHourInWhichItIsPut(t *testing.T) {
	l := newLab(exact(), GroupSpec{})
	l.put(t, "Signal", l.Now(), 1)
	l.put(t, "Signal", l.Now(), 1)
	l.put(t, "Gap", l.Now(), 1)
	l.pass(59 * time.Minute)
	l.put(t, "Signal", l.Now(), 1)
	assert.Equal(t, Usage{Puts: 4, MetricHours: 2}, l.Usage())
	l.pass(3 * time.Hour)
	l.put(t, "Signal", l.Now(), 1)
	assert.Equal(t, Usage{Puts: 5, MetricHours: 3}, l.Usage())
}

func TestACallThatIsThrottledIsNotMetered(t *testing.T) {
	k := exact()
	k.Faults.Throttled = 1
	l := newLab(k, GroupSpec{})
	_, err := l.CloudWatch().PutMetricData(t.Context(), &cloudwatch.PutMetricDataInput{
		Namespace: sdk.String("Test"), MetricData: []types.MetricDatum{{MetricName: sdk.String("Signal"), Value: sdk.Float64(1)}},
	})
	require.Error(t, err)
	assert.Equal(t, Usage{}, l.Usage())
}

func TestAlarmsAreMeteredFromTheirMakingToTheirEnd(t *testing.T) {
	l := newLab(exact(), GroupSpec{})
	l.alarm("a", "GreaterThanThreshold", 1, 1, 1, "missing")
	l.pass(10 * time.Minute)
	l.alarm("b", "GreaterThanThreshold", 1, 1, 1, "missing")
	l.alarm("b", "GreaterThanThreshold", 2, 1, 1, "missing") // replaced
	l.pass(5 * time.Minute)
	l.DeleteAlarm("a")
	l.pass(time.Minute)
	assert.Equal(t, 10+2*5+1, l.Usage().AlarmMinutes)
}

func TestInvocationsAreMeteredWithWhatTheyWait(t *testing.T) {
	k := exact()
	k.Faults.TicksDoubled = 1
	l := newLab(k, GroupSpec{Desired: 1, Hooks: []HookSpec{{Name: "drain", Heartbeat: time.Hour, Default: "CONTINUE"}}})
	l.Schedule("publisher", func(Tick) {})
	l.Subscribe("drainer", func(Notice) { l.Waited(90 * time.Second) })
	l.pass(10*time.Minute + time.Second)
	before := l.Usage()
	assert.Equal(t, Usage{Ticks: 20}, before)
	l.group.SetDesired(0)
	l.pass(2 * time.Minute)
	assert.Equal(t, Usage{Ticks: 4, Notices: 1, Waited: 90 * time.Second}, l.Usage().Since(before))
}
