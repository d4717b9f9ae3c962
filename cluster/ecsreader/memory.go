package ecsreader

import (
	"slices"
	"sync"

	"ecs-cluster-scaler/cluster"
)

// mostTasks bounds what a process remembers of tasks: some 300 bytes each.
const mostTasks = 50_000

// taskMemory remembers, while the process lives, which tasks hosts held when they were last read.
type taskMemory struct {
	mu       sync.Mutex
	clusters map[string]*clusterTasks
	total    int
}

// clusterTasks is one cluster's part of it; one goroutine reads a cluster at a time.
type clusterTasks struct {
	memory *taskMemory
	hosts  map[string]hostTasks
	byARN  map[string]cluster.Task
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
	if m.clusters == nil {
		m.clusters = map[string]*clusterTasks{}
	}
	m.clusters[name] = &clusterTasks{memory: m, hosts: map[string]hostTasks{}, byARN: map[string]cluster.Task{}}
	return m.clusters[name]
}

// fits counts n tasks more, or fewer; false: they would be too many to remember.
func (m *taskMemory) fits(n int) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	if n > 0 && m.total+n > mostTasks {
		return false
	}
	m.total += n
	return true
}

// keepOnly drops the clusters that have no entry any more.
func (m *taskMemory) keepOnly(names []string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for name, c := range m.clusters {
		if !slices.Contains(names, name) {
			m.total -= len(c.byARN)
			delete(m.clusters, name)
		}
	}
}

// same returns the host's tasks if it has not changed since they were read. Its version counts every start and stop of
// a task (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_container_instance_events.html); 0 means that
// it is not known.
func (c *clusterTasks) same(h cluster.Host) ([]cluster.Task, bool) {
	known, ok := c.hosts[h.ARN]
	return known.tasks, ok && h.Version != 0 && known.version == h.Version && len(known.tasks) == h.Tasks
}

// keep remembers the host's tasks in place of those it held before, unless they are too many.
func (c *clusterTasks) keep(h cluster.Host, tasks []cluster.Task) {
	c.drop(h.ARN)
	if !c.memory.fits(len(tasks)) {
		return
	}
	for _, t := range tasks {
		c.byARN[t.ARN] = t
	}
	c.hosts[h.ARN] = hostTasks{version: h.Version, tasks: tasks}
}

func (c *clusterTasks) drop(host string) {
	held := c.hosts[host].tasks
	for _, t := range held {
		delete(c.byARN, t.ARN)
	}
	delete(c.hosts, host)
	c.memory.fits(-len(held))
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
			c.drop(arn)
		}
	}
}
