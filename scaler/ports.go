package scaler

import (
	"slices"

	"ecs-cluster-scaler/cluster"
)

func isDaemon(s cluster.Service) bool {
	return s.Active && s.Daemon && s.Home == cluster.OnEC2
}

// onlyDaemons tells whether the host has no tasks but daemons', by their number at least: one of each service.
func (j *judgement) onlyDaemons(h *cluster.Host) bool {
	n := 0
	for _, service := range j.s.Services {
		if isDaemon(service) {
			n++
		}
	}
	return !read(*h) && h.Tasks <= n
}

// daemonLoad is the most that the daemons of any host reserve there, as far as its other tasks are known. It stands for
// daemons whose definition is not known: what a new host then seems to have free it would not have, and a task that no
// host takes would buy one after another.
func (j *judgement) daemonLoad() cluster.Resources {
	var most cluster.Resources
	for i := range j.capacity {
		h := &j.capacity[i]
		load := h.Reserved()
		if !read(*h) && !j.onlyDaemons(h) {
			continue
		}
		known := true
		for _, t := range j.tasks[h.ARN] {
			if t.Service != "" && j.services[t.Service].Daemon {
				continue
			}
			size, sized := t.SizeIn(j.s.Definitions)
			load, known = load.Minus(size), known && sized
		}
		if known {
			most = cluster.Resources{CPU: max(most.CPU, load.CPU), Memory: max(most.Memory, load.Memory), GPU: max(most.GPU, load.GPU)}
		}
	}
	return most
}

// used tells whether the host has a task of a service that is no daemon, or may have one.
func (j *judgement) used(h *cluster.Host) bool {
	if !read(*h) {
		return !j.onlyDaemons(h)
	}
	return j.serves(*h)
}

// agentPorts are those that the agent reserves on a host unless its operator says otherwise: for SSH, Docker and itself
// (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_PortMapping.html).
var agentPorts = []int{22, 2375, 2376, 51678, 51679, 51680}

// reservedPorts are the host's ports in use that no task explains: a new host like it has them taken as well. Where its
// tasks are not known, only the agent's own can be told from theirs.
func (j *judgement) reservedPorts(h *cluster.Host) []cluster.Port {
	taken, known := j.takenPorts(h)
	if !known {
		j.mayTake(taken)
		known = j.onlyDaemons(h)
	}
	var reserved []cluster.Port
	for _, p := range h.Ports {
		if !taken[p] && (known || !p.UDP && slices.Contains(agentPorts, p.Number)) {
			reserved = append(reserved, p)
		}
	}
	return reserved
}

// takenPorts are those of the host's tasks; known: of all of them. Daemons of which nothing is known come to a new host
// too, with whatever ports they take.
func (j *judgement) takenPorts(h *cluster.Host) (taken map[cluster.Port]bool, known bool) {
	taken, known = map[cluster.Port]bool{}, read(*h)
	for _, t := range j.tasks[h.ARN] {
		d, defined := j.s.Definitions[t.Definition]
		known = known && (defined || t.Service != "" && j.services[t.Service].Daemon)
		for _, p := range d.Ports {
			taken[p] = true
		}
	}
	return taken, known
}

// portsInDoubt are the hosts that tell whether a new one has the ports that a wanted task needs: it has what the host
// keeps for itself, and not what the host's tasks hold.
func (j *judgement) portsInDoubt() []cluster.Host {
	needed := map[cluster.Port]bool{}
	for _, l := range slices.Concat(j.lack.unplaced, j.lack.waiting, j.lack.hopeless, j.lack.hopelessWaiting) {
		for _, p := range j.wanted.catalogue.kinds[l.Kind].Ports {
			needed[p] = true
		}
	}
	var hosts []cluster.Host
	for _, l := range j.instance.launchers {
		for _, of := range l.likes {
			if slices.ContainsFunc(of.seen.Ports, func(p cluster.Port) bool { return needed[p] }) {
				hosts = append(hosts, *of.seen)
			}
		}
	}
	return hosts
}

// mayTake adds the ports of every service that has tasks: one of them may be there.
func (j *judgement) mayTake(taken map[cluster.Port]bool) {
	for _, service := range j.s.Services {
		if !isDaemon(service) && service.Running+service.Pending == 0 {
			continue
		}
		for _, p := range j.s.Definitions[service.Starts()].Ports {
			taken[p] = true
		}
	}
}
