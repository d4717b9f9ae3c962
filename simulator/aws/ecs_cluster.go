package aws

import (
	"slices"
	"time"
)

// Cluster is an ECS cluster.
type Cluster struct {
	Name  string
	world *World

	hosts    []*Host          // oldest registration first, without INACTIVE ones
	byARN    map[string]*Host // INACTIVE ones too, for StoppedKept
	joined   int              // hosts ever
	services []*Service       // INACTIVE ones too
	daemons  []*Service       // of services
	named    map[string]*Service
	tasks    map[string]*Task // by ARN, stopped ones for StoppedKept
	standing []*Task          // not STOPPED, oldest first
	stopped  []*Task          // for StoppedKept, first stopped first
	queue    []*Task          // PROVISIONING, for a managed capacity provider
	provider *CapacityProvider
	provided map[*Group]bool      // groups with a capacity provider that ECS does not scale
	made     int                  // tasks ever
	samples  map[string]datapoint // of its metrics, in this minute

	groups map[string]*taskGroup
	// zoneNames are the zones that ever had a host, zones how many ACTIVE ones each has.
	zoneNames []string
	zones     []int
	// registered is what ACTIVE and DRAINING hosts have, reserved what RUNNING tasks on them hold.
	registered, reserved Resources
	// room counts every change after which a task that fitted nowhere might fit.
	room      int64
	queueLook time.Time // when the queue is looked at next; zero is never
	known     map[string]*TaskDefinition
}

func arnOf(kind, path string) string {
	return "arn:aws:ecs:" + region + ":" + account + ":" + kind + "/" + path
}

// NewCluster makes an empty cluster.
func (w *World) NewCluster(name string) *Cluster {
	w.mu.Lock()
	defer w.mu.Unlock()
	c := &Cluster{
		Name: name, world: w,
		byARN: map[string]*Host{}, tasks: map[string]*Task{}, known: map[string]*TaskDefinition{}, named: map[string]*Service{},
		groups: map[string]*taskGroup{},
	}
	w.clusters = append(w.clusters, c)
	return c
}

// ARN is the cluster's.
func (c *Cluster) ARN() string { return arnOf("cluster", c.Name) }

// Hosts are the registered container instances, oldest registration first.
func (c *Cluster) Hosts() []*Host { return c.hosts }

// Services are the services that are not INACTIVE, oldest first.
func (c *Cluster) Services() []*Service {
	return slices.DeleteFunc(slices.Clone(c.services), func(s *Service) bool { return s.Status == inactive })
}

// Tasks are those not STOPPED, oldest first.
func (c *Cluster) Tasks() []*Task { return c.standing }

// freed is told of every change after which a task might fit that did not.
func (c *Cluster) freed() {
	c.room++
	if len(c.queue) > 0 {
		c.lookAtQueue()
	}
}

// boundary is the first of the times after t that are phase and a whole number of loops after the world's start: the
// scheduler looks at a service only then.
func (w *World) boundary(t time.Time, phase, loop time.Duration) time.Time {
	loop = max(loop, time.Second)
	first := w.Knobs.Start.Add(phase)
	if t.Before(first) {
		return first
	}
	return first.Add(t.Sub(first).Truncate(loop) + loop)
}

// forget drops the tasks that stopped longer ago than ECS shows them
// (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ListTasks.html).
func (w *World) forget(stopped []*Task) []*Task {
	n := 0
	for n < len(stopped) && w.now.Sub(stopped[n].Stopped) > w.Knobs.ECS.StoppedKept {
		n++
	}
	if n == 0 {
		return stopped
	}
	return append(stopped[:0:0], stopped[n:]...)
}

// keepStopped adds a stopped task to a list, and now and then drops what is too old.
func (w *World) keepStopped(stopped []*Task, t *Task) []*Task {
	if len(stopped) >= 64 && len(stopped) == cap(stopped) {
		stopped = w.forget(stopped)
	}
	return append(stopped, t)
}

// add puts a task into a list, oldest first.
func add(tasks []*Task, t *Task) []*Task {
	if n := len(tasks); n == 0 || tasks[n-1].sequence < t.sequence {
		return append(tasks, t)
	}
	at, _ := slices.BinarySearchFunc(tasks, t.sequence, bySequence)
	return slices.Insert(tasks, at, t)
}

func drop(tasks []*Task, t *Task) []*Task {
	if at, found := slices.BinarySearchFunc(tasks, t.sequence, bySequence); found {
		return slices.Delete(tasks, at, at+1)
	}
	return tasks
}

func bySequence(t *Task, sequence int) int { return t.sequence - sequence }
