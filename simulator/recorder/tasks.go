package recorder

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"ecs-cluster-scaler/cluster"
	"ecs-cluster-scaler/simulator/recording"
)

const (
	// stoppedEvery is how often stopped tasks are listed, among which are those that came and went between two looks. ECS
	// shows each for an hour (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeTasks.html).
	stoppedEvery = 10 * time.Minute
	// stoppedKept is how long a stopped task is remembered, so that it is not taken for a new one.
	stoppedKept = 3 * time.Hour
)

// tasks are those that were seen.
type tasks struct {
	standalone []*recording.StandaloneTask
	ofServices []*recording.ServiceTask
	by         map[string]*task // by ARN
	listed     time.Time        // when stopped ones were listed last
	// before are tasks of a recording that goes on, which has no ARNs, by what tells them apart.
	before map[string][]*task
}

// task is one of the two, or neither: one that is not the recording's.
type task struct {
	standalone *recording.StandaloneTask
	ofService  *recording.ServiceTask
	service    string
	// waited: a look saw it without a host.
	waited bool
	// running and stopped are what it was when described last.
	running, stopped bool
	// checked: its definition has a health check.
	checked bool
	// forget is when it need not be remembered any more; zero: it has not stopped.
	forget time.Time
}

func (t *tasks) index(r recording.Recording) {
	*t = tasks{by: map[string]*task{}, before: map[string][]*task{}}
	keep := func(key string, one *task, ended time.Time) {
		if ended.IsZero() || r.To.Sub(ended) < stoppedKept {
			t.before[key] = append(t.before[key], one)
		}
	}
	for i := range r.StandaloneTasks {
		s := &r.StandaloneTasks[i]
		t.standalone = append(t.standalone, s)
		keep(keyOf("", created(s)), &task{standalone: s}, s.Ended)
	}
	for i := range r.ServiceTasks {
		s := &r.ServiceTasks[i]
		t.ofServices = append(t.ofServices, s)
		keep(keyOf(s.Service, s.Created), &task{ofService: s, service: s.Service}, s.Stopped)
	}
}

func created(s *recording.StandaloneTask) time.Time {
	if s.Asked.IsZero() {
		return s.Placed
	}
	return s.Asked
}

func keyOf(service string, created time.Time) string {
	return fmt.Sprint(service, " ", created.UnixMilli())
}

// known are the tasks, oldest first, without those that ended before a time. Tasks of a service that were made at one moment
// are in the order in which ECS listed them: in a roll-out the older ones go first.
func (t tasks) known(from time.Time) (standalone []recording.StandaloneTask, ofServices []recording.ServiceTask) {
	standalone = []recording.StandaloneTask{}
	for _, s := range t.standalone {
		if s.Ended.IsZero() || !s.Ended.Before(from) {
			standalone = append(standalone, *s)
		}
	}
	for _, s := range t.ofServices {
		ofServices = append(ofServices, *s)
	}
	slices.SortStableFunc(standalone, func(a, b recording.StandaloneTask) int {
		return cmp.Or(created(&a).Compare(created(&b)), strings.Compare(a.Host, b.Host), a.Ended.Compare(b.Ended))
	})
	slices.SortStableFunc(ofServices, func(a, b recording.ServiceTask) int {
		return a.Created.Compare(b.Created)
	})
	return standalone, ofServices
}

// readTasks notes the tasks of the cluster's hosts.
func (r *Recorder) readTasks(ctx context.Context, l *look) {
	listed, err := r.reader.TaskARNs(ctx, r.rec.Cluster, false)
	if err != nil {
		l.unread("its tasks", err)
		return
	}
	there := map[string]bool{}
	for _, arn := range listed {
		there[arn] = true
	}
	if l.at.Sub(r.tasks.listed) >= stoppedEvery {
		stopped, err := r.reader.TaskARNs(ctx, r.rec.Cluster, true)
		if err != nil {
			l.unread("its stopped tasks", err)
		} else {
			listed, r.tasks.listed = append(listed, stopped...), l.at
		}
	}
	ask := r.tasks.toAsk(listed, there)
	described, unread, err := r.reader.Tasks(ctx, r.rec.Cluster, ask, r.tasks.services(ask))
	l.unread("its tasks", err)
	l.Unread = append(l.Unread, unread...)
	_, told := r.heard.heard()
	answered := map[string]bool{}
	for _, t := range described {
		answered[t.ARN] = true
		r.seesTask(ctx, l, t, told[t.ARN])
	}
	if err != nil || len(unread) > 0 {
		return
	}
	for _, arn := range ask {
		if t := r.tasks.by[arn]; t != nil && !answered[arn] && !there[arn] {
			t.forgotten(l.at) // ECS has forgotten it
		}
	}
	r.tasks.prune(l.at)
}

// toAsk are the tasks that may have changed since they were described: new ones, those that come up and those that are not
// listed any more.
func (t *tasks) toAsk(listed []string, there map[string]bool) []string {
	var ask []string
	for _, arn := range listed {
		if known := t.by[arn]; known == nil || known.comesUp() {
			ask = append(ask, arn)
		}
	}
	for arn, known := range t.by {
		if !there[arn] && !known.stopped {
			ask = append(ask, arn)
		}
	}
	slices.Sort(ask)
	return slices.Compact(ask)
}

// comesUp tells whether something is still to be told of a task that is not over.
func (t *task) comesUp() bool {
	if t.stopped {
		return false
	}
	return !t.running || t.checked && t.ofService != nil && t.ofService.Healthy.IsZero()
}

func (t *tasks) services(asked []string) map[string]string {
	services := map[string]string{}
	for _, arn := range asked {
		if known := t.by[arn]; known != nil {
			services[arn] = known.service
		}
	}
	return services
}

// prune forgets tasks that ECS shows no more.
func (t *tasks) prune(now time.Time) {
	for arn, known := range t.by {
		if !known.forget.IsZero() && now.After(known.forget) {
			delete(t.by, arn)
		}
	}
}

// seesTask notes a task as it is now.
func (r *Recorder) seesTask(ctx context.Context, l *look, seen cluster.TaskDetail, told types.Task) {
	known := r.tasks.by[seen.ARN]
	if known == nil {
		if known = r.begins(ctx, l, seen, told); known == nil {
			return // what it needs cannot be told yet
		}
		r.tasks.by[seen.ARN] = known
	}
	known.running = seen.LastStatus == "RUNNING"
	if seen.Stopped() {
		known.stopped, known.forget = true, l.at.Add(stoppedKept)
	}
	host := r.hosts.registration[seen.Host]
	switch {
	case known.standalone != nil:
		s := known.standalone
		if host != "" {
			s.Host = host
		}
		if s.Placed.IsZero() && seen.Host != "" {
			s.Placed = l.at
		}
		s.Running, s.Ended = r.moment(told.StartedAt), r.moment(told.StoppedAt)
		s.Cut = !s.Ended.IsZero() && told.StopCode != types.TaskStopCodeEssentialContainerExited
		// A look sees the host later than AWS starts the task.
		for _, later := range []time.Time{s.Running, s.Ended} {
			if !later.IsZero() && s.Placed.After(later) {
				s.Placed = later
			}
		}
		// Our clock may be behind AWS's.
		if !s.Placed.IsZero() && s.Placed.Before(s.Asked) {
			s.Placed = s.Asked
		}
	case known.ofService != nil:
		r.seesServiceTask(l, known, seen, told, host)
	}
}

func (r *Recorder) seesServiceTask(l *look, known *task, seen cluster.TaskDetail, told types.Task, host string) {
	s := known.ofService
	if host != "" {
		s.Host = host
	}
	s.PullBegan, s.PullEnded, s.Running = r.moment(told.PullStartedAt), r.moment(told.PullStoppedAt), r.moment(told.StartedAt)
	s.Stopping, s.Exited, s.Stopped = r.moment(told.StoppingAt), r.moment(told.ExecutionStoppedAt), r.moment(told.StoppedAt)
	if s.Placed.IsZero() && known.waited && seen.Host != "" {
		s.Placed = l.at
	}
	if !s.Stopped.IsZero() {
		s.Cause = stopCause(told)
	}
	if seen.Healthy && s.Healthy.IsZero() {
		s.Healthy = l.at
	}
}

// stopCause is why a task stopped. A drain has the stop code of its service, and only the reason names it
// (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/stopped-task-error-codes.html).
func stopCause(t types.Task) recording.StopCause {
	reason := aws.ToString(t.StoppedReason)
	switch t.StopCode {
	case types.TaskStopCodeServiceSchedulerInitiated:
		if strings.Contains(reason, "DRAINING") {
			return recording.StoppedByDrain
		}
		return recording.StoppedByService
	case types.TaskStopCodeUserInitiated:
		return recording.StoppedByAPI
	case types.TaskStopCodeEssentialContainerExited:
		return recording.StoppedByExit
	case types.TaskStopCodeTerminationNotice, types.TaskStopCodeSpotInterruption, types.TaskStopCodeInfrastructureHealth:
		return recording.StoppedByHost
	case types.TaskStopCodeTaskFailedToStart:
		if strings.Contains(reason, "waiting for") && strings.Contains(reason, "capacity") {
			return recording.StoppedForCapacity
		}
		return recording.StoppedOtherwise
	default:
		return recording.StoppedOtherwise
	}
}

// begins takes in a task that was not seen before. nil: it has to be asked for again.
func (r *Recorder) begins(ctx context.Context, l *look, seen cluster.TaskDetail, told types.Task) *task {
	made := cmp.Or(r.moment(told.CreatedAt), l.at)
	over := r.moment(told.StoppedAt)
	elsewhere := told.LaunchType != types.LaunchTypeEc2 && told.LaunchType != "" || strings.HasPrefix(seen.Provider, "FARGATE")
	if elsewhere || !over.IsZero() && over.Before(r.rec.From) {
		return &task{service: seen.Service}
	}
	if before := r.tasks.takes(keyOf(seen.Service, made), r.hosts.registration[seen.Host], r.moment(told.StartedAt)); before != nil {
		return before
	}
	if seen.Service != "" {
		return r.beginsOfService(ctx, l, seen, made)
	}
	definitions, unread := r.reader.Definitions(ctx, []string{seen.Definition})
	for _, err := range unread {
		l.unread("the size of a standalone task", err)
	}
	definition, ok := definitions[seen.Definition]
	if !ok {
		return nil
	}
	size := definition.Size
	if seen.Size != nil {
		size = *seen.Size
	}
	s := &recording.StandaloneTask{Size: sizeOf(definition, size), Group: seen.Group, StopTimeout: int(definition.StopTimeout.Seconds()), Placed: made}
	if seen.Host == "" {
		s.Asked, s.Placed = made, time.Time{}
	}
	r.tasks.standalone = append(r.tasks.standalone, s)
	return &task{standalone: s}
}

// beginsOfService takes in a task of a service. That of a service which is not in the recording is asked for again: its
// service may be younger than the look.
func (r *Recorder) beginsOfService(ctx context.Context, l *look, seen cluster.TaskDetail, made time.Time) *task {
	of := r.services.by[seen.Service]
	if of == nil || of.fresh() {
		return nil
	}
	revision, ok := r.revision(ctx, l, of, seen.Definition)
	if !ok {
		return nil
	}
	s := &recording.ServiceTask{Service: seen.Service, Revision: revision.name, Created: made}
	r.tasks.ofServices = append(r.tasks.ofServices, s)
	return &task{ofService: s, service: seen.Service, waited: seen.Host == "", checked: revision.definition.HealthChecked}
}

// takes returns a task of the recording that goes on, which nobody took before. Those that were made at one time are told
// apart by their hosts and by when they started.
func (t *tasks) takes(key, host string, started time.Time) *task {
	left := t.before[key]
	if len(left) == 0 {
		return nil
	}
	like := func(one *task) int {
		n := 0
		if one.host() == host {
			n += 2
		}
		if one.started().Equal(started) {
			n++
		}
		return n
	}
	one := slices.MaxFunc(left, func(a, b *task) int { return like(a) - like(b) })
	t.before[key] = slices.DeleteFunc(slices.Clone(left), func(other *task) bool { return other == one })
	return one
}

func (t *task) host() string {
	if t.standalone != nil {
		return t.standalone.Host
	}
	return t.ofService.Host
}

func (t *task) started() time.Time {
	if t.standalone != nil {
		return t.standalone.Running
	}
	return t.ofService.Running
}

// forgotten ends a task that ECS knows no more. It stopped an hour ago at least, or its cluster is new.
func (t *task) forgotten(at time.Time) {
	t.stopped, t.forget = true, at
	switch {
	case t.standalone != nil && t.standalone.Ended.IsZero():
		t.standalone.Ended = at
	case t.ofService != nil && t.ofService.Stopped.IsZero():
		t.ofService.Stopped = at
	}
}
