package scaler_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"ecs-cluster-scaler/cluster"
	"ecs-cluster-scaler/scaler"
)

// newcomer adds an instance in service that has not registered, launched so long ago, and changed as the case wants it.
func (w *world) newcomer(ago time.Duration, change ...func(*cluster.Instance)) {
	w.launch(1, cluster.InService, ago)
	i := &w.s.Groups[0].Instances[len(w.s.Groups[0].Instances)-1]
	for _, c := range change {
		c(i)
	}
}

func watched(i *cluster.Instance) { i.Watched = true }

func warmed(i *cluster.Instance) { i.Warmed = true }

func unknown(i *cluster.Instance) { i.LaunchedAt = time.Time{} }

func held(i *cluster.Instance) {
	i.Phase, i.State = cluster.Pending, "Pending:Wait"
}

func heldUntil(ago time.Duration) func(*cluster.Instance) {
	return func(i *cluster.Instance) { i.HeldUntil = now.Add(-ago) }
}

// full is a cluster of six hosts that wants two more tasks, a host each.
func full() *world {
	w := newWorld()
	w.host(6, size(2048, 3900))
	w.service("web", 8, size(1500, 1000))
	for i := range 6 {
		w.put(i, 1, "web")
	}
	w.entry.CPU.ScaleOutAt = nil
	return w
}

func TestWhatProvesThatNoneJoins(t *testing.T) {
	slowest := func(d time.Duration) func(*world) { return func(w *world) { w.s.Groups[0].SlowestJoin = d } }
	tests := map[string]struct {
		world func(*world)
		gap   int
		late  bool
	}{
		"two late ones": {func(w *world) { w.newcomer(12 * time.Minute); w.newcomer(13 * time.Minute) }, 0, true},
		"two launched long before, of which nothing else is known": {func(w *world) { w.newcomer(20 * time.Minute); w.newcomer(20 * time.Minute) }, 2, false},
		"two launched days before":                                 {func(w *world) { w.newcomer(50 * time.Hour); w.newcomer(70 * time.Hour) }, 2, false},
		"two of which no activity tells":                           {func(w *world) { w.newcomer(0, unknown); w.newcomer(0, unknown) }, 2, false},
		"one late, one long before":                                {func(w *world) { w.newcomer(12 * time.Minute); w.newcomer(50 * time.Hour) }, 2, false},
		"two watched since their launch":                           {func(w *world) { w.newcomer(25*time.Minute, watched); w.newcomer(26*time.Minute, watched) }, 0, true},
		"two out of the warm pool":                                 {func(w *world) { w.newcomer(12*time.Minute, warmed); w.newcomer(12*time.Minute, warmed, watched) }, 2, false},
		"two in a launch hook":                                     {func(w *world) { w.newcomer(25*time.Minute, held, watched); w.newcomer(25*time.Minute, held, watched) }, 0, false},
		"two that a launch hook held for over an hour":             {func(w *world) { w.newcomer(70*time.Minute, held, watched); w.newcomer(70*time.Minute, held, watched) }, 2, false},
		"two that a launch hook has just let go": {func(w *world) {
			w.newcomer(25*time.Minute, heldUntil(3*time.Minute), watched)
			w.newcomer(25*time.Minute, heldUntil(3*time.Minute))
		}, 0, false},
		"two that a launch hook let go long ago": {func(w *world) {
			w.newcomer(25*time.Minute, heldUntil(11*time.Minute), watched)
			w.newcomer(25*time.Minute, heldUntil(11*time.Minute), watched)
		}, 0, true},
		"one joined since, and is lost": {func(w *world) {
			w.newcomer(12 * time.Minute)
			w.newcomer(13 * time.Minute)
			w.s.Groups[0].LastJoined = now.Add(-5 * time.Minute)
		}, 2, false},
		"one joined before": {func(w *world) {
			w.newcomer(12 * time.Minute)
			w.newcomer(13 * time.Minute)
			w.s.Groups[0].LastJoined = now.Add(-14 * time.Minute)
		}, 0, true},
		"hosts that ECS did not describe": {func(w *world) { w.newcomer(12 * time.Minute); w.newcomer(13 * time.Minute); w.s.HostsUnread = true }, 2, false},
		"a group whose hosts take 13 minutes": {func(w *world) {
			slowest(13 * time.Minute)(w)
			w.newcomer(14 * time.Minute)
			w.newcomer(15 * time.Minute)
		}, 0, false},
		"past that, and a quarter": {func(w *world) {
			slowest(13 * time.Minute)(w)
			w.newcomer(17 * time.Minute)
			w.newcomer(18 * time.Minute)
		}, 0, true},
		"a group whose hosts take a minute":         {func(w *world) { slowest(time.Minute)(w); w.newcomer(9 * time.Minute); w.newcomer(9 * time.Minute) }, 0, false},
		"no host is waited for longer than an hour": {func(w *world) { slowest(time.Hour)(w); w.newcomer(59 * time.Minute); w.newcomer(60 * time.Minute) }, 1, false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			w := full()
			tt.world(w)
			v := w.decide()
			assert.Equal(t, tt.gap, v.InstanceGap, v.Why)
			assert.Equal(t, tt.late, v.Has(scaler.InstancesNotJoining), v.Why)
			assert.Equal(t, tt.late, v.ScaleOutBlocked)
			assert.Equal(t, tt.gap == 0 && !tt.late, v.Has(scaler.InstancesLaunching), v.Why)
		})
	}
}

func TestOneHostIsTriedEveryHalfHour(t *testing.T) {
	tests := map[string]struct {
		world  func(*world)
		signal scaler.Signal
		why    string
	}{
		"the youngest is 29 minutes old": {func(w *world) { w.newcomer(29*time.Minute, watched) }, 0, "a single host is tried at 04:39 UTC"},
		"the youngest is 30 minutes old": {func(w *world) { w.newcomer(30*time.Minute, watched) }, 1, "a single host is tried now"},
		"the youngest is hours old":      {func(w *world) { w.newcomer(5*time.Hour, watched) }, 1, "a single host is tried now"},
		"the last try is on its way":     {func(w *world) { w.newcomer(40*time.Minute, watched); w.newcomer(2 * time.Minute) }, 0, "1 host is launching"},
		"the last try did not join":      {func(w *world) { w.newcomer(40*time.Minute, watched); w.newcomer(11*time.Minute, watched) }, 0, "is tried at"},
		"the last try has gone again": {func(w *world) {
			w.newcomer(40*time.Minute, watched)
			w.s.Groups[0].LastLaunch = now.Add(-10 * time.Minute)
		}, 0, "is tried at"},
		"one on its way in the other colour": {func(w *world) {
			w.newcomer(40*time.Minute, watched)
			w.s.Groups[0].TaggedActive = true
			w.s.Groups = append(w.s.Groups, cluster.Group{Name: "green", Instances: []cluster.Instance{{ID: "i-green", Phase: cluster.Pending, LaunchedAt: now}}})
		}, 0, "1 host is launching"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			w := full()
			w.newcomer(9*time.Hour, watched)
			tt.world(w)
			v := w.decide()
			assert.Equal(t, tt.signal, v.Signal, v.Why)
			assert.Equal(t, int(tt.signal), v.InstanceGap, "surge buys no more than the one")
			assert.Equal(t, []scaler.Reason{scaler.UnplacedTasks, scaler.InstancesNotJoining}, v.Reasons)
			assert.Contains(t, v.Why[1], tt.why)
			assert.True(t, v.ScaleOutBlocked, "people are called all the while")
		})
	}
}

func TestNothingIsTriedWithoutACause(t *testing.T) {
	w := newWorld()
	w.host(4, size(2048, 3900))
	w.newcomer(5*time.Hour, watched)
	w.newcomer(5*time.Hour, watched)
	v := w.decide()
	assert.Equal(t, scaler.Stay, v.Signal)
	assert.Equal(t, []scaler.Reason{scaler.AllBelowScaleIn, scaler.InstancesNotJoining}, v.Reasons, v.Why)
	assert.False(t, v.ScaleOutBlocked)
}

func TestBlockedTrySaysWhy(t *testing.T) {
	w := full()
	w.newcomer(5*time.Hour, watched)
	w.newcomer(5*time.Hour, watched)
	w.s.Groups[0].Max = w.s.Groups[0].Desired
	v := w.decide()
	assert.Equal(t, 1, v.InstanceGap)
	assert.Equal(t, []scaler.Reason{scaler.UnplacedTasks, scaler.InstancesNotJoining, scaler.AtMaxInstances}, v.Reasons)
}

func TestJoinedTryEndsIt(t *testing.T) {
	w := full()
	w.newcomer(5*time.Hour, watched)
	w.newcomer(5*time.Hour, watched)
	w.host(1, size(2048, 3900), func(h *cluster.Host) { h.RegisteredAt = now.Add(-time.Minute) })
	v := w.decide()
	assert.Equal(t, []scaler.Reason{scaler.UnplacedTasks}, v.Reasons, v.Why)
	assert.Equal(t, 1, v.InstanceGap)
	assert.False(t, v.ScaleOutBlocked)
}

func TestWhatIsLaunching(t *testing.T) {
	tests := map[string]struct {
		launch  func(*world)
		gap     int
		blocked bool
		reasons []scaler.Reason
	}{
		"nothing":                    {func(*world) {}, 3, false, []scaler.Reason{scaler.CPUAtScaleOut}},
		"from the first minute":      {func(w *world) { w.launch(1, cluster.Pending, 0) }, 2, false, []scaler.Reason{scaler.CPUAtScaleOut}},
		"in service, not registered": {func(w *world) { w.launch(2, cluster.InService, 9*time.Minute) }, 1, false, []scaler.Reason{scaler.CPUAtScaleOut}},
		"all that is missing":        {func(w *world) { w.launch(3, cluster.InService, 5*time.Minute) }, 0, false, []scaler.Reason{scaler.CPUAtScaleOut, scaler.InstancesLaunching}},
		"more than is missing":       {func(w *world) { w.launch(9, cluster.Pending, 5*time.Minute) }, 0, false, []scaler.Reason{scaler.CPUAtScaleOut, scaler.InstancesLaunching}},
		"standing aside: none":       {func(w *world) { w.launch(3, cluster.Aside, time.Minute) }, 3, false, []scaler.Reason{scaler.CPUAtScaleOut}},
		"one dud does not starve it": {func(w *world) { w.launch(1, cluster.InService, 12*time.Minute) }, 3, false, []scaler.Reason{scaler.CPUAtScaleOut}},
		"two duds are a bad image":   {func(w *world) { w.launch(2, cluster.InService, 12*time.Minute) }, 0, true, []scaler.Reason{scaler.CPUAtScaleOut, scaler.InstancesNotJoining}},
		"Pending counts as a dud too": {func(w *world) {
			w.launch(1, cluster.Pending, 12*time.Minute)
			w.launch(1, cluster.InService, 11*time.Minute)
		}, 0, true, []scaler.Reason{scaler.CPUAtScaleOut, scaler.InstancesNotJoining}},
		"two duds, one has joined since": {func(w *world) {
			w.launch(2, cluster.InService, 12*time.Minute)
			w.s.Hosts[0].RegisteredAt = now.Add(-11 * time.Minute)
		}, 3, false, []scaler.Reason{scaler.CPUAtScaleOut}},
		"three, one joined before the second youngest": {func(w *world) {
			w.launch(1, cluster.InService, 40*time.Minute)
			w.launch(2, cluster.InService, 12*time.Minute)
			w.s.Hosts[0].RegisteredAt = now.Add(-20 * time.Minute)
		}, 0, true, []scaler.Reason{scaler.CPUAtScaleOut, scaler.InstancesNotJoining}},
		"three, one joined between the oldest and the second youngest": {func(w *world) {
			w.launch(1, cluster.InService, 19*time.Minute)
			w.launch(1, cluster.InService, 15*time.Minute)
			w.launch(1, cluster.InService, 12*time.Minute)
			w.s.Hosts[0].RegisteredAt = now.Add(-17 * time.Minute)
		}, 0, true, []scaler.Reason{scaler.CPUAtScaleOut, scaler.InstancesNotJoining}},
		"three, one joined between the second youngest and the youngest": {func(w *world) {
			w.launch(1, cluster.InService, 19*time.Minute)
			w.launch(1, cluster.InService, 15*time.Minute)
			w.launch(1, cluster.InService, 12*time.Minute)
			w.s.Hosts[0].RegisteredAt = now.Add(-13 * time.Minute)
		}, 3, false, []scaler.Reason{scaler.CPUAtScaleOut}},
		"when it was launched is not known: Pending is young": {func(w *world) {
			w.launch(1, cluster.Pending, 0)
			w.launch(1, cluster.InService, 0)
			for i := range w.s.Groups[0].Instances {
				w.s.Groups[0].Instances[i].LaunchedAt = time.Time{}
			}
		}, 2, false, []scaler.Reason{scaler.CPUAtScaleOut}},
		"duds of another group than the active one": {func(w *world) {
			w.s.Groups[0].TaggedActive = true
			w.s.Groups = append(w.s.Groups, cluster.Group{Name: "green", Instances: []cluster.Instance{
				{ID: "i-x", Phase: cluster.InService, LaunchedAt: now.Add(-time.Hour)}, {ID: "i-y", Phase: cluster.InService, LaunchedAt: now.Add(-time.Hour)}}})
		}, 3, false, []scaler.Reason{scaler.CPUAtScaleOut}},
		"ECS managed scaling": {func(w *world) { w.s.Groups[0].ManagedScaling = true }, 0, false, []scaler.Reason{scaler.CPUAtScaleOut, scaler.ManagedScaling}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			w := newWorld()
			w.host(4, size(2048, 3900))
			w.service("web", 4, size(2047, 1000))
			for i := range 4 {
				w.put(i, 1, "web") // 100 % of four hosts: below 75 % with six
			}
			w.entry.CPU.ScaleOutAt = new(60.0) // with seven
			tt.launch(w)
			v := w.decide()
			assert.Equal(t, tt.gap, v.InstanceGap, v.Why)
			assert.Equal(t, sign(tt.gap), int(v.Signal))
			assert.Equal(t, tt.reasons, v.Reasons, v.Why)
			assert.Equal(t, tt.blocked, v.ScaleOutBlocked)
			assert.InDelta(t, 99.95, float64(*v.Reservation.CPU), 0.01, "what is published does not count launching hosts")
		})
	}
}

func TestLaunchingHostHelpsOnlyWhatItTakes(t *testing.T) {
	// launches adds so many launching hosts to a group.
	launches := func(w *world, group string, n int) {
		for i := range w.s.Groups {
			for ; w.s.Groups[i].Name == group && n > 0; n-- {
				id := fmt.Sprintf("i-%s-%d", group, n)
				w.s.Groups[i].Instances = append(w.s.Groups[i].Instances, cluster.Instance{ID: id, Phase: cluster.Pending, LaunchedAt: now.Add(-time.Minute)})
			}
		}
	}
	bound := func(names ...string) func(*cluster.Service, *cluster.Definition) {
		return func(s *cluster.Service, _ *cluster.Definition) { s.Providers = names }
	}
	for name, tt := range map[string]struct {
		od, spot int // launching
		wants    []string
		gap      int
	}{
		"of the service's provider":              {od: 2, wants: []string{"od"}},
		"of another":                             {spot: 2, wants: []string{"od"}, gap: 2},
		"one of each":                            {od: 1, spot: 1, wants: []string{"od"}, gap: 1},
		"of another that the strategy names too": {spot: 2, wants: []string{"od", "spot"}},
		"of any where the service has none":      {spot: 2},
	} {
		t.Run(name, func(t *testing.T) {
			w := providers(2, 3)
			w.service("base", 5, size(1600, 100))
			for i := range 5 {
				w.put(i, 1, "base")
			}
			w.entry.CPU.ScaleOutAt = new(100.0)
			w.service("db", 2, size(1600, 100), bound(tt.wants...))
			launches(w, "web-od", tt.od)
			launches(w, "web-spot", tt.spot)
			v := w.decide()
			assert.Equal(t, tt.gap, v.InstanceGap, v.Why)
			if tt.gap == 0 {
				assert.Contains(t, v.Reasons, scaler.InstancesLaunching)
			}
		})
	}
	t.Run("a host without a GPU, for a task that wants one", func(t *testing.T) {
		w := newWorld()
		w.s.Groups = nil
		w.into("blue", 2, size(16384, 30000))
		w.into("green", 1, cluster.Resources{CPU: 4096, Memory: 15000, GPU: 1})
		w.marked("green")
		w.service("infer", 2, cluster.Resources{CPU: 1000, Memory: 4000, GPU: 1})
		w.put(2, 1, "infer")
		launches(w, "blue", 1)
		assert.Equal(t, 1, w.decide().InstanceGap)
		launches(w, "green", 1)
		assert.Equal(t, 0, w.decide().InstanceGap)
	})
	t.Run("a threshold is helped by any", func(t *testing.T) {
		w := providers(2, 0)
		w.service("db", 2, size(1600, 100), bound("od"))
		w.put(0, 1, "db")
		w.put(1, 1, "db")
		launches(w, "web-spot", 1)
		v := w.decide()
		assert.Equal(t, 0, v.InstanceGap, v.Why)
		assert.Contains(t, v.Reasons, scaler.CPUAtScaleOut)
	})
}
