package aws

import "slices"

// matches says whether a daemon service runs on a host.
func (s *Service) matches(h *Host) bool { return h.has(s.Spec.MemberOf) }

// eachHost visits the ACTIVE hosts that a daemon service runs on.
func (s *Service) eachHost(visit func(*Host)) {
	for _, h := range s.Cluster.hosts {
		if h.Status == active && s.matches(h) {
			visit(h)
		}
	}
}

// lacks notes that a daemon is to be started on a host.
func (s *Service) lacks(h *Host) {
	if h.Status == active && !h.ended && s.Status == active && h.daemons[s] == nil && !slices.Contains(s.missing, h) {
		s.missing = append(s.missing, h)
		s.wake()
	}
}

// lookDaemon replaces daemons of older revisions, as minimumHealthyPercent allows, and starts those that are missing: one
// on each ACTIVE host that matches (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_services.html).
func (s *Service) lookDaemon() {
	spare := s.healthy - s.floor()
	for _, t := range slices.Clone(s.tasks) {
		if t.Desired != taskRunning || t.Deployment == s.primary() || t.leaving() {
			continue
		}
		if t.Healthy && spare <= 0 {
			continue
		}
		if t.Healthy {
			spare--
		}
		t.stop(byService, "Scaling activity initiated by (deployment "+s.primary().ID+")")
	}
	w, d := s.Cluster.world, s.primary()
	if len(s.missing) == 0 || d.Rollout == failedRollout {
		return
	}
	if wait := latest(s.notBefore, d.notBefore); w.now.Before(wait) {
		s.wakeAt(wait.Add(-1))
		return
	}
	refused := false
	for _, h := range slices.Clone(s.missing) {
		if h.Connected || h.Status != active { // a connection wakes
			refused = !s.startDaemon(h) || refused
		}
	}
	if refused {
		s.refuse()
	}
}

// startDaemon starts a daemon on a host and strikes it off what is missing, unless there is no room.
func (s *Service) startDaemon(h *Host) bool {
	wanted := h.Status == active && !h.ended && h.daemons[s] == nil
	if wanted {
		d := s.primary().Definition
		r := request{definition: d, group: s.group, memberOf: s.Spec.MemberOf, daemon: true}
		if why := h.refuses(&r); why != fits {
			s.refusal = refusal{why, h}
			return false
		}
		s.refused = 0
		s.Cluster.newTask(d, s.group, s).place(h)
	}
	s.missing = slices.DeleteFunc(s.missing, func(o *Host) bool { return o == h })
	return true
}
