package scaler_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"ecs-cluster-scaler/cluster"
	"ecs-cluster-scaler/scaler"
)

func TestHeadroomIsACause(t *testing.T) {
	checkOut(t, map[string]outCase{
		"headroom of a given size": {
			world: func(w *world) {
				w.entry.Headroom.Tasks = 5
				w.entry.Headroom.CPU, w.entry.Headroom.Memory = new(int64(900)), new(int64(100))
			},
			signal: 1, gap: 1, reasons: []scaler.Reason{scaler.HeadroomShort},
			why: "1 of the 5 headroom tasks (900 CPU, 100 MiB each) do not fit",
		},
		"headroom fits, but not beside what waits": {
			world: func(w *world) {
				w.service("web", 1, size(900, 100))
				w.entry.Headroom.Tasks = 4
				w.entry.Headroom.CPU, w.entry.Headroom.Memory = new(int64(900)), new(int64(100))
			},
			signal: 1, gap: 1, reasons: []scaler.Reason{scaler.HeadroomShort},
		},
		"headroom of the largest task by share of a host": {
			world: func(w *world) {
				w.entry.Headroom.Tasks = 1
				w.service("small", 1, size(10, 10))
				w.put(0, 1, "small")
			},
			signal: 1, gap: 1, reasons: []scaler.Reason{scaler.HeadroomShort},
			why: "1 of the 1 headroom tasks (1100 CPU, 1000 MiB each) do not fit",
		},
		"headroom larger than an instance is not chased": {
			world: func(w *world) {
				w.entry.Headroom.Tasks = 1
				w.entry.Headroom.CPU, w.entry.Headroom.Memory = new(int64(9000)), new(int64(100))
			},
			signal: 0, reasons: []scaler.Reason{scaler.WithinBand, scaler.TaskFitsNoInstance},
		},
	})
}

// The size of the largest task is not known while that of one is not: no room is kept for a guess, and no host is removed.
func TestUnreadHeadroomKeepsNoRoom(t *testing.T) {
	w := newWorld()
	w.entry.Headroom.Tasks = 2
	w.host(2, size(2048, 3900))
	w.service("web", 2, size(500, 500))
	w.put(0, 1, "web")
	w.put(1, 1, "web")
	w.service("wide", 0, size(1600, 1000))
	w.put(0, 0, "wide")
	w.want("wide", 1)
	w.find("wide").Running = 1 // it runs on a host that has gone
	w.service("other", 1, size(1, 1))
	w.find("other").Running = 1
	delete(w.s.Definitions, "other:1")
	v := w.decide()
	assert.Equal(t, scaler.Stay, v.Signal, v.Why)
	assert.NotContains(t, v.Reasons, scaler.HeadroomShort)
	assert.NotContains(t, v.Reasons, scaler.HeadroomWouldBreak)
	assert.Contains(t, v.Reasons, scaler.TasksUnread)

	w.s.Definitions["other:1"] = cluster.Definition{Size: size(1, 1)}
	v = w.decide()
	assert.Equal(t, scaler.ScaleOut, v.Signal, "two of 1600 CPU do not fit")
	assert.Contains(t, v.Reasons, scaler.HeadroomShort)
}

func TestHeadroomOfABoundServiceIsOnItsHosts(t *testing.T) {
	w := providers(1, 3)
	w.entry.Headroom.Tasks = 1
	w.entry.CPU.ScaleOutAt, w.entry.Memory.ScaleOutAt = nil, nil
	w.service("web", 1, size(1500, 500), bound("od"))
	w.put(0, 1, "web")
	v := w.decide()
	assert.Equal(t, []any{scaler.ScaleOut, 1}, []any{v.Signal, v.InstanceGap}, v.Why)
	assert.Contains(t, v.Reasons, scaler.HeadroomShort)
	w.marked("web-spot")
	v = w.decide()
	assert.NotEqual(t, scaler.ScaleOut, v.Signal, "a host of spot would not help: %v", v.Why)
	assert.Contains(t, v.Reasons, scaler.TaskFitsNoInstance)
	w.find("web").Providers = nil
	assert.NotContains(t, w.decide().Reasons, scaler.TaskFitsNoInstance, "launch type EC2 has it on any host")
}
