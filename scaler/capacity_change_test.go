package scaler_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"

	"ecs-cluster-scaler/cluster"
	"ecs-cluster-scaler/scaler"
)

const (
	warmup = 3 * time.Minute
	within = 30 * time.Second
)

// growing is a group of six full hosts, all warm, in a cluster that wants so many tasks more, a host each.
func growing(more int) *world {
	w := full()
	w.s.Groups[0].Warmup, w.s.Groups[0].WarmupKnown, w.s.Groups[0].ActsWithin = warmup, true, within
	w.find("web").Desired, w.find("web").Deployments[0].Desired = 6+more, 6+more
	return w
}

// fresh has the last n instances of the group be in service for so long.
func (w *world) fresh(n int, ago time.Duration) {
	all := w.s.Groups[0].Instances
	for i := len(all) - n; i < len(all); i++ {
		all[i].InServiceFrom = now.Add(-ago)
	}
}

// coming adds n instances that were launched so long ago, and are as the change makes them.
func (w *world) coming(n int, phase cluster.Phase, ago time.Duration) {
	w.launch(n, phase, ago)
	w.fresh(n, 0)
}

func TestTheChangeIsWhatAStepPolicyMustAdd(t *testing.T) {
	tests := map[string]struct {
		world  func() *world
		gap    int
		change int
		wanted int
	}{
		"nothing is in flight": {func() *world { return growing(4) }, 4, 4, 10},
		"four are pending, and demand has grown by six": {func() *world {
			w := growing(6)
			w.coming(4, cluster.Pending, time.Minute)
			return w
		}, 2, 6, 12},
		"four have joined and warm up": {func() *world {
			w := growing(2)
			w.fresh(4, time.Minute)
			return w
		}, 2, 6, 8},
		"they are warm within the time that it takes to act": {func() *world {
			w := growing(2)
			w.fresh(4, warmup-within)
			return w
		}, 2, 2, 8},
		"they are not, by a second": {func() *world {
			w := growing(2)
			w.fresh(4, warmup-within-time.Second)
			return w
		}, 2, 6, 8},
		"two in service may still join": {func() *world {
			w := growing(4)
			w.launch(2, cluster.InService, 2*time.Minute)
			w.fresh(2, time.Minute)
			return w
		}, 2, 4, 10},
		"two may still join and are warm": {func() *world {
			w := growing(4)
			w.launch(2, cluster.InService, 8*time.Minute)
			w.fresh(2, 7*time.Minute)
			return w
		}, 2, 2, 10},
		"one never joined: the policy counts it": {func() *world {
			w := growing(2)
			w.launch(1, cluster.InService, 40*time.Minute)
			return w
		}, 2, 2, 8},
		"one warm host's agent is away: the policy counts it": {func() *world {
			w := growing(2)
			w.s.Hosts[0].Connected = false
			return w
		}, 2, 2, 7},
		"one new host's agent is away: neither counts it": {func() *world {
			w := growing(2)
			w.fresh(3, time.Minute)
			w.s.Hosts[5].Connected = false
			return w
		}, 2, 4, 7},
		"somebody drains one in service: the policy counts it": {func() *world {
			w := growing(2)
			w.s.Hosts[0].Status = cluster.Draining
			return w
		}, 3, 3, 8},
		"one is terminated: the policy does not count it": {func() *world {
			w := growing(2)
			w.fresh(2, time.Minute)
			w.drain(0)
			return w
		}, 3, 5, 8},
		"what is launching is enough": {func() *world {
			w := growing(4)
			w.coming(4, cluster.Pending, time.Minute)
			return w
		}, 0, 4, 10},
		"it is, and one more than desired is there to rebalance zones": {func() *world {
			w := growing(4)
			w.coming(5, cluster.Pending, time.Minute)
			w.s.Groups[0].Desired--
			return w
		}, 0, 4, 11},
		"it is, and fewer are desired than are there": {func() *world {
			w := growing(4)
			w.coming(4, cluster.Pending, time.Minute)
			w.s.Groups[0].Desired = 5
			return w
		}, 0, 0, 10},
		"hosts warm up and none is needed": {func() *world {
			w := growing(0)
			w.fresh(3, time.Minute)
			return w
		}, 0, 0, 6},
		"the other colour's hosts are not this group's": {func() *world {
			w := growing(2)
			w.fresh(6, time.Minute)
			w.s.Groups[0].TaggedActive = true
			green := w.s.Groups[0]
			green.Name, green.TaggedActive, green.Instances = "web-green", false, green.Instances[2:]
			w.s.Groups[0].Instances = w.s.Groups[0].Instances[:2]
			w.s.Groups = append(w.s.Groups, green)
			return w
		}, 2, 4, 4},
		"two groups follow the signal": {func() *world {
			w := growing(2)
			w.fresh(6, time.Minute)
			green := w.s.Groups[0]
			green.Name, green.Instances = "web-green", green.Instances[2:]
			w.s.Groups[0].Instances = w.s.Groups[0].Instances[:2]
			w.s.Groups = append(w.s.Groups, green)
			return w
		}, 1, 1, 7},
		"the groups are some minutes old: all may be warm by now": {func() *world {
			w := growing(2)
			w.fresh(6, time.Minute)
			w.s.GroupsUnread, w.s.Unread = true, []string{"the groups"}
			return w
		}, 1, 1, 7},
		"no group is known": {func() *world {
			w := growing(2)
			w.s.Groups = nil
			return w
		}, 2, 2, 8},
		"the warm-up is not known: all count as warm": {func() *world {
			w := growing(2)
			w.fresh(6, time.Minute)
			w.s.Groups[0].WarmupKnown = false
			return w
		}, 2, 2, 8},
		"a policy without warm-up counts at once": {func() *world {
			w := growing(4)
			w.coming(2, cluster.Pending, time.Minute)
			w.s.Groups[0].Warmup = 0
			return w
		}, 2, 2, 10},
		"the cluster is disabled": {func() *world {
			w := growing(4)
			w.fresh(3, time.Minute)
			w.entry.Enabled = false
			return w
		}, 0, 0, 6},
		"it is disabled, and what is launching would be enough": {func() *world {
			w := growing(4)
			w.coming(4, cluster.Pending, time.Minute)
			w.entry.Enabled = false
			return w
		}, 0, 0, 10},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			v := tt.world().decide().Sized(now)
			assert.Equal(t, tt.gap, v.InstanceGap, v.Why)
			assert.Equal(t, tt.change, v.CapacityChange)
			assert.Equal(t, tt.wanted, v.InstancesWanted)
		})
	}
}

func TestScalingInTheChangeIsTheGap(t *testing.T) {
	w := newWorld()
	w.host(30, size(4096, 15600))
	w.s.Groups[0].Warmup, w.s.Groups[0].WarmupKnown, w.s.Groups[0].ActsWithin = warmup, true, within
	w.fresh(5, time.Minute)
	v := w.decide().Sized(now)
	assert.Equal(t, -15, v.InstanceGap, v.Why)
	assert.Equal(t, -15, v.CapacityChange)
	assert.Equal(t, 15, v.InstancesWanted)
}

// A verdict is published some seconds after it was reached. What is warm by then no longer counts as in flight.
func TestTheChangeIsThatOfTheMomentOfPublishing(t *testing.T) {
	w := growing(2)
	w.fresh(4, time.Minute)
	v := w.decide()
	assert.Equal(t, 6, v.Sized(now.Add(89*time.Second)).CapacityChange)
	assert.Equal(t, 2, v.Sized(now.Add(90*time.Second)).CapacityChange)
	w.s.Groups[0].ActsWithin = 0
	assert.Equal(t, 6, w.decide().Sized(now.Add(119*time.Second)).CapacityChange)
}

// stagger has instances come into service at any time of the last five minutes, and some be pending.
func (w *world) stagger(t *rapid.T) {
	if len(w.s.Groups) == 0 {
		return
	}
	g := &w.s.Groups[0]
	g.Warmup, g.WarmupKnown = time.Duration(rapid.IntRange(0, 300).Draw(t, "warm-up"))*time.Second, rapid.IntRange(0, 9).Draw(t, "known") > 0
	g.ActsWithin = time.Duration(rapid.SampledFrom([]int{30, 60}).Draw(t, "acts within")) * time.Second
	if rapid.Bool().Draw(t, "pending") {
		w.launch(rapid.IntRange(1, 5).Draw(t, "how many pending"), cluster.Pending, time.Minute)
	}
	for i := range g.Instances {
		if rapid.Bool().Draw(t, "fresh") {
			g.Instances[i].InServiceFrom = now.Add(-time.Duration(rapid.IntRange(0, 330).Draw(t, "seconds in service")) * time.Second)
		}
		if g.Instances[i].Phase == cluster.Pending {
			g.Instances[i].InServiceFrom = now
		}
	}
	g.Desired += rapid.IntRange(-2, 2).Draw(t, "desired beside what is there")
}

// counts is what a step policy counts as capacity at a moment, if no instance came into service sooner than is known.
func (w *world) counts(at time.Time) int {
	n := 0
	for _, i := range w.s.Groups[0].Instances {
		if i.Phase == cluster.InService && !at.Before(i.InServiceFrom.Add(w.s.Groups[0].Warmup)) {
			n++
		}
	}
	return n
}

// sum is what issue and decision say in words: hosts wanted, and warm hosts without capacity, less all that are warm.
func (w *world) sum(v scaler.Verdict, until time.Time) int {
	useful, warm := map[string]bool{}, map[string]bool{}
	for _, h := range w.s.Hosts {
		useful[h.InstanceID] = h.IsCapacity()
	}
	wanted, idle := v.InstanceGap, 0
	for _, i := range w.s.Groups[0].Instances {
		if i.Phase == cluster.Terminating {
			continue
		}
		if _, registered := useful[i.ID]; !registered {
			useful[i.ID] = !i.LaunchedAt.IsZero() && now.Sub(i.LaunchedAt) < 10*time.Minute
		}
		warm[i.ID] = !until.Before(i.InServiceFrom.Add(w.s.Groups[0].Warmup))
		if useful[i.ID] {
			wanted++
		} else if warm[i.ID] {
			idle++
		}
	}
	all := 0
	for _, is := range warm {
		if is {
			all++
		}
	}
	return wanted + idle - all
}

func TestNeverMoreIsBoughtThanIsMissing(t *testing.T) {
	tried, inFlight, enough := tally{}, 0, 0
	rapid.Check(t, func(t *rapid.T) {
		w := anyWorld(t)
		w.stagger(t)
		v := w.decide()
		tried[v.Signal]++
		published := now.Add(time.Duration(rapid.IntRange(0, 60).Draw(t, "published after")) * time.Second)
		v = v.Sized(published)
		launched := v.Has(scaler.InstancesLaunching) && v.CapacityChange > 0
		switch {
		case v.CapacityChange < v.InstanceGap, v.CapacityChange != v.InstanceGap && v.Signal == scaler.ScaleIn, v.CapacityChange != 0 && v.Signal == scaler.Stay && !launched:
			t.Fatalf("signal %d, gap %d, change %d\n%s", v.Signal, v.InstanceGap, v.CapacityChange, w)
		case len(w.s.Groups) == 0 || v.CapacityChange <= 0:
			return
		}
		g := w.s.Groups[0]
		if v.CapacityChange > v.InstanceGap {
			inFlight++
		}
		if v.Signal == scaler.ScaleOut && g.WarmupKnown {
			if want := w.sum(v, published.Add(g.ActsWithin)); v.CapacityChange != want {
				t.Fatalf("change %d, by its definition %d\n%s", v.CapacityChange, want, w)
			}
		}
		acts := published.Add(time.Duration(rapid.IntRange(0, 30).Draw(t, "acts after")) * time.Second)
		desired, there := max(g.Desired, w.counts(acts)+v.CapacityChange), len(w.s.Instances(cluster.Pending))+g.InService()
		if desired > max(g.Desired, there+v.InstanceGap) {
			t.Fatalf("%d are there and %d missing, yet %d are desired\n%s", there, v.InstanceGap, desired, w)
		}
		if v.Signal == scaler.Stay {
			enough++
			if desired != g.Desired {
				t.Fatalf("what is launching is enough, yet the desired capacity goes from %d to %d\n%s", g.Desired, desired, w)
			}
		}
	})
	tried.show(t)
	t.Logf("more than the gap in %d cases, what is launching is enough in %d", inFlight, enough)
	assert.Positive(t, inFlight)
	assert.Positive(t, enough)
}

func TestArrivalsAreNeededOnlyToBuy(t *testing.T) {
	arriving := func(change func(*world)) scaler.Needed {
		w := growing(2)
		w.s.Groups[0].Instances[0].JustArrived = true
		change(w)
		return scaler.Need(w.entry, w.s, now)
	}
	assert.True(t, arriving(func(*world) {}).Warmup)
	for name, change := range map[string]func(*world){
		"they are read":                func(w *world) { w.s.Groups[0].WarmupRead = true },
		"none came lately":             func(w *world) { w.s.Groups[0].Instances[0].JustArrived = false },
		"nothing is missing":           func(w *world) { w.find("web").Desired = 6 },
		"the cluster is disabled":      func(w *world) { w.entry.Enabled = false },
		"the groups are minutes old":   func(w *world) { w.s.GroupsUnread = true },
		"no group is the active one":   func(w *world) { w.s.Groups = append(w.s.Groups, cluster.Group{Name: "web-green"}) },
		"there is no group":            func(w *world) { w.s.Groups = nil },
		"the group is another stack's": func(w *world) { w.s.Groups[0].OtherStack = true },
	} {
		assert.False(t, arriving(change).Warmup, name)
	}
	assert.False(t, scaler.Needed{Warmup: true}.Nothing())
}

func TestAnUnknownWarmUpIsNoted(t *testing.T) {
	w := growing(2)
	w.s.Groups[0].WarmupRead, w.s.Groups[0].WarmupKnown, w.s.Groups[0].WarmupUnread = true, false, "denied"
	assert.Contains(t, w.decide().Notes, "hosts of group web-blue that warm up may count as warm, so that some that are missing are bought later: denied")
}
