package ecsreader

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"ecs-cluster-scaler/cluster"
)

// leavingTasks are one leaving host's tasks by ARN: listed while the host was DRAINING, so that no other can come. One
// goroutine reads a host at a time.
type leavingTasks map[string]cluster.TaskDetail

func (r *LeavingReader) known(instance string) leavingTasks {
	known, ok := r.tasks.get(instance)
	if !ok {
		known = leavingTasks{}
		r.tasks.put(instance, known)
	}
	return known
}

// KeepHosts forgets the tasks of all hosts but these instances'.
func (r *LeavingReader) KeepHosts(instances map[string]bool) {
	r.tasks.keepOnly(func(id string, _ leavingTasks) bool { return instances[id] })
}

// TaskAnswers is what ECS has said in a tick of tasks that were known before.
type TaskAnswers struct {
	tasks   map[string]cluster.TaskDetail
	missing map[string]bool
}

// Recall returns, by instance, the tasks of the hosts that are known from before, and asks for those of them that had not
// stopped: of all hosts together, a hundred a call. What ECS has said of before is not asked again; the answers hold both. A
// host is missing where none of its tasks is known that has still to stop, or of one there was no answer: ECS has to be asked
// what it lists there.
func (r *LeavingReader) Recall(ctx context.Context, clusterName string, hosts []cluster.Host, before TaskAnswers, now time.Time) (map[string][]cluster.TaskDetail, TaskAnswers, error) {
	var running []string
	for _, h := range hosts {
		for arn, t := range r.known(h.InstanceID) {
			if _, said := before.tasks[arn]; !said && !before.missing[arn] && !t.Stopped() {
				running = append(running, arn)
			}
		}
	}
	slices.Sort(running)
	read, err := r.describeTasks(ctx, clusterName, running)
	if err != nil {
		return nil, TaskAnswers{}, err
	}
	answers := TaskAnswers{tasks: byARN(read.tasks), missing: read.missing}
	maps.Copy(answers.tasks, before.tasks)
	maps.Copy(answers.missing, before.missing)
	recalled := map[string][]cluster.TaskDetail{}
	for _, h := range hosts {
		if known := r.known(h.InstanceID); known.learn(answers, now) {
			recalled[h.InstanceID] = shown(h, known)
		}
	}
	return recalled, answers, nil
}

func byARN(tasks []cluster.TaskDetail) map[string]cluster.TaskDetail {
	known := make(map[string]cluster.TaskDetail, len(tasks))
	for _, t := range tasks {
		known[t.ARN] = t
	}
	return known
}

// learn takes the answers in. false: none of the tasks has still to stop, or of one there was no answer.
func (l leavingTasks) learn(answers TaskAnswers, now time.Time) bool {
	running := false
	for arn, t := range l {
		fresh, ok := answers.tasks[arn]
		switch {
		case ok:
			fresh.Service = t.Service // it never changes, and may have been asked for
			l[arn] = fresh
			running = running || !fresh.Stopped()
		case t.Stopped():
		case answers.missing[arn]:
			// ECS knows it no more. It stays what it was, so that its service's floor counts; before the host goes, ECS
			// is asked what it lists there.
			t.LastStatus, t.WantedRunning, t.StoppedAt = cluster.Forgotten, false, now
			l[arn] = t
		default:
			return false
		}
	}
	return running
}

// shown is a copy of the host's tasks, sorted.
func shown(h cluster.Host, known leavingTasks) []cluster.TaskDetail {
	tasks := slices.SortedFunc(maps.Values(known), func(a, b cluster.TaskDetail) int { return strings.Compare(a.ARN, b.ARN) })
	if h.Status == cluster.Active {
		clear(known) // more may come
	}
	return tasks
}

// ListTasks reads what ECS lists on the hosts now, by instance: all of the cluster's tasks where that takes fewer calls, else
// host by host; all is how many tasks run in the cluster. What was read of a host counts whatever becomes of the next.
// Hosts that are left wait for the next tick, which begins with others.
func (r *LeavingReader) ListTasks(ctx context.Context, clusterName string, hosts []cluster.Host, all int, now time.Time) (map[string][]cluster.TaskDetail, []error) {
	if listed := r.listAll(ctx, clusterName, hosts, all, now); listed != nil {
		return listed, nil
	}
	listed := map[string][]cluster.TaskDetail{}
	var failed []error
	for _, h := range hosts {
		known := r.known(h.InstanceID)
		byHost, err := r.relist(ctx, clusterName, h.ARN, known, nil)
		if err == nil {
			listed[h.InstanceID] = keep(h, known, byHost[h.ARN])
			continue
		}
		for arn, t := range byHost[h.ARN] {
			// A host of short tasks may have thousands that stopped in the last hour, which then need not be described again.
			if t.Stopped() {
				known[arn] = t
			}
		}
		failed = append(failed, err)
		if !errors.Is(err, errListedOnly) {
			break // what refuses one refuses the next
		}
	}
	return listed, failed
}

// errListedOnly: ECS lists a task, and does not know it when asked a moment later. It may be about to forget it, an hour
// after it stopped; or not show it everywhere yet. Only the next tick tells.
var errListedOnly = errors.New("ECS lists tasks that it does not describe")

// mostForAll is how many calls may be tried on all of a cluster's tasks: how many stopped ones ECS still lists, an hour's,
// shows only in listing them, and at a tenth of AWS's limits this is a third of a tick.
const mostForAll = 30

// listAll reads the tasks of all the cluster's hosts at once. nil: that would take more calls than host by host, or did
// not work.
func (r *LeavingReader) listAll(ctx context.Context, clusterName string, hosts []cluster.Host, all int, now time.Time) map[string][]cluster.TaskDetail {
	// Two lists a host; or the running tasks listed and described, and a few pages of stopped ones.
	calls := min(2*len(hosts), mostForAll)
	if pages := all/tasksPerCall + 1; calls <= 2*pages+4 || lately(&r.tooManyTasks, clusterName, now) {
		return nil
	}
	known := leavingTasks{}
	for _, h := range hosts {
		maps.Copy(known, r.known(h.InstanceID))
	}
	byHost, err := r.relist(ctx, clusterName, "", known, &calls)
	if err != nil {
		r.tooManyTasks.put(clusterName, now)
		return nil
	}
	listed := map[string][]cluster.TaskDetail{}
	for _, h := range hosts {
		listed[h.InstanceID] = keep(h, r.known(h.InstanceID), byHost[h.ARN])
	}
	return listed
}

// keep remembers the tasks that are listed on the host, beside those that have stopped. Of one that neither the list nor an
// answer has, nothing is left to wait for.
func keep(h cluster.Host, known, listed leavingTasks) []cluster.TaskDetail {
	maps.DeleteFunc(known, func(arn string, t cluster.TaskDetail) bool { return !t.Stopped() && listed[arn].ARN == "" })
	maps.Copy(known, listed)
	return shown(h, known)
}

// relist reads what ECS lists now, on one host or, without one, on all, by the host's ARN; of a task that is known to have
// stopped nothing changes any more. calls is how many it may take; nil: any number. With an error comes what was read
// before it.
func (r *LeavingReader) relist(ctx context.Context, clusterName, host string, known leavingTasks, calls *int) (map[string]leavingTasks, error) {
	listed, err := r.list(ctx, clusterName, host, calls)
	if err != nil {
		return nil, err
	}
	unknown := slices.DeleteFunc(listed, func(arn string) bool { return known[arn].LastStatus == string(types.DesiredStatusStopped) })
	if calls != nil && len(unknown) > *calls*tasksPerCall {
		return nil, errTooMany
	}
	read, err := r.describeTasks(ctx, clusterName, unknown)
	if strange := r.disown(ctx, clusterName, &read, known); strange != nil {
		return nil, strange
	}
	if err == nil && len(read.tasks) < len(unknown) {
		err = fmt.Errorf("%w (%d of %d)", errListedOnly, len(unknown)-len(read.tasks), len(unknown))
	}
	byHost := map[string]leavingTasks{}
	for _, t := range read.tasks {
		if byHost[t.Host] == nil {
			byHost[t.Host] = leavingTasks{}
		}
		byHost[t.Host][t.ARN] = t
	}
	return byHost, err
}

// list finds tasks, on one host or, without one, on all, with either desired status: one that is stopping has desired
// status STOPPED, which the call leaves out unless it is asked for
// (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ListTasks.html).
func (r *LeavingReader) list(ctx context.Context, clusterName, host string, calls *int) ([]string, error) {
	var listed []string
	for _, desired := range []types.DesiredStatus{types.DesiredStatusRunning, types.DesiredStatusStopped} {
		for page, err := range r.taskPages(ctx, taskQuery{cluster: clusterName, host: host, desired: desired, calls: calls}) {
			if err != nil {
				return nil, fmt.Errorf("list them: %w", err)
			}
			listed = append(listed, page...)
		}
	}
	slices.Sort(listed)
	return slices.Compact(listed), nil
}
