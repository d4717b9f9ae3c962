package workload

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"ecs-cluster-scaler/internal/plural"
	"ecs-cluster-scaler/simulator/recording"
)

// Recorded is a workload of what a cluster did in a recording: its services want what they wanted, whoever set it, roll
// out when they did, and standalone tasks come when they came and run as long as they ran. Its groups have their instance
// types, zones and bounds. What scaled them there is not repeated: the policy does that, in the group that had the most
// hosts. Notes say what is left out. name is the file's, the window counts from the recording's beginning; so much of the recording
// as history takes comes before it and is not measured.
func Recorded(name string, r recording.Recording, w Window, history time.Duration) (made Workload, notes []string, err error) {
	if w, err = w.within(int(r.Length() / time.Second)); err != nil {
		return Workload{}, nil, fmt.Errorf("%s: %w", name, err)
	}
	ran := hours(r, r.From.Add(seconds(w.From)), r.From.Add(seconds(w.To)))
	if w, err = w.Before(history); err != nil {
		return Workload{}, nil, err
	}
	p := replay{
		recording: r, window: w,
		from: r.From.Add(seconds(w.From)).Truncate(time.Minute), // schedules and alarms go by whole minutes
		to:   r.From.Add(seconds(w.To)),
	}
	if len(r.Groups) == 0 {
		return Workload{}, nil, fmt.Errorf("%s: %w", name, errors.New("groups is empty, so that there is nothing to scale; record a cluster whose hosts are in an Auto Scaling group"))
	}
	p.pick()
	p.constrain()
	if p.count() == 0 {
		return Workload{}, nil, fmt.Errorf("%s: %w", name, errors.New("no service and no standalone task is there in the window; choose another"))
	}
	return Workload{
		Name: name,
		Why: fmt.Sprintf("A recording of %s from %s to %s UTC: %s, %s, %s. Its hosts ran %.1f instance-hours there.", r.Cluster, p.from.Add(history).Format("2006-01-02 15:04"), p.to.Format("2006-01-02 15:04"),
			plural.Count(len(p.services), "service"), plural.Count(p.rollouts(), "roll-out"), plural.Count(len(p.tasks), "standalone task"), ran),
		Lasts: traceSettle + w.length(), Settle: traceSettle + history,
		Begins: p.from.Add(-traceSettle),
		Build:  p.build,
	}, p.notes(), nil
}

// replay is a recording's window, made ready to be built.
type replay struct {
	recording recording.Recording
	window    Window
	from, to  time.Time

	services []recording.Service
	tasks    []recording.StandaloneTask
	scaled   string // the group that the policy scales
	left     []string
}

// note keeps what a reader must know of what is left out.
func (p *replay) note(format string, args ...any) {
	p.left = append(p.left, fmt.Sprintf(format, args...))
}

// notes say what is left out or uncertain, and why.
func (p *replay) notes() []string {
	r := p.recording
	p.left = append(slices.Clone(r.Notes), p.left...)
	if r.Made == recording.CloudWatch {
		p.note("the recording is made from CloudWatch, every %s: what came and went in between is not in it", plural.Duration(seconds(r.Resolution)))
	}
	if missing := p.unread(); missing > 0 {
		p.note("nothing was read for %s of the window; what was so before is taken to hold", plural.Duration(missing.Round(time.Second)))
	}
	p.noteGroups()
	p.noteHosts()
	p.noteTasks()
	p.noteExits()
	return p.left
}

// unread is how much of the window is gaps.
func (p *replay) unread() (sum time.Duration) {
	for _, g := range p.recording.Gaps {
		from, to := g.From, g.To
		if from.Before(p.from) {
			from = p.from
		}
		if to.IsZero() || to.After(p.to) {
			to = p.to
		}
		sum += max(0, to.Sub(from))
	}
	return sum
}

// inWindow says whether something happened in the window.
func (p *replay) inWindow(at time.Time) bool { return at.After(p.from) && at.Before(p.to) }

// after is how long after the workload's beginning a time of the recording is.
func (p *replay) after(at time.Time) time.Duration { return traceSettle + at.Sub(p.from) }

func (p *replay) count() int { return len(p.services) + len(p.tasks) }

// build makes the hosts first and the rest when they are there: so many hosts held what ran, and nobody buys more because
// they boot.
func (p *replay) build(s Site) {
	t, groups, hosts := p.cluster(s)
	var begin func()
	begin = func() {
		if len(t.cluster.Hosts()) < hosts && t.World.Now().Sub(t.World.Knobs.Start) < latestHost {
			t.World.After(replayPoll, "workload recorded", begin)
			return
		}
		there := p.there(t.cluster.Hosts())
		for _, service := range p.services {
			p.serve(t, groups, there, service)
		}
		p.run(t, there)
		t.scaled()
	}
	begin()
}

const (
	// latestHost is how long the first hosts are waited for.
	latestHost = 20 * time.Minute
	replayPoll = 5 * time.Second
)

// holds are the points of a list that hold in the window, the first of them from its beginning: the newest one before it,
// or the oldest of all.
func holds[T any](points []T, at func(T) time.Time, from, to time.Time) []T {
	var held []T
	for _, p := range points {
		switch {
		case !at(p).After(from):
			held = []T{p}
		case at(p).Before(to) || len(held) == 0:
			held = append(held, p)
		}
	}
	return held
}

func seconds(n int) time.Duration { return time.Duration(n) * time.Second }
