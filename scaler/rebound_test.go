package scaler_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"ecs-cluster-scaler/scaler"
)

// The tasks of a disconnected host run on, but count in no reservation. When it is removed they come back onto the
// others'.
func TestDisconnectedHostsTasksCountElsewhere(t *testing.T) {
	hostsWith := func(of, others int64, connected bool) *world {
		w := newWorld()
		w.entry.CPU.ScaleOutAt, w.entry.CPU.ScaleInBelow = new(60.0), 50
		w.host(3, size(2048, 15400))
		w.service("web", 1, size(of, 100))
		w.service("base", 2, size(others, 100))
		w.put(0, 1, "web")
		w.put(1, 1, "base")
		w.put(2, 1, "base")
		w.s.Hosts[0].Connected, w.s.Hosts[0].ConnectedAt = connected, now.Add(-time.Minute)
		for i := 1; i < 3; i++ {
			w.s.Groups[0].Instances[i].Protected = true // only the first may go
		}
		return w
	}
	// 600 of 2048 on each of two hosts is 29 %; with 1300 more it is 61 %.
	v := hostsWith(1300, 600, false).decide()
	assert.Equal(t, scaler.Stay, v.Signal, v.Why)
	assert.Contains(t, v.Reasons, scaler.WouldBounce)
	// With 1200 more it is 58.6 %.
	assert.Equal(t, scaler.ScaleIn, hostsWith(1200, 600, false).decide().Signal)
	// A connected host's reservation moves too, once.
	assert.Contains(t, hostsWith(1300, 600, true).decide().Reasons, scaler.WouldBounce)
	assert.Equal(t, scaler.ScaleIn, hostsWith(1200, 600, true).decide().Signal)
}
