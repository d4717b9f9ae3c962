package aws

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-placement-strategies.html
func TestRunTaskPlacesByItsStrategy(t *testing.T) {
	on := func(chain []string) (hosts []int) {
		s := newStage(t)
		for _, zone := range []string{"a", "a", "b"} {
			s.host(zone)
		}
		d := definition(256, 256)
		for range 6 {
			_, failure := s.c.RunTask(TaskRequest{Definition: d, Lasts: time.Hour, Strategy: chain})
			require.Empty(t, failure)
		}
		for _, h := range s.c.hosts {
			hosts = append(hosts, len(h.tasks))
		}
		slices.Sort(hosts)
		return hosts
	}
	assert.Equal(t, []int{0, 0, 6}, on([]string{"binpack:memory"}))
	assert.Equal(t, []int{2, 2, 2}, on([]string{"spread:instanceId"}))
	assert.Equal(t, []int{1, 2, 3}, on([]string{"spread:attribute:ecs.availability-zone", "spread:instanceId"}))
	assert.NotEqual(t, []int{0, 0, 6}, on(nil), "at random")
}

func TestATaskThatWaitedIsPlacedByItsStrategyToo(t *testing.T) {
	s := newStage(t)
	d := definition(256, 256)
	for range 6 {
		waiting, failure := s.c.RunTask(TaskRequest{Definition: d, Lasts: time.Hour, Managed: true, Strategy: []string{"binpack:memory"}})
		require.Empty(t, failure)
		require.Equal(t, "PROVISIONING", waiting.Last)
	}
	for range 3 {
		s.host("a")
	}
	s.run(time.Minute)
	used := 0
	for _, h := range s.c.hosts {
		if len(h.tasks) > 0 {
			used++
		}
	}
	assert.Equal(t, 1, used)
}
