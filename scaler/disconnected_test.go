package scaler_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"ecs-cluster-scaler/cluster"
	"ecs-cluster-scaler/scaler"
)

// uneven is three hosts full to two thirds and an empty one: 50 % of four, 67 % of three.
func uneven() *world {
	w := newWorld()
	w.entry.CPU.ScaleOutAt, w.entry.CPU.ScaleInBelow = new(60.0), 40
	w.host(4, size(3000, 8000))
	w.service("web", 6, size(1000, 100))
	for host := range 3 {
		w.put(host, 2, "web")
	}
	return w
}

// disconnected has a host's agent last seen so long ago.
func (w *world) disconnected(host int, ago time.Duration) {
	w.s.Hosts[host].Connected, w.s.Hosts[host].ConnectedAt = false, now.Add(-ago)
}

func TestBlinkingAgentBuysNoHost(t *testing.T) {
	tests := map[string]struct {
		world   func(*world)
		signal  scaler.Signal
		gap     int
		reasons []scaler.Reason
	}{
		"all are there":                      {func(*world) {}, 0, 0, []scaler.Reason{scaler.WithinBand}},
		"disconnected since the last minute": {func(w *world) { w.disconnected(3, time.Minute) }, 0, 0, []scaler.Reason{scaler.CPUAtScaleOut, scaler.AgentsAway}},
		"disconnected for three minutes":     {func(w *world) { w.disconnected(3, 3*time.Minute) }, 1, 1, []scaler.Reason{scaler.CPUAtScaleOut}},
		"since when is not known":            {func(w *world) { w.s.Hosts[3].Connected = false }, 1, 1, []scaler.Reason{scaler.CPUAtScaleOut}},
		"it leaves": {func(w *world) {
			w.disconnected(3, time.Minute)
			w.s.Hosts[3].Status = cluster.Draining
		}, 1, 1, []scaler.Reason{scaler.CPUAtScaleOut}},
		"even with it hosts are missing": {func(w *world) {
			w.disconnected(3, time.Minute)
			w.service("more", 6, size(2000, 100))
		}, 1, 7, []scaler.Reason{scaler.CPUAtScaleOut, scaler.UnplacedTasks}},
		"a task that fits only there waits a minute": {func(w *world) {
			w.disconnected(3, time.Minute)
			w.entry.CPU.ScaleOutAt = new(99.0)
			w.service("large", 1, size(2000, 100))
		}, 0, 0, []scaler.Reason{scaler.UnplacedTasks, scaler.AgentsAway}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			w := uneven()
			tt.world(w)
			v := w.decide()
			assert.Equal(t, tt.signal, v.Signal, v.Why)
			assert.Equal(t, tt.gap, v.InstanceGap, v.Why)
			assert.Equal(t, tt.reasons, v.Reasons, v.Why)
		})
	}
}

func TestDisconnectedHostTakesNoTasks(t *testing.T) {
	w := spare()
	w.disconnected(3, time.Minute)
	v := w.decide()
	assert.InDelta(t, 3*2048, 2048*float64(v.Hosts.Active), 0)
	assert.Equal(t, 1, v.Hosts.Disconnected)
	assert.NotEqual(t, scaler.ScaleOut, v.Signal)
}
