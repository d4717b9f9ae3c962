package scaler_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"ecs-cluster-scaler/cluster"
	"ecs-cluster-scaler/scaler"
)

func TestVerdict(t *testing.T) {
	draining := func(h *cluster.Host) { h.Status = cluster.Draining }
	disconnected := func(h *cluster.Host) { h.Connected = false }
	external := func(h *cluster.Host) { h.External = true }
	gpus := func(registered, remaining int64) func(*cluster.Host) {
		return func(h *cluster.Host) { h.Registered.GPU, h.Remaining.GPU = registered, remaining }
	}
	join := func(groups ...[]cluster.Host) []cluster.Host {
		var all []cluster.Host
		for _, g := range groups {
			all = append(all, g...)
		}
		return all
	}
	tests := map[string]struct {
		entry   string
		hosts   []cluster.Host
		unread  []string
		signal  scaler.Signal
		gap     int
		reasons []scaler.Reason
	}{
		"hot on CPU": {hosts: hosts(4, 800, 600), signal: 1, gap: 1,
			reasons: []scaler.Reason{scaler.CPUAtScaleOut}},
		"hot on memory only": {hosts: hosts(4, 600, 800), signal: 1, gap: 1,
			reasons: []scaler.Reason{scaler.MemoryAtScaleOut}},
		"hot on both": {hosts: hosts(4, 800, 900), signal: 1, gap: 1,
			reasons: []scaler.Reason{scaler.CPUAtScaleOut, scaler.MemoryAtScaleOut}},
		"hot on CPU, idle on memory: never in": {hosts: hosts(4, 800, 0), signal: 1, gap: 1,
			reasons: []scaler.Reason{scaler.CPUAtScaleOut}},
		"exactly at the scale-out threshold": {hosts: hosts(4, 750, 0), signal: 1, gap: 1,
			reasons: []scaler.Reason{scaler.CPUAtScaleOut}},
		"just below it": {hosts: hosts(4, 749, 0), signal: 0,
			reasons: []scaler.Reason{scaler.WithinBand}},
		"exactly at the scale-in threshold": {hosts: hosts(4, 500, 0), signal: 0,
			reasons: []scaler.Reason{scaler.WithinBand}},
		"just below that": {hosts: hosts(4, 499, 0), signal: -1, gap: -1,
			reasons: []scaler.Reason{scaler.AllBelowScaleIn}},
		"idle on CPU, within the band on memory": {hosts: hosts(4, 0, 600), signal: 0,
			reasons: []scaler.Reason{scaler.WithinBand}},
		"the last, idle host is removed": {hosts: hosts(1, 0, 0), signal: -1, gap: -1,
			reasons: []scaler.Reason{scaler.AllBelowScaleIn}},
		"the last host with a task stays": {hosts: hosts(1, 100, 100), signal: 0,
			reasons: []scaler.Reason{scaler.AllBelowScaleIn, scaler.WouldBounce}},
		"two hosts at 45 % would be one at 90 %": {hosts: hosts(2, 450, 0), signal: 0,
			reasons: []scaler.Reason{scaler.AllBelowScaleIn, scaler.WouldBounce}},
		"landing exactly on the threshold bounces": {hosts: hosts(3, 500, 0), entry: `{"cpu":{"scale_in_below":60}}`, signal: 0,
			reasons: []scaler.Reason{scaler.AllBelowScaleIn, scaler.WouldBounce}},
		"mixed hosts: the one that holds the memory may be the one to go": {hosts: []cluster.Host{
			{ARN: "a", Status: cluster.Active, Connected: true, Registered: cluster.Resources{CPU: 16000, Memory: 1000}, Remaining: cluster.Resources{CPU: 16000, Memory: 1000}},
			{ARN: "b", Status: cluster.Active, Connected: true, Registered: cluster.Resources{CPU: 1000, Memory: 64000}, Remaining: cluster.Resources{CPU: 1000, Memory: 34000}},
		}, signal: 0, reasons: []scaler.Reason{scaler.AllBelowScaleIn, scaler.WouldBounce}},
		"no host": {signal: 0, reasons: []scaler.Reason{scaler.NoInstances}},
		"only draining hosts": {hosts: with(hosts(2, 0, 0), draining), signal: 0,
			reasons: []scaler.Reason{scaler.NoInstances}},
		"a draining host holds the next scale-in": {hosts: join(hosts(4, 100, 100), with(hosts(1, 0, 0), draining)), signal: 0,
			reasons: []scaler.Reason{scaler.AllBelowScaleIn, scaler.InstancesDraining}},
		"draining hosts are no capacity": {hosts: join(hosts(2, 800, 0), with(hosts(2, 0, 0), draining)), signal: 1, gap: 1,
			reasons: []scaler.Reason{scaler.CPUAtScaleOut}},
		"what draining hosts still hold is no reservation": {hosts: join(hosts(4, 600, 0), with(hosts(4, 1000, 0), draining)), signal: 0,
			reasons: []scaler.Reason{scaler.WithinBand}},
		"disconnected hosts are no capacity": {hosts: join(hosts(2, 800, 0), with(hosts(2, 0, 0), disconnected)), signal: 1, gap: 1,
			reasons: []scaler.Reason{scaler.CPUAtScaleOut}},
		"a disconnected host is no veto": {hosts: join(hosts(4, 100, 0), with(hosts(1, 0, 0), disconnected)), signal: -1, gap: -2,
			reasons: []scaler.Reason{scaler.AllBelowScaleIn}},
		"external hosts are no capacity": {hosts: join(hosts(2, 800, 0), with(hosts(8, 0, 0), external)), signal: 1, gap: 1,
			reasons: []scaler.Reason{scaler.CPUAtScaleOut}},
		"min_instances are left": {hosts: hosts(3, 0, 0), entry: `{"min_instances":3}`, signal: 0,
			reasons: []scaler.Reason{scaler.AllBelowScaleIn, scaler.AtMinInstances}},
		"one more than min_instances": {hosts: hosts(4, 0, 0), entry: `{"min_instances":3}`, signal: -1, gap: -1,
			reasons: []scaler.Reason{scaler.AllBelowScaleIn}},
		"min_instances never asks for a host": {hosts: hosts(1, 600, 0), entry: `{"min_instances":3}`, signal: 0,
			reasons: []scaler.Reason{scaler.WithinBand}},
		"draining hosts do not count towards min_instances": {hosts: join(hosts(3, 0, 0), with(hosts(1, 0, 0), draining)), entry: `{"min_instances":3}`, signal: 0,
			reasons: []scaler.Reason{scaler.AllBelowScaleIn, scaler.InstancesDraining, scaler.AtMinInstances}},
		"scale_in off": {hosts: hosts(4, 0, 0), entry: `{"scale_in":false}`, signal: 0,
			reasons: []scaler.Reason{scaler.AllBelowScaleIn, scaler.ScaleInOff}},
		"scale_in off still scales out": {hosts: hosts(4, 900, 0), entry: `{"scale_in":false}`, signal: 1, gap: 1,
			reasons: []scaler.Reason{scaler.CPUAtScaleOut}},
		"disabled": {hosts: hosts(4, 900, 0), entry: `{"enabled":false}`, signal: 0,
			reasons: []scaler.Reason{scaler.CPUAtScaleOut, scaler.Disabled}},
		"disabled and idle": {hosts: hosts(4, 0, 0), entry: `{"enabled":false}`, signal: 0,
			reasons: []scaler.Reason{scaler.AllBelowScaleIn, scaler.Disabled}},
		"something unread forbids a scale-in": {hosts: hosts(4, 0, 0), unread: []string{"ECS described only 4 of 5 hosts"}, signal: 0,
			reasons: []scaler.Reason{scaler.AllBelowScaleIn, scaler.Unreadable}},
		"something unread does not hide a cause": {hosts: hosts(4, 900, 0), unread: []string{"ECS described only 4 of 5 hosts"}, signal: 1, gap: 1,
			reasons: []scaler.Reason{scaler.CPUAtScaleOut}},
		"a threshold of null is no cause": {hosts: hosts(4, 1000, 0), entry: `{"cpu":{"scale_out_at":null}}`, signal: 0,
			reasons: []scaler.Reason{scaler.WithinBand}},
		"all GPUs reserved": {hosts: with(hosts(4, 100, 100), gpus(4, 0)), signal: 0,
			reasons: []scaler.Reason{scaler.WithinBand}},
		"one GPU free": {hosts: with(hosts(4, 100, 100), gpus(4, 1)), signal: -1, gap: -2,
			reasons: []scaler.Reason{scaler.AllBelowScaleIn}},
		"GPU threshold set": {hosts: with(hosts(4, 100, 100), gpus(4, 1)), entry: `{"gpu":{"scale_out_at":75,"scale_in_below":50}}`, signal: 1, gap: 1,
			reasons: []scaler.Reason{scaler.GPUAtScaleOut}},
		"far beyond the threshold": {hosts: hosts(4, 1000, 0), signal: 1, gap: 2,
			reasons: []scaler.Reason{scaler.CPUAtScaleOut}},
		"the gap counts instances of the entry": {hosts: hosts(4, 1000, 0), entry: `{"instance":{"cpu":100,"memory":100}}`, signal: 1, gap: 14,
			reasons: []scaler.Reason{scaler.CPUAtScaleOut}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			text := tt.entry
			if text == "" {
				text = "{}"
			}
			v := scaler.Decide(entry(t, text), cluster.Snapshot{Cluster: "web", Hosts: tt.hosts, Unread: tt.unread}, now)
			assert.Equal(t, tt.signal, v.Signal, v.Why)
			assert.Equal(t, tt.gap, v.InstanceGap)
			assert.Equal(t, tt.reasons, v.Reasons)
			assert.Len(t, v.Why, len(v.Reasons))
		})
	}
}
