package drain

import "ecs-cluster-scaler/cluster"

// beats are the hooks that get heartbeats as soon as the host waits.
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

// beatDue tells whether a third of the hook's timeout has passed since the last heartbeat or the start, so two may be lost.
// If a third is under 3 minutes, or the timeout is not known, one is due at every tick: a tick just before the third would
// send none, and too few would be left. AWS refuses a heartbeat for a hook that does not exist.
func (f *facts) beatDue(h Host) bool {
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
	return third < beatAlways || f.now.Sub(last) >= third
}
