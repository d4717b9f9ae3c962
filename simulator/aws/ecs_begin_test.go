package aws

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestAServiceBeginsWhereItIsPut(t *testing.T) {
	s := newStage(t)
	s.host("a")
	b := s.host("b")
	web := s.c.CreateService(ServiceSpec{Name: "web", Definition: definition(512, 512), Desired: 3, MinPercent: 100, MaxPercent: 200})
	require.True(t, web.StartOn(b))
	require.True(t, web.StartOn(b))
	s.run(3 * time.Minute)
	assert.Equal(t, 3, web.Running())
	assert.Equal(t, 2, b.of("web"), "ECS places the third one by itself, where there is none")
	assert.False(t, web.StartOn(b), "it lacks none")

	web.SetDesired(9)
	for web.StartOn(b) {
		assert.LessOrEqual(t, b.of("web"), 4)
	}
	assert.Equal(t, 4, b.of("web"), "a host takes no more than it has")
	wanted := 0
	for _, h := range s.kinds(TaskWanted) {
		wanted += h.N
	}
	placed := len(s.kinds(TaskPlaced))
	assert.Equal(t, 9-web.live, wanted-placed, "what is put is placed, and not wanted any more")
}

func TestADaemonCannotBePut(t *testing.T) {
	s := newStage(t)
	h := s.host("a")
	logs := s.c.CreateService(ServiceSpec{Name: "logs", Definition: definition(128, 128), Daemon: true})
	assert.False(t, logs.StartOn(h))
}

func TestAHostThatDrainsIsNoPlaceToBegin(t *testing.T) {
	s := newStage(t)
	h := s.host("a")
	web := s.c.CreateService(ServiceSpec{Name: "web", Definition: definition(512, 512), Desired: 3, MinPercent: 100, MaxPercent: 200})
	s.drain(h)
	assert.False(t, web.StartOn(h))
	_, failure := s.c.RunTask(TaskRequest{Definition: definition(1, 4), On: h, Lasts: time.Hour})
	assert.NotEmpty(t, failure)
}

func TestAStandaloneTaskBeginsWhereItIsPut(t *testing.T) {
	s := newStage(t)
	for range 6 {
		s.host("a")
	}
	for range 4 {
		task, failure := s.c.RunTask(TaskRequest{Definition: definition(512, 512), On: s.c.hosts[3], Lasts: time.Hour})
		require.Empty(t, failure)
		assert.Equal(t, s.c.hosts[3], task.Host)
	}
	task, failure := s.c.RunTask(TaskRequest{Definition: definition(512, 512), On: s.c.hosts[3], Lasts: time.Hour})
	require.Empty(t, failure)
	assert.NotEqual(t, s.c.hosts[3], task.Host, "it is full, and any other has it")
}
