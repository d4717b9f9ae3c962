package workload

import (
	"fmt"
	"time"
)

// Window is the part of a trace that is run, in seconds since its beginning. A To of 0 is its end.
type Window struct{ From, To int }

// within is the window with its end, inside a trace or recording of so many seconds.
func (w Window) within(end int) (Window, error) {
	if w.To == 0 {
		w.To = end
	}
	switch {
	case w.From < 0 || w.From >= w.To:
		return w, fmt.Errorf("the window %d to %d is empty; its end must be after its beginning, in seconds", w.From, w.To)
	case w.To > end:
		return w, fmt.Errorf("the window ends at second %d, and there is nothing after second %d; choose an end within it", w.To, end)
	}
	return w, nil
}

// Before is the window with so much of the trace before it as history takes.
func (w Window) Before(history time.Duration) (Window, error) {
	seconds := int(history / time.Second)
	if w.From < seconds {
		return w, fmt.Errorf("%d seconds of history lie before second %d, at which the window begins; choose a window that begins at %d or later", seconds, w.From, seconds)
	}
	w.From -= seconds
	return w, nil
}

func (w Window) length() time.Duration { return time.Duration(w.To-w.From) * time.Second }

// traceSettle is put before the window: what ran at its beginning is placed, and policies find their size.
const traceSettle = time.Hour
