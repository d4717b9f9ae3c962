package aws

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// stage is a small world without chance, to try one rule in.
type stage struct {
	*testing.T
	w     *World
	c     *Cluster
	told  []Happened
	hosts int
}

func newStage(t *testing.T, alter ...func(*Knobs)) *stage {
	t.Helper()
	k := known()
	k.ECS.AgentBlinksPerHour = 0
	k.ECS.FirstPull = Uniform{20 * time.Second, 20 * time.Second}
	k.ECS.CachedPull = Uniform{2 * time.Second, 2 * time.Second}
	for _, f := range alter {
		f(&k)
	}
	s := &stage{T: t, w: New(k)}
	s.w.Observe(func(h Happened) { s.told = append(s.told, h) })
	s.c = s.w.NewCluster("web")
	s.w.Check(func() { s.lawful() })
	return s
}

// host registers one in a zone, of 2048 CPU units and 4096 MiB, two ENIs.
func (s *stage) host(zone string, alter ...func(*GroupSpec)) *Host {
	s.Helper()
	spec := GroupSpec{Name: "g", Cluster: "web", Type: InstanceType{Name: "m5.large", Resources: Resources{CPU: 2048, Memory: 4096, GPU: 1}, ENIs: 2}}
	for _, f := range alter {
		f(&spec)
	}
	s.hosts++
	i := &Instance{ID: "i-" + string(rune('a'+s.hosts-1)), Type: spec.Type, Zone: zone, Powered: true, Group: &Group{Spec: spec, world: s.w}}
	s.w.mu.Lock()
	defer s.w.mu.Unlock()
	s.c.join(i)
	return i.Host
}

func (s *stage) run(d time.Duration) { s.w.Run(s.w.Now().Add(d)) }

// locked does what only the world's own events do.
func (s *stage) locked(do func()) {
	s.w.mu.Lock()
	defer s.w.mu.Unlock()
	do()
}

func (s *stage) drain(h *Host) {
	s.locked(func() {
		h.setStatus(draining)
		h.drain()
	})
}

func (s *stage) kinds(k Kind) []Happened {
	var of []Happened
	for _, h := range s.told {
		if h.Kind == k {
			of = append(of, h)
		}
	}
	return of
}

func definition(cpu, memory int) *TaskDefinition {
	return &TaskDefinition{Family: "app", Revision: 1, Resources: Resources{CPU: cpu, Memory: memory}}
}

func TestAServiceComesUpAndSaysSo(t *testing.T) {
	s := newStage(t)
	s.host("a")
	s.host("b")
	web := s.c.CreateService(ServiceSpec{Name: "web", Definition: definition(512, 512), Desired: 4, MinPercent: 100, MaxPercent: 200})
	s.run(3 * time.Minute)
	require.Equal(t, 4, web.Running())
	assert.Equal(t, completed, web.primary().Rollout)
	assert.Contains(t, web.events[len(web.events)-1].message, "has reached a steady state")
	assert.Equal(t, Resources{1024, 1024, 0}, s.c.hosts[0].allocated)
}

// of is how many tasks of a service the host has.
func (h *Host) of(service string) int { return h.groups[h.Cluster.groupOf("service:"+service)] }
