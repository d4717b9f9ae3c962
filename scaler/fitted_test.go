package scaler_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"

	"ecs-cluster-scaler/cluster"
	"ecs-cluster-scaler/scaler"
	"ecs-cluster-scaler/thresholds"
)

// fitted is a cluster of hosts of 4096 CPU and 15 600 MiB, with as many tasks of web (1024 CPU, 2048 MiB) on each. A day is known, in
// which demand did not rise.
func fitted(hosts, tasks int) *world {
	w := newWorld()
	w.entry = builtin
	w.host(hosts, size(4096, 15600))
	w.service("web", hosts*tasks, size(1024, 2048))
	for host := range hosts {
		w.put(host, tasks, "web")
	}
	w.s.Past = cluster.Past{Minutes: 1440, Lead: 4 * time.Minute}
	return w
}

func TestHeadroomIsTheLargestNeed(t *testing.T) {
	for name, tt := range map[string]struct {
		world func(*world)
		tasks int
		why   string
	}{
		"one largest task": {func(*world) {}, 1,
			"1 × web (1024 CPU, 2048 MiB) kept free, the largest task: within 4 minutes demand rose by at most 0 CPU 98 times of 100 in the last day"},
		"what demand rose by": {func(w *world) { w.s.Past.Rise = size(6100, 0) }, 6,
			"6 × web (1024 CPU, 2048 MiB) kept free: within 4 minutes demand rose by at most 6100 CPU 98 times of 100 in the last day"},
		"the resource that rose by the most tasks": {func(w *world) { w.s.Past.Rise = size(2000, 8000) }, 4,
			"4 × web (1024 CPU, 2048 MiB) kept free: within 4 minutes demand rose by at most 8000 MiB 98 times of 100 in the last day"},
		"at most half of present demand": {func(w *world) { w.s.Past.Rise = size(90_000, 0) }, 10,
			"10 × web (1024 CPU, 2048 MiB) kept free: within 4 minutes demand rose by at most 90000 CPU 98 times of 100 in the last day, of which at most 50% of present demand are kept"},
		"headroom.tasks": {func(w *world) { w.entry.Headroom.Tasks, w.s.Past.Rise = 3, size(2000, 0) }, 3,
			"3 × web (1024 CPU, 2048 MiB) kept free, as headroom.tasks says: within 4 minutes demand rose by at most 2000 CPU 98 times of 100 in the last day"},
		"not headroom.tasks, where demand rose by more": {func(w *world) { w.entry.Headroom.Tasks, w.s.Past.Rise = 3, size(6100, 0) }, 6,
			"6 × web (1024 CPU, 2048 MiB) kept free: within 4 minutes demand rose by at most 6100 CPU 98 times of 100 in the last day"},
		"in tasks of the entry's size": {func(w *world) {
			w.entry.Headroom.CPU, w.entry.Headroom.Memory, w.s.Past.Rise = new(int64(512)), new(int64(1024)), size(2000, 0)
		}, 4, "4 × (512 CPU, 1024 MiB) kept free: within 4 minutes demand rose by at most 2000 CPU 98 times of 100 in the last day"},
		"as many of them as the largest task is": {func(w *world) { w.entry.Headroom.CPU, w.entry.Headroom.Memory = new(int64(512)), new(int64(512)) }, 4,
			"4 × (512 CPU, 512 MiB) kept free, the largest task: within 4 minutes demand rose by at most 0 MiB 98 times of 100 in the last day"},
		"other numbers": {func(w *world) {
			w.entry.Headroom.Fitted, w.s.Past = thresholds.Fitted{On: true, Percentile: 99.5, MostPercent: 100}, cluster.Past{Minutes: 360, Lead: 7 * time.Minute, Rise: size(3000, 0)}
		}, 3, "3 × web (1024 CPU, 2048 MiB) kept free: within 7 minutes demand rose by at most 3000 CPU 99.5 times of 100 in the last day"},
		"none where demand is 0 for hours": {func(w *world) { w.s.Past.AtZero = true }, 0,
			"none: within 4 minutes demand rose by at most 0 CPU 98 times of 100 in the last day, and it was 0 for hours"},
		"a rise there all the same": {func(w *world) { w.s.Past.AtZero, w.s.Past.Rise = true, size(1000, 0) }, 1,
			"1 × web (1024 CPU, 2048 MiB) kept free: within 4 minutes demand rose by at most 1000 CPU 98 times of 100 in the last day"},
		"never of a size without memory": {func(w *world) {
			w.entry.Headroom.CPU, w.entry.Headroom.Memory, w.s.Past.Rise = new(int64(512)), new(int64(0)), size(0, 6000)
		}, 3, "3 × web (1024 CPU, 2048 MiB) kept free: within 4 minutes demand rose by at most 6000 MiB 98 times of 100 in the last day"},
		"no service wants a task": {func(w *world) { w.s.Services[0].Desired, w.s.Past.Rise = 0, size(6100, 0) }, 0, "none: no service wants a task whose size could be kept free"},
		"of an unknown size":      {func(w *world) { delete(w.s.Definitions, "web:1") }, 0, "none until the size of its tasks is known"},
		"false":                   {func(w *world) { w.entry.Headroom.Fitted.On, w.s.Past.Rise = false, size(6100, 0) }, 0, "none, as the entry says"},
		"false, with tasks":       {func(w *world) { w.entry = unfitted; w.entry.Headroom.Tasks = 2 }, 2, "2 × web (1024 CPU, 2048 MiB) kept free, as the entry says"},
		"no service":              {func(w *world) { w.s.Services[0].Daemon = true }, 0, "none; thresholds hold, because no service shows what the cluster demands"},
		"not six hours":           {func(w *world) { w.s.Past.Minutes = 359 }, 0, "none; thresholds hold until 6 hours of demand are known, now 5.9"},
		"not six hours, with tasks": {func(w *world) { w.s.Past.Minutes, w.entry.Headroom.Tasks = 150, 2 }, 2,
			"2 × web (1024 CPU, 2048 MiB) kept free; thresholds hold until 6 hours of demand are known, now 2.5"},
		"not read": {func(w *world) { w.s.Past = cluster.Past{Unread: "AWS denies cloudwatch:GetMetricData"} }, 0,
			"none; thresholds hold, because what demand was is not known: AWS denies cloudwatch:GetMetricData"},
		"known though not read":     {func(w *world) { w.s.Past.Unread = "AWS denies cloudwatch:GetMetricData" }, 1, ""},
		"one task while it is read": {func(w *world) { w.s.Past = cluster.Past{Awaited: true} }, 1, "1 × web (1024 CPU, 2048 MiB) kept free; what demand was in the last day is not read yet"},
	} {
		t.Run(name, func(t *testing.T) {
			w := fitted(10, 2)
			tt.world(w)
			v := w.decide()
			assert.Equal(t, tt.tasks, v.Headroom.Tasks, v.Headroom.Why)
			if tt.why != "" {
				assert.Equal(t, tt.why, v.Headroom.Why)
			}
		})
	}
}

func TestThresholdsThatHold(t *testing.T) {
	band := func(out *float64, in float64) thresholds.Band {
		return thresholds.Band{ScaleOutAt: out, ScaleInBelow: in}
	}
	built, none := band(new(75.0), 50), band(nil, 100)
	for name, tt := range map[string]struct {
		entry       string
		past        cluster.Past
		cpu, memory thresholds.Band
	}{
		"none that nobody named":     {`{}`, cluster.Past{Minutes: 1440}, none, none},
		"the same as built in":       {`{"cpu": {"scale_out_at": 75}, "memory": {"scale_in_below": 50}}`, cluster.Past{Minutes: 1440}, band(new(75.0), 100), band(nil, 50)},
		"all without six hours":      {`{}`, cluster.Past{Minutes: 359}, built, built},
		"all without a history":      {`{}`, cluster.Past{Unread: "denied"}, built, built},
		"none while it is read":      {`{}`, cluster.Past{Awaited: true}, none, none},
		"those with headroom false":  {`{"headroom": {"fitted": false}}`, cluster.Past{Minutes: 1440}, built, built},
		"GPUs' have no built-in one": {`{"gpu": {"scale_out_at": 90, "scale_in_below": 80}}`, cluster.Past{Minutes: 1440}, none, none},
	} {
		t.Run(name, func(t *testing.T) {
			w := fitted(4, 1)
			w.entry, w.s.Past = entry(t, tt.entry), tt.past
			v := w.decide()
			assert.Equal(t, tt.cpu, v.Thresholds.CPU)
			assert.Equal(t, tt.memory, v.Thresholds.Memory)
			assert.Equal(t, w.entry.GPU, v.Thresholds.GPU)
		})
	}
}

func TestDemandInPlaceOfThresholds(t *testing.T) {
	for name, tt := range map[string]struct {
		hosts, tasks int
		world        func(*world)
		signal       scaler.Signal
		gap          int
		reasons      []scaler.Reason
	}{
		// 94 % are reserved, and nothing rises: the room for a task is there.
		"a full cluster that is calm": {4, 4, func(w *world) {
			w.host(1, size(4096, 15600))
			w.put(4, 3, "web")
			w.find("web").Desired = 19
			w.find("web").Deployments[0].Desired = 19
		}, scaler.Stay, 0, []scaler.Reason{scaler.AllBelowScaleIn, scaler.WouldNotFit}},
		"and named":               {4, 3, func(w *world) { w.entry.Named.CPU.ScaleOutAt = true }, scaler.ScaleOut, 1, []scaler.Reason{scaler.CPUAtScaleOut}},
		"no room for the largest": {4, 4, func(*world) {}, scaler.ScaleOut, 1, []scaler.Reason{scaler.HeadroomShort}},
		"no room for the rise":    {4, 3, func(w *world) { w.s.Past.Rise = size(6000, 0) }, scaler.ScaleOut, 1, []scaler.Reason{scaler.HeadroomShort}},
		"hosts for the rise":      {20, 3, func(w *world) { w.s.Past.Rise = size(28_000, 0) }, scaler.ScaleOut, 2, []scaler.Reason{scaler.HeadroomShort}},
		"packed, never a sum of rests": {20, 3, func(w *world) {
			w.service("wide", 0, size(2048, 2048))
			w.find("wide").Desired, w.find("wide").Running = 1, 1
		}, scaler.ScaleOut, 1, []scaler.Reason{scaler.HeadroomShort}},
		"half as much again when two go":   {5, 1, func(w *world) { w.s.Past.Rise = size(2048, 0) }, scaler.ScaleIn, -2, []scaler.Reason{scaler.AllBelowScaleIn}},
		"and it is not there":              {4, 3, func(w *world) { w.put(0, 1, "web"); w.find("web").Desired++; w.s.Past.Rise = size(0, 0) }, scaler.Stay, 0, []scaler.Reason{scaler.AllBelowScaleIn, scaler.WouldNotFit}},
		"what was needed lately":           {5, 1, func(w *world) { w.s.Past.Needed = size(9000, 0) }, scaler.Stay, 0, []scaler.Reason{scaler.AllBelowScaleIn, scaler.HeadroomWouldBreak}},
		"above the built-in 50":            {6, 3, func(w *world) { w.host(2, size(4096, 15600)) }, scaler.ScaleIn, -3, []scaler.Reason{scaler.AllBelowScaleIn}},
		"above a named 50":                 {6, 3, func(w *world) { w.host(2, size(4096, 15600)); w.entry.Named.CPU.ScaleInBelow = true }, scaler.Stay, 0, []scaler.Reason{scaler.WithinBand}},
		"not while it is read":             {6, 1, func(w *world) { w.s.Past = cluster.Past{Awaited: true} }, scaler.Stay, 0, []scaler.Reason{scaler.AllBelowScaleIn, scaler.Unreadable}},
		"thresholds and what is known":     {10, 1, func(w *world) { w.s.Past.Minutes, w.s.Past.Needed = 60, size(24_000, 0) }, scaler.Stay, 0, []scaler.Reason{scaler.AllBelowScaleIn, scaler.HeadroomWouldBreak}},
		"thresholds, and little is needed": {10, 1, func(w *world) { w.s.Past.Minutes = 60 }, scaler.ScaleIn, -5, []scaler.Reason{scaler.AllBelowScaleIn}},
	} {
		t.Run(name, func(t *testing.T) {
			w := fitted(tt.hosts, tt.tasks)
			tt.world(w)
			v := w.decide()
			assert.Equal(t, tt.signal, v.Signal, "%v %s", v.Why, v.Headroom.Why)
			assert.Equal(t, tt.gap, v.InstanceGap, v.Why)
			assert.Equal(t, tt.reasons, v.Reasons, v.Why)
		})
	}
}

// One task and half as much again is one task and a half, not two: the half fits beside others.
func TestTheLastTaskOfHeadroomMayBePart(t *testing.T) {
	w := newWorld()
	w.entry = builtin
	w.host(4, size(4096, 15600))
	w.service("wide", 2, size(2176, 2048))
	w.put(0, 1, "wide")
	w.put(1, 1, "wide")
	w.s.Past = cluster.Past{Minutes: 1440, Lead: 4 * time.Minute}
	v := w.decide()
	assert.Equal(t, scaler.ScaleIn, v.Signal, "1088 CPU fit beside a wide one: %v", v.Why)
	w.service("small", 2, size(900, 100))
	w.put(0, 1, "small")
	w.put(1, 1, "small")
	v = w.decide()
	assert.Equal(t, []scaler.Reason{scaler.AllBelowScaleIn, scaler.HeadroomWouldBreak}, v.Reasons, v.Why)
	assert.Contains(t, v.Why[1], "2 must fit, half as much again as was needed lately, so that the next task does not buy the host back")
}

// A need is met in whole tasks, so one of lately that comes back would buy the host back.
func TestWhatWasNeededLatelyFitsInWholeTasks(t *testing.T) {
	w := newWorld()
	w.entry = builtin
	w.host(4, size(4096, 15600))
	w.service("wide", 2, size(2176, 2048))
	w.put(0, 1, "wide")
	w.put(1, 1, "wide")
	w.s.Past = cluster.Past{Minutes: 1440, Lead: 4 * time.Minute, Needed: size(2176, 2048)}
	assert.Equal(t, scaler.ScaleIn, w.decide().Signal, "one task, and half of one: %v", w.decide().Why)
	w.s.Past.Needed.CPU++
	v := w.decide()
	assert.Equal(t, []scaler.Reason{scaler.AllBelowScaleIn, scaler.HeadroomWouldBreak}, v.Reasons, "two: %v", v.Why)
	assert.Equal(t, 1, v.Headroom.Tasks)
}

// past draws what the day before was like.
func (w *world) past(t *rapid.T) {
	rise := func(label string) cluster.Resources {
		return size(rapid.SampledFrom([]int64{0, 500, 3000, 20_000}).Draw(t, label+" CPU"), rapid.SampledFrom([]int64{0, 0, 4000, 90_000}).Draw(t, label+" MiB"))
	}
	w.s.Past = cluster.Past{
		Minutes: rapid.SampledFrom([]int{0, 359, 360, 1440}).Draw(t, "minutes known"), Lead: 4 * time.Minute,
		Rise: rise("rise"), Needed: rise("needed"), AtZero: rapid.IntRange(0, 4).Draw(t, "at zero") == 0, Awaited: rapid.IntRange(0, 9).Draw(t, "awaited") == 0,
	}
	named := func(label string) thresholds.NamedBand {
		return thresholds.NamedBand{ScaleOutAt: rapid.Bool().Draw(t, label+" out"), ScaleInBelow: rapid.Bool().Draw(t, label+" in")}
	}
	w.entry.Named = thresholds.Named{CPU: named("CPU"), Memory: named("memory")}
}

// Whichever host without tasks goes, the next verdict finds the headroom that it keeps.
func TestHeadroomIsThereWhenAHostHasGone(t *testing.T) {
	tried, gone := tally{}, 0
	rapid.Check(t, func(t *rapid.T) {
		w := anyWorld(t)
		v := w.decide()
		tried[v.Signal]++
		if v.Signal != scaler.ScaleIn {
			return
		}
		for _, host := range w.candidates() {
			id, arn := w.s.Hosts[host].InstanceID, w.s.Hosts[host].ARN
			if len(w.moves(host)) > 0 {
				continue
			}
			gone++
			left := w.copy()
			left.s.Hosts = slices.DeleteFunc(left.s.Hosts, func(h cluster.Host) bool { return h.InstanceID == id })
			left.s.Tasks = slices.DeleteFunc(left.s.Tasks, func(t cluster.Task) bool { return t.Host == arn })
			for g := range left.s.Groups {
				left.s.Groups[g].Instances = slices.DeleteFunc(left.s.Groups[g].Instances, func(i cluster.Instance) bool { return i.ID == id })
			}
			if after := left.decide(); after.Has(scaler.HeadroomShort) {
				t.Fatalf("without %s: %v; before: %v, %s\n%s", id, after.Why, v.Why, v.Headroom.Why, w)
			}
		}
	})
	tried.show(t)
	assert.Positive(t, gone)
}

// More demand, a longer way to a host or a rarer rise never keeps less.
func TestMoreRiseKeepsNoLess(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := fitted(rapid.IntRange(1, 30).Draw(t, "hosts"), rapid.IntRange(0, 4).Draw(t, "tasks"))
		w.entry.Headroom.Tasks = rapid.IntRange(0, 3).Draw(t, "headroom.tasks")
		w.s.Past.Rise = size(rapid.Int64Range(0, 50_000).Draw(t, "CPU"), rapid.Int64Range(0, 50_000).Draw(t, "MiB"))
		before := w.decide()
		more := w.copy()
		more.s.Past.Rise = more.s.Past.Rise.Plus(size(rapid.Int64Range(0, 9000).Draw(t, "more CPU"), rapid.Int64Range(0, 9000).Draw(t, "more MiB")))
		after := more.decide()
		if after.Headroom.Tasks < before.Headroom.Tasks || after.Signal < before.Signal {
			t.Fatalf("%+v then %+v", before.Headroom, after.Headroom)
		}
		// 1024 CPU and 2048 MiB a task: at most half of present demand, the last task as a whole one, or one task.
		most := max(1, (before.Demand.CPU/2+1023)/1024, (before.Demand.Memory/2+2047)/2048)
		if w.entry.Headroom.Tasks == 0 && int64(before.Headroom.Tasks) > most {
			t.Fatalf("%d tasks kept of a demand of %v, at most %d may be", before.Headroom.Tasks, before.Demand, most)
		}
	})
}

func TestFittedHeadroomAsksForEachSize(t *testing.T) {
	w := fitted(4, 2)
	w.service("logs", 0, size(64, 100), func(s *cluster.Service, _ *cluster.Definition) { s.Daemon, s.Desired, s.Running = true, 4, 4 })
	w.service("beta", 4, size(512, 512), func(s *cluster.Service, _ *cluster.Definition) {
		s.Running, s.Crashed, s.Deployments[0].InProgress, s.Deployments[0].Running = 7, now, true, 7
	})
	w.s.Definitions = map[string]cluster.Definition{}
	assert.Equal(t, []string{"beta:1", "logs:1", "web:1"}, scaler.Need(w.entry, w.s, now).Definitions, "of what is kept, and of what is no demand")
	w.find("beta").Desired = 0
	assert.Equal(t, []string{"beta:1", "logs:1", "web:1"}, scaler.Need(w.entry, w.s, now).Definitions)
	assert.Nil(t, w.decide().Demand)
	w.find("beta").Crashed = time.Time{}
	assert.Equal(t, []string{"logs:1", "web:1"}, scaler.Need(w.entry, w.s, now).Definitions)
	w.entry = unfitted
	assert.Empty(t, scaler.Need(w.entry, w.s, now).Definitions)
}
