package placement

// counts are tasks by group and host.
type counts struct {
	hosts  int32
	dense  []int32
	sparse map[uint64]int32
}

// mostDense is how many pairs of group and host are kept as a plain table (16 MiB). Beyond it most are empty.
const mostDense = 4 << 20

func newCounts(groups, hosts int) counts {
	if groups*hosts <= mostDense {
		return counts{hosts: int32(hosts), dense: make([]int32, groups*hosts)}
	}
	return counts{hosts: int32(hosts), sparse: map[uint64]int32{}}
}

func (c counts) of(group, host int32) int32 {
	if c.dense != nil {
		return c.dense[group*c.hosts+host]
	}
	return c.sparse[uint64(group)<<32|uint64(host)]
}

func (c counts) add(group, host int32, n int) {
	if c.dense != nil {
		c.dense[group*c.hosts+host] += int32(n)
		return
	}
	c.sparse[uint64(group)<<32|uint64(host)] += int32(n)
}
