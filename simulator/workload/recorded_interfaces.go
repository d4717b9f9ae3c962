package workload

import (
	"cmp"
	"slices"
	"time"

	"ecs-cluster-scaler/simulator/recording"
)

// noLimit is how many awsvpc tasks a host takes of which nobody knows how many it takes.
const noLimit = 1000

// noteInterfaces says where a type's number of awsvpc tasks is a guess. AWS tells it in a document, not in an answer.
func (p *replay) noteInterfaces() {
	if !p.anyAwsvpc() {
		return
	}
	for _, t := range p.recording.InstanceTypes {
		if t.AwsvpcTasks > 0 {
			continue
		}
		if n := p.interfaces(t.Name); n < noLimit {
			p.note("a host of type %s is taken to have room for %d awsvpc tasks, the most that one had while others waited; awsvpc_tasks sets another number", t.Name, n)
		} else {
			p.note("how many awsvpc tasks a host of type %s takes is not recorded and taken to have no limit; awsvpc_tasks sets one", t.Name)
		}
	}
}

func (p *replay) anyAwsvpc() bool {
	return slices.ContainsFunc(p.services, func(s recording.Service) bool {
		return slices.ContainsFunc(s.Revisions, func(r recording.Revision) bool { return r.Awsvpc })
	}) || slices.ContainsFunc(p.tasks, func(t recording.StandaloneTask) bool { return t.Awsvpc })
}

// interfaces is how many awsvpc tasks a host of a type takes, where that is not recorded: the most that one had at a time.
// It counts only if some task waited meanwhile for a host or was refused an interface, and the host had CPU and memory left
// for another. Otherwise nothing tells that interfaces are short.
func (p *replay) interfaces(kind string) int {
	r := p.recording
	short := slices.ContainsFunc(r.Refusals, func(f recording.Refusal) bool { return f.Lacks == recording.LacksInterface })
	sizes, smallest := p.sizes()
	on := map[string][]held{} // by host of the type
	for _, h := range r.Hosts {
		if h.Type == kind {
			on[h.Instance] = []held{}
		}
	}
	add := func(host string, of recording.Size, from, to time.Time) {
		if on[host] == nil {
			return
		}
		on[host] = append(on[host], held{from, of, 1})
		if !to.IsZero() {
			on[host] = append(on[host], held{to, of, -1})
		}
	}
	for _, t := range r.StandaloneTasks {
		add(t.Host, t.Size, t.Placed, t.Ended)
	}
	for _, t := range r.ServiceTasks {
		of := sizes[[2]string{t.Service, t.Revision}]
		short = short || of.Awsvpc && !t.Placed.IsZero()
		from, to := hosted(t)
		add(t.Host, of, from, to)
	}
	if !short {
		return noLimit
	}
	most, left := 0, false
	for _, changes := range on {
		n, room := fullest(changes, p.kind(kind), smallest)
		if n > most {
			most, left = n, false
		}
		left = left || n == most && room
	}
	if !left {
		return noLimit
	}
	return most
}

// sizes are those of every service's revisions, and the least CPU and memory of one that needs an interface.
func (p *replay) sizes() (all map[[2]string]recording.Size, smallest recording.Size) {
	all = map[[2]string]recording.Size{}
	for _, s := range p.recording.Services {
		for _, r := range s.Revisions {
			all[[2]string{s.Name, r.Name}] = r.Size
			if r.Awsvpc && (smallest.Memory == 0 || r.Memory < smallest.Memory) {
				smallest = r.Size
			}
		}
	}
	return all, smallest
}

// hosted is when a task took its place on its host, and when ECS had it free again.
func hosted(t recording.ServiceTask) (from, to time.Time) {
	from, to = t.Placed, t.Stopping
	if from.IsZero() {
		from = t.Created
	}
	if to.IsZero() {
		to = t.Stopped
	}
	return from, to
}

// held is one task more on a host, or one less, from a time on.
type held struct {
	at time.Time
	of recording.Size
	by int
}

// fullest is the most awsvpc tasks that a host had at one time, and whether it had room for the smallest one then. What
// goes when another comes is not there any more.
func fullest(changes []held, kind recording.InstanceType, smallest recording.Size) (most int, room bool) {
	slices.SortStableFunc(changes, func(a, b held) int { return cmp.Or(a.at.Compare(b.at), a.by-b.by) })
	n, cpu, memory := 0, kind.CPU, kind.Memory
	for _, c := range changes {
		cpu -= c.by * c.of.CPU
		memory -= c.by * c.of.Memory
		if !c.of.Awsvpc {
			continue
		}
		if n += c.by; n > most {
			most, room = n, false
		}
		room = room || n == most && n > 0 && cpu >= smallest.CPU && memory >= smallest.Memory
	}
	return most, room
}
