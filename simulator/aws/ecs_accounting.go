package aws

// counts are of tasks with desiredStatus RUNNING: all, those with a host, in RUNNING, healthy, on DRAINING hosts.
type counts struct{ live, placed, running, healthy, leaving int }

// settle keeps the book of what a service lacks, as observe.go has it. by is +1 when t has just been placed; cause is why
// a task was stopped.
func (s *Service) settle(cause string, t *Task, by int) {
	if s.Spec.Daemon {
		return
	}
	if by > 0 {
		s.bookPlaced(t)
	}
	lack := max(0, s.Desired-s.placed)
	if more := lack - len(s.wanted); more != 0 {
		s.bookWanted(more, cause)
	}
	s.watchFloor(cause, t)
}

func (s *Service) tell(k Kind, n int, cause string) {
	if n == 0 && k != BelowFloor {
		return
	}
	s.Cluster.world.tell(Happened{
		Kind: k, Cluster: s.Cluster.Name, Service: s.Spec.Name, N: n, Cause: cause, Size: s.deployments[0].Definition.Resources,
	})
}

func (s *Service) bookWanted(more int, cause string) {
	if cause == "" {
		cause = "desired"
	}
	s.tell(TaskWanted, more, cause)
	if more < 0 {
		s.wanted = s.wanted[:len(s.wanted)+more]
		return
	}
	for range more {
		s.wanted = append(s.wanted, s.Cluster.world.now)
	}
}

// bookPlaced takes the longest wanted from the book. A task beside those that still serve was not in it.
func (s *Service) bookPlaced(t *Task) {
	w := s.Cluster.world
	h := t.happened(TaskPlaced, "")
	h.Size = s.deployments[0].Definition.Resources
	switch {
	case len(s.wanted) > 0:
		h.Wait = w.now.Sub(s.wanted[0])
		s.wanted = s.wanted[1:]
	default:
		if !s.trying.IsZero() {
			h.Wait = w.now.Sub(s.trying)
		}
		s.tell(TaskWanted, 1, "replacement")
	}
	w.tell(h)
}

// floor is the fewest healthy tasks that a service may have, ceiling the most in RUNNING and PENDING
// (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeploymentConfiguration.html).
func (s *Service) floor() int { return (s.Desired*s.Spec.MinPercent + 99) / 100 }

func (s *Service) ceiling() int { return s.Desired * s.Spec.MaxPercent / 100 }

// watchFloor tells when the service falls below its floor, further below, and when it is over. A shortage that a host's
// scale-in has a part in is by scaling until it ends; a task that Spot or a broken machine took while its host left by
// scale-in has none.
func (s *Service) watchFloor(cause string, t *Task) {
	below := max(0, s.floor()-s.running)
	if below == s.below {
		return
	}
	lost := t != nil && (cause == byDrain || cause == byHost) && t.Host != nil && t.Host.Instance.ends() == "scale_in"
	switch {
	case below == 0:
		s.belowBy = ""
	case lost && below > s.below:
		s.belowBy = "scaling"
	case s.belowBy == "":
		s.belowBy = "other"
	}
	s.below = below
	s.tell(BelowFloor, below, s.belowBy)
}

// Want tells that a caller wants n more standalone tasks of a size, or fewer; see TaskWanted.
func (w *World) Want(cluster string, n int, size Resources) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.tell(Happened{Kind: DemandChanged, Cluster: cluster, N: n, Size: size})
	w.tell(Happened{Kind: TaskWanted, Cluster: cluster, N: n, Size: size, Cause: "desired"})
}
