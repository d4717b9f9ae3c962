package aws

// stop sets desiredStatus STOPPED. ECS takes the resources for free from this moment
// (https://aws.amazon.com/about-aws/whats-new/2023/07/amazon-ecs-improves-deployment-task-launch-time/); on the host the
// task goes through DEACTIVATING, where its target is deregistered, and STOPPING, where it has had its SIGTERM, to STOPPED
// (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-lifecycle-explanation.html). What the agent has to do
// waits until it is connected.
func (t *Task) stop(cause, reason string) {
	if t.Desired == taskStopped {
		return
	}
	t.step++
	w := t.Cluster.world
	deregisters := t.Last == taskRunning && t.Service != nil && t.Service.Spec.LoadBalanced && t.Service.Spec.Deregistration > 0
	t.change(cause, func() {
		t.Desired, t.Stopping, t.Cause, t.reason = taskStopped, w.now, cause, reason
		if deregisters {
			t.Last = taskDeactivating
		}
	})
	t.left()
	if cause == byDrain && t.replica() {
		w.tell(t.happened(TaskMoved, cause))
	}
	switch {
	case t.Host == nil:
		t.Cluster.dequeue(t)
		t.finish()
	case deregisters:
		t.next(t.Service.Spec.Deregistration, t.terminate)
	case t.Last == taskRunning:
		t.Host.reach(t.unlessStopped(t.terminate))
	default:
		t.Host.reach(t.unlessStopped(t.finish))
	}
}

// terminate is SIGTERM, and SIGKILL after the stop timeout.
func (t *Task) terminate() {
	limit := t.Definition.StopTimeout
	if limit <= 0 {
		limit = t.Cluster.world.Knobs.ECS.StopTimeout
	}
	t.change("", func() { t.Last = taskStopping })
	t.next(min(t.Definition.Stops, limit), t.finish)
}

// end is a task's end without a stop: its containers are no more.
func (t *Task) end(cause, reason string) {
	if t.Desired != taskStopped {
		w := t.Cluster.world
		t.change(cause, func() { t.Desired, t.Stopping, t.Cause, t.reason = taskStopped, w.now, cause, reason })
		t.left()
	}
	t.finish()
}

// Exit ends the task's containers now, whether or not it was told to stop.
func (t *Task) Exit() {
	w := t.Cluster.world
	w.mu.Lock()
	defer w.mu.Unlock()
	if t.Desired == taskStopped {
		t.finish()
	} else {
		t.exit()
	}
}

// left is told when a task's desiredStatus has become STOPPED: a daemon's host lacks one now.
func (t *Task) left() {
	if s := t.Service; s != nil && s.Spec.Daemon && t.Host != nil && t.Host.daemons[s] == t {
		delete(t.Host.daemons, s)
		s.lacks(t.Host)
		t.Host.keepForDaemons()
	}
}

// finish is lastStatus STOPPED.
func (t *Task) finish() {
	if t.Last == taskStopped {
		return
	}
	t.step++
	c, w := t.Cluster, t.Cluster.world
	t.change(t.Cause, func() { t.Last, t.Stopped, t.Healthy = taskStopped, w.now, false })
	c.standing, c.stopped = drop(c.standing, t), w.keepStopped(c.stopped, t)
	if s := t.Service; s != nil {
		s.tasks, s.stopped = drop(s.tasks, t), w.keepStopped(s.stopped, t)
	}
	w.tell(t.happened(TaskStopped, t.Cause))
	t.group.members--
	if t.Service == nil {
		t.group.over()
		c.endDemand(t)
	}
	if t.finished != nil {
		w.push(&event{at: w.now, key: t.key, do: func() { t.finished(t) }, outside: true})
	}
	if h := t.Host; h != nil {
		h.tasks, h.stopped = drop(h.tasks, t), w.keepStopped(h.stopped, t)
		h.release(t)
		h.stopDaemonsLast()
	}
	w.after(w.Knobs.ECS.StoppedKept, t.key, func() { delete(c.tasks, t.ARN) })
}

// endDemand is a standalone task's end; one that never had a host is not wanted any more either.
func (c *Cluster) endDemand(t *Task) {
	if t.Host == nil {
		c.world.tell(Happened{Kind: TaskWanted, Cluster: c.Name, N: -1, Size: t.Definition.Resources, Cause: t.Cause})
	}
	c.world.tell(Happened{Kind: DemandChanged, Cluster: c.Name, N: -1, Size: t.Definition.Resources})
}
