package aws

import (
	"container/heap"
	"time"
)

// event is something that happens at a time. Events of one instant happen by key, then in the order in which they
// were made: a key names what the event is about, so that calls of several goroutines cannot change the order.
type event struct {
	at   time.Time
	key  string
	made uint64
	do   func()
	// outside: do is not the world's own and may call the clients, so that it is done without the lock.
	outside bool
}

type queue []*event

func (q queue) Len() int { return len(q) }

func (q queue) Less(i, j int) bool {
	switch a, b := q[i], q[j]; {
	case !a.at.Equal(b.at):
		return a.at.Before(b.at)
	case a.key != b.key:
		return a.key < b.key
	default:
		return a.made < b.made
	}
}

func (q queue) Swap(i, j int) { q[i], q[j] = q[j], q[i] }

func (q *queue) Push(e any) { *q = append(*q, e.(*event)) }

func (q *queue) Pop() any {
	last := (*q)[len(*q)-1]
	(*q)[len(*q)-1] = nil
	*q = (*q)[:len(*q)-1]
	return last
}

// Now is the present in the world.
func (w *World) Now() time.Time { return w.now }

// At has do done at the given time, or at the next event when that is past. key names what it is about; see [event].
func (w *World) At(t time.Time, key string, do func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.push(&event{at: t, key: key, do: do, outside: true})
}

// After is At, counted from now.
func (w *World) After(d time.Duration, key string, do func()) { w.At(w.now.Add(d), key, do) }

// at has the world's own do done, with the lock held. Its caller holds the lock.
func (w *World) at(t time.Time, key string, do func()) { w.push(&event{at: t, key: key, do: do}) }

// push takes an event into the queue; the caller holds the lock.
func (w *World) push(e *event) {
	if e.at.Before(w.now) {
		e.at = w.now
	}
	w.made++
	e.made = w.made
	heap.Push(&w.queue, e)
}

// after is at, counted from now.
func (w *World) after(d time.Duration, key string, do func()) { w.at(w.now.Add(d), key, do) }

// every does do each period from the first time on, for ever.
func (w *World) every(first time.Time, period time.Duration, key string, do func()) {
	w.at(first, key, func() {
		do()
		w.every(first.Add(period), period, key, do)
	})
}

// Run lets time pass until the given moment. Events of that moment happen.
//
// An event of the world itself holds the lock while it happens. One that was made with [World.At] or [World.Schedule]
// does not: it may call the clients.
func (w *World) Run(until time.Time) {
	for w.queue.Len() > 0 && !w.queue[0].at.After(until) {
		e := heap.Pop(&w.queue).(*event)
		w.now = e.at
		w.happen(e)
	}
	w.now = until
}

func (w *World) happen(e *event) {
	if e.outside {
		e.do()
	} else {
		w.mu.Lock()
		defer w.mu.Unlock()
		e.do()
	}
	if w.check != nil {
		w.check()
	}
}
