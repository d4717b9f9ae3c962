package aws

// ownMetrics are AWS/ECS's CPUReservation and MemoryReservation, in percent; none without hosts. DRAINING hosts count on
// both sides, placed tasks only when they run
// (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/available-metrics.html).
func (c *Cluster) ownMetrics() map[string]float64 {
	if c.registered.CPU <= 0 || c.registered.Memory <= 0 {
		return nil
	}
	return map[string]float64{
		"CPUReservation":    100 * float64(c.reserved.CPU) / float64(c.registered.CPU),
		"MemoryReservation": 100 * float64(c.reserved.Memory) / float64(c.registered.Memory),
	}
}

// sample adds the present to the minute's datapoints.
func (c *Cluster) sample() {
	if c.samples == nil {
		c.samples = map[string]datapoint{}
	}
	for metric, v := range c.ownMetrics() { // in any order: each has datapoints of its own
		d := c.samples[metric]
		d.add(datapoint{count: 1, sum: v, low: v, high: v})
		c.samples[metric] = d
	}
}
