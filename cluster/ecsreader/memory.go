package ecsreader

import (
	"slices"
	"sync/atomic"

	"ecs-cluster-scaler/cluster"
)

// mostTasks bounds what a process remembers of tasks: some 300 bytes each.
const mostTasks = 50_000

// taskMemory remembers which tasks hosts held when last read.
type taskMemory struct {
	clusters cache[string, *clusterTasks]
	total    atomic.Int64
}

// clusterTasks is one cluster's part of it, by the hosts' ARNs; one goroutine reads a cluster at a time.
type clusterTasks struct {
	memory *taskMemory
	hosts  map[string]hostTasks
}

type hostTasks struct {
	version int64
	tasks   []cluster.Task
}

func (m *taskMemory) of(name string) *clusterTasks {
	known, ok := m.clusters.get(name)
	if !ok {
		known = &clusterTasks{m, map[string]hostTasks{}}
		m.clusters.put(name, known)
	}
	return known
}

// keepOnly drops the clusters that have no entry any more.
func (m *taskMemory) keepOnly(names []string) {
	m.clusters.keepOnly(func(name string, c *clusterTasks) bool {
		keep := slices.Contains(names, name)
		if !keep {
			c.keepOnly(nil)
		}
		return keep
	})
}

// same returns the host's tasks if it has not changed since they were read. The version counts each start and stop of a task
// (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_container_instance_events.html); 0: not known.
func (c *clusterTasks) same(h cluster.Host) ([]cluster.Task, bool) {
	known, ok := c.hosts[h.ARN]
	return known.tasks, ok && h.Version != 0 && known.version == h.Version && len(known.tasks) == h.Tasks
}

// byARN are the tasks that are remembered of one host or, without one, of all.
func (c *clusterTasks) byARN(host string) map[string]cluster.Task {
	known := map[string]cluster.Task{}
	add := func(tasks []cluster.Task) {
		for _, t := range tasks {
			known[t.ARN] = t
		}
	}
	if host != "" {
		add(c.hosts[host].tasks)
		return known
	}
	for _, h := range c.hosts {
		add(h.tasks)
	}
	return known
}

// keep remembers the host's tasks in place of those it held before, unless they are too many.
func (c *clusterTasks) keep(h cluster.Host, tasks []cluster.Task) {
	c.drop(h.ARN)
	if c.memory.total.Add(int64(len(tasks))) > mostTasks {
		c.memory.total.Add(-int64(len(tasks)))
		return
	}
	c.hosts[h.ARN] = hostTasks{version: h.Version, tasks: tasks}
}

func (c *clusterTasks) drop(host string) {
	c.memory.total.Add(-int64(len(c.hosts[host].tasks)))
	delete(c.hosts, host)
}

// keepOnly drops all hosts but these.
func (c *clusterTasks) keepOnly(hosts []cluster.Host) {
	present := map[string]bool{}
	for _, h := range hosts {
		present[h.ARN] = true
	}
	for arn := range c.hosts {
		if !present[arn] {
			c.drop(arn)
		}
	}
}
