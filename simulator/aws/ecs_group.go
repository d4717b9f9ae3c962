package aws

import "slices"

// taskGroup is what strategies spread over and distinctInstance counts: a service, or the group of a RunTask
// (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-groups.html).
type taskGroup struct {
	cluster *Cluster
	name    string
	members int // not STOPPED
	// zones has how many tasks with desiredStatus RUNNING have a host in each zone.
	zones []int
}

// groupOf finds or makes a group.
func (c *Cluster) groupOf(name string) *taskGroup {
	g := c.groups[name]
	if g == nil {
		g = &taskGroup{cluster: c, name: name, zones: make([]int, len(c.zoneNames))}
		c.groups[name] = g
	}
	return g
}

// zoneOf is a zone's number.
func (c *Cluster) zoneOf(name string) int {
	if at := slices.Index(c.zoneNames, name); at >= 0 {
		return at
	}
	c.zoneNames = append(c.zoneNames, name)
	c.zones = append(c.zones, 0)
	for _, g := range c.groups { // in any order
		g.zones = append(g.zones, 0)
	}
	return len(c.zoneNames) - 1
}

// count adds a task on a host, or takes it away.
func (g *taskGroup) count(h *Host, by int) {
	g.zones[h.zone] += by
	if h.groups[g] += by; h.groups[g] == 0 {
		delete(h.groups, g)
	}
}

// over drops a RunTask's group that nothing is in any more.
func (g *taskGroup) over() {
	if g.members == 0 {
		delete(g.cluster.groups, g.name)
	}
}
