package publisher

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync"
	"time"

	"ecs-cluster-scaler/cluster"
	"ecs-cluster-scaler/internal/awsclient"
	"ecs-cluster-scaler/internal/metrics"
	"ecs-cluster-scaler/scaler"
)

const (
	// together is how many clusters' histories one call reads: a day of three metrics of so many are some 20 000 values, of which
	// the answer takes a few MB of memory while it is decoded.
	together = 5
	// toReadHistories is how long a pass waits for them. The rest is read by the next ones.
	toReadHistories = 20 * time.Second
	// triesToRead is how many passes try before a history counts as unread. A throttled call is no reason to buy hosts for thresholds.
	triesToRead = 5
	// triedAfter is how often it is tried from then on. A call that hangs takes toReadHistories of each pass that makes it.
	triedAfter = 10 * time.Minute
	// gap is how long a history may lack the newest minutes. Another process may have noted them.
	gap = 5 * time.Minute
)

// histories remembers what every cluster demanded in the last day.
type histories struct {
	mu sync.Mutex
	of map[string]*history
}

// history is one cluster's.
type history struct {
	scaler.History
	// read: what was published before this process is known, or there is none. unread says why it is not.
	read, recalled bool
	unread         string
	// tries are the passes that could not read it, after is when it may be tried again.
	tries int
	after time.Time
	// here is closed when this pass has read it, or cannot.
	here chan struct{}
}

// readHistories begins to read the histories that this process does not know, those of the first clusters first. The
// function that it returns waits for the last.
func (p *Publisher) readHistories(ctx context.Context, inTurn []*candidate, now time.Time) func() {
	wanted := p.histories.wanted(inTurn, now)
	var group sync.WaitGroup
	group.Go(func() {
		ctx, cancel := context.WithTimeout(ctx, toReadHistories)
		defer cancel()
		var failed error // of a call: the next one would fail as well
		for batch := range slices.Chunk(wanted, together) {
			err := failed
			if err == nil {
				err = p.readBatch(ctx, batch, now)
			}
			if !errors.Is(err, metrics.ErrUnread) {
				failed = err
			}
			p.histories.done(batch, err, now)
		}
	})
	return group.Wait
}

// wanted are the names of the clusters whose history is not known.
func (h *histories) wanted(inTurn []*candidate, now time.Time) []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.of == nil {
		h.of = map[string]*history{}
	}
	var wanted []string
	for _, c := range inTurn {
		name := c.listed.Cluster
		if !c.listed.Usable() || !c.listed.Entry.Headroom.Fitted.On {
			continue
		}
		of := h.of[name]
		if of == nil {
			of = &history{}
			h.of[name] = of
		}
		of.here = make(chan struct{})
		if of.read && (of.Newest().IsZero() || now.Sub(of.Newest()) <= gap) || now.Before(of.after) {
			close(of.here)
			continue
		}
		wanted = append(wanted, name)
	}
	return wanted
}

// demanded are the metrics of which a history is made, in the order of resources.
var demanded = []metrics.Metric{metrics.CPUDemand, metrics.MemoryDemand, metrics.GPUDemand}

func (p *Publisher) readBatch(ctx context.Context, clusters []string, now time.Time) error {
	from, to := now.Truncate(time.Minute).Add(-scaler.Remembered), now.Truncate(time.Minute)
	days := make([]day, len(clusters))
	var readings []metrics.Reading
	for n, name := range clusters {
		days[n] = make(day, int(to.Sub(from)/time.Minute))
		for r, m := range demanded {
			readings = append(readings, metrics.Reading{Metric: m, Cluster: name, From: from, To: to, Take: func(minute time.Time, value float64) {
				days[n][int(minute.Sub(from)/time.Minute)].take(r, value)
			}})
		}
	}
	if err := metrics.Read(ctx, p.cloudwatch, p.settings.Namespace, readings); err != nil {
		return err
	}
	for n, name := range clusters {
		p.histories.fill(name, from, days[n])
	}
	return nil
}

// day is demand by the minute.
type day []minute

type minute struct {
	demand      cluster.Resources
	cpu, memory bool // whether they are known
}

// known tells whether all of the minute is: GPUs are published only where there are any.
func (m minute) known() bool { return m.cpu && m.memory }

// take sets the amount of a resource.
func (m *minute) take(resource int, value float64) {
	amount := int64(value)
	switch resource {
	case 0:
		m.demand.CPU, m.cpu = amount, true
	case 1:
		m.demand.Memory, m.memory = amount, true
	default:
		m.demand.GPU = amount
	}
}

// fill notes what was published before.
func (h *histories) fill(name string, from time.Time, of day) {
	h.mu.Lock()
	defer h.mu.Unlock()
	known := h.of[name]
	if known == nil {
		return
	}
	for n, m := range of {
		if m.known() {
			known.Note(from.Add(time.Duration(n)*time.Minute), m.demand)
		}
	}
	known.read = true
}

// done tells those who wait for these clusters that nothing more comes in this pass. A right that is missing is said at once, and
// asked for in each pass, because AWS answers that at once too.
func (h *histories) done(clusters []string, failed error, now time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, name := range clusters {
		of := h.of[name]
		if of == nil {
			continue
		}
		of.unread = ""
		if !of.read {
			of.tries++
			denied := awsclient.Denied(failed)
			if of.tries >= triesToRead || denied {
				of.unread = awsclient.Sentence(failed)
			}
			if of.tries >= triesToRead && !denied {
				of.after = now.Add(triedAfter)
			}
		}
		close(of.here)
	}
}

// past waits until a cluster's history is read, and returns what it tells.
func (h *histories) past(ctx context.Context, c *candidate, lead time.Duration, now time.Time) cluster.Past {
	h.mu.Lock()
	of := h.of[c.listed.Cluster]
	h.mu.Unlock()
	if of == nil {
		return cluster.Past{Lead: lead}
	}
	select {
	case <-of.here:
	case <-ctx.Done():
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if fitted := c.listed.Entry.Headroom.Fitted; of.read && !of.recalled {
		of.Recall(now, lead, fitted)
		of.recalled = true
	}
	past := of.Past(now, lead, c.listed.Entry.Headroom.Fitted)
	if !of.read {
		past.Unread, past.Awaited = of.unread, of.unread == ""
	}
	return past
}

// note notes what a verdict says of demand, and of headroom.
func (h *histories) note(name string, v scaler.Verdict, now time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	of := h.of[name]
	if of == nil {
		return
	}
	if v.Demand != nil {
		of.Note(now, *v.Demand)
	}
	if v.Headroom != nil {
		of.NoteNeed(now, v.Headroom.Needed)
	}
}

// keepOnly drops the clusters that have no entry any more.
func (h *histories) keepOnly(clusters []string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	maps.DeleteFunc(h.of, func(name string, _ *history) bool { return !slices.Contains(clusters, name) })
}
