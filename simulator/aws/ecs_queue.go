package aws

import (
	"slices"
	"time"
)

// Tasks of a managed capacity provider wait in PROVISIONING until a host takes them
// (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/cluster-auto-scaling.html).

// queueTasks makes a service's tasks, as far as the quota allows, and says how many.
func (s *Service) queueTasks(n int) int {
	made := 0
	for ; made < n && !s.Cluster.queueFull(); made++ {
		s.Cluster.enqueue(s.Cluster.newTask(s.primary().Definition, s.group, s))
	}
	if made < n {
		s.wake()
	}
	return made
}

func (c *Cluster) queueFull() bool {
	limit := c.world.Knobs.ECS.ProvisioningLimit
	return limit > 0 && len(c.queue) >= limit
}

func (c *Cluster) enqueue(t *Task) {
	w := c.world
	c.queue = append(c.queue, t)
	c.lookAtQueue()
	patience := w.Knobs.ECS.Provisioning
	if patience.Max <= 0 {
		return
	}
	w.after(patience.of(w.draw("provisioning "+t.key)), t.key, func() {
		if t.Host == nil && t.Last == taskProvisioning {
			t.stop(byCapacity, "Timeout waiting for capacity")
		}
	})
}

func (c *Cluster) dequeue(t *Task) {
	c.queue = slices.DeleteFunc(c.queue, func(o *Task) bool { return o == t })
}

// lookAtQueue has the queue looked at in a moment; what happens until then is seen at once.
func (c *Cluster) lookAtQueue() {
	if !c.queueLook.IsZero() {
		return
	}
	w := c.world
	c.queueLook = w.boundary(w.now, 0, w.Knobs.ECS.QueueLoop)
	w.at(c.queueLook, "queue "+c.Name, func() {
		c.queueLook = time.Time{}
		c.placeQueued()
	})
}

// placeQueued places what fits, oldest first; what has the needs of one that did not fit is not tried.
func (c *Cluster) placeQueued() {
	type needs struct {
		definition *TaskDefinition
		group      *taskGroup
	}
	refused := map[needs]bool{}
	var left []*Task
	for _, t := range c.queue {
		kind := needs{t.Definition, t.group}
		if refused[kind] {
			left = append(left, t)
			continue
		}
		h, _ := c.choose(t.request())
		if h == nil {
			refused[kind] = true
			left = append(left, t)
			continue
		}
		t.place(h)
	}
	c.queue = left
}

func (t *Task) request() request {
	var r request
	if t.Service != nil {
		r = t.Service.request(t.Definition, "")
	} else {
		r = t.Cluster.standalone(t.Definition, t.group, true, t.strategy)
	}
	r.luck = t.key
	return r
}
