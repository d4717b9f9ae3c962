package scaler

import (
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
func daemons(s cluster.Snapshot) []daemon {
	var found []daemon
	var kinds placement.Kinds
	for _, service := range s.Services {
		if isDaemon(service) {
			d, known := s.Definitions[service.Starts()]
			found = append(found, daemon{service.Name, service.Starts(), kinds.Of(service, d), known})
		}
	}
	return found
}

func isDaemon(s cluster.Service) bool {
	return s.Active && s.Daemon && s.Home == cluster.OnEC2
}

// unreadDaemons are the definitions of DAEMON services that are not known.
func (f *facts) unreadDaemons() []string {
	var unread []string
	for _, d := range f.daemons {
		if !d.known {
			unread = append(unread, d.definition)
		}
	}
	return unread
}

// daemonRoom is what ECS keeps on a host for DAEMON tasks that are not there yet: CPU, memory, network interfaces
// (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_services.html#service_scheduler_daemon) and ports. A
// host shows that room as free.
type daemonRoom struct {
	size   cluster.Resources
	ports  []cluster.Port
	awsvpc int
}

func (r *daemonRoom) add(of placement.Kind) {
	r.size = r.size.Plus(of.Size)
	r.ports = append(r.ports, of.Ports...)
	if of.Awsvpc {
		r.awsvpc++
	}
}

// daemonsToCome is the room for daemon tasks that are still to come, by the host's ARN: for certain ones and possible ones.
type daemonsToCome struct {
	certain, possible map[string]daemonRoom
	// sum adds up all that may come.
	sum cluster.Resources
	// unread are the definitions without which the room is not known.
	unread map[string]bool
}

// newDaemonsToCome counts on hosts whose tasks are known. A task that does not fit is not certain: AWS does not
// document whether ECS keeps room for it. It is possible, and so is the growth of a task whose service starts a larger
// revision now.
func newDaemonsToCome(f *facts) daemonsToCome {
	c := daemonsToCome{certain: map[string]daemonRoom{}, possible: map[string]daemonRoom{}, unread: map[string]bool{}}
	if len(f.daemons) == 0 {
		return c
	}
	for _, h := range f.capacity {
		if !tasksKnown(h) || f.steps.Spent() {
			continue
		}
		certain, possible, unread := f.daemonsToComeOn(h)
		c.certain[h.ARN], c.possible[h.ARN] = certain, possible
		c.sum = c.sum.Plus(possible.size)
		for _, definition := range unread {
			c.unread[definition] = true
		}
	}
	return c
}

func (f *facts) daemonsToComeOn(h cluster.Host) (certain, possible daemonRoom, unread []string) {
	here := f.daemonTasks(h)
	at := f.packed(h, false, daemonRoom{}, f.awsvpcLimit())
	for _, d := range f.daemons {
		reserved, runs := here[d.service]
		switch {
		case !d.known && !runs:
			unread = append(unread, d.definition)
		case !d.known:
		case runs:
			possible.size = possible.size.Plus(grown(d.kind.Size, reserved))
		case grown(d.kind.Size, h.Registered) != (cluster.Resources{}): // it never comes to a host that is smaller
		case placement.Suits(at, d.kind, placement.Config{Strict: true, Steps: f.steps}):
			possible.add(d.kind)
			if left := h.Remaining.Minus(certain.size).Minus(d.kind.Size); left.CPU >= 0 && left.Memory >= 0 && left.GPU >= 0 {
				certain.add(d.kind)
			}
		case placement.Suits(at, d.kind, placement.Config{Steps: f.steps}):
			possible.add(d.kind)
		}
	}
	return certain, possible, unread
}

// daemonTasks are what each DAEMON service's tasks reserve on a host.
func (f *facts) daemonTasks(h cluster.Host) map[string]cluster.Resources {
	here := map[string]cluster.Resources{}
	for _, t := range f.tasks[h.ARN] {
		if f.services[t.Service].Daemon {
			size, _ := t.SizeIn(f.s.Definitions)
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

// onlyDaemons tells whether an unread host can only have daemons: it has no more tasks than there are of them.
func (f *facts) onlyDaemons(h cluster.Host) bool {
	return !tasksKnown(h) && h.Tasks <= len(f.daemons)
}

// daemonLoad is the most that daemons reserve on any host, as far as its other tasks are known. It stands for daemons
// whose definition is not known: without them a new host would look larger than it is and be bought for nothing.
func (f *facts) daemonLoad() cluster.Resources {
	var most cluster.Resources
	for _, h := range f.capacity {
		load := h.Reserved()
		if !tasksKnown(h) && !f.onlyDaemons(h) {
			continue
		}
		known := true
		for _, t := range f.tasks[h.ARN] {
			if t.Service != "" && f.services[t.Service].Daemon {
				continue
			}
			size, sized := t.SizeIn(f.s.Definitions)
			load, known = load.Minus(size), known && sized
		}
		if known {
			most = cluster.Resources{CPU: max(most.CPU, load.CPU), Memory: max(most.Memory, load.Memory), GPU: max(most.GPU, load.GPU)}
		}
	}
	return most
}
