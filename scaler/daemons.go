package scaler

import (
	"slices"

	"ecs-cluster-scaler/cluster"
	"ecs-cluster-scaler/placement"
)

// daemon is a DAEMON service with the kind of the tasks that it starts now.
type daemon struct {
	service, definition string
	kind                placement.Kind
	known               bool
}

// daemons are those whose tasks run on container instances.
func (j *judgement) daemons() []daemon {
	var found []daemon
	var kinds placement.Kinds
	for _, service := range j.s.Services {
		if service.Active && service.Daemon && service.Home == cluster.OnEC2 {
			d, known := j.s.Definitions[service.Starts()]
			found = append(found, daemon{service.Name, service.Starts(), kinds.Of(service, d), known})
		}
	}
	return found
}

// toCome is the room that ECS keeps on a host for DAEMON tasks that are not there yet: CPU, memory and network interfaces
// (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_services.html#service_scheduler_daemon), and their
// ports, which nothing else can have. A host shows that room as free.
type toCome struct {
	size   cluster.Resources
	ports  []cluster.Port
	awsvpc int
}

func (c *toCome) add(size cluster.Resources, of placement.Kind) {
	c.size = c.size.Plus(size)
	c.ports = append(c.ports, of.Ports...)
	if of.Awsvpc {
		c.awsvpc++
	}
}

// coming is the same for all hosts, by ARN: what comes for certain, and what may come.
type coming struct {
	certain, possible map[string]toCome
	// sum is of all that may come.
	sum cluster.Resources
	// unread are the definitions without which it is not known.
	unread map[string]bool
}

// newComing looks at the hosts whose tasks are known. What is certain leaves out a task that does not fit: whether ECS
// keeps what is not there, AWS's documents do not say. What is possible counts it, and the growth of a task whose
// service starts a larger revision now.
func newComing(j *judgement) coming {
	c := coming{certain: map[string]toCome{}, possible: map[string]toCome{}, unread: map[string]bool{}}
	daemons := j.daemons()
	if len(daemons) == 0 {
		return c
	}
	for _, h := range j.capacity {
		if !read(h) || j.steps.Spent() {
			continue
		}
		certain, possible := c.on(h, daemons, j)
		c.certain[h.ARN], c.possible[h.ARN] = certain, possible
		c.sum = c.sum.Plus(possible.size)
	}
	return c
}

// on is what comes to one host.
func (c coming) on(h cluster.Host, daemons []daemon, j *judgement) (certain, possible toCome) {
	here := j.daemonTasks(h)
	at := j.place(h, false)
	for _, d := range daemons {
		reserved, runs := here[d.service]
		switch {
		case !d.known && !runs:
			c.unread[d.definition] = true
		case !d.known:
		case runs:
			possible.size = possible.size.Plus(grown(d.kind.Size, reserved))
		case grown(d.kind.Size, h.Registered) != (cluster.Resources{}): // it never comes to a host that is smaller
		case placement.Suits(at, d.kind, placement.Config{Strict: true, Steps: j.steps}):
			possible.add(d.kind.Size, d.kind)
			if left := h.Remaining.Minus(certain.size).Minus(d.kind.Size); left.CPU >= 0 && left.Memory >= 0 && left.GPU >= 0 {
				certain.add(d.kind.Size, d.kind)
			}
		case placement.Suits(at, d.kind, placement.Config{Steps: j.steps}):
			possible.add(d.kind.Size, d.kind)
		}
	}
	return certain, possible
}

// daemonTasks are what each DAEMON service's tasks reserve on a host.
func (j *judgement) daemonTasks(h cluster.Host) map[string]cluster.Resources {
	here := map[string]cluster.Resources{}
	for _, t := range j.tasks[h.ARN] {
		if j.services[t.Service].Daemon {
			size, _ := t.SizeIn(j.s.Definitions)
			here[t.Service] = here[t.Service].Plus(size)
		}
	}
	return here
}

// grown is by how much a size exceeds another, resource by resource.
func grown(to, from cluster.Resources) cluster.Resources {
	by := to.Minus(from)
	return cluster.Resources{CPU: max(0, by.CPU), Memory: max(0, by.Memory), GPU: max(0, by.GPU)}
}

// keepFrom takes the room for what is to come from a host as a packing sees it.
func (c toCome) keepFrom(p *placement.Host) {
	p.Free = p.Free.Minus(c.size)
	p.Ports = slices.Concat(p.Ports, c.ports)
	p.Awsvpc += c.awsvpc
}
