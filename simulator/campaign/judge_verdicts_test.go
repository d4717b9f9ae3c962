package campaign

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"ecs-cluster-scaler/simulator/aws"
	"ecs-cluster-scaler/simulator/faulty"
)

func TestScaleInIsHeldToTheWorld(t *testing.T) {
	for name, c := range map[string]struct {
		plan Plan
		make func(s *scene, pass *invocation)
		gap  int
		want []Promise
	}{
		"all is well":                        {plan: quiet(web(2, 1000)), gap: -1},
		"one that fits, and two that do not": {plan: quiet(web(6, 2000)), gap: -2, want: []Promise{InWouldNotFit}},
		"does not fit":                       {plan: quiet(web(3, 3000)), gap: -1, want: []Promise{InWouldNotFit}},
		"unread": {
			plan: quiet(), gap: -1, want: []Promise{InOnUnread},
			make: func(_ *scene, pass *invocation) { _ = pass.fails(call{"ListTasks", "town0", ""}, faulty.ErrLost) },
		},
		"all clusters unread": {
			plan: quiet(), gap: -1, want: []Promise{InOnUnread},
			make: func(_ *scene, pass *invocation) { _ = pass.fails(call{listGroups, "", ""}, faulty.ErrLost) },
		},
		"policies unread": {
			plan: quiet(), gap: -1,
			make: func(_ *scene, pass *invocation) { _ = pass.fails(call{"DescribePolicies", "", ""}, faulty.ErrLost) },
		},
		"the past unread": {
			plan: quiet(), gap: -1,
			make: func(_ *scene, pass *invocation) { _ = pass.fails(call{"GetMetricData", "", ""}, faulty.ErrLost) },
		},
		"another cluster unread": {
			plan: quiet(), gap: -1,
			make: func(_ *scene, pass *invocation) { _ = pass.fails(call{"ListTasks", "town1", ""}, faulty.ErrLost) },
		},
		"a host has begun to leave": {plan: quiet(), gap: -1, want: []Promise{InOnSpentProof}, make: leavesBefore},
		"a host leaves, and a pass has held": {
			plan: quiet(), gap: -1,
			make: func(s *scene, pass *invocation) { leavesBefore(s, pass); s.held["town0"] = s.world.Now() },
		},
		"what is on the host that leaves finds no room beside another's": {
			plan: quiet(web(6, 2000)), gap: -1, want: []Promise{InWouldNotFit},
			make: func(s *scene, pass *invocation) { leavesBefore(s, pass); s.held["town0"] = s.world.Now() },
		},
		"a host of a group that does not follow the signal leaves": {
			plan: quiet(), gap: -1,
			make: func(s *scene, _ *invocation) {
				s.leaves()
				s.town.groups[0].Spec.Tags["ecs-cluster-scaler:active"] = "false"
			},
		},
		"a host comes": {
			plan: quiet(), gap: -1, want: []Promise{InWhileComing},
			make: func(s *scene, _ *invocation) {
				s.town.groups[0].SetDesired(4)
				s.pass(11 * time.Second)
			},
		},
		"at min_instances": {
			plan: edited(quiet(), func(e *Entry) { e.MinInstances = 3 }), gap: -1, want: []Promise{InAtMinimum},
		},
		"scale_in false": {plan: edited(quiet(), func(e *Entry) { e.ScaleIn = new(false) }), gap: -1, want: []Promise{InAtMinimum}},
		"not enabled":    {plan: edited(quiet(), func(e *Entry) { e.Enabled = new(false) }), gap: -1, want: []Promise{InAtMinimum}},
	} {
		t.Run(name, func(t *testing.T) {
			s := play(t, c.plan)
			pass := s.invocation("publisher")
			if c.make != nil {
				c.make(s, pass)
			}
			s.verdict(pass, verdict{"town0", -1, c.gap})
			assert.Equal(t, c.want, s.broken())
		})
	}
}

// leavesBefore has a host leave before the pass.
func leavesBefore(s *scene, pass *invocation) {
	s.leaves()
	pass.began = s.world.Now()
}

func edited(p Plan, change func(*Entry)) Plan {
	change(&p.Clusters[0].Entry)
	return p
}

// A daemon that is away comes back: ECS keeps its room.
func TestRoomThatADaemonComesBackToIsNotGivenAway(t *testing.T) {
	logs := Service{Name: "logs", CPU: 1200, Memory: 512, Daemon: true, MaxPercent: 100, StopTimeout: 30, Stops: 1}
	s := play(t, quiet(logs, web(3, 2500)))
	d := *s.town.first["logs"]
	d.Revision, d.Crashes = 2, time.Second
	s.town.services[0].Deploy(&d)
	s.pass(20 * time.Minute)
	s.verdict(s.invocation("publisher"), verdict{"town0", -1, -1})
	assert.Equal(t, []Promise{InWouldNotFit}, s.broken())
}

func TestMoreHostsThanNeededAndTwoAreSeen(t *testing.T) {
	for name, c := range map[string]struct {
		desired int
		plan    Plan
		want    []Promise
	}{
		"two more":              {5, quiet(web(6, 1000)), nil},
		"three more":            {6, quiet(web(6, 1000)), []Promise{TooManyHosts}},
		"as the demand needs":   {12, quiet(web(36, 1000)), nil},
		"an entry without end":  {9, edited(quiet(web(6, 1000)), func(e *Entry) { e.CPU = &Band{Out: new(0.001)} }), nil},
		"headroom that is kept": {7, edited(quiet(web(6, 1000)), func(e *Entry) { e.Headroom = &Headroom{Tasks: 9} }), nil},
	} {
		t.Run(name, func(t *testing.T) {
			s := play(t, c.plan)
			s.count()
			s.town.groups[0].SetDesired(c.desired)
			s.pass(2 * time.Minute)
			s.count()
			s.buying()
			assert.Equal(t, c.want, s.broken())
			assert.Equal(t, name != "an entry without end", s.counts["clusters judged by what was bought"] == 1)
		})
	}
	t.Run("where hosts broke", func(t *testing.T) {
		s := play(t, quiet())
		s.town.do(Act{Kind: "break host"})
		s.count()
		s.buying()
		assert.Zero(t, s.counts["clusters judged by what was bought"])
	})
}

// The fullest host that takes a task is not always the right one.
func TestWhatFitsInSomeWayFits(t *testing.T) {
	bins := func(rooms ...int) func() []*bin {
		return func() []*bin {
			var all []*bin
			for _, cpu := range rooms {
				all = append(all, newBin(aws.Resources{CPU: cpu}, 0))
			}
			return all
		}
	}
	needs := func(sizes ...int) []need {
		var all []need
		for _, cpu := range sizes {
			all = append(all, need{size: aws.Resources{CPU: cpu}})
		}
		return all
	}
	assert.Nil(t, packs(bins(9, 8), needs(6, 4, 4, 3)))
	assert.NotNil(t, packs(bins(9, 8), needs(6, 4, 4, 4)))
	assert.NotNil(t, packs(bins(slices.Repeat([]int{9}, 12)...), needs(slices.Repeat([]int{5}, 13)...)), "the search ends")
}
