package cli

import (
	"fmt"
	"io"
	"os"
	"sync"
	"time"
)

const (
	// silentFor is how long a run says nothing of itself.
	silentFor = 2 * time.Second
	// onTerminal and inLog are how often it says so after that: a line on a terminal is overwritten, one in a log is kept.
	onTerminal = 500 * time.Millisecond
	inLog      = 10 * time.Second
)

// progress says on stderr how far a long run is.
type progress struct {
	out      io.Writer
	terminal bool
	now      func() time.Time
	began    time.Time
	last     time.Time
}

func newProgress(out io.Writer, now func() time.Time) *progress {
	p := &progress{out: out, now: now, began: now()}
	if file, ok := out.(*os.File); ok {
		info, err := file.Stat()
		p.terminal = err == nil && info.Mode()&os.ModeCharDevice != 0
	}
	return p
}

func (p *progress) show(done, of time.Duration) {
	if !p.due(p.now()) {
		return
	}
	const day = 24 * time.Hour
	p.say(fmt.Sprintf("simulated day %.1f of %.1f (%d %%)", float64(done)/float64(day), float64(of)/float64(day), 100*done/max(of, 1)))
}

// due tells whether it is time to say something. The caller then says it.
func (p *progress) due(now time.Time) bool {
	often := inLog
	if p.terminal {
		often = onTerminal
	}
	if now.Sub(p.began) < silentFor || !p.last.IsZero() && now.Sub(p.last) < often {
		return false
	}
	p.last = now
	return true
}

func (p *progress) say(what string) {
	if p.terminal {
		fmt.Fprintf(p.out, "\r\x1b[K%s", what)
		return
	}
	fmt.Fprintln(p.out, what)
}

// together returns the progress of several runs at once, each of the same length.
func (p *progress) together(runs int) func(nth int) func(done, of time.Duration) {
	var mutex sync.Mutex
	var sum time.Duration
	each := make([]time.Duration, runs)
	return func(nth int) func(done, of time.Duration) {
		return func(done, of time.Duration) {
			mutex.Lock()
			defer mutex.Unlock()
			sum += done - each[nth]
			each[nth] = done
			p.show(sum, of*time.Duration(runs))
		}
	}
}

// end clears a terminal's line for whatever follows.
func (p *progress) end() {
	if p.terminal && !p.last.IsZero() {
		fmt.Fprint(p.out, "\r\x1b[K")
	}
}
