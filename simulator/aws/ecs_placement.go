package aws

// request is what a task needs of a host.
type request struct {
	definition *TaskDefinition
	group      *taskGroup
	distinct   bool
	memberOf   map[string]string
	strategy   []strategy
	// zone and only, where they are given, are the only zone and Auto Scaling group that may take it.
	zone string
	only *Group
	// daemon: what is kept for daemons is there for it.
	daemon bool
	// luck names the draw that decides between hosts of equal standing.
	luck string
}

// choose finds a host, as ECS does it: what has room, then constraints, then strategies
// (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-placement.html).
func (c *Cluster) choose(r request) (*Host, refusal) {
	var (
		best    *Host
		score   [mostStrategies]int
		equals  int
		closest refusal
	)
	values := c.values(r.strategy, r.group)
	luck := c.world.draw("place " + r.luck)
	for _, h := range c.hosts {
		if h.Status != active {
			continue
		}
		if why := h.refuses(&r); why != fits {
			if why > closest.why {
				closest = refusal{why, h}
			}
			continue
		}
		its := h.score(r.strategy, r.group, values)
		switch order := compare(its, score); {
		case best == nil || order < 0:
			best, score, equals = h, its, 1
		case order == 0:
			equals++
			if luck.IntN(equals) == 0 {
				best = h
			}
		}
	}
	if best != nil {
		return best, refusal{}
	}
	return nil, closest
}

// refuses says what a host lacks first, or that it fits.
func (h *Host) refuses(r *request) shortage {
	free := h.Total.minus(h.allocated)
	enis := h.ENIs - h.enis
	if !r.daemon {
		free = free.minus(h.daemonRoom)
		enis -= h.daemonENIs
	}
	need := r.definition.Resources
	switch {
	case !h.Connected:
		return noAgent
	case need.CPU > free.CPU:
		return noCPU
	case need.Memory > free.Memory:
		return noMemory
	case need.GPU > free.GPU:
		return noGPU
	case r.definition.Awsvpc && enis < 1:
		return noENI
	case h.taken(r.definition.Ports):
		return noPorts
	case !h.suits(r):
		return noMember
	case r.distinct && h.groups[r.group] > 0:
		return notDistinct
	default:
		return fits
	}
}

func (h *Host) taken(ports []int) bool {
	for _, p := range ports {
		if h.ports[p] > 0 {
			return true
		}
	}
	return false
}

// suits says whether the host is one of those that may take the task at all.
func (h *Host) suits(r *request) bool {
	if r.zone != "" && h.Instance.Zone != r.zone || r.only != nil && h.Instance.Group != r.only {
		return false
	}
	return h.has(r.memberOf)
}

func (h *Host) has(attributes map[string]string) bool {
	for name, value := range attributes {
		if h.Attributes[name] != value {
			return false
		}
	}
	return true
}
