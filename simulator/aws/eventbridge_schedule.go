package aws

import (
	"encoding/json"
	"fmt"
	"time"
)

// Tick is an invocation by EventBridge Scheduler.
type Tick struct{ Scheduled time.Time }

// Event is the input {"time": "<aws.scheduler.scheduled-time>"} as Scheduler fills it in
// (https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html).
func (t Tick) Event() []byte {
	body, err := json.Marshal(map[string]string{"time": t.Scheduled.UTC().Format(time.RFC3339)})
	if err != nil {
		panic(err) // a text cannot fail
	}
	return body
}

// lateTick is how much too late a late tick is.
var lateTick = Uniform{time.Minute, 3 * time.Minute}

// Schedule invokes do each minute, late, never or twice as the knobs say. name keeps two schedules' luck apart.
// https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule.html: at least once, with a precision of 60 s.
func (w *World) Schedule(name string, do func(Tick)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	first := w.now.Truncate(time.Minute).Add(time.Minute)
	w.every(first, time.Minute, "schedule "+name, func() { w.invoke(name, do) })
}

// invoke draws what becomes of this minute's invocation.
func (w *World) invoke(name string, do func(Tick)) {
	scheduled, faults := w.now, w.Knobs.Faults
	luck := w.draw(fmt.Sprintf("tick %s %d", name, scheduled.Unix()))
	lost, doubled, late := luck.Float64() < faults.TicksLost, luck.Float64() < faults.TicksDoubled, luck.Float64() < faults.TicksLate
	first, second, delay := w.Knobs.CloudWatch.Schedule.of(luck), w.Knobs.CloudWatch.Schedule.of(luck), lateTick.of(luck)
	if lost {
		return
	}
	if late {
		first += delay
	}
	tick := func() {
		w.usage.Ticks++
		do(Tick{Scheduled: scheduled})
	}
	w.push(&event{at: scheduled.Add(first), key: "tick " + name, do: tick, outside: true})
	if doubled {
		w.push(&event{at: scheduled.Add(second), key: "tick " + name, do: tick, outside: true})
	}
}
