package aws

import (
	"cmp"
	"maps"
	"slices"
	"time"

	ecs "github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

// ECS is eventually consistent: what a call did "might not be immediately visible to all subsequent commands"
// (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RunTask.html). Lists show the past here, where the knob says
// so. Descriptions show the present.

// shown is the moment that a list shows. key is what the call asks. The caller holds the lock.
func (w *World) shown(op, key string) time.Time {
	late := w.Knobs.ECS.Lists
	if late.Max <= 0 {
		return w.now
	}
	return w.now.Add(-late.of(w.draw("list " + w.attempt("list of "+op, key))))
}

// hostsAt are the hosts that were not INACTIVE at a moment of the last minutes, oldest registration first.
func (c *Cluster) hostsAt(then time.Time) []*Host {
	if !then.Before(c.world.now) {
		return c.hosts
	}
	found := slices.SortedFunc(maps.Values(c.byARN), func(a, b *Host) int { return cmp.Compare(a.sequence, b.sequence) })
	return slices.DeleteFunc(found, func(h *Host) bool { return h.Registered.After(then) || h.statusAt(then) == inactive })
}

// statusAt is the host's status at a moment since its last change but one.
func (h *Host) statusAt(then time.Time) ecs.ContainerInstanceStatus {
	if h.changed.After(then) {
		return h.before
	}
	return h.Status
}

// desiredAt is the task's desiredStatus at a moment; empty: it was not there yet.
func (t *Task) desiredAt(then time.Time) string {
	switch {
	case t.Created.After(then):
		return ""
	case t.Desired == taskStopped && t.Stopping.After(then):
		return taskRunning
	default:
		return t.Desired
	}
}
