package aws

import (
	"fmt"
	"strconv"
	"time"

	ecs "github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

// ServiceSpec is a service to be made.
type ServiceSpec struct {
	Name       string
	Definition *TaskDefinition
	Desired    int
	Daemon     bool
	// MinPercent and MaxPercent are minimumHealthyPercent and maximumPercent.
	MinPercent, MaxPercent int
	// Strategy is a chain of spread:attribute:ecs.availability-zone, spread:instanceId, binpack:cpu, binpack:memory,
	// random; empty is the service default.
	Strategy []string
	// DistinctInstance and MemberOf (attribute==value) are placement constraints.
	DistinctInstance bool
	MemberOf         map[string]string
	// LoadBalanced: healthy after TargetHealthy, and stopping begins with Deregistration.
	LoadBalanced                  bool
	TargetHealthy, Deregistration time.Duration
	// HealthCheck: tasks report health; NeverHealthy ones are never HEALTHY.
	HealthCheck, NeverHealthy bool
	// CircuitBreaker fails a roll-out that does not come up, without rollback.
	CircuitBreaker bool
	// Rebalance is availabilityZoneRebalancing.
	Rebalance bool
	// Managed: its tasks use the cluster's managed capacity provider.
	Managed bool
	// Providers is its capacity provider strategy over groups whose providers ECS does not scale; none: launch type EC2.
	Providers []StrategyItem
}

// Service is a service.
type Service struct {
	Spec    ServiceSpec
	Cluster *Cluster
	Desired int
	Created time.Time
	// Status is ACTIVE, DRAINING while it is deleted, INACTIVE.
	Status string
	// deployments: PRIMARY first, then ACTIVE ones, newest first.
	deployments []*Deployment
	tasks       []*Task        // not STOPPED, oldest first
	events      []serviceEvent // newest last
	wanted      []time.Time    // since when each unplaced task is wanted, oldest first
	refused     int            // placements refused in a row
	notBefore   time.Time      // back-off

	counts
	strategy []strategy
	group    *taskGroup
	stopped  []*Task   // for StoppedKept, first stopped first
	trying   time.Time // since when the scheduler wants to start a task
	below    int       // running tasks fewer than the floor
	belowBy  string
	nextLook time.Time
	phase    time.Duration
	// refusal is the last one, valid while the cluster's room is refusedAt and the definition the same.
	refusal     refusal
	refusedAt   int64
	refusedFor  *TaskDefinition
	minute      time.Time // of the launch rate
	launched    int       // tasks in that minute
	steady      bool
	spare       *Task   // started to balance zones, not yet healthy
	missing     []*Host // where a daemon is to be started
	rollouts    int
	eventsMade  int
	version     int64
	described   *ecs.Service
	describedAt int64
}

type serviceEvent struct {
	id      string
	at      time.Time
	message string
}

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
	at := w.boundary(t, s.phase, w.Knobs.ECS.Loop)
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
