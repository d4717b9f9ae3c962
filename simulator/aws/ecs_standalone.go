package aws

import (
	"cmp"
	"time"
)

// TaskRequest is a RunTask of one task.
type TaskRequest struct {
	Definition *TaskDefinition
	Group      string
	Protected  bool
	// Strategy is a chain, as a service's; empty is random.
	Strategy []string
	// Managed: queued for the managed capacity provider when it fits nowhere, instead of failing.
	Managed bool
	// On is the host that is to have it if it fits there; nil is any.
	On *Host
	// Lasts is how long it runs, from RUNNING. Since is when the caller first wanted it, for TaskPlaced's wait; zero is now.
	Lasts time.Duration
	Since time.Time
	// Finished is told when it is STOPPED; may be nil. It is called as an outside event and may call the world.
	Finished func(*Task)
}

// RunTask places a standalone task, or says as ECS does why not ("RESOURCE:CPU", "RESOURCE:MEMORY", "AGENT" …): it is not
// queued, but for a managed capacity provider
// (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RunTask.html). The caller tells TaskWanted itself, by
// [World.Want], because a failed call leaves nothing in ECS that wants it.
func (c *Cluster) RunTask(r TaskRequest) (t *Task, failure string) {
	w := c.world
	w.mu.Lock()
	defer w.mu.Unlock()
	group := c.groupOf(cmp.Or(r.Group, "family:"+r.Definition.Family))
	defer group.over()
	if r.Managed && c.queueFull() {
		return nil, "You've reached the limit on the number of tasks you can provision"
	}
	chain := strategies(r.Strategy)
	wants := c.standalone(r.Definition, group, r.Managed, chain)
	h, why := r.On, refusal{}
	if h == nil || h.Status != active || h.refuses(&wants) != fits {
		h, why = c.choose(wants)
	}
	if h == nil && !r.Managed {
		return nil, why.failure()
	}
	t = c.newTask(r.Definition, group, nil)
	t.Lasts, t.finished, t.strategy = r.Lasts, r.Finished, chain
	t.wanted = r.Since
	if t.wanted.IsZero() {
		t.wanted = w.now
	}
	if r.Protected {
		t.protect(48 * time.Hour)
	}
	if h == nil {
		c.enqueue(t)
		return t, ""
	}
	t.place(h)
	return t, ""
}

// standalone is what a RunTask asks for: without a strategy, ECS places at random
// (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-placement-strategies.html).
func (c *Cluster) standalone(d *TaskDefinition, group *taskGroup, managed bool, chain []strategy) request {
	r := request{definition: d, group: group, strategy: chain, luck: c.Name + " " + group.name + " " + time.Duration(c.made).String()}
	if managed && c.provider != nil {
		r.only = c.provider.Group
	}
	return r
}
