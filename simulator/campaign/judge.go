package campaign

import (
	"fmt"
	"strings"
	"time"

	"ecs-cluster-scaler/simulator/aws"
)

// Promise is one that a run can break.
type Promise string

// The promises.
const (
	// TaskEndedEarly: a host that left by scaling in took a task with it that it should have waited for.
	TaskEndedEarly Promise = "task_ended_early"
	// TaskStoppedEarly: the drainer stopped a task before its deadline.
	TaskStoppedEarly Promise = "task_stopped_early"
	// HookExpired: the drain hook ended by its timeout.
	HookExpired Promise = "hook_expired"
	// BelowFloor: a host that left by scaling in took a service below its floor.
	BelowFloor Promise = "below_floor"
	// CompletedEarly: the hook was completed before all tasks were STOPPED, before 3 minutes, or for what does not leave.
	CompletedEarly Promise = "completed_early"
	// CompletedBelowFloor: the hook was completed while a service that lost a task there was below its floor elsewhere.
	CompletedBelowFloor Promise = "completed_below_floor"
	// ForeignHookTouched: a hook that is not ours was completed.
	ForeignHookTouched Promise = "foreign_hook_touched"
	// DrainTooLong: a host waited beyond its deadline, 10 minutes, and what ticks were lost or failed.
	DrainTooLong Promise = "drain_too_long"
	// InOnUnread: −1 in a pass in which something about the cluster could not be read.
	InOnUnread Promise = "scale_in_on_unread"
	// InOnSpentProof: −1, and no pass has published 0 since a host began to leave the group that follows the signal.
	InOnSpentProof Promise = "scale_in_on_spent_proof"
	// InWhileComing: −1 while a host of the cluster had not joined.
	InWhileComing Promise = "scale_in_while_coming"
	// InAtMinimum: −1 with no more than min_instances, or with scale_in or enabled false.
	InAtMinimum Promise = "scale_in_at_minimum"
	// InWouldNotFit: −1, and what hosts carry that may go together would not fit on the others, beside what those carry that leave.
	InWouldNotFit Promise = "scale_in_would_not_fit"
	// TooManyHosts: more hosts were bought than two more than the demand's peak needs.
	TooManyHosts Promise = "too_many_hosts"
	// NoEnd: an invocation did not end. Panicked: it ended by a panic.
	NoEnd    Promise = "no_end"
	Panicked Promise = "panicked"
)

// Violation is a broken promise.
type Violation struct {
	Promise Promise
	At      time.Time
	Detail  string
}

// verdict is what a pass said of a cluster.
type verdict struct {
	cluster     string
	signal, gap int
}

// slack is what clocks may differ by: a tick's is cut to its minute, and a termination's beginning, where AWS does not
// tell it, is the minute of a tick that came up to 90 s late.
const slack = 90 * time.Second

// toStop is how long a task that was told to stop at its deadline has at least.
const toStop = 10 * time.Minute

// judge keeps the books of one run.
type judge struct {
	plan  *Plan
	world *aws.World

	clusters map[string]*aws.Cluster
	// entries are each cluster's, newest last.
	entries map[string][]inForce
	leaves  map[string]*leave
	// held is when the last pass began that published no −1 of a cluster.
	held map[string]time.Time
	// standalone are the hosts of standalone tasks, by task.
	standalone map[string]string
	ticks      []*invocation
	// suspect are the services that lost a running task with a host, to be looked at when the world is whole again.
	suspect []loss
	bought  map[string]*bought
	// disturbed are clusters in which fate or people make more hosts than the demand needs legitimate.
	disturbed map[string]bool

	violations []Violation
	// exempt counts what would be violations but for an exemption, by what it is.
	exempt map[string]int
	counts map[string]int
}

// inForce is an entry from a time on.
type inForce struct {
	from  time.Time
	entry Entry
}

func newJudge(p *Plan, w *aws.World) *judge {
	j := &judge{
		plan: p, world: w, clusters: map[string]*aws.Cluster{}, entries: map[string][]inForce{}, leaves: map[string]*leave{}, held: map[string]time.Time{},
		standalone: map[string]string{}, bought: map[string]*bought{}, disturbed: map[string]bool{},
		exempt: map[string]int{}, counts: map[string]int{},
	}
	w.Observe(j.observe)
	w.Check(j.settle)
	return j
}

func (j *judge) breaks(p Promise, format string, a ...any) {
	j.violations = append(j.violations, Violation{p, j.world.Now(), fmt.Sprintf(format, a...)})
}

// edited notes a cluster's new entry.
func (j *judge) edited(cluster string, e Entry) {
	j.entries[cluster] = append(j.entries[cluster], inForce{j.world.Now(), e})
}

// sightFor is how long the drainer may act on an entry that was replaced.
const sightFor = 6 * time.Minute

// since are the entries that were in force at some time since then, with what the functions may still go by.
func (j *judge) since(cluster string, from time.Time) []Entry {
	var found []Entry
	all := j.entries[cluster]
	for n := range all {
		if n+1 == len(all) || all[n+1].from.Add(sightFor).After(from) {
			found = append(found, all[n].entry)
		}
	}
	return found
}

// answered looks for a panic in what a pass says of itself.
func (j *judge) answered(failure string) {
	if strings.Contains(failure, "an error in this program") {
		j.breaks(Panicked, "%s", failure)
	}
}

// observe is told of everything that happens, in the middle of it.
func (j *judge) observe(h aws.Happened) {
	switch h.Kind {
	case aws.HostLeaving:
		j.leaving(h)
	case aws.HostGone:
		if l := j.leaves[h.Instance]; l != nil {
			l.to = h.At
		}
	case aws.TaskPlaced:
		if h.Service == "" {
			j.standalone[h.Task] = h.Instance
		}
	case aws.TaskStopped:
		j.stopped(h)
	case aws.TaskEndedByHost:
		j.ended(h)
	case aws.HookExpired:
		j.expired(h)
	default:
	}
}

// settle looks at what an event has left, when the world is whole again.
func (j *judge) settle() {
	if len(j.suspect) == 0 {
		return
	}
	suspects := j.suspect
	j.suspect = nil
	for _, s := range suspects {
		j.floorAfter(s)
	}
}

func (j *judge) find(instance string) *aws.Instance {
	if l := j.leaves[instance]; l != nil && l.instance != nil {
		return l.instance
	}
	for _, g := range j.world.Groups() {
		for _, i := range g.Instances() {
			if i.ID == instance {
				return i
			}
		}
	}
	return nil
}

func clock(t time.Time) string { return t.Format("15:04:05") }
