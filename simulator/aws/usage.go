package aws

import "time"

// Usage is what AWS meters of a scaler, from the world's beginning on.
type Usage struct {
	// Ticks are invocations by EventBridge Scheduler, Notices those by an EventBridge event.
	Ticks, Notices int
	// Waited is how long invocations waited inside; nothing else of them takes time here.
	Waited time.Duration
	// Puts are calls of PutMetricData that were not throttled. MetricHours are the hours in which a metric was put, over
	// all custom metrics: AWS bills an hour of a metric for which data came
	// (https://aws.amazon.com/cloudwatch/pricing/).
	Puts, MetricHours int
	// MetricsRead are the metrics that calls of GetMetricData asked for.
	MetricsRead int
	// AlarmMinutes are the minutes for which alarms were there, over all alarms; FastAlarmMinutes are those of high-resolution
	// ones, which are not among them.
	AlarmMinutes, FastAlarmMinutes int
}

// Since is what was used since another time.
func (u Usage) Since(before Usage) Usage {
	return Usage{
		MetricsRead: u.MetricsRead - before.MetricsRead,
		Ticks:       u.Ticks - before.Ticks, Notices: u.Notices - before.Notices, Waited: u.Waited - before.Waited,
		Puts: u.Puts - before.Puts, MetricHours: u.MetricHours - before.MetricHours, AlarmMinutes: u.AlarmMinutes - before.AlarmMinutes,
		FastAlarmMinutes: u.FastAlarmMinutes - before.FastAlarmMinutes,
	}
}

// Usage is what was used so far.
func (w *World) Usage() Usage {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.usage
}

// Waited tells that an invocation waited for so long inside.
func (w *World) Waited(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.usage.Waited += d
}

// meterMetric counts a metric once in each hour.
func (w *World) meterMetric(name string) {
	hour := w.now.Unix()/3600 + 1 // never 0
	if w.metered[name] != hour {
		w.metered[name] = hour
		w.usage.MetricHours++
	}
}
