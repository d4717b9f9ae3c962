package simulator

import "ecs-cluster-scaler/simulator/aws"

// wanted is N tasks of one kind that somebody wants.
type wanted struct {
	n    int
	size aws.Resources
	// interfaces: each needs a network interface. apart: no two may share a host. everywhere: a daemon, on every host.
	interfaces, apart, everywhere bool
}

// fleet is what the groups may launch.
type fleet struct {
	// host has the most of each resource that any group's instance type has, and enis its awsvpc tasks.
	host aws.Resources
	enis int
	// least and desired are the groups' MinSize and desired capacity together.
	least, desired int
}

// fewest is the lower bound of a minute: with fewer hosts nobody could hold what is wanted then, however cleverly. It
// is the largest of
//
//   - for each of CPU, memory, GPUs and network interfaces: what all tasks need over what a host has, rounded up;
//   - for each of them: the tasks that need more than half a host, no two of which can share one;
//   - the desired count of a service whose tasks may not share a host;
//   - the groups' MinSize together;
//   - one, if anything is wanted.
//
// A host's room is what it has less the daemons. A task that is larger than that is left out, as nobody can place it.
// Boot, drains, roll-outs, spread over zones and the tasks' own order of coming are not in it: no policy reaches it.
func fewest(tasks []wanted, f fleet) int {
	room := size{f.host.CPU, f.host.Memory, f.host.GPU, f.enis}
	for _, w := range tasks {
		if w.everywhere {
			room = room.plus(w.each(), -1)
		}
	}
	var sum, large size
	hosts := f.least
	for _, w := range tasks {
		each := w.each()
		if w.everywhere || w.n <= 0 || !room.holds(each) {
			continue
		}
		sum = sum.plus(each, w.n)
		for i := range each {
			if 2*each[i] > room[i] {
				large[i] += w.n
			}
		}
		hosts = max(hosts, 1)
		if w.apart {
			hosts = max(hosts, w.n)
		}
	}
	for i := range sum {
		if sum[i] > 0 {
			hosts = max(hosts, (sum[i]+room[i]-1)/room[i], large[i])
		}
	}
	return hosts
}

// size is CPU, memory, GPUs and network interfaces.
type size [4]int

func (w wanted) each() size {
	s := size{w.size.CPU, w.size.Memory, w.size.GPU, 0}
	if w.interfaces {
		s[3] = 1
	}
	return s
}

func (s size) plus(o size, times int) size {
	for i := range s {
		s[i] += times * o[i]
	}
	return s
}

func (s size) holds(o size) bool {
	for i := range s {
		if o[i] > s[i] {
			return false
		}
	}
	return true
}
