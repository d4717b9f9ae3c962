package aws

import (
	"slices"
	"time"
)

// reach has the agent do something, now or when it is connected again.
func (h *Host) reach(do func()) {
	if h.Connected {
		do()
		return
	}
	if !h.ended && !h.agentDead {
		h.unreached = append(h.unreached, do)
	}
}

// admit lets the agent start a task. It queues tasks first in first out while what they need is still held by tasks that
// stop (https://github.com/aws/amazon-ecs-agent/blob/master/CHANGELOG.md, 1.73.0).
func (h *Host) admit(t *Task) {
	if len(h.waiting) > 0 || !h.free(t.Definition) {
		h.waiting = append(h.waiting, t)
		return
	}
	h.hold(t)
}

// free says whether the host really has what a task needs.
func (h *Host) free(d *TaskDefinition) bool {
	if !h.Total.minus(h.held).holds(d.Resources) || d.Awsvpc && h.heldENIs >= h.ENIs {
		return false
	}
	return !slices.ContainsFunc(d.Ports, func(p int) bool { return h.heldPorts[p] > 0 })
}

func (h *Host) hold(t *Task) {
	t.holds = true
	h.held = h.held.plus(t.Definition.Resources)
	if t.Definition.Awsvpc {
		h.heldENIs++
	}
	for _, p := range t.Definition.Ports {
		h.heldPorts[p]++
	}
	t.begin()
}

// release takes back what a task held, and starts what waited for it.
func (h *Host) release(t *Task) {
	if i := slices.Index(h.waiting, t); i >= 0 {
		h.waiting = slices.Delete(h.waiting, i, i+1)
	}
	if t.holds {
		t.holds = false
		h.held = h.held.minus(t.Definition.Resources)
		if t.Definition.Awsvpc {
			h.heldENIs--
		}
		for _, p := range t.Definition.Ports {
			h.heldPorts[p]--
		}
	}
	for len(h.waiting) > 0 && !h.ended && h.free(h.waiting[0].Definition) {
		first := h.waiting[0]
		h.waiting = h.waiting[1:]
		if first.Desired == taskRunning { // else it ends as soon as the agent hears of it
			h.hold(first)
		}
	}
}

// live has the agent blink and die as the knobs say.
func (h *Host) live() {
	w := h.Cluster.world
	if rate := w.Knobs.ECS.AgentDeathsPerMonth; rate > 0 {
		const month = 30 * 24
		d := exponential(w.draw("agent death "+h.Instance.ID), rate/month)
		w.after(d, "agent "+h.Instance.ID, h.killAgent)
	}
	if w.Knobs.ECS.AgentBlinksPerHour > 0 {
		h.blink(0)
	}
}

func (h *Host) blink(n int) {
	w := h.Cluster.world
	luck := w.draw("blink " + h.Instance.ID + " " + time.Duration(n).String())
	key := "agent " + h.Instance.ID
	w.after(exponential(luck, w.Knobs.ECS.AgentBlinksPerHour), key, func() {
		if h.ended || h.agentDead || h.Status == inactive {
			return
		}
		h.disconnect()
		w.after(max(w.Knobs.ECS.Blink.of(luck), time.Millisecond), key, func() {
			h.connect()
			h.blink(n + 1)
		})
	})
}

func (h *Host) disconnect() {
	if h.Connected {
		h.Connected = false
		h.version++
	}
}

func (h *Host) connect() {
	if h.Connected || h.ended || h.agentDead || h.Status == inactive {
		return
	}
	h.Connected = true
	h.version++
	todo := h.unreached
	h.unreached = nil
	for _, do := range todo {
		do()
	}
	h.Cluster.freed()
	for s := range h.lacking() {
		s.wake()
	}
}

// killAgent ends the agent for good; tasks run on, and ECS learns nothing more of them.
func (h *Host) killAgent() {
	h.agentDead = true
	h.unreached = nil
	h.disconnect()
}

// KillAgent stops an instance's agent for good.
func (w *World) KillAgent(i *Instance) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if i.Host != nil {
		i.Host.killAgent()
	}
}

// SetConnected has an instance's agent lose its connection to ECS, or find it again.
func (w *World) SetConnected(i *Instance, connected bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case i.Host == nil:
	case connected:
		i.Host.connect()
	default:
		i.Host.disconnect()
	}
}
