package drain

import "ecs-cluster-scaler/cluster"

// beats are the hooks that heartbeats are for, as soon as the host waits: the named one, where it is or may be there, and
// the others.
func (h Host) beats(name string) []string {
	switch {
	case h.State == cluster.TerminatingProceed:
		return nil
	case h.Hook.Found || h.Hook.Unread:
		return append([]string{name}, h.Hook.Others...)
	default:
		return h.Hook.Others
	}
}

// beatDue tells whether a third of the hook's timeout has passed since the last heartbeat, or else since the start, so
// that two may be lost. Where a third is under 3 minutes, it is due at every tick: a tick just before the third would
// otherwise send none, and too few ticks would be left that may be lost or late. It is due at every tick too where the hook
// could not be read, because its timeout is not known. If there is no such hook, AWS refuses the heartbeat.
func (j *judgement) beatDue(h Host) bool {
	switch {
	case h.State != cluster.TerminatingWait || h.Hook.Gone || len(h.beats("")) == 0:
		return false
	case h.Hook.Overdue:
		return true
	}
	last := h.Began
	if h.Hook.Beaten.After(last) {
		last = h.Hook.Beaten
	}
	third := h.Hook.Timeout / 3
	return third < beatAlways || j.now.Sub(last) >= third
}
