package placement

import "ecs-cluster-scaler/cluster"

// tree finds the next host in an order that has so much free: a segment tree of the most that is free below each node.
type tree struct {
	nodes []cluster.Resources
	size  int
}

// nothing is the room of a host that takes no tasks: less than the smallest task needs.
var nothing = cluster.Resources{CPU: -1, Memory: -1, GPU: -1}

func newTree(free []cluster.Resources) tree {
	size := 1
	for size < len(free) {
		size *= 2
	}
	t := tree{nodes: make([]cluster.Resources, 2*size), size: size}
	for i := range size {
		t.nodes[size+i] = nothing
	}
	copy(t.nodes[size:], free)
	for i := size - 1; i > 0; i-- {
		t.nodes[i] = most(t.nodes[2*i], t.nodes[2*i+1])
	}
	return t
}

// most is the most of each resource.
func most(a, b cluster.Resources) cluster.Resources {
	return cluster.Resources{CPU: max(a.CPU, b.CPU), Memory: max(a.Memory, b.Memory), GPU: max(a.GPU, b.GPU)}
}

func holds(free, need cluster.Resources) bool {
	return free.CPU >= need.CPU && free.Memory >= need.Memory && free.GPU >= need.GPU
}

func (t *tree) set(at int, free cluster.Resources) {
	i := t.size + at
	if t.nodes[i] == free {
		return
	}
	t.nodes[i] = free
	for i >>= 1; i > 0; i >>= 1 {
		m := most(t.nodes[2*i], t.nodes[2*i+1])
		if m == t.nodes[i] {
			return
		}
		t.nodes[i] = m
	}
}

// next is the first position at or after from with so much free; -1: there is none. It returns how many nodes it
// visited. There can be many: the resources below a node may belong to different hosts.
func (t *tree) next(need cluster.Resources, from int) (at, visited int) {
	if from >= t.size {
		return -1, 1
	}
	i := t.size + from
	for visited = 1; ; visited++ {
		if holds(t.nodes[i], need) {
			if i >= t.size {
				return i - t.size, visited
			}
			i *= 2
			continue
		}
		for i&1 == 1 {
			if i >>= 1; i == 0 {
				return -1, visited
			}
		}
		i++
	}
}
