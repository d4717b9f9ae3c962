package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"ecs-cluster-scaler/cluster/ecsreader"
	"ecs-cluster-scaler/internal/awsclient"
	"ecs-cluster-scaler/internal/plural"
	"ecs-cluster-scaler/simulator/recorder"
	"ecs-cluster-scaler/simulator/recording"
)

const (
	// savedEvery is how often the file is written while record watches: so much may be lost to a power cut.
	savedEvery = 5 * time.Minute
	// firstLook is how long the first look may take. It describes every task, at our share of AWS's limits.
	firstLook = 10 * time.Minute
	// toldEvery is how often a log hears how far the recording is.
	toldEvery = time.Hour
)

// recordNow watches a cluster.
func recordNow(cmd *cobra.Command, f recordFlags) error {
	before, err := goOn(f)
	if err != nil {
		return err
	}
	ctx := cmd.Context()
	cfg, err := awsclient.Config(ctx, awsclient.DrainerShare)
	if err != nil {
		return err
	}
	clients := recorder.Connect(cfg)
	r := recorder.New(f.cluster, clients, f.every, recording.Watched)
	if before != nil {
		r = recorder.With(*before, clients, f.every)
	}
	first, cancel := context.WithTimeout(ctx, firstLook)
	defer cancel()
	began := time.Now()
	switch err := r.Look(first, began); {
	case errors.Is(err, ecsreader.ErrNoCluster):
		return noCluster(f.cluster, cfg.Region)
	case err != nil:
		return denied(err)
	case !r.Same():
		return fmt.Errorf("%s is of another cluster %s, or too old to go on with: none of the hosts at its end is there now; name another file with --out", f.out, f.cluster)
	}
	if err := writable(r.Recording(), f.every); err != nil {
		return err
	}
	w := &watch{recordFlags: f, recorder: r, p: newProgress(cmd.ErrOrStderr(), time.Now), began: began, until: began.Add(time.Duration(f.length)), saved: began, told: began}
	if before != nil {
		w.began, w.until = before.From, before.From.Add(time.Duration(f.length))
	}
	later := "the same command goes on later"
	if f.anonymous {
		later = "what was seen stays, but nothing can go on with an anonymous file"
	}
	w.line(fmt.Sprintf("recording cluster %s into %s every %s until %s; to stop earlier press Ctrl-C: %s",
		f.cluster, f.out, inDays(f.every), w.until.UTC().Format("2006-01-02 15:04 MST"), later))
	return w.run(ctx, cmd)
}

// writable tells after the first look whether the recording can be written after the second, before anybody waits for a day.
func writable(r recording.Recording, every time.Duration) error {
	r.To = r.To.Add(every)
	if err := r.Check(); err != nil {
		return fmt.Errorf("this cluster cannot be recorded: %w", err)
	}
	return nil
}

// goOn returns the recording that is in the file, for record to go on with; nil: there is no file.
func goOn(f recordFlags) (*recording.Recording, error) {
	file, err := os.Open(f.out)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil //nolint:nilnil // none is no error
	}
	if err != nil {
		return nil, fmt.Errorf("--out: %w", err)
	}
	defer func() { _ = file.Close() }() // it was only read
	r, err := recording.Read(f.out, file)
	const another = "name another file with --out"
	switch {
	case err != nil:
		first, _, _ := strings.Cut(err.Error(), "\n")
		return nil, fmt.Errorf("record cannot go on with the file that is there: %s; %s", first, another)
	case r.Anonymous:
		return nil, fmt.Errorf("%s is anonymous, so nothing tells whether it is of cluster %s, and record cannot go on with it; %s", f.out, f.cluster, another)
	case f.anonymous:
		return nil, fmt.Errorf("%s has the names in it, and record --anonymous does not replace it; %s, or %s", f.out, madeAnonymous(f.out), another)
	case r.Made != recording.Watched:
		return nil, fmt.Errorf("%s was not made by watching (%s), so record cannot go on with it; %s", f.out, r.Made, another)
	case r.Cluster != f.cluster:
		return nil, fmt.Errorf("%s is a recording of cluster %s, not of %s; %s", f.out, r.Cluster, f.cluster, another)
	case time.Duration(r.Resolution)*time.Second != f.every:
		return nil, fmt.Errorf("%s was made with --every %s, not %s; use that, or %s", f.out, inDays(time.Duration(r.Resolution)*time.Second), inDays(f.every), another)
	case r.Length() >= time.Duration(f.length):
		return nil, fmt.Errorf("%s holds %s of cluster %s already; for more, use a longer --for, or %s", f.out, inDays(r.Length()), f.cluster, another)
	}
	return &r, nil
}

func noCluster(name, region string) error {
	return fmt.Errorf("ECS has no cluster %s in this account in %s; aws ecs list-clusters shows those that there are", name, region)
}

// watched is what looks at a cluster.
type watched interface {
	Look(ctx context.Context, at time.Time) error
	Recording() recording.Recording
	Seen() recorder.Seen
}

// watch is a recording under way.
type watch struct {
	recordFlags
	recorder     watched
	p            *progress
	began, until time.Time
	saved, told  time.Time
	// trouble: the last look could not read everything, and none could since then. lost is why the file was not written the last time.
	trouble bool
	since   time.Time
	lost    error
	// gone is when the cluster was seen to be deleted, and end ends the watch then.
	gone time.Time
	end  context.CancelFunc
}

// run looks until the time is over, the cluster is deleted or ctx ends, and writes what was seen.
func (w *watch) run(ctx context.Context, cmd *cobra.Command) error {
	asked, cancel := context.WithDeadline(ctx, w.until)
	defer cancel()
	w.end = cancel
	every(asked, w.every, w.look)
	ended := ctx.Err()
	if ended == nil && w.gone.IsZero() {
		once(ctx, w.every, func(ctx context.Context) { w.look(ctx, time.Now()) })
	}
	if !w.gone.IsZero() {
		ended = fmt.Errorf("cluster %s is gone since %s, so record ended before its time; what was seen until then is kept", w.cluster, clockOf(w.gone))
	}
	w.p.end()
	r := w.recorder.Recording()
	if !r.To.After(r.From) {
		w.line("there was one look only, so that nothing is written")
		return ended
	}
	if err := w.save(r); err != nil {
		return w.rescue(r, err)
	}
	_, err := fmt.Fprintln(cmd.OutOrStdout(), summary(w.out, r))
	return errors.Join(err, ended)
}

// look looks once, says how it went, and writes the file now and then.
func (w *watch) look(ctx context.Context, at time.Time) {
	err := w.recorder.Look(ctx, at)
	if errors.Is(err, ecsreader.ErrNoCluster) {
		w.gone = at
		w.end()
		return
	}
	w.says(err, at)
	if at.Sub(w.saved) < savedEvery {
		return
	}
	w.saved = at
	lost := w.save(w.recorder.Recording())
	if lost != nil && w.lost == nil {
		w.line(fmt.Sprintf("%s: %v; what was seen is kept, and written as soon as that works", clockOf(at), lost))
	}
	w.lost = lost
}

// says tells of trouble when it begins, each hour and when it is over, and otherwise how far the recording is.
func (w *watch) says(err error, at time.Time) {
	switch {
	case err != nil && !w.trouble:
		w.trouble, w.since, w.told = true, at, at
		w.line(fmt.Sprintf("%s: not everything can be read: %s; the recording has a gap until it can", clockOf(at), w.inWords(err)))
	case err == nil && w.trouble:
		w.trouble = false
		w.line(fmt.Sprintf("%s: everything is read again; the gap is %s", clockOf(at), inDays(at.Sub(w.since).Round(time.Second))))
	case err != nil && at.Sub(w.told) >= toldEvery:
		w.told = at
		w.line(fmt.Sprintf("%s: for %s not everything can be read: %s", clockOf(at), inDays(at.Sub(w.since).Round(time.Minute)), w.inWords(err)))
	case err != nil: // it was told
	case w.p.terminal:
		w.p.last = at
		w.p.say(w.state(at))
	case at.Sub(w.told) >= toldEvery:
		w.told = at
		w.line(w.state(at))
	}
}

// inWords is what could not be read, with what helps a watch.
func (w *watch) inWords(err error) string {
	text := awsclient.Sentence(err)
	if strings.Contains(text, "credentials have expired") && !w.anonymous {
		text += "; if they came from environment variables, press Ctrl-C and run the same command with new ones"
	}
	if strings.Contains(text, "allows no more calls") {
		text += "; if that lasts, the cluster is too large for a look each " + inDays(w.every) + ": use a longer --every and another --out"
	}
	return text
}

func (w *watch) state(at time.Time) string {
	seen := w.recorder.Seen()
	return fmt.Sprintf("%s: %s, %s, %s; %s of %s", clockOf(at), plural.Count(seen.Hosts, "host"), plural.Count(seen.Services, "service"), plural.Count(seen.Tasks, "task"),
		inDays(at.Sub(w.began).Round(w.every)), inDays(time.Duration(w.length)))
}

// line writes a line that stays.
func (w *watch) line(text string) {
	w.p.end()
	fmt.Fprintln(w.p.out, text)
}

func (w *watch) save(r recording.Recording) error {
	if w.anonymous {
		r = r.Anonymised()
	}
	return writeRecording("--out", w.out, r)
}

// rescue writes a recording that has no place in its file into a folder for temporary files: hours may be lost otherwise.
func (w *watch) rescue(r recording.Recording, lost error) error {
	folder, err := os.MkdirTemp("", "clusterscaler-")
	if err != nil {
		return lost
	}
	elsewhere := *w
	elsewhere.out = filepath.Join(folder, filepath.Base(w.out))
	if err := elsewhere.save(r); err != nil {
		_ = os.Remove(folder) // it is empty
		return lost
	}
	return fmt.Errorf("%w; what was seen is in %s instead, so move it to %s", lost, elsewhere.out, w.out)
}

func clockOf(at time.Time) string { return at.UTC().Format("15:04 MST") }

// summary says what a file holds.
func summary(path string, r recording.Recording) string {
	text := fmt.Sprintf("%s holds %s of cluster %s: %s, %s, %s and %s.", path, inDays(r.Length().Round(time.Second)), r.Cluster,
		plural.Count(len(r.Services), "service"), plural.Count(len(r.StandaloneTasks), "standalone task"), plural.Count(len(r.Hosts), "host"), plural.Count(len(r.Refusals), "refusal"))
	if len(r.Gaps) > 0 {
		var all time.Duration
		for _, g := range r.Gaps {
			all += g.To.Sub(g.From)
		}
		text += fmt.Sprintf("\n%s could not be read, in %s.", inDays(all.Round(time.Second)), plural.Count(len(r.Gaps), "gap"))
	}
	if len(r.Groups) == 0 {
		return text + "\nNone of the hosts is in an Auto Scaling group that can be recorded, so simulate has nothing to scale. calibrate can read the file."
	}
	return text + fmt.Sprintf("\nNext: clusterscaler simulate --recording %s --compare", path)
}
