package scaler

import (
	"slices"

	"ecs-cluster-scaler/cluster"
)

// agentPorts are reserved by the agent: for SSH, Docker and itself
// (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_PortMapping.html).
var agentPorts = []int{22, 2375, 2376, 51678, 51679, 51680}

// reservedPorts returns the ports in use that no task explains; a new host will have them taken too. If the host's
// tasks are not known, only the agent's ports can be told from theirs.
func (f *facts) reservedPorts(h cluster.Host) []cluster.Port {
	taken, known := f.takenPorts(h)
	if !known {
		f.mayTake(taken)
		known = f.onlyDaemons(h)
	}
	var reserved []cluster.Port
	for _, p := range h.Ports {
		if !taken[p] && (known || !p.UDP && slices.Contains(agentPorts, p.Number)) {
			reserved = append(reserved, p)
		}
	}
	return reserved
}

// takenPorts returns the ports of the host's tasks, and whether all are known. Unknown daemons do not matter: they come
// to a new host too.
func (f *facts) takenPorts(h cluster.Host) (taken map[cluster.Port]bool, known bool) {
	taken, known = map[cluster.Port]bool{}, tasksKnown(h)
	for _, t := range f.tasks[h.ARN] {
		d, defined := f.s.Definitions[t.Definition]
		known = known && (defined || t.Service != "" && f.services[t.Service].Daemon)
		for _, p := range d.Ports {
			taken[p] = true
		}
	}
	return taken, known
}

// portsInDoubt returns the hosts that tell whether a new one has a port that a wanted task needs: what the host keeps
// for itself is taken, what its tasks hold is not.
func (f *findings) portsInDoubt() []cluster.Host {
	needed := map[cluster.Port]bool{}
	for _, l := range f.shortage.all() {
		for _, p := range f.demand.kinds[l.Kind].Ports {
			needed[p] = true
		}
	}
	var hosts []cluster.Host
	for _, l := range f.newHost.launchers {
		for _, of := range l.samples {
			if slices.ContainsFunc(of.seen.Ports, func(p cluster.Port) bool { return needed[p] }) {
				hosts = append(hosts, *of.seen)
			}
		}
	}
	return hosts
}

// mayTake adds the ports of every service that has tasks: one of them may be there.
func (f *facts) mayTake(taken map[cluster.Port]bool) {
	for _, service := range f.s.Services {
		if !isDaemon(service) && service.Running+service.Pending == 0 {
			continue
		}
		for _, p := range f.s.Definitions[service.Starts()].Ports {
			taken[p] = true
		}
	}
}
