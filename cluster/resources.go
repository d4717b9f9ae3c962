package cluster

import "fmt"

// Resources is an amount of each resource that ECS places tasks by.
type Resources struct {
	// CPU is in CPU units, 1024 per vCPU.
	CPU int64 `json:"cpu"`
	// Memory is in MiB.
	Memory int64 `json:"memory"`
	// GPU is a number of devices.
	GPU int64 `json:"gpu"`
}

// MostOfAResource bounds every sum of resources, above and below zero. No cluster has as much: it is a million hosts of
// 64 TiB. Sizes come from outside, and an overflow would turn a full cluster into an empty one. A hundred times as much is
// still exact as a float64, which percentages need.
const MostOfAResource = 1 << 46

func bounded(n int64) int64 { return max(-MostOfAResource, min(n, MostOfAResource)) }

// Plus adds resource by resource, within MostOfAResource.
func (r Resources) Plus(o Resources) Resources {
	return Resources{CPU: plus(r.CPU, o.CPU), Memory: plus(r.Memory, o.Memory), GPU: plus(r.GPU, o.GPU)}
}

// Minus subtracts resource by resource, within MostOfAResource; the result may be negative.
func (r Resources) Minus(o Resources) Resources {
	return Resources{CPU: minus(r.CPU, o.CPU), Memory: minus(r.Memory, o.Memory), GPU: minus(r.GPU, o.GPU)}
}

// Times multiplies each resource by n, within MostOfAResource.
func (r Resources) Times(n int64) Resources {
	return Resources{CPU: times(r.CPU, n), Memory: times(r.Memory, n), GPU: times(r.GPU, n)}
}

func plus(a, b int64) int64 { return bounded(bounded(a) + bounded(b)) }

func minus(a, b int64) int64 { return bounded(bounded(a) - bounded(b)) }

func times(a, n int64) int64 {
	if a == int64(int32(a)) && n == int64(int32(n)) {
		return bounded(a * n)
	}
	a, n = bounded(a), bounded(n)
	if a == 0 || n == 0 {
		return 0
	}
	if product := a * n; product/n == a {
		return bounded(product)
	}
	if (a < 0) == (n < 0) {
		return MostOfAResource
	}
	return -MostOfAResource
}

// String is "2048 CPU, 4096 MiB", with the GPUs where there are any.
func (r Resources) String() string {
	s := fmt.Sprintf("%d CPU, %d MiB", r.CPU, r.Memory)
	if r.GPU != 0 {
		s += fmt.Sprintf(", %d GPU", r.GPU)
	}
	return s
}

func (r Resources) larger(o Resources) bool {
	switch {
	case r.CPU != o.CPU:
		return r.CPU > o.CPU
	case r.Memory != o.Memory:
		return r.Memory > o.Memory
	default:
		return r.GPU > o.GPU
	}
}
