package scaler

import (
	"encoding/json"
	"fmt"
	"math"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"ecs-cluster-scaler/cluster"
	"ecs-cluster-scaler/thresholds"
)

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

func TestEveryVerdictEnds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e, s := validEntry(t), extremeSnapshot(t)
		Need(e, s, noon)
		v := Decide(e, s, noon)
		if steps := Judge(e, s, noon).steps.Taken(); steps > 2*mostSteps+1 {
			t.Fatalf("%d steps", steps)
		}
		if v.InstanceGap > mostHosts || v.InstanceGap < -mostHosts {
			t.Fatalf("a gap of %d", v.InstanceGap)
		}
		if v.InstanceGap > 0 != (v.Signal == ScaleOut) || v.InstanceGap < 0 != (v.Signal == ScaleIn) {
			t.Fatalf("signal %d with gap %d", v.Signal, v.InstanceGap)
		}
		if v.Signal == ScaleIn {
			for _, h := range s.Hosts {
				if !h.External && !h.TasksRead && h.Tasks != 0 {
					t.Fatalf("-1 although the tasks of %s were not read", h.ARN)
				}
			}
		}
		if _, err := json.Marshal(v); err != nil {
			t.Fatal(err)
		}
	})
}

// However early the time is over, what is said is what holds at the bound of steps.
func TestOutOfTimeKeepsOnlyCauses(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e, s := validEntry(t), extremeSnapshot(t)
		left := rapid.IntRange(0, 20).Draw(t, "asked before the time is over")
		over := Until(func() bool { left--; return left < 0 })
		over.Need(e, s, noon)
		v := over.Decide(e, s, noon)
		if v.Signal == ScaleIn && left < 0 {
			t.Fatal("-1 although the time was over")
		}
		if v.InstanceGap > 0 != (v.Signal == ScaleOut) || v.InstanceGap < 0 != (v.Signal == ScaleIn) || v.InstanceGap > mostHosts {
			t.Fatalf("signal %d with gap %d", v.Signal, v.InstanceGap)
		}
	})

	at := waiting(1, 0)
	at.Hosts[0].Remaining.CPU = 0
	v := Until(func() bool { return true }).Decide(thresholds.Builtin(), at, noon)
	assert.Equal(t, ScaleOut, v.Signal, "a threshold needs no packing")
	v = Until(func() bool { return true }).Decide(thresholds.Builtin(), waiting(3, 1), noon)
	assert.Equal(t, []any{Stay, 0}, []any{v.Signal, v.InstanceGap})
	assert.Contains(t, v.Reasons, TooLarge)
}

// waiting is a cluster of one host on which so many services want so many tasks each.
func waiting(services, tasks int, change ...func(i int, s *cluster.Service, d *cluster.Definition)) cluster.Snapshot {
	of := cluster.Resources{CPU: 4096, Memory: 16000}
	s := cluster.Snapshot{
		Cluster: "web", Definitions: map[string]cluster.Definition{},
		Hosts: []cluster.Host{{ARN: "h", InstanceID: "i-1", Status: cluster.Active, Connected: true, Registered: of, Remaining: of, Attributes: map[string]string{}}},
	}
	for i := range services {
		arn := fmt.Sprint("d:", i)
		service := cluster.Service{
			Name: fmt.Sprintf("s%04d", i), Active: true, Home: cluster.OnEC2, Rollout: cluster.Rolling, Desired: tasks, MinimumHealthyPercent: 100, MaximumPercent: 200,
			TaskDefinition: arn, Deployments: []cluster.Deployment{{Primary: true, Desired: tasks, TaskDefinition: arn, InProgress: true}},
		}
		d := cluster.Definition{Size: cluster.Resources{CPU: 1024, Memory: 2048}}
		for _, c := range change {
			c(i, &service, &d)
		}
		s.Services = append(s.Services, service)
		s.Definitions[arn] = d
	}
	return s
}

func TestGreatDemandFitsTheFunctionsMemory(t *testing.T) {
	for name, tt := range map[string]struct {
		s   cluster.Snapshot
		gap int
	}{
		"60 services of 5000":           {s: waiting(60, 5000), gap: mostHosts},
		"200 services of 5000":          {s: waiting(200, 5000), gap: mostHosts},
		"5000 services of 5000":         {s: waiting(5000, 5000), gap: mostHosts},
		"a desired count of 32 bits":    {s: waiting(1, math.MaxInt32), gap: mostHosts},
		"5000 services of 32 bits each": {s: waiting(5000, math.MaxInt32), gap: mostHosts},
		"task sets of 32 bits": {s: waiting(20, 0, func(_ int, s *cluster.Service, _ *cluster.Definition) {
			s.Rollout, s.Deployments = cluster.SideBySide, []cluster.Deployment{{Primary: true, Desired: math.MaxInt32}, {Desired: math.MaxInt32}}
		}), gap: mostHosts},
		"twenty task sets of each service, each of its own revision": {s: revisions(200, 20), gap: 1333},
		"each service one by one on hosts": {s: waiting(200, 5000, func(_ int, s *cluster.Service, _ *cluster.Definition) {
			s.Constraints = []cluster.Constraint{{Type: cluster.DistinctInstance}}
		}), gap: mostHosts},
		"each service spread in its own way": {s: waiting(2000, 5000, func(i int, s *cluster.Service, _ *cluster.Definition) {
			s.Placement = []cluster.Strategy{{Type: cluster.Spread, Field: fmt.Sprint("attribute:a", i)}}
		}), gap: mostHosts},
		"each service asks for its own attribute": {s: waiting(2000, 50, func(i int, s *cluster.Service, _ *cluster.Definition) {
			s.Constraints = []cluster.Constraint{{Type: cluster.MemberOf, Expression: fmt.Sprintf("attribute:a%d !exists", i)}}
		}), gap: mostHosts},
		"each service with ten large patterns": {s: waiting(2000, 5, func(i int, s *cluster.Service, _ *cluster.Definition) {
			for n := range 10 {
				s.Constraints = append(s.Constraints, cluster.Constraint{Type: cluster.MemberOf, Expression: fmt.Sprintf("attribute:a%d =~ %s", i, strings.Repeat(fmt.Sprintf("[a-z%d]{900}", n), 100))})
			}
		}), gap: 3333},
		"tasks of no size": {s: waiting(200, math.MaxInt32, func(_ int, _ *cluster.Service, d *cluster.Definition) { d.Size = cluster.Resources{} }), gap: 0},
	} {
		t.Run(name, func(t *testing.T) {
			tt.s.Groups = []cluster.Group{{Name: "g", Max: 10, Desired: 1}}
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			v := Decide(thresholds.Builtin(), tt.s, noon)
			runtime.ReadMemStats(&after)
			t.Logf("gap %d, allocated %d MiB", v.InstanceGap, (after.TotalAlloc-before.TotalAlloc)>>20)
			assert.Equal(t, tt.gap, v.InstanceGap)
			assert.Less(t, (after.TotalAlloc-before.TotalAlloc)>>20, uint64(128), "MiB, of the function's 256")
		})
	}
}

// revisions is a cluster in which each service has so many task sets, each of its own revision with one task to place.
func revisions(services, sets int) cluster.Snapshot {
	s := waiting(services, 0)
	for i := range s.Services {
		service := &s.Services[i]
		service.Rollout, service.Deployments = cluster.SideBySide, nil
		for n := range sets {
			arn := fmt.Sprint("d:", i, ":", n)
			service.Deployments = append(service.Deployments, cluster.Deployment{Desired: 1, TaskDefinition: arn})
			s.Definitions[arn] = cluster.Definition{Size: cluster.Resources{CPU: 1024, Memory: 2048}}
		}
	}
	return s
}

// barred is a cluster in which trying every service on every host takes more steps than a verdict has: each host has the
// room and not the port.
func barred(hosts, services, tasks int) cluster.Snapshot {
	taken := []cluster.Port{{Number: 80}}
	s := waiting(services, tasks, func(_ int, _ *cluster.Service, d *cluster.Definition) { d.Ports = taken })
	s.Hosts = nil
	of := cluster.Resources{CPU: 4_096_000, Memory: 16_000_000}
	for i := range hosts {
		s.Hosts = append(s.Hosts, cluster.Host{ARN: fmt.Sprint("h", i), InstanceID: fmt.Sprint("i-", i), Status: cluster.Active, Connected: true, Registered: of, Remaining: of, Attributes: map[string]string{}, Ports: taken})
	}
	return s
}

func TestPackingBeyondTheStepsIsTooLarge(t *testing.T) {
	v := Decide(thresholds.Builtin(), barred(2000, 2000, 1), noon)
	assert.Equal(t, Stay, v.Signal)
	assert.Contains(t, v.Reasons, TooLarge)
	assert.NotContains(t, v.Reasons, UnplacedTasks, "not one order was tried to its end")
}

func TestKnownCauseStaysWhereStepsEnd(t *testing.T) {
	s := barred(2000, 2000, 1)
	s.Hosts = append(s.Hosts, cluster.Host{ARN: "full", InstanceID: "i-full", Status: cluster.Active, Connected: true, Registered: cluster.Resources{CPU: 1 << 45, Memory: 1 << 45}, Attributes: map[string]string{}})
	v := Decide(thresholds.Builtin(), s, noon)
	require.Equal(t, ScaleOut, v.Signal, v.Why)
	assert.Contains(t, v.Reasons, CPUAtScaleOut)
	assert.Positive(t, v.InstanceGap)
	assert.LessOrEqual(t, v.InstanceGap, mostHosts)
	assert.Contains(t, strings.Join(v.Notes, "\n"), cutShort)
}

// jammed is a cluster of which every host may be removed. To find that out, nearly every host is checked for each task: all
// but the last have the room, and a task of each service already.
func jammed(hosts, services int) cluster.Snapshot {
	s := waiting(services, 0, func(_ int, s *cluster.Service, d *cluster.Definition) {
		s.Constraints = []cluster.Constraint{{Type: cluster.DistinctInstance}}
		d.Size = cluster.Resources{CPU: 10, Memory: 10}
	})
	of := cluster.Resources{CPU: 4096, Memory: 16000}
	s.Hosts = nil
	for i := range hosts {
		h := cluster.Host{ARN: fmt.Sprint("h", i), InstanceID: fmt.Sprint("i-", i), Status: cluster.Active, Connected: true, TasksRead: true, RegisteredAt: noon.AddDate(-1, 0, i), Registered: of, Remaining: of, Attributes: map[string]string{}}
		switch i {
		case 0:
			h.Registered, h.Remaining = cluster.Resources{CPU: 10, Memory: 10}, cluster.Resources{CPU: 10, Memory: 10} // room for one
		case hosts - 1:
		default:
			for n := range s.Services {
				service := &s.Services[n]
				service.Desired++
				service.Running++
				h.Tasks++
				h.Remaining = h.Remaining.Minus(cluster.Resources{CPU: 10, Memory: 10})
				s.Tasks = append(s.Tasks, cluster.Task{ARN: fmt.Sprint(i, n), Host: h.ARN, Service: service.Name, Definition: service.TaskDefinition, WantedRunning: true})
			}
		}
		s.Hosts = append(s.Hosts, h)
	}
	for n := range s.Services {
		s.Services[n].Deployments[0].Desired, s.Services[n].Deployments[0].Running = s.Services[n].Desired, s.Services[n].Running
	}
	return s
}

func TestMovingBeyondTheStepsIsTooLarge(t *testing.T) {
	e := thresholds.Builtin()
	small := Decide(e, jammed(50, 20), noon)
	require.Equal(t, ScaleIn, small.Signal, small.Why)
	v := Decide(e, jammed(800, 20), noon)
	assert.Equal(t, Stay, v.Signal)
	assert.Equal(t, []Reason{AllBelowScaleIn, TooLarge}, v.Reasons, v.Why)
}

// Sentences stay short, however many services they are about.
func TestThousandsOfServicesTakeFewSentences(t *testing.T) {
	many := func(change func(*cluster.Service, *cluster.Definition)) Verdict {
		s := waiting(5000, 1, func(_ int, s *cluster.Service, d *cluster.Definition) { change(s, d) })
		s.Hosts[0].Registered = cluster.Resources{CPU: 1 << 40, Memory: 1 << 40}
		s.Hosts[0].Remaining = s.Hosts[0].Registered
		s.Hosts[0].TasksRead = true
		return Decide(thresholds.Builtin(), s, noon)
	}
	for name, v := range map[string]Verdict{
		"refused":     many(func(s *cluster.Service, _ *cluster.Definition) { s.Refused = noon.Add(-time.Minute) }),
		"unplaceable": many(func(_ *cluster.Service, d *cluster.Definition) { d.Size.CPU = 1 << 41 }),
		"unknown":     many(func(s *cluster.Service, _ *cluster.Definition) { s.Home = cluster.Unknown }),
		"unread": many(func(s *cluster.Service, _ *cluster.Definition) {
			s.TaskDefinition, s.Deployments[0].TaskDefinition = "nobody knows "+s.Name, "nobody knows "+s.Name
		}),
	} {
		text, err := json.Marshal(v)
		require.NoError(t, err)
		assert.Less(t, len(text), 4000, name)
		assert.Contains(t, string(text), "and 499", name)
	}
}
