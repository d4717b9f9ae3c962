// Package recorder writes a recording of a cluster: it looks at the cluster now and then, or reads what CloudWatch has kept
// of the past. It only reads. What a look finds is added to what was found before, with AWS's own times where AWS tells them.
package recorder

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"ecs-cluster-scaler/cluster"
	"ecs-cluster-scaler/cluster/ecsreader"
	"ecs-cluster-scaler/simulator/recording"
)

// Recorder watches one cluster. One goroutine uses it at a time.
type Recorder struct {
	clients Clients
	heard   *listener
	reader  *ecsreader.Reader
	every   time.Duration

	rec recording.Recording
	// last is the last look, whole the last one that could read everything; zero: there was none.
	last, whole time.Time
	// looked: there was a whole look.
	looked bool
	// until is the newest of AWS's own times, which may be some seconds after the look that read it began.
	until time.Time

	// before are the instances that were there at the end of a recording that goes on.
	before []string

	hosts    hosts
	groups   groups
	services services
	tasks    tasks
}

// New returns a recorder of a cluster that is looked at once in every; made says of what kind the recording is.
func New(cluster string, c Clients, every time.Duration, made recording.Made) *Recorder {
	return With(recording.Recording{
		Version: recording.Version, Cluster: cluster, Made: made, Resolution: max(1, int(every.Round(time.Second).Seconds())),
	}, c, every)
}

// With returns a recorder that goes on with a recording. The time between is a gap.
func With(r recording.Recording, c Clients, every time.Duration) *Recorder {
	l := &listener{ECS: c.ECS, services: map[string]types.Service{}, tasks: map[string]types.Task{}}
	recorder := &Recorder{clients: c, heard: l, reader: ecsreader.New(l, c.AutoScaling), every: every, rec: r, last: r.To, whole: r.To, until: r.To}
	recorder.hosts.index(r.Hosts, r.InstanceTypes)
	recorder.groups.index(r.Groups)
	recorder.services.index(r.Services, r.Refusals)
	recorder.tasks.index(r)
	for _, h := range r.Hosts {
		if h.Ended.IsZero() {
			recorder.before = append(recorder.before, h.Instance)
		}
	}
	return recorder
}

// look is one look under way. What the first one sees may have been so for long.
type look struct {
	// since is the last look that could read everything.
	at, since time.Time
	first     bool
	cluster.Snapshot
	failed []error
}

// unread notes what could not be read.
func (l *look) unread(what string, err error) {
	if err != nil {
		l.failed = append(l.failed, fmt.Errorf("%s: %w", what, err))
	}
}

// whole tells whether all was read so far. What is missing from a look that is not whole may be there.
func (l *look) whole() bool { return len(l.failed) == 0 && len(l.Unread) == 0 }

// err is all that could not be read; nil: the look is whole.
func (l *look) err() error {
	failed := slices.Clone(l.failed)
	for _, clause := range l.Unread {
		failed = append(failed, errors.New(clause))
	}
	return errors.Join(failed...)
}

// Look looks at the cluster. An error says what could not be read: the time since the last whole look is then a gap, and what
// could be read is kept. After an error of the first look there is no recording yet. A look at a time that is recorded already,
// because the clock was set back, is an error.
func (r *Recorder) Look(ctx context.Context, at time.Time) error {
	at = at.UTC().Truncate(time.Millisecond)
	switch behind := r.last.Sub(at); {
	case r.rec.From.IsZero() || behind < 0:
	case behind < r.every: // a time service has corrected the clock
		at = r.last.Add(time.Millisecond)
	default:
		return fmt.Errorf("the clock says %s, and the recording is at %s already; nothing is added before that, so set the clock, wait, or begin another file with --out", shown(at), shown(r.last))
	}
	l := &look{at: at, since: r.whole, first: !r.looked}
	snapshot, err := r.reader.Read(ctx, r.rec.Cluster)
	if err != nil {
		r.missed(at)
		return err
	}
	l.Snapshot = snapshot
	begins := r.rec.From.IsZero()
	if begins {
		r.rec.From, r.last, r.whole, l.since = at, at, at, at
	}
	r.readServices(ctx, l)
	r.readHosts(l)
	r.readGroups(ctx, l)
	r.readTasks(ctx, l)
	r.gone(l)
	if err := l.err(); err != nil {
		if begins {
			r.forget()
			return err
		}
		r.missed(at)
		return err
	}
	if at.Sub(r.whole) > r.longest() {
		r.rec.Gaps = append(r.rec.Gaps, recording.Span{From: r.whole, To: at})
	}
	r.last, r.whole, r.looked = at, at, true
	return nil
}

func shown(at time.Time) string { return at.Format("2006-01-02 15:04:05 MST") }

// longest is how far apart two whole looks may be without a gap between them. One may be late, and none be missing.
func (r *Recorder) longest() time.Duration { return r.every + r.every/2 }

// missed notes a look that was not whole.
func (r *Recorder) missed(at time.Time) {
	if !r.rec.From.IsZero() {
		r.last = at
	}
}

// forget begins anew after a first look that was not whole.
func (r *Recorder) forget() {
	*r = *New(r.rec.Cluster, r.clients, r.every, r.rec.Made)
}

// Recording is what was seen so far. It cannot be written before the second look: it would last no time.
func (r *Recorder) Recording() recording.Recording {
	now := r.rec
	now.To = r.last
	if r.until.After(now.To) {
		now.To = r.until
	}
	now.Gaps = slices.Clone(r.rec.Gaps)
	if r.last.Sub(r.whole) > 0 {
		now.Gaps = append(now.Gaps, recording.Span{From: r.whole, To: now.To})
	}
	now.InstanceTypes = r.hosts.instanceTypes()
	now.Groups, now.Hosts = r.groups.known(r.hosts), r.hosts.known(r.groups, now.To)
	now.Services, now.Refusals = r.services.known(), r.services.refusals()
	now.StandaloneTasks, now.ServiceTasks = r.tasks.known(now.From)
	return now
}

// moment is a time of AWS's in the precision that AWS has; zero: it tells none.
func (r *Recorder) moment(at *time.Time) time.Time {
	if at == nil || at.IsZero() {
		return time.Time{}
	}
	told := aws.ToTime(at).UTC().Truncate(time.Millisecond)
	if told.After(r.until) {
		r.until = told
	}
	return told
}

// Seen is what was there at the last look.
type Seen struct{ Hosts, Services, Tasks int }

// Seen counts what was there at the last look.
func (r *Recorder) Seen() Seen {
	var s Seen
	for _, h := range r.hosts.all {
		if h.Ended.IsZero() {
			s.Hosts++
		}
	}
	for _, one := range r.services.all {
		if one.Deleted.IsZero() {
			s.Services++
		}
	}
	for _, t := range r.tasks.by {
		if !t.stopped && (t.standalone != nil || t.ofService != nil) {
			s.Tasks++
		}
	}
	return s
}

// Same tells whether a recorder that goes on with a recording looks at that recording's cluster, as far as the last look
// tells: one of the hosts at its end is there, or an activity tells how it left. Without hosts there is nothing to compare.
func (r *Recorder) Same() bool {
	return len(r.before) == 0 || slices.ContainsFunc(r.before, func(instance string) bool {
		h := r.hosts.by[instance]
		return h.Ended.IsZero() || h.Cause != ""
	})
}
