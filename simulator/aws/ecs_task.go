package aws

import (
	"fmt"
	"strconv"
	"time"

	ecs "github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

// Statuses of tasks (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-lifecycle-explanation.html).
const (
	taskProvisioning = "PROVISIONING"
	taskPending      = "PENDING"
	taskActivating   = "ACTIVATING"
	taskRunning      = "RUNNING"
	taskDeactivating = "DEACTIVATING"
	taskStopping     = "STOPPING"
	taskStopped      = "STOPPED"
)

// Causes of a stop.
const (
	byService  = "service"
	byDrain    = "drain"
	byAPI      = "api"
	byExit     = "exit"
	byHost     = "host"
	byCapacity = "capacity"
)

// TaskDefinition is a revision.
type TaskDefinition struct {
	Family    string
	Revision  int
	Resources Resources
	// Awsvpc: each task needs a network interface.
	Awsvpc bool
	// Ports are static host ports; two tasks with one in common cannot share a host.
	Ports []int
	// Starts is how long a container takes from image to RUNNING, beside the pull.
	Starts time.Duration
	// StopTimeout is SIGTERM to SIGKILL; Stops is how long the container really takes to end after SIGTERM.
	StopTimeout, Stops time.Duration
	// Crashes is how long a task runs before it exits by its own fault; 0 is never.
	Crashes time.Duration
	// NeverHealthy: in a service that checks health, a task of this revision is never HEALTHY.
	NeverHealthy bool
}

// Task is a task.
type Task struct {
	ARN        string
	Cluster    *Cluster
	Definition *TaskDefinition
	// Service is nil for a standalone task.
	Service    *Service
	Deployment *Deployment
	Host       *Host // nil while PROVISIONING
	// Desired is RUNNING or STOPPED; Last is PROVISIONING, PENDING, ACTIVATING, RUNNING, DEACTIVATING, STOPPING or STOPPED.
	Desired, Last                       string
	Healthy                             bool
	Created, Started, Stopping, Stopped time.Time
	// ProtectedUntil is the end of its scale-in protection.
	ProtectedUntil time.Time
	// Cause of its stop: service, drain, api, exit, host, or capacity where it left PROVISIONING without a host.
	Cause string
	// Lasts is how long a standalone task runs.
	Lasts time.Duration

	group    *taskGroup
	provider *Group     // the group behind the capacity provider that it was placed through; nil: none
	wanted   time.Time  // since when a standalone task was wanted
	strategy []strategy // of a standalone task
	version  int64
	finished func(*Task) // told when it STOPPED; may be nil

	sequence    int
	key         string // of its events and its luck
	step        int    // an event made before it was stopped is void
	holds       bool   // its resources are in use on the host
	unhealthy   bool
	reason      string // stoppedReason
	described   *ecs.Task
	describedAt int64
}

// ARN is the definition's, with its revision.
func (d *TaskDefinition) ARN() string { return arnOf("task-definition", d.name()) }

func (d *TaskDefinition) name() string { return d.Family + ":" + strconv.Itoa(d.Revision) }

// newTask makes a task that has no host yet.
func (c *Cluster) newTask(d *TaskDefinition, group *taskGroup, s *Service) *Task {
	c.made++
	c.known[d.ARN()] = d
	id := fmt.Sprintf("%032x", c.made)
	t := &Task{
		ARN: arnOf("task", c.Name+"/"+id), Cluster: c, Definition: d, Service: s, Last: taskProvisioning, Created: c.world.now,
		group: group, sequence: c.made, key: "task " + c.Name + " " + id,
	}
	c.tasks[t.ARN] = t
	group.members++
	c.standing = add(c.standing, t)
	if s != nil {
		t.Deployment = s.deployments[0]
		s.tasks = add(s.tasks, t)
	}
	t.change("", func() { t.Desired = taskRunning })
	return t
}

// ID is the last part of the ARN.
func (t *Task) ID() string { return t.key[len(t.key)-32:] }

func (t *Task) replica() bool { return t.Service != nil && !t.Service.Spec.Daemon }

// leaving says whether the task is to be moved because its host drains.
func (t *Task) leaving() bool { return t.Host != nil && t.Host.Status == draining }

func (t *Task) protected() bool { return t.ProtectedUntil.After(t.Cluster.world.now) }

func (t *Task) count() counts {
	if t.Desired != taskRunning {
		return counts{}
	}
	c := counts{live: 1}
	if t.Host != nil {
		c.placed = 1
	}
	if t.Last == taskRunning {
		c.running = 1
		if t.Healthy {
			c.healthy = 1
		}
	}
	if t.leaving() {
		c.leaving = 1
	}
	return c
}

func (c counts) minus(o counts) counts {
	return counts{c.live - o.live, c.placed - o.placed, c.running - o.running, c.healthy - o.healthy, c.leaving - o.leaving}
}

func (c *counts) recount(o counts) {
	c.live += o.live
	c.placed += o.placed
	c.running += o.running
	c.healthy += o.healthy
	c.leaving += o.leaving
}

// change is the one way to alter a task: it keeps every count and book that depends on it. cause is of a stop.
func (t *Task) change(cause string, do func()) {
	before := t.count()
	do()
	t.version++
	by := t.count().minus(before)
	if t.Host != nil {
		t.Host.count(t, by)
	}
	if s := t.Service; s != nil {
		s.recount(by)
		t.Deployment.recount(by)
		s.version++
		s.settle(cause, t, by.placed)
		s.wake()
	}
}

// place gives a task its host. Its agent starts the task when what it needs is really free, and not if it was stopped before.
func (t *Task) place(h *Host) {
	h.tasks = add(h.tasks, t)
	if t.Service != nil && t.Service.Spec.Daemon {
		h.daemons[t.Service] = t
	}
	t.change("", func() { t.Host, t.Last = h, taskPending })
	if t.Service == nil {
		w := t.Cluster.world
		w.tell(Happened{
			Kind: TaskPlaced, Cluster: t.Cluster.Name, Task: t.ARN, Instance: h.Instance.ID,
			N: 1, Wait: w.now.Sub(t.wanted), Size: t.Definition.Resources,
		})
	}
	h.reach(t.unlessStopped(func() { h.admit(t) }))
}

// unlessStopped is do as long as the task has not been stopped meanwhile.
func (t *Task) unlessStopped(do func()) func() {
	step := t.step
	return func() {
		if t.step == step {
			do()
		}
	}
}

// next has do done after a time, and then not before the agent is connected.
func (t *Task) next(d time.Duration, do func()) {
	do = t.unlessStopped(do)
	t.Cluster.world.after(d, t.key, func() { t.Host.reach(do) })
}

// begin is the agent's: images first, then the containers.
func (t *Task) begin() {
	w, h := t.Cluster.world, t.Host
	luck := w.draw("start " + t.key)
	name := t.Definition.name()
	ready, known := h.pulled[name]
	if !known {
		ready = w.now.Add(w.Knobs.ECS.FirstPull.of(luck))
		h.pulled[name] = ready
	}
	d := max(ready.Sub(w.now), 0)
	if known {
		d += w.Knobs.ECS.CachedPull.of(luck)
	}
	if t.Definition.Awsvpc {
		d += w.Knobs.ECS.ENI.of(luck)
	}
	t.next(d, func() {
		if t.Definition.Starts <= 0 {
			t.run()
			return
		}
		t.change("", func() { t.Last = taskActivating })
		t.next(t.Definition.Starts, t.run)
	})
}

func (t *Task) run() {
	w := t.Cluster.world
	t.change("", func() { t.Last, t.Started = taskRunning, w.now })
	w.tell(t.happened(TaskRunning, ""))
	if t.Service != nil {
		t.awaitHealth()
	}
	if t.Lasts > 0 {
		t.next(t.Lasts, t.exit)
	}
	if t.Definition.Crashes > 0 {
		t.next(t.Definition.Crashes, t.exit)
	}
}

// awaitHealth makes a task healthy when its target or its health check says so, and without either after 40 s
// (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeploymentConfiguration.html).
func (t *Task) awaitHealth() {
	spec, knobs := &t.Service.Spec, &t.Cluster.world.Knobs.ECS
	d := knobs.Healthy
	if spec.HealthCheck {
		d = knobs.HealthCheck
	}
	if spec.LoadBalanced {
		d = max(spec.TargetHealthy, time.Nanosecond)
		if spec.HealthCheck {
			d = max(d, knobs.HealthCheck)
		}
	}
	if spec.NeverHealthy || t.Definition.NeverHealthy {
		if spec.HealthCheck || spec.LoadBalanced {
			t.next(knobs.Unhealthy, t.fail)
		}
		return
	}
	t.next(d, func() {
		t.change("", func() { t.Healthy = true })
		t.Deployment.failed, t.Deployment.cameUp = 0, true
	})
}

// fail is a health check that failed: the service's scheduler replaces the task
// (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-definition-parameters.html).
func (t *Task) fail() {
	t.unhealthy = true
	t.Service.failed(t)
	t.stop(byService, "Task failed container health checks")
}

// exit is the end of an essential container by itself.
func (t *Task) exit() {
	if t.Service != nil {
		t.Service.failed(t)
	}
	t.end(byExit, "Essential container in task exited")
}

func (t *Task) happened(k Kind, cause string) Happened {
	h := Happened{Kind: k, Cluster: t.Cluster.Name, Task: t.ARN, Cause: cause, Size: t.Definition.Resources, N: 1}
	if t.Service != nil {
		h.Service = t.Service.Spec.Name
	}
	if t.Host != nil {
		h.Instance = t.Host.Instance.ID
	}
	return h
}

// Protect sets scale-in protection for a time, 2 hours unless it says otherwise; less than nothing takes it away
// (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_UpdateTaskProtection.html).
func (t *Task) Protect(d time.Duration) {
	w := t.Cluster.world
	w.mu.Lock()
	defer w.mu.Unlock()
	t.protect(d)
}

func (t *Task) protect(d time.Duration) {
	if d == 0 {
		d = 2 * time.Hour
	}
	t.change("", func() { t.ProtectedUntil = t.Cluster.world.now.Add(min(d, 48*time.Hour)) })
}
