package aws

// StartOn starts one of the tasks that a service lacks on a host, if it fits there, and says whether it did: a world may
// begin with tasks where they were. The service's scheduler goes on from there.
func (s *Service) StartOn(h *Host) bool {
	c := s.Cluster
	c.world.mu.Lock()
	defer c.world.mu.Unlock()
	d := s.primary().Definition
	r := s.request(d, "")
	if s.Spec.Daemon || s.live >= s.Desired || h.Status != active || h.refuses(&r) != fits {
		return false
	}
	t := c.newTask(d, s.group, s)
	if len(s.Spec.Providers) > 0 {
		t.provider = h.Instance.Group
	}
	t.place(h)
	return true
}
