package recorder_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"ecs-cluster-scaler/simulator/workload"
)

// docs/recording.md has these figures.
func TestALookTakesFewCalls(t *testing.T) {
	large := workload.Large(100, 1000, 24*time.Hour)
	large.Settle = 13 * time.Hour // to its peak
	s := newSceneOf(t, large, "alarms-75")
	s.looks(0, 1)
	first := len(s.aws.Calls())
	s.aws.Forget()
	s.looks(1, 61)
	usual := float64(len(s.aws.Calls())) / 60
	c := s.world.Clusters()[0]
	t.Logf("%d hosts, %d services, %d tasks: %d calls at first, then %.1f a look", len(c.Hosts()), len(c.Services()), len(c.Tasks()), first, usual)
	assert.Empty(t, s.errs)
	assert.LessOrEqual(t, first, 90)
	assert.LessOrEqual(t, usual, 25.0)
}
