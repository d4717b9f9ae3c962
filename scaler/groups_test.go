package scaler_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"ecs-cluster-scaler/cluster"
	"ecs-cluster-scaler/scaler"
	"ecs-cluster-scaler/thresholds"
)

// grouped puts the hosts into one group, with room on both sides, changed as the case wants it.
func grouped(hosts []cluster.Host, change ...func(*cluster.Group)) []cluster.Group {
	g := cluster.Group{Name: "web-blue", Min: 0, Max: 100, Desired: len(hosts)}
	for i := range hosts {
		hosts[i].InstanceID = fmt.Sprintf("i-%d", i)
		g.Instances = append(g.Instances, cluster.Instance{ID: hosts[i].InstanceID, Phase: cluster.InService})
	}
	for _, c := range change {
		c(&g)
	}
	return []cluster.Group{g}
}

func TestVerdictOnGroups(t *testing.T) {
	type change = func(*cluster.Group)
	minSize := func(n int) change { return func(g *cluster.Group) { g.Min = n } }
	maxSize := func(n int) change { return func(g *cluster.Group) { g.Max = n } }
	suspended := func(process string) change {
		return func(g *cluster.Group) { g.Suspended = append(g.Suspended, process) }
	}
	protected := func(n int) change {
		return func(g *cluster.Group) {
			for i := range n {
				g.Instances[i].Protected = true
			}
		}
	}
	plus := func(phase cluster.Phase, launched time.Time) change {
		return func(g *cluster.Group) {
			g.Instances = append(g.Instances, cluster.Instance{ID: "i-new", Phase: phase, LaunchedAt: launched})
			if phase == cluster.Pending || phase == cluster.InService {
				g.Desired++
			}
		}
	}
	idle, hot := func() []cluster.Host { return hosts(4, 100, 100) }, func() []cluster.Host { return hosts(4, 900, 100) }
	tests := map[string]struct {
		hosts   []cluster.Host
		group   []change
		signal  scaler.Signal
		blocked bool
		reasons []scaler.Reason
	}{
		"room on both sides, idle": {hosts: idle(), signal: -1, reasons: []scaler.Reason{scaler.AllBelowScaleIn}},
		"room on both sides, hot":  {hosts: hot(), signal: 1, reasons: []scaler.Reason{scaler.CPUAtScaleOut}},
		"at MinSize": {hosts: idle(), group: []change{minSize(4)}, signal: 0,
			reasons: []scaler.Reason{scaler.AllBelowScaleIn, scaler.AtMinInstances}},
		"one above MinSize": {hosts: idle(), group: []change{minSize(3)}, signal: -1,
			reasons: []scaler.Reason{scaler.AllBelowScaleIn}},
		"at MaxSize the signal stays 1": {hosts: hot(), group: []change{maxSize(4)}, signal: 1, blocked: true,
			reasons: []scaler.Reason{scaler.CPUAtScaleOut, scaler.AtMaxInstances}},
		"launching suspended": {hosts: hot(), group: []change{suspended("Launch")}, signal: 1, blocked: true,
			reasons: []scaler.Reason{scaler.CPUAtScaleOut, scaler.ScalingSuspended}},
		"alarms suspended": {hosts: hot(), group: []change{suspended("AlarmNotification")}, signal: 1, blocked: true,
			reasons: []scaler.Reason{scaler.CPUAtScaleOut, scaler.ScalingSuspended}},
		"health checks suspended: no matter": {hosts: hot(), group: []change{suspended("HealthCheck")}, signal: 1,
			reasons: []scaler.Reason{scaler.CPUAtScaleOut}},
		"terminating suspended": {hosts: idle(), group: []change{suspended("Terminate")}, signal: 0,
			reasons: []scaler.Reason{scaler.AllBelowScaleIn, scaler.ScalingSuspended}},
		"one of four protected": {hosts: idle(), group: []change{protected(1)}, signal: -1,
			reasons: []scaler.Reason{scaler.AllBelowScaleIn}},
		"all protected": {hosts: idle(), group: []change{protected(4)}, signal: 0,
			reasons: []scaler.Reason{scaler.AllBelowScaleIn, scaler.AllProtected}},
		"one terminates": {hosts: idle(), group: []change{plus(cluster.Terminating, time.Time{})}, signal: -1,
			reasons: []scaler.Reason{scaler.AllBelowScaleIn}},
		"one is pending": {hosts: idle(), group: []change{plus(cluster.Pending, time.Time{})}, signal: 0,
			reasons: []scaler.Reason{scaler.AllBelowScaleIn, scaler.InstancesLaunching}},
		"one came up and has not joined yet": {hosts: idle(), group: []change{plus(cluster.InService, now.Add(-9*time.Minute))}, signal: 0,
			reasons: []scaler.Reason{scaler.AllBelowScaleIn, scaler.InstancesLaunching}},
		"one never joined": {hosts: idle(), group: []change{plus(cluster.InService, now.Add(-10*time.Minute))}, signal: -1,
			reasons: []scaler.Reason{scaler.AllBelowScaleIn}},
		"desired is lowered, and none has begun to leave": {hosts: idle(), group: []change{func(g *cluster.Group) { g.Desired-- }}, signal: 0,
			reasons: []scaler.Reason{scaler.AllBelowScaleIn, scaler.InstancesDraining}},
		"one stands aside": {hosts: idle(), group: []change{plus(cluster.Aside, time.Time{})}, signal: -1,
			reasons: []scaler.Reason{scaler.AllBelowScaleIn}},
		"a draining host that its group holds in service was forgotten": {
			hosts:  append(hosts(4, 100, 100), with(hosts(1, 0, 0), func(h *cluster.Host) { h.Status = cluster.Draining })...),
			signal: -1, reasons: []scaler.Reason{scaler.AllBelowScaleIn}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			s := cluster.Snapshot{Cluster: "web", Hosts: tt.hosts, Groups: grouped(tt.hosts, tt.group...)}
			v := scaler.Decide(thresholds.Builtin(), s, now)
			assert.Equal(t, tt.signal, v.Signal, v.Why)
			assert.Equal(t, tt.reasons, v.Reasons)
			assert.Equal(t, tt.blocked, v.ScaleOutBlocked)
		})
	}
}

func TestOtherDrainingHostsHoldNoScaleIn(t *testing.T) {
	in := func(group string, phase cluster.Phase, state string) func(*cluster.Snapshot) {
		return func(s *cluster.Snapshot) {
			for g := range s.Groups {
				if s.Groups[g].Name == group {
					s.Groups[g].Instances = append(s.Groups[g].Instances, cluster.Instance{ID: "i-other", Phase: phase, State: state})
					if phase == cluster.InService {
						s.Groups[g].Desired++
					}
				}
			}
		}
	}
	tests := map[string]struct {
		change func(*cluster.Snapshot)
		signal scaler.Signal
	}{
		"in no known group":                      {func(*cluster.Snapshot) {}, -1},
		"in standby":                             {in("web-blue", cluster.Aside, "Standby"), -1},
		"on its way into standby":                {in("web-blue", cluster.Aside, "EnteringStandby"), -1},
		"being detached":                         {in("web-blue", cluster.Aside, "Detaching"), -1},
		"detached":                               {in("web-blue", cluster.Aside, "Detached"), -1},
		"retained after its end was given up":    {in("web-blue", cluster.Aside, "Terminating:Retained"), -1},
		"back in the warm pool":                  {in("web-blue", cluster.Aside, "Warmed:Stopped"), -1},
		"leaving the warm pool":                  {in("web-blue", cluster.Aside, "Warmed:Terminating:Wait"), -1},
		"in service: its end was called off":     {in("web-blue", cluster.InService, "InService"), -1},
		"terminating in a group that is not led": {in("web-old", cluster.Terminating, "Terminating:Wait"), -1},
		"terminating there, and not yet DRAINING": {func(s *cluster.Snapshot) {
			s.Hosts[4].Status = cluster.Active
			in("web-old", cluster.Terminating, "Terminating")(s)
		}, -1},
		"terminating": {in("web-blue", cluster.Terminating, "Terminating:Wait"), -1},
		"terminating where no group is marked": {func(s *cluster.Snapshot) {
			s.Groups[0].TaggedActive = false
			s.Groups[1].Desired, s.Groups[1].Min = 1, 0
			in("web-old", cluster.Terminating, "Terminating:Wait")(s)
		}, 0},
		"no group is known": {func(s *cluster.Snapshot) { s.Groups = nil }, 0},
		"no group is known, and it belongs to no group of EC2": {func(s *cluster.Snapshot) {
			s.Groups = nil
			s.Hosts[4].External = true
		}, -1},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			all := hosts(4, 100, 100)
			s := cluster.Snapshot{Cluster: "web", Hosts: all, Groups: append(grouped(all), cluster.Group{Name: "web-old", Max: 10})}
			s.Groups[0].TaggedActive = true
			s.Hosts = append(s.Hosts, cluster.Host{ARN: "other", InstanceID: "i-other", Status: cluster.Draining, Connected: true})
			tt.change(&s)
			v := scaler.Decide(thresholds.Builtin(), s, now)
			assert.Equal(t, tt.signal, v.Signal, v.Why)
			assert.Equal(t, tt.signal == 0, v.Has(scaler.InstancesDraining), v.Why)
		})
	}
}

// Seen in the simulator: an instance that ended while its agent blinked held every scale-in for four days.
func TestLeftoverRegistrationHoldsNoScaleIn(t *testing.T) {
	all := hosts(4, 100, 100)
	s := cluster.Snapshot{Cluster: "web", Hosts: all, Groups: grouped(all)}
	s.Hosts = append(s.Hosts, cluster.Host{InstanceID: "i-gone", Status: cluster.Draining})
	v := scaler.Decide(thresholds.Builtin(), s, now)
	assert.Equal(t, scaler.Signal(-1), v.Signal, v.Why)
}

// weighted is n nearly idle hosts whose group counts weight units for each.
func weighted(n, weight int, change ...func(*cluster.Group)) *world {
	w := newWorld()
	w.host(n, size(4096, 15000))
	w.service("web", n, size(100, 100))
	for i := range n {
		w.put(i, 1, "web")
	}
	g := &w.s.Groups[0]
	g.Unit, g.Desired, g.Max = cluster.Weights, n*weight, 10*n*weight
	for i := range g.Instances {
		g.Instances[i].Weight = weight
	}
	for _, c := range change {
		c(g)
	}
	return w
}

func TestUnitsBoundScaleIn(t *testing.T) {
	least := func(n int) func(*cluster.Group) { return func(g *cluster.Group) { g.Min = n } }
	forget := func(g *cluster.Group) { g.Instances[0].Weight = 0 }
	unit := func(of string) func(*cluster.Group) { return func(g *cluster.Group) { g.Unit = of } }
	tests := map[string]struct {
		world  *world
		signal scaler.Signal
		gap    int
		reason scaler.Reason
	}{
		"its MinSize is one host":                 {weighted(4, 4, least(4)), -1, -2, scaler.AllBelowScaleIn},
		"its MinSize is below one host":           {weighted(3, 8, least(2)), -1, -1, scaler.AllBelowScaleIn},
		"its MinSize is all hosts":                {weighted(4, 4, least(16)), 0, 0, scaler.AtMinInstances},
		"a host more than its MinSize, not whole": {weighted(4, 4, least(13)), 0, 0, scaler.AtMinInstances},
		"twenty hosts, of which two can go":       {weighted(20, 4, least(72)), -1, -2, scaler.AllBelowScaleIn},
		"twenty hosts, of which one can go":       {weighted(20, 4, least(73)), -1, -1, scaler.AllBelowScaleIn},
		"a host of unknown weight":                {weighted(4, 4, least(4), forget), 0, 0, scaler.CapacityUnitsUnknown},
		"vCPUs, of which AWS shows none for one":  {weighted(4, 4, least(4), forget, unit(cluster.VCPUs)), -1, -2, scaler.AllBelowScaleIn},
		"memory, of which AWS shows none":         {weighted(4, 16384, least(4), forget, unit(cluster.MiB)), 0, 0, scaler.CapacityUnitsUnknown},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			v := tt.world.decide()
			assert.Equal(t, tt.signal, v.Signal, v.Why)
			assert.Equal(t, tt.gap, v.InstanceGap)
			assert.True(t, v.Has(tt.reason), v.Why)
			assert.Len(t, v.Notes, 1, "it says what a policy moves")
		})
	}
}

func TestUnitsScaleOutByHosts(t *testing.T) {
	w := weighted(4, 4)
	w.service("more", 20, size(4000, 1000))
	for host := range 4 {
		w.s.Hosts[host].Remaining = size(96, 1000)
	}
	v := w.decide()
	hosts := v.InstanceGap
	assert.Equal(t, scaler.ScaleOut, v.Signal)
	assert.False(t, v.ScaleOutBlocked)
	assert.Equal(t, "group web-blue counts its sizes in units, 4 per host; the signal and the gap count hosts, but a scaling policy adds and removes units", v.Notes[0])

	w.s.Groups[0].Unit = ""
	assert.Equal(t, hosts, w.decide().InstanceGap, "the gap is hosts either way")
	w.s.Groups[0].Unit = cluster.Weights

	w.s.Groups[0].Instances[0].Weight = 0
	assert.Equal(t, hosts, w.decide().InstanceGap, "what is not known in units is no reason to buy none")
	w.s.Groups[0].Instances[0].Weight = 4

	w.s.Groups[0].Max = 17
	assert.False(t, w.decide().ScaleOutBlocked, "one unit more is another host")
	w.s.Groups[0].Desired, w.s.Groups[0].Max = 15, 16
	v = w.decide()
	assert.True(t, v.ScaleOutBlocked, "16 stand already")
	assert.Contains(t, v.Why[len(v.Why)-1], "at its MaxSize 16 in units, 4 per host")
}

func TestSeveralWeightsAskForTheHeaviest(t *testing.T) {
	w := weighted(3, 4)
	g := &w.s.Groups[0]
	g.Instances[0].Weight, g.Desired, g.Min = 8, 16, 9
	v := w.decide()
	assert.True(t, v.Has(scaler.AtMinInstances), v.Why)
	assert.Contains(t, v.Why[1], "at its MinSize 9 in units, 4 to 8 per host")
	g.Min = 8
	assert.Equal(t, scaler.ScaleIn, w.decide().Signal)
}
