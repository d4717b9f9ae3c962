package recorder

import (
	"fmt"
	"time"

	"ecs-cluster-scaler/simulator/recording"
)

// explained is the least share of what was reserved that the recording's tasks must make up, to be silent about the rest.
const explained = 0.9

// explain says how much of what was reserved, by ECS's own metrics, the tasks of services were. The rest were tasks that
// nothing keeps.
func (p *past) explain(services []*service, running []series, cpu, memory series) {
	var reserved, ours recording.Size
	for _, at := range p.span.periods() {
		percentCPU, known := cpu[at]
		percentMemory, too := memory[at]
		if !known || !too {
			continue
		}
		capacity := p.capacity(at)
		reserved.CPU += int(percentCPU * float64(capacity.CPU) / 100)
		reserved.Memory += int(percentMemory * float64(capacity.Memory) / 100)
		for i, s := range services {
			size := s.Revisions[0].Size
			ours.CPU += int(running[i][at] * float64(size.CPU))
			ours.Memory += int(running[i][at] * float64(size.Memory))
		}
	}
	if reserved.CPU == 0 || reserved.Memory == 0 {
		return
	}
	ofCPU, ofMemory := float64(ours.CPU)/float64(reserved.CPU), float64(ours.Memory)/float64(reserved.Memory)
	if ofCPU < explained || ofMemory < explained {
		p.say(fmt.Sprintf("The tasks of its services were %.0f %% of the CPU that was reserved and %.0f %% of the memory. The rest were tasks that nothing keeps, so the load is more than the recording says.",
			100*ofCPU, 100*ofMemory))
	}
}

// capacity is what the hosts had that were registered at a time.
func (p *past) capacity(at time.Time) recording.Size {
	var all recording.Size
	for _, h := range p.hosts.all {
		from := h.Registered
		if from.IsZero() {
			from = h.InService
		}
		if from.IsZero() || from.After(at) || !h.Ended.IsZero() && !h.Ended.After(at) {
			continue
		}
		t := p.hosts.types[h.Type]
		all.CPU, all.Memory = all.CPU+t.CPU, all.Memory+t.Memory
	}
	return all
}
