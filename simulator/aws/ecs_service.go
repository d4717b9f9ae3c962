package aws

import (
	"fmt"
	"strconv"
	"time"
)

// CreateService makes a service.
func (c *Cluster) CreateService(spec ServiceSpec) *Service {
	w := c.world
	w.mu.Lock()
	defer w.mu.Unlock()
	s := &Service{
		Spec: spec, Cluster: c, Created: w.now, Status: active, group: c.groupOf("service:" + spec.Name), version: 1, refusedAt: -1,
		strategy: strategies(spec.Strategy),
	}
	if len(s.strategy) == 0 {
		s.strategy = byDefault
	}
	if spec.MaxPercent == 0 && spec.MinPercent == 0 {
		s.Spec.MinPercent, s.Spec.MaxPercent = 100, 200
		if spec.Daemon {
			s.Spec.MinPercent, s.Spec.MaxPercent = 0, 100
		}
	}
	loop := max(w.Knobs.ECS.Loop, time.Second)
	s.phase = time.Duration(w.draw("loop " + c.Name + " " + spec.Name).Int64N(int64(loop))).Round(time.Millisecond)
	for _, item := range spec.Providers {
		c.provide(item.Group)
	}
	s.rollOut(spec.Definition)
	c.services = append(c.services, s)
	c.named[spec.Name] = s
	if spec.Daemon {
		c.daemons = append(c.daemons, s)
		s.eachHost(func(h *Host) {
			s.Desired++
			s.lacks(h)
			h.keepForDaemons()
		})
	}
	s.want(spec.Desired)
	return s
}

// ARN is the service's.
func (s *Service) ARN() string { return arnOf("service", s.Cluster.Name+"/"+s.Spec.Name) }

// Running and Pending are its tasks in RUNNING and on the way to it, by desiredStatus RUNNING.
func (s *Service) Running() int { return s.running }

// Pending is as Running says.
func (s *Service) Pending() int { return s.live - s.running }

// Tasks are those not STOPPED, oldest first.
func (s *Service) Tasks() []*Task { return s.tasks }

// Deployments are PRIMARY first, then ACTIVE ones, newest first.
func (s *Service) Deployments() []*Deployment { return s.deployments }

// SetDesired sets the desired count. A daemon's follows the hosts.
func (s *Service) SetDesired(n int) {
	w := s.Cluster.world
	w.mu.Lock()
	defer w.mu.Unlock()
	if s.Status == active {
		s.want(n)
	}
}

// want sets a REPLICA service's desired count.
func (s *Service) want(n int) {
	s.version++
	s.wake()
	if s.Spec.Daemon {
		return
	}
	if by := n - s.Desired; by != 0 {
		s.tell(DemandChanged, by, "desired")
	}
	s.Desired = n
	s.settle("", nil, 0)
}

// Deploy begins a roll-out of another definition.
func (s *Service) Deploy(d *TaskDefinition) {
	w := s.Cluster.world
	w.mu.Lock()
	defer w.mu.Unlock()
	if s.Status != active {
		return
	}
	n, lacking := s.Desired, len(s.wanted)
	if !s.Spec.Daemon {
		s.tell(DemandChanged, -n, "desired")
		s.tell(TaskWanted, -lacking, "desired")
	}
	s.rollOut(d)
	if !s.Spec.Daemon {
		s.tell(DemandChanged, n, "desired")
		s.tell(TaskWanted, lacking, "desired")
	}
	if s.Spec.Daemon {
		s.eachHost((*Host).keepForDaemons)
	}
}

// rollOut makes a new PRIMARY deployment. What slowed the scheduler down is forgotten
// (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-throttle-logic.html).
func (s *Service) rollOut(d *TaskDefinition) {
	w := s.Cluster.world
	s.rollouts++
	s.Cluster.known[d.ARN()] = d
	s.deployments = append([]*Deployment{{
		ID:         fmt.Sprintf("ecs-svc/%019d", s.rollouts),
		Definition: d, Created: w.now, changed: w.now, Rollout: inProgress, reason: "ECS deployment ecs-svc in progress.",
	}}, s.deployments...)
	s.refused, s.notBefore, s.trying = 0, time.Time{}, time.Time{}
	s.steady = false
	s.version++
	s.wake()
}

// Delete ends the service and its tasks, as DeleteService with force.
func (s *Service) Delete() {
	w := s.Cluster.world
	w.mu.Lock()
	defer w.mu.Unlock()
	if s.Status != active {
		return
	}
	s.want(0)
	s.Status = string(draining)
	if s.Spec.Daemon {
		s.Desired = 0
		s.eachHost((*Host).keepForDaemons)
		s.Cluster.freed()
	}
}

const eventsKept = 100

// event adds to what DescribeServices shows; ECS keeps a hundred
// (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-event-messages.html).
func (s *Service) event(message string) {
	s.eventsMade++
	if len(s.events) == 2*eventsKept {
		s.events = append(s.events[:0:0], s.events[eventsKept:]...)
	}
	s.events = append(s.events, serviceEvent{
		id: s.Spec.Name + "-" + strconv.Itoa(s.eventsMade), at: s.Cluster.world.now, message: message,
	})
	s.version++
}

// wake has the scheduler look at the service at its next turn; wakeAt not before a time.
func (s *Service) wake() { s.wakeAt(s.Cluster.world.now) }

func (s *Service) wakeAt(t time.Time) {
	w := s.Cluster.world
	at := w.boundary(t, s.phase)
	if !s.nextLook.IsZero() && !at.Before(s.nextLook) {
		return
	}
	s.nextLook = at
	w.at(at, "service "+s.Cluster.Name+" "+s.Spec.Name, func() {
		if s.nextLook.Equal(at) {
			s.nextLook = time.Time{}
			s.look()
		}
	})
}
