package aws

import (
	"cmp"
	"fmt"
	"iter"
	"maps"
	"slices"
	"time"

	ecs "github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

const (
	active   = "ACTIVE"
	draining = ecs.ContainerInstanceStatusDraining
	inactive = "INACTIVE"
)

// Host is a container instance.
type Host struct {
	ARN      string
	Instance *Instance
	Cluster  *Cluster
	Status   ecs.ContainerInstanceStatus
	// Connected is agentConnected.
	Connected  bool
	Registered time.Time
	Total      Resources
	ENIs       int
	Attributes map[string]string

	sequence int
	before   ecs.ContainerInstanceStatus // its last change of Status, and when that was
	changed  time.Time
	// tasks are those not STOPPED, oldest first.
	tasks []*Task
	// allocated is what tasks with desiredStatus RUNNING hold: ECS takes a stopping task's resources for free at once.
	// held is what really is in use, stopping tasks included: the agent starts a task when that leaves room.
	allocated, held Resources
	ports           map[int]int // by tasks with desiredStatus RUNNING
	enis, heldENIs  int
	heldPorts       map[int]int
	// waiting are placed tasks whose resources are still held by stopping ones, first in first out.
	waiting []*Task
	pulled  map[string]time.Time // since when a task definition's image is here, or until when it is pulled
	version int64

	stopped         []*Task // for StoppedKept, first stopped first
	running, tasked int     // tasks with desiredStatus RUNNING: in RUNNING, and all
	groups          map[*taskGroup]int
	zone            int // its number among the cluster's
	daemons         map[*Service]*Task
	// daemonRoom is kept free for daemons that are to run here and do not.
	daemonRoom Resources
	daemonENIs int
	// agentDead: it will not connect again. ended: the machine is no more, whatever ECS knows.
	agentDead, ended bool
	unreached        []func() // what is to be done as soon as the agent is connected
	shown            []ecs.Attribute
	described        *ecs.ContainerInstance
	describedAt      int64
}

// join is the agent's registration: the instance becomes an ACTIVE host of the cluster.
func (c *Cluster) join(i *Instance) {
	w, kind := c.world, i.Type
	c.joined++
	h := &Host{
		ARN:      arnOf("container-instance", fmt.Sprintf("%s/%032x", c.Name, c.joined)),
		Instance: i, Cluster: c, Status: ecs.ContainerInstanceStatusRegistering, Connected: true, Registered: w.now,
		Total: kind.Resources, ENIs: kind.ENIs,
		Attributes: map[string]string{
			"ecs.availability-zone": i.Zone, "ecs.instance-type": kind.Name, "ecs.os-type": "linux", "ecs.cpu-architecture": "x86_64",
		},
		sequence: c.joined, version: 1, zone: c.zoneOf(i.Zone),
		ports: map[int]int{}, heldPorts: map[int]int{}, pulled: map[string]time.Time{}, groups: map[*taskGroup]int{}, daemons: map[*Service]*Task{},
	}
	maps.Copy(h.Attributes, i.Group.Spec.Attributes)
	i.Host = h
	c.hosts = append(c.hosts, h)
	c.byARN[h.ARN] = h
	c.registered = c.registered.plus(h.Total)
	w.tell(Happened{Kind: HostRegistered, Cluster: c.Name, Group: i.Group.Spec.Name, Instance: i.ID, Size: h.Total})
	h.setStatus(active)
	c.retry()
	for s := range h.lacking() {
		s.startDaemon(h) // first of all tasks
	}
	h.live()
}

// count keeps what ECS believes to be allocated; see [Host].
func (h *Host) count(t *Task, by counts) {
	h.version++
	h.tasked += by.placed
	h.running += by.running
	d, c := t.Definition, h.Cluster
	switch by.running {
	case 1:
		c.reserved = c.reserved.plus(d.Resources)
	case -1:
		c.reserved = c.reserved.minus(d.Resources)
	}
	if by.placed == 0 {
		return
	}
	if by.placed > 0 {
		h.allocated = h.allocated.plus(d.Resources)
	} else {
		h.allocated = h.allocated.minus(d.Resources)
	}
	if d.Awsvpc {
		h.enis += by.placed
	}
	for _, p := range d.Ports {
		h.ports[p] += by.placed
	}
	t.group.count(h, by.placed)
	if t.Service != nil && t.Service.Spec.Daemon {
		h.keepForDaemons()
	}
	if by.placed < 0 {
		c.freed()
	}
}

// setStatus makes a host ACTIVE, DRAINING or INACTIVE, and keeps what depends on it.
func (h *Host) setStatus(to ecs.ContainerInstanceStatus) {
	from, c := h.Status, h.Cluster
	h.before, h.changed, h.Status = from, c.world.now, to
	h.version++
	by := 0
	if to == active {
		by = 1
	} else if from == active {
		by = -1
	}
	c.zones[h.zone] += by
	for _, s := range c.daemons {
		if s.Status == active && s.matches(h) {
			s.Desired += by
			s.version++
			s.lacks(h)
		}
	}
	leaves := 0
	if to == draining {
		leaves = 1
	} else if from == draining {
		leaves = -1
	}
	for _, t := range h.tasks {
		if s := t.Service; s != nil && t.Desired == taskRunning {
			s.leaving += leaves
			t.Deployment.leaving += leaves
			s.version++
			s.wake()
		}
	}
	h.keepForDaemons()
	if to == active {
		c.freed()
		for _, s := range c.services {
			if s.Spec.Rebalance {
				s.wake()
			}
		}
	}
}

// drain is what follows DRAINING: service tasks in PENDING are stopped at once, those in RUNNING moved by their services'
// schedulers, standalone ones left alone, daemons stopped last
// (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/container-instance-draining.html).
func (h *Host) drain() {
	for _, t := range slices.Clone(h.tasks) {
		if h.Status == draining && t.replica() && t.Desired == taskRunning && t.Last != taskRunning {
			t.stop(byDrain, "Task stopped by (service "+t.Service.Spec.Name+") because its container instance is DRAINING")
		}
	}
	h.stopDaemonsLast()
}

// stopDaemonsLast stops a DRAINING host's daemons when it has no replica task any more
// (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/managed-instance-draining.html).
func (h *Host) stopDaemonsLast() {
	if h.Status != draining || h.ended || slices.ContainsFunc(h.tasks, (*Task).replica) {
		return
	}
	for _, t := range slices.Clone(h.tasks) {
		if t.Service != nil {
			t.stop(byDrain, "Daemon task stopped because its container instance is DRAINING")
		}
	}
}

// gone is the end of a host's machine: EC2 terminated it or it failed. Tasks that were not STOPPED end with it. A host
// whose agent was connected is deregistered; another stays, ACTIVE and disconnected
// (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_instances.html). cause is the instance's.
func (h *Host) gone(cause string) {
	if h.ended {
		return
	}
	known := h.Connected
	h.ended = true
	h.unreached = nil
	h.disconnect()
	h.endTasks(cause)
	if known {
		h.deregister()
	}
}

// endTasks ends every task with the host.
func (h *Host) endTasks(cause string) {
	for _, t := range slices.Clone(h.tasks) {
		if t.Last == taskStopped {
			continue
		}
		h.Cluster.world.tell(t.happened(TaskEndedByHost, cause))
		t.end(byHost, "Host EC2 (instance "+h.Instance.ID+") terminated.")
	}
}

// dark is a host whose machine has failed but not yet been noticed: its agent is away and its tasks do nothing more.
func (h *Host) dark() {
	h.agentDead = true
	h.unreached = nil
	h.disconnect()
}

// deregister makes a host INACTIVE, which stays describable for a while.
func (h *Host) deregister() {
	if h.Status == inactive {
		return
	}
	c, w := h.Cluster, h.Cluster.world
	h.disconnect()
	h.setStatus(inactive)
	c.registered = c.registered.minus(h.Total)
	c.hosts = slices.DeleteFunc(c.hosts, func(o *Host) bool { return o == h })
	w.after(w.Knobs.ECS.StoppedKept, "host "+h.ARN, func() { delete(c.byARN, h.ARN) })
}

// lacking are the daemon services that are to run here and do not, oldest first.
func (h *Host) lacking() iter.Seq[*Service] {
	return func(yield func(*Service) bool) {
		for _, s := range h.Cluster.daemons {
			if s.Status == active && h.Status == active && h.daemons[s] == nil && s.matches(h) && !yield(s) {
				return
			}
		}
	}
}

// keepForDaemons reserves what the daemons need that are to run here and do not yet
// (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_services.html).
func (h *Host) keepForDaemons() {
	h.daemonRoom, h.daemonENIs = Resources{}, 0
	for s := range h.lacking() {
		d := s.deployments[0].Definition
		h.daemonRoom = h.daemonRoom.plus(d.Resources)
		if d.Awsvpc {
			h.daemonENIs++
		}
	}
}

// forget deregisters a host by force. Its tasks are orphaned, which here is their end: whoever forces does so because the
// host is dead (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeregisterContainerInstance.html).
func (h *Host) forget() {
	h.deregister()
	h.Cluster.world.after(0, "forget "+h.ARN, func() {
		if h.ended {
			return
		}
		h.ended = true
		h.unreached = nil
		h.endTasks(cmp.Or(h.Instance.ends(), "deregistered"))
	})
}
