package simulator

import (
	"time"

	"github.com/stretchr/testify/assert"

	"ecs-cluster-scaler/simulator/aws"
)

var shapes = []scenarioClaims{
	{"fragmentation", []claim{
		{"Tasks of a little over half a host leave room on every host, but nowhere enough for the next task.", func(d *day) {
			waits := waiting(d, "half")
			assert.Greater(d, len(waits), 120)
			for _, m := range waits {
				for _, wide := range m.of("wide") {
					assert.InDelta(d, 0.53, float64(wide.Definition.Resources.CPU)/4096, 0.02)
				}
				assert.GreaterOrEqual(d, len(m.of("wide")), 5, "on six hosts")
				for _, h := range m.hosts {
					assert.Greater(d, m.freeCPU(h), 256)
					assert.Less(d, m.freeCPU(h), 2048)
				}
			}
		}},
		{"Averages say keep or remove hosts, while tasks wait.", func(d *day) {
			for _, m := range waiting(d, "half") {
				assert.Less(d, m.cpu(), 70.0, "keep")
				assert.Less(d, m.memory(), 50.0, "remove")
			}
		}},
	}},
	{"two-hosts-one-service", []claim{
		{"The smallest cluster: two tasks that may not share a host.", func(d *day) {
			for _, m := range d.between(0, ever) {
				assert.Equal(d, map[string]int{"pair": 2}, m.desired)
				assert.Len(d, m.hosts, 2)
				for _, h := range m.hosts {
					assert.Len(d, m.on(h.instance), 1)
				}
			}
		}},
		{"It looks half idle but can give up no host, and it needs a third one for each roll-out.", func(d *day) {
			assert.Len(d, deploys(d), 3)
			for _, m := range d.between(0, ever) {
				assert.Less(d, max(m.cpu(), m.memory()), 50.0)
				for _, task := range m.of("pair") {
					assert.Equal(d, 1, task.Definition.Revision, "no roll-out begins on two")
				}
			}
			for _, m := range live(d.T, "two-hosts-one-service", &still{hosts: 1}, nil).between(0, ever) {
				assert.Equal(d, 1, m.sample.Unplaced, "on one")
			}
			three := live(d.T, "two-hosts-one-service", &still{hosts: 3}, nil)
			for _, r := range deploys(three) {
				for _, task := range three.between(r.at+29*time.Minute, r.at+30*time.Minute)[0].of("pair") {
					assert.Equal(d, r.revision, task.Definition.Revision, "on three")
				}
			}
		}},
	}},
	{"eni-limit", []claim{
		{"Small awsvpc tasks on hosts without trunking.", func(d *day) {
			assert.Equal(d, 3, d.group.Spec.Type.ENIs, "an m5.xlarge has four interfaces, and one is the host's")
			for _, task := range d.minutes[len(d.minutes)-1].of("edge") {
				assert.True(d, task.Definition.Awsvpc)
				assert.LessOrEqual(d, 16*task.Definition.Resources.CPU, 4096)
			}
		}},
		{"With three interfaces taken a host is full at a fifth of its CPU, and no reservation shows that.", func(d *day) {
			waits := waiting(d, "edge")
			assert.Greater(d, len(waits), 6*60)
			for _, m := range waits {
				for _, h := range m.hosts {
					taken, cpu := 0, 0
					for _, task := range m.on(h.instance) {
						if task.Definition.Awsvpc {
							taken, cpu = taken+1, cpu+task.Definition.Resources.CPU
						}
					}
					assert.Equal(d, 3, taken)
					assert.InDelta(d, 0.2, float64(cpu)/4096, 0.02)
				}
				assert.Less(d, max(m.cpu(), m.memory()), 25.0)
			}
		}},
	}},
	{"gpu", []claim{
		{"One GPU per host and per task, beside plenty of idle CPU and memory.", func(d *day) {
			for _, m := range d.between(0, ever) {
				for _, h := range m.hosts {
					assert.Equal(d, 1, h.Total.GPU)
					assert.Len(d, m.on(h.instance), m.used(h).GPU)
					assert.LessOrEqual(d, 2*m.used(h).CPU, h.Total.CPU)
					assert.LessOrEqual(d, 2*m.used(h).Memory, h.Total.Memory)
				}
			}
		}},
		{"Neither CPU nor memory tells that a host is missing, only GPUs and waiting tasks do.", func(d *day) {
			missing := 0
			for _, m := range d.between(0, ever) {
				if m.sample.Fewest > m.sample.Active {
					missing++
					assert.LessOrEqual(d, max(m.cpu(), m.memory()), 50.0)
					assert.InDelta(d, 100, m.reserved(func(r aws.Resources) int { return r.GPU }), 1e-9)
					assert.Positive(d, m.sample.Unplaced)
				}
			}
			assert.Greater(d, missing, 6*60)
		}},
	}},
}

// waiting are the measured minutes in which a task of the service has had no host for one.
func waiting(d *day, service string) []moment {
	var found []moment
	all := d.between(-time.Minute, ever)
	for i, m := range all[1:] {
		if m.lacks(service) > 0 && all[i].lacks(service) > 0 && all[i].desired[service] <= m.desired[service] {
			found = append(found, m)
		}
	}
	return found
}
