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

// Plus adds resource by resource.
func (r Resources) Plus(o Resources) Resources {
	return Resources{CPU: r.CPU + o.CPU, Memory: r.Memory + o.Memory, GPU: r.GPU + o.GPU}
}

// Minus subtracts resource by resource; the result may be negative.
func (r Resources) Minus(o Resources) Resources {
	return Resources{CPU: r.CPU - o.CPU, Memory: r.Memory - o.Memory, GPU: r.GPU - o.GPU}
}

// Times multiplies each resource by n.
func (r Resources) Times(n int64) Resources {
	return Resources{CPU: r.CPU * n, Memory: r.Memory * n, GPU: r.GPU * n}
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
