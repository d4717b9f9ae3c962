package ecsreader_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ecs-cluster-scaler/cluster"
	"ecs-cluster-scaler/cluster/ecsreader"
	"ecs-cluster-scaler/simulator/aws"
	"ecs-cluster-scaler/simulator/faulty"
)

// fleet is a group in a simulated AWS and a reader that looks at it each minute.
type fleet struct {
	*aws.World
	group  *aws.Group
	calls  *faulty.AWS
	reader *ecsreader.SizingReader
}

// newFleet's group has two hosts since an hour. Its warm-up is unset where it is negative.
func newFleet(warmup time.Duration) *fleet {
	k := aws.Defaults()
	k.ECS.AgentBlinksPerHour = 0
	f := &fleet{World: aws.New(k)}
	f.NewCluster("web")
	f.group = f.NewGroup(aws.GroupSpec{
		Name: "web", Cluster: "web", Zones: []string{"a", "b"}, Max: 50, Desired: 2, Warmup: warmup, Tags: map[string]string{ecsreader.ClusterTag: "web"},
		Type: aws.InstanceType{Name: "m5.large", Resources: aws.Resources{CPU: 2048, Memory: 4000}},
	})
	f.Run(f.Now().Add(time.Hour))
	f.calls = faulty.Wrap(faulty.Clients{SSM: f.SSM(), ECS: f.ECS(), AutoScaling: f.AutoScaling(), CloudWatch: f.CloudWatch()})
	f.newProcess()
	return f
}

func (f *fleet) newProcess() { f.reader = ecsreader.NewSizing(f.calls.ECS, f.calls.AutoScaling) }

// pass reads the group as a pass does; wanted: somebody needs to know what policies count.
func (f *fleet) pass(t *testing.T, wanted bool) cluster.Group {
	t.Helper()
	groups, err := f.reader.ReadGroups(t.Context())
	require.NoError(t, err)
	s, err := f.reader.Read(t.Context(), "web")
	require.NoError(t, err)
	s.Groups = groups["web"]
	f.reader.ReadLaunches(t.Context(), &s, f.Now().Truncate(time.Minute))
	if wanted {
		f.reader.ReadWarmup(t.Context(), &s, f.Now().Truncate(time.Minute))
	}
	return s.Groups[0]
}

// arrivals are when the group's instances came into service, zero while they are pending.
func (f *fleet) arrivals() map[string]time.Time {
	at := map[string]time.Time{}
	for _, i := range f.group.Instances() {
		at[i.ID] = i.InService
	}
	return at
}

func failing(action string) faulty.Fate {
	return func(_ context.Context, c faulty.Call, carryOut func() (any, error)) (any, error) {
		if c.Action == action {
			return nil, errors.New("denied")
		}
		return carryOut()
	}
}

func TestArrivalsAreReadToTheSecond(t *testing.T) {
	f := newFleet(-1)
	f.pass(t, false)
	f.group.SetDesired(12)
	seen, pending := 0, 0
	for range 6 {
		f.Run(f.Now().Add(27 * time.Second))
		for _, i := range f.pass(t, true).Instances {
			switch truth := f.arrivals()[i.ID]; {
			case i.Phase == cluster.Pending:
				pending++
				assert.True(t, i.JustArrived)
				assert.Equal(t, f.Now().Truncate(time.Minute), i.InServiceFrom, "not before it was read")
			case truth.Before(f.Now().Add(-30 * time.Minute)):
				assert.False(t, i.JustArrived && !i.InServiceFrom.IsZero() && !i.InServiceFrom.Equal(truth))
			default:
				seen++
				assert.True(t, i.JustArrived)
				assert.Equal(t, truth, i.InServiceFrom)
			}
		}
	}
	assert.Positive(t, seen)
	assert.Positive(t, pending)
}

func TestAProcessThatBeginsReadsArrivalsToo(t *testing.T) {
	f := newFleet(-1)
	f.group.SetDesired(6)
	f.Run(f.Now().Add(3 * time.Minute))
	f.newProcess()
	fresh := 0
	for _, i := range f.pass(t, true).Instances {
		if truth := f.arrivals()[i.ID]; truth.After(f.Now().Add(-3 * time.Minute)) {
			fresh++
			assert.Equal(t, truth, i.InServiceFrom)
		}
	}
	assert.Equal(t, 4, fresh)
}

// Nothing is taken to have come later than it did: that would buy twice.
func TestUnreadArrivalsAreTakenToBeEarly(t *testing.T) {
	f := newFleet(-1)
	f.pass(t, false)
	f.group.SetDesired(12)
	f.calls.Set(failing("DescribeScalingActivities"))
	known := 0
	for range 8 {
		f.Run(f.Now().Add(41 * time.Second))
		g := f.pass(t, true)
		for _, i := range g.Instances {
			if truth := f.arrivals()[i.ID]; i.Phase == cluster.InService && !i.InServiceFrom.IsZero() {
				known++
				assert.False(t, i.InServiceFrom.After(truth))
				assert.Less(t, truth.Sub(i.InServiceFrom), 2*time.Minute)
			}
		}
	}
	assert.Positive(t, known)
	assert.Contains(t, f.pass(t, true).WarmupUnread, "denied")
}

// A host that was attached has no launch. It is asked for a while, and then counts as warm.
func TestOneOfWhichNoActivityTellsCountsAsWarm(t *testing.T) {
	api := &fakeAutoScaling{}
	r := ecsreader.NewSizing(&fakeECS{}, sizes{api})
	for minute := range 20 {
		s := cluster.Snapshot{Cluster: "web", Groups: []cluster.Group{inService(1)}, Hosts: []cluster.Host{registered(1, time.Minute)}}
		at := passAt.Add(time.Duration(minute) * time.Minute)
		r.ReadLaunches(t.Context(), &s, at)
		r.ReadWarmup(t.Context(), &s, at)
		assert.Zero(t, s.Groups[0].WarmFrom(s.Groups[0].Instances[0]))
		assert.Equal(t, minute < 10, s.Groups[0].Instances[0].JustArrived, "minute %d", minute)
	}
	assert.Len(t, api.asked, 10)
}

func TestHostsThatRegisteredLongAgoAreNotAskedFor(t *testing.T) {
	f := newFleet(-1)
	f.Run(f.Now().Add(4 * time.Hour))
	f.newProcess()
	g := f.pass(t, false)
	assert.False(t, slices.ContainsFunc(g.Instances, func(i cluster.Instance) bool { return i.JustArrived }))
	assert.Zero(t, f.calls.Count("DescribeScalingActivities"))
	assert.Zero(t, f.calls.Count("DescribePolicies"))
}

func TestTheWarmUpIsTheShortestThatAdds(t *testing.T) {
	const unset, group = -1, 240 * time.Second
	add, remove := []aws.Step{{Lower: new(float64), Change: 1}}, []aws.Step{{Upper: new(float64), Change: -1}}
	for name, c := range map[string]struct {
		group    time.Duration
		policies map[time.Duration][]aws.Step
		want     time.Duration
	}{
		"the policy's":                        {group, map[time.Duration][]aws.Step{200 * time.Second: add}, 200 * time.Second},
		"else the group's":                    {group, map[time.Duration][]aws.Step{unset: add}, group},
		"else its cooldown":                   {unset, map[time.Duration][]aws.Step{unset: add}, 300 * time.Second},
		"no policy":                           {group, nil, group},
		"the shorter of two":                  {group, map[time.Duration][]aws.Step{220 * time.Second: add, 200 * time.Second: add}, 200 * time.Second},
		"the group's is shorter":              {group, map[time.Duration][]aws.Step{unset: add, 250 * time.Second: add}, group},
		"one that removes does not count":     {group, map[time.Duration][]aws.Step{200 * time.Second: add, 180 * time.Second: remove}, 200 * time.Second},
		"none at all is a warm-up of its own": {group, map[time.Duration][]aws.Step{0: add}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFleet(c.group)
			for warmup, steps := range c.policies {
				f.group.PutStepPolicy(warmup.String(), "Maximum", warmup, steps)
			}
			g := f.pass(t, true)
			assert.True(t, g.WarmupKnown)
			assert.Equal(t, c.want, g.Warmup)
		})
	}
}

// The names of policies tell how soon their alarm acts. A policy of a slow alarm beside one of a fast one may be the one that acts.
func TestNamesTellHowSoonPoliciesAct(t *testing.T) {
	add, remove := []aws.Step{{Lower: new(float64), Change: 1}}, []aws.Step{{Upper: new(float64), Change: -1}}
	for name, c := range map[string]struct {
		policies map[string][]aws.Step
		want     time.Duration
	}{
		"fast":                              {map[string][]aws.Step{"s/web/scale-out": add, "s/web/scale-out-by-size-10s": add, "s/web/scale-out-by-many-10s": add}, 30 * time.Second},
		"slow":                              {map[string][]aws.Step{"s/web/scale-out": add, "s/web/scale-out-by-size-60s": add}, 60 * time.Second},
		"while one takes the other's place": {map[string][]aws.Step{"s/web/scale-out-by-size-10s": add, "s/web/scale-out-by-size-60s": add}, 60 * time.Second},
		"none says it":                      {map[string][]aws.Step{"mine": add}, 60 * time.Second},
		"no policy":                         {nil, 60 * time.Second},
		"what removes hosts says nothing":   {map[string][]aws.Step{"s/web/scale-out-by-size-10s": add, "in-60s": remove}, 30 * time.Second},
		"a period that the table has not":   {map[string][]aws.Step{"out-30s": add}, 60 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFleet(-1)
			for policy, steps := range c.policies {
				f.group.PutStepPolicy(policy, "Maximum", 180*time.Second, steps)
			}
			assert.Equal(t, c.want, f.pass(t, true).ActsWithin)
		})
	}
}

func TestTheWarmUpIsRememberedForTenMinutes(t *testing.T) {
	f := newFleet(-1)
	add := []aws.Step{{Lower: new(float64), Change: 1}}
	f.group.PutStepPolicy("out", "Maximum", 200*time.Second, add)
	for minute := range 12 {
		g := f.pass(t, true)
		assert.Equal(t, map[bool]time.Duration{false: 200 * time.Second, true: 180 * time.Second}[minute >= 10], g.Warmup, "minute %d", minute)
		f.group.PutStepPolicy("out", "Maximum", 180*time.Second, add)
		f.Run(f.Now().Add(time.Minute))
	}
	assert.Equal(t, 2, f.calls.Count("DescribePolicies"))
	f.calls.Set(failing("DescribePolicies"))
	f.Run(f.Now().Add(10 * time.Minute))
	g := f.pass(t, true)
	assert.False(t, g.WarmupKnown, "it may be shorter by now")
	assert.True(t, g.WarmupRead)
	assert.Contains(t, g.WarmupUnread, "read the scaling policies: denied")
	f.pass(t, true)
	assert.Equal(t, 3, f.calls.Count("DescribePolicies"), "not again in the same minute")
}
