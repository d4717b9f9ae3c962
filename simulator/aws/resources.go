package aws

// Resources are what a task needs and a host has: CPU units (1024 are a vCPU), memory in MiB, GPUs.
type Resources struct{ CPU, Memory, GPU int }

func (r Resources) plus(o Resources) Resources {
	return Resources{r.CPU + o.CPU, r.Memory + o.Memory, r.GPU + o.GPU}
}

func (r Resources) minus(o Resources) Resources {
	return Resources{r.CPU - o.CPU, r.Memory - o.Memory, r.GPU - o.GPU}
}

// holds says whether o fits into r.
func (r Resources) holds(o Resources) bool {
	return o.CPU <= r.CPU && o.Memory <= r.Memory && o.GPU <= r.GPU
}
