package aws

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
)

// point is a datapoint of an alarm's evaluation range, or its absence.
type point struct {
	value float64
	real  bool
}

// points are the evaluation range, newest first: as many periods as the alarm needs and beyond more of them, the newest of
// which ended at the given moment. It moves by a minute, whatever the period is.
func (a *alarm) points(ended time.Time, beyond int) []point {
	period := max(1, int64(a.spec.Period/time.Minute))
	points := make([]point, min(a.spec.Evaluation+beyond, kept/int(period)))
	to := minuteOf(ended)
	for n := range points {
		if d := a.series.over(to-period, to); d.count > 0 {
			points[n] = point{d.statistic(a.spec.Statistic), true}
		}
		to -= period
	}
	return points
}

// recent are the newest n real values.
func recent(points []point, n int) []float64 {
	var values []float64
	for _, p := range points {
		if p.real && len(values) < n {
			values = append(values, p.value)
		}
	}
	return values
}

// judge is the state that follows from an evaluation range. With as many real points as the alarm evaluates, the newest
// ones decide, and how missing ones are treated does not matter. With fewer, all real ones count and only the
// difference is filled.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
func (s AlarmSpec) judge(points []point, state types.StateValue) types.StateValue {
	values := recent(points, s.Evaluation)
	breaching := 0
	for _, v := range values {
		if s.breached(v) {
			breaching++
		}
	}
	missing := s.Evaluation - len(values)
	switch {
	case breaching >= s.Datapoints:
		return types.StateValueAlarm
	case missing == 0:
		return types.StateValueOk
	}
	onlyBreaching := breaching == len(values)
	switch s.TreatMissing {
	case "breaching":
		if breaching+missing >= s.Datapoints {
			return types.StateValueAlarm
		}
	case "ignore":
		if onlyBreaching {
			return state
		}
	case "notBreaching":
	default:
		switch {
		case len(values) == 0:
			return types.StateValueInsufficientData
		case onlyBreaching && oldest(points) >= s.Datapoints:
			// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html#CloudWatch-alarms-avoiding-premature-transition
			return types.StateValueAlarm
		}
	}
	return types.StateValueOk
}

// oldest is the age of the oldest real point: 1 is the newest period.
func oldest(points []point) int {
	age := 0
	for n, p := range points {
		if p.real {
			age = n + 1
		}
	}
	return age
}

func (s AlarmSpec) breached(v float64) bool {
	switch types.ComparisonOperator(s.Comparison) {
	case types.ComparisonOperatorGreaterThanOrEqualToThreshold:
		return v >= s.Threshold
	case types.ComparisonOperatorGreaterThanThreshold:
		return v > s.Threshold
	case types.ComparisonOperatorLessThanThreshold:
		return v < s.Threshold
	case types.ComparisonOperatorLessThanOrEqualToThreshold:
		return v <= s.Threshold
	default:
		return false
	}
}
