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

// leavingTasks are a leaving host's tasks by ARN. They were listed while the host was DRAINING, so no other can come. One
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

// KeepHosts forgets the tasks of all other hosts.
func (r *LeavingReader) KeepHosts(instances map[string]bool) {
	r.tasks.keepOnly(func(id string, _ leavingTasks) bool { return instances[id] })
}

// TaskAnswers is what ECS has said of known tasks in a tick.
type TaskAnswers struct {
	tasks   map[string]cluster.TaskDetail
	missing map[string]bool
}

// Recall returns the hosts' known tasks, by instance. It asks for those that had not stopped, of all hosts together, and
// does not repeat what ECS has said before; the answers hold both. A host is missing if it has no known task that has still
// to stop, or if there was no answer for one: ListTasks must read it.
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

// learn notes the answers. false: no task has still to stop, or there was no answer for one.
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
			// ECS has forgotten it. It stays known, so its service's floor counts. ListTasks is called before a release.
			t.LastStatus, t.WantedRunning, t.StoppedAt = cluster.Forgotten, false, now
			l[arn] = t
		default:
			return false
		}
	}
	return running
}

// shown is a copy of the host's tasks, sorted. Those of an ACTIVE host are not remembered, because more may come.
func shown(h cluster.Host, known leavingTasks) []cluster.TaskDetail {
	tasks := slices.SortedFunc(maps.Values(known), func(a, b cluster.TaskDetail) int { return strings.Compare(a.ARN, b.ARN) })
	if h.Status == cluster.Active {
		clear(known)
	}
	return tasks
}

// ListTasks reads what ECS lists on the hosts, by instance: host by host, or the whole cluster if that takes fewer calls; all
// is how many tasks run there. After an error, the remaining hosts wait for the next tick, which begins with others.
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
			// Thousands may have stopped in the last hour. They need not be described again.
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

// errListedOnly means that ECS is about to forget a task, an hour after it stopped, or does not show it everywhere yet.
var errListedOnly = errors.New("ECS lists tasks that it does not describe")

// mostForAll is the most calls for all of a cluster's tasks, a third of a tick at a tenth of AWS's limits: how many stopped
// tasks ECS lists is not known before.
const mostForAll = 30

// listAll reads the tasks of all the cluster's hosts. nil: that takes more calls than host by host, or did not work.
func (r *LeavingReader) listAll(ctx context.Context, clusterName string, hosts []cluster.Host, all int, now time.Time) map[string][]cluster.TaskDetail {
	// It is two lists a host, or listing and describing the running tasks and a few pages of stopped ones.
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

// keep remembers the tasks that are listed on the host, beside those that have stopped. Others are gone.
func keep(h cluster.Host, known, listed leavingTasks) []cluster.TaskDetail {
	maps.DeleteFunc(known, func(arn string, t cluster.TaskDetail) bool { return !t.Stopped() && listed[arn].ARN == "" })
	maps.Copy(known, listed)
	return shown(h, known)
}

// relist reads what ECS lists on one host or, without one, on all, by the host's ARN. Known stopped tasks are not read again.
// calls is how many calls it may make; nil: any number. With an error comes what was read before it.
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
	if strange := r.verifyServices(ctx, clusterName, &read, known); strange != nil {
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

// list lists tasks with either desired status. A stopping task has STOPPED, which ListTasks omits unless asked
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
