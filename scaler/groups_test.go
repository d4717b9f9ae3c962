package scaler_test

import (
	"fmt"
	"strings"
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
		"one terminates": {hosts: idle(), group: []change{plus(cluster.Terminating, time.Time{})}, signal: 0,
			reasons: []scaler.Reason{scaler.AllBelowScaleIn, scaler.InstancesDraining}},
		"one is pending": {hosts: idle(), group: []change{plus(cluster.Pending, time.Time{})}, signal: 0,
			reasons: []scaler.Reason{scaler.AllBelowScaleIn, scaler.InstancesLaunching}},
		"one came up and has not joined yet": {hosts: idle(), group: []change{plus(cluster.InService, now.Add(-9*time.Minute))}, signal: 0,
			reasons: []scaler.Reason{scaler.AllBelowScaleIn, scaler.InstancesLaunching}},
		"one never joined": {hosts: idle(), group: []change{plus(cluster.InService, now.Add(-10*time.Minute))}, signal: -1,
			reasons: []scaler.Reason{scaler.AllBelowScaleIn}},
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

func TestADrainingHostThatIsNotAboutToLeaveAGroupOfTheSignalHoldsNoScaleIn(t *testing.T) {
	in := func(group string, phase cluster.Phase, state string) func(*cluster.Snapshot) {
		return func(s *cluster.Snapshot) {
			for g := range s.Groups {
				if s.Groups[g].Name == group {
					s.Groups[g].Instances = append(s.Groups[g].Instances, cluster.Instance{ID: "i-other", Phase: phase, State: state})
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
		}, 0},
		"terminating": {in("web-blue", cluster.Terminating, "Terminating:Wait"), 0},
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

// A host drained by hand, just before whatever made it ends it: its tasks are demand, and no host goes without room for them.
func TestTheTasksOfADrainingHostOfNobodyMustFitBeforeAnotherGoes(t *testing.T) {
	w := newWorld()
	w.host(5, size(2048, 3900))
	w.service("web", 2, size(900, 100))
	w.put(0, 1, "web")
	w.put(4, 1, "web")
	w.s.Hosts[4].Status = cluster.Draining
	w.s.Groups[0].Instances = w.s.Groups[0].Instances[:4]
	w.s.Groups[0].Desired = 4
	assert.Equal(t, scaler.ScaleIn, w.decide().Signal, w.decide().Why)

	w.service("full", 3, size(1200, 100))
	for i := 1; i < 4; i++ {
		w.put(i, 1, "full")
	}
	w.entry.CPU.ScaleInBelow, w.entry.CPU.ScaleOutAt = 80, nil
	v := w.decide()
	assert.Equal(t, scaler.Stay, v.Signal)
	assert.Equal(t, []scaler.Reason{scaler.AllBelowScaleIn, scaler.WouldNotFit}, v.Reasons, v.Why)
}

// Seen in the simulator: an instance that ended while its agent blinked held every scale-in for four days.
func TestARegistrationThatOutlivedItsHostHoldsNoScaleIn(t *testing.T) {
	all := hosts(4, 100, 100)
	s := cluster.Snapshot{Cluster: "web", Hosts: all, Groups: grouped(all)}
	s.Hosts = append(s.Hosts, cluster.Host{InstanceID: "i-gone", Status: cluster.Draining})
	v := scaler.Decide(thresholds.Builtin(), s, now)
	assert.Equal(t, scaler.Signal(-1), v.Signal, v.Why)
}

func TestSeveralGroupsOfWhichNoneIsMarkedMustAllBeAbleToGiveAHost(t *testing.T) {
	blue, green := hosts(4, 100, 100), hosts(4, 100, 100)
	groups := append(grouped(blue), grouped(green)...)
	groups[1].Name = "web-green"
	for i := range green {
		green[i].InstanceID += "-green"
		groups[1].Instances[i].ID += "-green"
	}
	s := cluster.Snapshot{Cluster: "web", Hosts: append(blue, green...), Groups: groups}
	assert.Equal(t, scaler.ScaleIn, scaler.Decide(thresholds.Builtin(), s, now).Signal)

	s.Groups[1].Min = 4
	v := scaler.Decide(thresholds.Builtin(), s, now)
	assert.Equal(t, []scaler.Reason{scaler.AllBelowScaleIn, scaler.AtMinInstances}, v.Reasons)
	assert.Equal(t, "group web-green is at its MinSize 4", v.Why[1])

	s.Groups[0].TaggedActive = true
	assert.Equal(t, scaler.ScaleIn, scaler.Decide(thresholds.Builtin(), s, now).Signal, "only the marked one counts")
}

func TestGroupsOfWhichNoneIsMarkedShareNoGap(t *testing.T) {
	blue := hosts(4, 1000, 100)
	groups := append(grouped(blue), cluster.Group{Name: "web-green", Max: 0})
	s := cluster.Snapshot{Cluster: "web", Hosts: blue, Groups: groups}
	v := scaler.Decide(thresholds.Builtin(), s, now)
	assert.Equal(t, 1, v.InstanceGap)
	assert.False(t, v.ScaleOutBlocked, "blue can launch, though green cannot")
	assert.Equal(t, []scaler.Reason{scaler.CPUAtScaleOut}, v.Reasons)
}

func TestTasksThatWaitAreRePlacedBesideTheOthers(t *testing.T) {
	s := cluster.Snapshot{Cluster: "web", Hosts: hosts(4, 100, 100), Services: []cluster.Service{{
		Name: "api", Active: true, Home: cluster.OnEC2, Rollout: cluster.Rolling, Desired: 3, Running: 1, MaximumPercent: 200, TaskDefinition: "api:1",
	}}}
	v := scaler.Decide(thresholds.Builtin(), s, now)
	assert.Equal(t, 2, v.UnplacedTasks)
	assert.Equal(t, []scaler.Reason{scaler.AllBelowScaleIn, scaler.TasksUnread}, v.Reasons, "nobody knows their size")

	s.Definitions = map[string]cluster.Definition{"api:1": {Size: cluster.Resources{CPU: 100, Memory: 100}}}
	assert.Equal(t, scaler.ScaleIn, scaler.Decide(thresholds.Builtin(), s, now).Signal, "they fit beside what is there")

	s.Definitions["api:1"] = cluster.Definition{Size: cluster.Resources{CPU: 950, Memory: 100}}
	v = scaler.Decide(thresholds.Builtin(), s, now)
	assert.Equal(t, []scaler.Reason{scaler.UnplacedTasks}, v.Reasons)
	assert.Equal(t, "2 tasks of api (950 CPU each) fit nowhere: the freest host has 900", v.Why[0])
}

func TestWhileTheGroupsCannotBeReadOneHostIsBoughtAtATime(t *testing.T) {
	w := newWorld()
	w.host(1, size(2048, 3900))
	w.service("web", 9, size(1500, 100))
	assert.Equal(t, 8, w.decide().InstanceGap)
	w.s.GroupsUnread = true
	w.s.Unread = []string{"the groups could not be read"}
	v := w.decide()
	assert.Equal(t, []any{scaler.ScaleOut, 1}, []any{v.Signal, v.InstanceGap}, v.Why)
	assert.Contains(t, strings.Join(v.Notes, "; "), "8 hosts are missing")
}
