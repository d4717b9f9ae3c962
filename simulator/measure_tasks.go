package simulator

import (
	"time"

	"ecs-cluster-scaler/simulator/aws"
)

// ofTask takes in what happens to tasks and services.
func (r *Measurer) ofTask(h aws.Happened) {
	key := serviceKey{h.Cluster, h.Service}
	switch h.Kind {
	case aws.DemandChanged:
		r.demandChanged(kind{key, h.Size}, h.N)
	case aws.TaskWanted:
		r.lacks(kind{key, h.Size}, h.N)
	case aws.TaskPlaced:
		r.placed(kind{key, h.Size}, h)
	case aws.TaskMoved:
		r.count(&r.out.TasksMoved)
		r.released(h.Task)
	case aws.TaskStopped:
		if h.Cause == "service" {
			r.changes++ // a roll-out has replaced it, or fewer are desired: the end of a demand for room
		}
		r.released(h.Task)
	case aws.TaskEndedByHost:
		r.ended(h)
		r.released(h.Task)
	case aws.BelowFloor:
		r.floor(key, floor{short: h.N, scaling: h.Cause == "scaling"})
	default:
	}
}

func (r *Measurer) demandChanged(k kind, n int) {
	r.changes++
	if k.service != "" {
		r.ideal.changes(r.now, k, n)
	}
	r.wantedNow = add(r.wantedNow, k.size, n)
}

// lacks takes n more tasks without a host, or, where n is negative, as many of the youngest away.
func (r *Measurer) lacks(key kind, n int) {
	since := r.lacking[key]
	for range n {
		since = append(since, r.now)
	}
	if n < 0 {
		left := max(0, len(since)+n)
		r.late(since[left:])
		since = since[:left]
	}
	r.unplaced += len(since) - len(r.lacking[key])
	r.lacking[key] = since
}

// late adds up what tasks that wait no longer have waited beyond what ECS itself may take.
func (r *Measurer) late(since []time.Time) {
	for _, s := range since {
		from := s.Add(scheduling)
		if from.Before(r.from) {
			from = r.from
		}
		r.out.UnplacedLateTaskSeconds += max(0, r.now.Sub(from).Seconds())
	}
}

func (r *Measurer) placed(key kind, h aws.Happened) {
	if since := r.lacking[key]; len(since) > 0 {
		r.late(since[:1])
		r.lacking[key] = since[1:]
		r.unplaced--
	}
	if r.measured() {
		r.waits.add(h.Wait)
	}
	r.tasks[h.Task] = placed{key, h.Instance, h.Wait}
	if key.service == "" {
		r.ideal.changes(r.now.Add(-h.Wait), key, 1)
	}
	r.reserve(h.Instance, h.Size, 1)
}

// released takes a task off its host's reservation, once: ECS gives its room to others as soon as it is to stop.
func (r *Measurer) released(task string) {
	t, ok := r.tasks[task]
	if !ok {
		return
	}
	delete(r.tasks, task)
	if t.service == "" {
		r.ideal.changes(r.now.Add(-t.wait), t.kind, -1)
	}
	r.reserve(t.instance, t.size, -1)
}

func (r *Measurer) reserve(instance string, size aws.Resources, times int) {
	h := r.hosts[instance]
	if h == nil {
		return
	}
	h.reserved = add(h.reserved, size, times)
	if h.stage == active {
		r.reserved = add(r.reserved, size, times)
	}
}

func (r *Measurer) ended(h aws.Happened) {
	switch {
	case !r.measured():
	case h.Cause == scaleIn:
		r.out.TasksEndedByScaleIn++
	default:
		r.out.TasksEndedOtherwise[h.Cause]++
	}
}

// scaleIn is the cause of a host's leaving that a scaling policy answers for.
const scaleIn = "scale_in"

func (r *Measurer) floor(key serviceKey, now floor) {
	r.counted(r.below[key], -1)
	r.counted(now, 1)
	r.below[key] = now
}

// counted takes a service below its floor into its sum, or out of it.
func (r *Measurer) counted(f floor, times int) {
	switch {
	case f.short <= 0:
	case f.scaling:
		r.belowScaling += times
	default:
		r.belowOther += times
	}
}

func add(a, b aws.Resources, times int) aws.Resources {
	return aws.Resources{CPU: a.CPU + times*b.CPU, Memory: a.Memory + times*b.Memory, GPU: a.GPU + times*b.GPU}
}
