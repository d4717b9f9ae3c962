package ecsreader

import (
	"sync"

	"ecs-cluster-scaler/cluster"
)

// mostTasks bounds what a process remembers of tasks: some 300 bytes each.
const mostTasks = 50_000

// taskMemory remembers, while the process lives, which tasks hosts held when they were last read.
type taskMemory struct {
	mu       sync.Mutex
	clusters map[string]*clusterTasks
}

// clusterTasks is one cluster's part of it; one goroutine reads a cluster at a time.
type clusterTasks struct {
	hosts map[string]hostTasks
	byARN map[string]cluster.Task
}

type hostTasks struct {
	version int64
	tasks   []cluster.Task
}

func (m *taskMemory) of(name string) *clusterTasks {
	m.mu.Lock()
	defer m.mu.Unlock()
	if known, ok := m.clusters[name]; ok {
		return known
	}
	total := 0
	for _, c := range m.clusters {
		total += len(c.byARN)
	}
	if m.clusters == nil || total >= mostTasks {
		m.clusters = map[string]*clusterTasks{}
	}
	m.clusters[name] = &clusterTasks{hosts: map[string]hostTasks{}, byARN: map[string]cluster.Task{}}
	return m.clusters[name]
}

// same returns the host's tasks if it has not changed since they were read. Its version counts every start and stop of
// a task (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_container_instance_events.html); 0 means that
// it is not known.
func (c *clusterTasks) same(h cluster.Host) ([]cluster.Task, bool) {
	known, ok := c.hosts[h.ARN]
	return known.tasks, ok && h.Version != 0 && known.version == h.Version && len(known.tasks) == h.Tasks
}

func (c *clusterTasks) keep(h cluster.Host, tasks []cluster.Task) {
	for _, t := range c.hosts[h.ARN].tasks {
		delete(c.byARN, t.ARN)
	}
	for _, t := range tasks {
		c.byARN[t.ARN] = t
	}
	c.hosts[h.ARN] = hostTasks{version: h.Version, tasks: tasks}
}

// forget drops hosts that the cluster has no more.
func (m *taskMemory) forget(s cluster.Snapshot) {
	c := m.of(s.Cluster)
	present := map[string]bool{}
	for _, h := range s.Hosts {
		present[h.ARN] = true
	}
	for arn := range c.hosts {
		if !present[arn] {
			c.keep(cluster.Host{ARN: arn}, nil)
			delete(c.hosts, arn)
		}
	}
}
