package ecsreader_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	astypes "github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	"github.com/stretchr/testify/assert"

	"ecs-cluster-scaler/cluster"
	"ecs-cluster-scaler/cluster/ecsreader"
)

var passAt = time.Date(2026, 11, 22, 4, 38, 0, 0, time.UTC)

func id(n int) string { return fmt.Sprintf("i-%017x", n) }

// activity of an instance that began so long before passAt and is over.
func activity(what string, n int, ago time.Duration) astypes.Activity {
	return astypes.Activity{Description: aws.String(what + id(n)), StartTime: aws.Time(passAt.Add(-ago)), EndTime: aws.Time(passAt.Add(-ago + time.Minute))}
}

const (
	launching  = "Launching a new EC2 instance: "
	fromPool   = "Launching a new EC2 instance from warm pool: "
	intoPool   = "Launching a new EC2 instance into warm pool: "
	attaching  = "Attaching an existing EC2 instance: "
	outStandby = "Moving EC2 instance out of Standby: "
	ending     = "Terminating EC2 instance: "
)

// group is one whose instances are those of the numbers given, in service.
func inService(numbers ...int) cluster.Group {
	g := cluster.Group{Name: "web-blue"}
	for _, n := range numbers {
		g.Instances = append(g.Instances, cluster.Instance{ID: id(n), Phase: cluster.InService, State: "InService"})
	}
	return g
}

// registered is a host that joined so long before passAt.
func registered(n int, ago time.Duration) cluster.Host {
	return cluster.Host{InstanceID: id(n), RegisteredAt: passAt.Add(-ago)}
}

// launchesPass reads launches at a moment and returns the first group as it is then known.
func launchesPass(t *testing.T, r *ecsreader.Reader, at time.Time, g cluster.Group, hosts ...cluster.Host) cluster.Group {
	t.Helper()
	s := cluster.Snapshot{Cluster: "web", Hosts: hosts, Groups: []cluster.Group{g}}
	r.ReadLaunches(t.Context(), &s, at)
	assert.Empty(t, s.Unread)
	return s.Groups[0]
}

func TestLaunchesOnlyOfUnregistered(t *testing.T) {
	api := &fakeAutoScaling{activities: []astypes.Activity{activity(ending, 2, 0), activity(launching, 2, time.Minute)}}
	joining := inService(2, 3)
	joining.Name, joining.Instances[1].Phase = "joining", cluster.Pending
	s := cluster.Snapshot{Hosts: []cluster.Host{registered(1, time.Hour)}, Groups: []cluster.Group{inService(1), joining}}
	reader(nil, api).ReadLaunches(t.Context(), &s, passAt)
	assert.Equal(t, []string{"joining"}, api.asked)
	assert.Equal(t, "StartTimeLowerBound", *api.filters[0].Name)
	assert.Equal(t, []string{passAt.AddDate(0, 0, -42).Format(time.RFC3339)}, api.filters[0].Values, "a quiet group's last join may be weeks old")
	assert.Equal(t, passAt.Add(-time.Minute), s.Groups[1].Instances[0].LaunchedAt)
	assert.True(t, s.Groups[1].Instances[0].Watched)
	assert.Zero(t, s.Groups[1].Instances[1].LaunchedAt, "no activity names it")

	api.err = errors.New("denied")
	s.Groups[1] = joining
	reader(nil, api).ReadLaunches(t.Context(), &s, passAt)
	assert.Equal(t, []string{"when the unregistered instances of group joining were launched: read its scaling activities: denied"}, s.Unread)
}

func TestKnownLaunchOutlivesFailure(t *testing.T) {
	api := &fakeAutoScaling{activities: []astypes.Activity{activity(launching, 1, time.Minute)}}
	r := reader(nil, api)
	launchesPass(t, r, passAt, inService(1))
	launchesPass(t, r, passAt.Add(time.Minute), inService(1))
	assert.Len(t, api.asked, 1)

	api.err = errors.New("throttled")
	s := cluster.Snapshot{Cluster: "web", Groups: []cluster.Group{inService(1, 2)}}
	r.ReadLaunches(t.Context(), &s, passAt.Add(12*time.Minute))
	assert.Len(t, api.asked, 2, "of the second nothing is known")
	assert.Equal(t, passAt.Add(-time.Minute), s.Groups[0].Instances[0].LaunchedAt)
	assert.Zero(t, s.Groups[0].Instances[1].LaunchedAt)
	assert.Len(t, s.Unread, 1)

	api.err, api.activities = nil, []astypes.Activity{activity(launching, 2, -11*time.Minute)}
	g := launchesPass(t, r, passAt.Add(25*time.Minute), inService(1, 2))
	assert.Equal(t, passAt.Add(-time.Minute), g.Instances[0].LaunchedAt, "known from before, though no page names it now")
	assert.Equal(t, passAt.Add(11*time.Minute), g.Instances[1].LaunchedAt)
	assert.Equal(t, passAt.Add(11*time.Minute), g.LastLaunch)

	launchesPass(t, r, passAt.Add(26*time.Minute), cluster.Group{Name: "web-blue"})
	api.activities = nil
	assert.Zero(t, launchesPass(t, r, passAt.Add(27*time.Minute), inService(1)).Instances[0].LaunchedAt, "what the group let go is forgotten")
}

func TestDenialIsUnreadInEveryPass(t *testing.T) {
	r := reader(nil, &fakeAutoScaling{err: errors.New("denied")})
	for minute := range 30 {
		s := cluster.Snapshot{Cluster: "web", Groups: []cluster.Group{inService(1)}}
		r.ReadLaunches(t.Context(), &s, passAt.Add(time.Duration(minute)*time.Minute))
		assert.Len(t, s.Unread, 1, "minute %d: nothing is scaled in on doubt", minute)
	}
}

func TestWhatIsNoLaunch(t *testing.T) {
	tests := map[string]struct {
		activities []astypes.Activity
		launched   time.Duration // before passAt; 0: not known
		warmed     bool
		watched    bool
	}{
		"launched":                        {[]astypes.Activity{activity(launching, 1, 12*time.Minute)}, 12 * time.Minute, false, true},
		"launched before it was watched":  {[]astypes.Activity{activity(launching, 1, 20*time.Minute)}, 20 * time.Minute, false, false},
		"launched long ago":               {[]astypes.Activity{activity(launching, 1, 50*time.Hour)}, 50 * time.Hour, false, false},
		"attached":                        {[]astypes.Activity{activity(attaching, 1, time.Minute)}, 0, false, false},
		"attached again":                  {[]astypes.Activity{activity(attaching, 1, time.Minute), activity(launching, 1, 50*time.Hour)}, 50 * time.Hour, false, false},
		"back from standby":               {[]astypes.Activity{activity(outStandby, 1, time.Minute)}, 0, false, false},
		"from the warm pool":              {[]astypes.Activity{activity(fromPool, 1, 2*time.Minute), activity(intoPool, 1, 5*time.Hour)}, 2 * time.Minute, true, true},
		"from the warm pool once more":    {[]astypes.Activity{activity(fromPool, 1, 2*time.Minute), activity(fromPool, 1, time.Hour)}, 2 * time.Minute, true, true},
		"into the warm pool only":         {[]astypes.Activity{activity(intoPool, 1, 5*time.Minute)}, 0, false, false},
		"another of the group terminates": {[]astypes.Activity{activity(ending, 1, time.Minute)}, 0, false, false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			i := launchesPass(t, reader(nil, &fakeAutoScaling{activities: tt.activities}), passAt, inService(1)).Instances[0]
			want := time.Time{}
			if tt.launched > 0 {
				want = passAt.Add(-tt.launched)
			}
			assert.Equal(t, want, i.LaunchedAt)
			assert.Equal(t, []bool{tt.warmed, tt.watched}, []bool{i.Warmed, i.Watched})
		})
	}
}

// ECS has dropped a Spot host's registration, while Auto Scaling still has the instance in service.
func TestRegisteredInstanceIsNoLaunch(t *testing.T) {
	api := &fakeAutoScaling{activities: []astypes.Activity{activity(launching, 1, 8*time.Minute)}}
	r := reader(nil, api)
	launchesPass(t, r, passAt.Add(-time.Minute), inService(1), registered(1, 5*time.Minute))
	g := launchesPass(t, r, passAt, inService(1))
	assert.Zero(t, g.Instances[0].LaunchedAt, "neither on its way nor late, though launched 8 minutes ago")
	assert.False(t, g.Instances[0].Watched)
	assert.Empty(t, api.asked)
	assert.Equal(t, passAt.Add(-5*time.Minute), g.LastJoined, "of which ECS knows nothing any more")
}

func TestJoinsAreLearntFromOnePage(t *testing.T) {
	tests := map[string]struct {
		activities []astypes.Activity
		hosts      []cluster.Host
		slowest    time.Duration
	}{
		"the slowest":               {[]astypes.Activity{activity(launching, 1, 113*time.Minute), activity(launching, 2, 212*time.Minute)}, []cluster.Host{registered(1, 100*time.Minute), registered(2, 200*time.Minute)}, 13 * time.Minute},
		"none was launched":         {nil, []cluster.Host{registered(1, 100*time.Minute)}, 0},
		"its host is gone":          {[]astypes.Activity{activity(launching, 1, 113*time.Minute)}, nil, 0},
		"registered anew by hand":   {[]astypes.Activity{activity(launching, 1, 50*time.Hour), activity(launching, 2, 103*time.Minute)}, []cluster.Host{registered(1, time.Hour), registered(2, 100*time.Minute)}, 3 * time.Minute},
		"out of the warm pool":      {[]astypes.Activity{activity(fromPool, 1, 130*time.Minute)}, []cluster.Host{registered(1, 100*time.Minute)}, 0},
		"dates that cannot be":      {[]astypes.Activity{activity(launching, 1, time.Minute)}, []cluster.Host{registered(1, 100*time.Minute)}, 0},
		"one that took a full hour": {[]astypes.Activity{activity(launching, 1, 160*time.Minute)}, []cluster.Host{registered(1, 100*time.Minute)}, time.Hour},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			api := &fakeAutoScaling{activities: tt.activities}
			r := reader(nil, api)
			assert.Equal(t, tt.slowest, launchesPass(t, r, passAt, inService(1, 2, 9), tt.hosts...).SlowestJoin)
			assert.Len(t, api.asked, 1)
			api.activities = nil
			assert.Equal(t, tt.slowest, launchesPass(t, r, passAt.Add(time.Minute), inService(9)).SlowestJoin, "remembered when they are gone")
		})
	}
}

func TestWatchedJoinTakesNoCall(t *testing.T) {
	api := &fakeAutoScaling{activities: []astypes.Activity{activity(launching, 1, 2*time.Minute)}}
	r := reader(nil, api)
	launchesPass(t, r, passAt, inService(1))
	g := launchesPass(t, r, passAt.Add(15*time.Minute), inService(1), registered(1, -14*time.Minute))
	assert.Equal(t, 16*time.Minute, g.SlowestJoin)
	assert.Len(t, api.asked, 1)
}

func TestOnlyLatestJoinsTell(t *testing.T) {
	api := &fakeAutoScaling{}
	var hosts []cluster.Host
	g := inService(99)
	for n := range 11 {
		took := 3 * time.Minute
		if n == 0 {
			took = 20 * time.Minute // the image of before
		}
		ago := time.Duration(20-n) * time.Hour
		hosts = append(hosts, registered(n, ago))
		g.Instances = append(g.Instances, inService(n).Instances...)
		api.activities = append([]astypes.Activity{activity(launching, n, ago+took)}, api.activities...)
	}
	assert.Equal(t, 3*time.Minute, launchesPass(t, reader(nil, api), passAt, g, hosts...).SlowestJoin)
}

func TestMorePagesOnlyForMissingLaunch(t *testing.T) {
	many := func(n int, every time.Duration) []astypes.Activity {
		var all []astypes.Activity
		for i := range n {
			all = append(all, activity(ending, 1000+i, time.Duration(i)*every))
		}
		return all
	}
	tests := map[string]struct {
		activities []astypes.Activity
		calls      int
		found      bool
	}{
		"a quiet group":                        {many(250, time.Hour), 1, false},
		"a busy hour, and it was launched":     {append(many(150, 10*time.Second), activity(launching, 1, 26*time.Minute)), 2, true},
		"found on the first page":              {append([]astypes.Activity{activity(launching, 1, 0)}, many(250, time.Second)...), 1, true},
		"what goes on comes first, and is old": {append(open(120), activity(launching, 1, time.Minute)), 2, true},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			api := &fakeAutoScaling{activities: tt.activities}
			g := launchesPass(t, reader(nil, api), passAt, inService(1))
			assert.Len(t, api.asked, tt.calls)
			assert.Equal(t, tt.found, !g.Instances[0].LaunchedAt.IsZero())
		})
	}
}

// open are so many drains that go on for hours.
func open(n int) []astypes.Activity {
	var all []astypes.Activity
	for i := range n {
		a := activity(ending, 1000+i, time.Duration(i+1)*time.Hour)
		a.EndTime = nil
		all = append(all, a)
	}
	return all
}

func TestInstanceWithoutActivity(t *testing.T) {
	api := &fakeAutoScaling{activities: []astypes.Activity{activity(attaching, 1, 20*time.Hour)}}
	r := reader(nil, api)
	for minute := range 60 {
		launchesPass(t, r, passAt.Add(time.Duration(minute)*time.Minute), inService(1))
	}
	assert.Len(t, api.asked, 10)
}

func TestLaunchHookIsRemembered(t *testing.T) {
	api := &fakeAutoScaling{activities: []astypes.Activity{activity(launching, 1, time.Minute)}}
	r := reader(nil, api)
	held := inService(1)
	held.Instances[0].Phase, held.Instances[0].State = cluster.Pending, "Pending:Wait"
	assert.Equal(t, passAt, launchesPass(t, r, passAt, held).Instances[0].HeldUntil)
	launchesPass(t, r, passAt.Add(20*time.Minute), held)
	g := launchesPass(t, r, passAt.Add(23*time.Minute), inService(1))
	assert.Equal(t, passAt.Add(20*time.Minute), g.Instances[0].HeldUntil)
}

func TestUnreadGroupsKeepJoins(t *testing.T) {
	api := &fakeAutoScaling{activities: []astypes.Activity{activity(launching, 1, 8*time.Minute)}}
	r := reader(nil, api)
	launchesPass(t, r, passAt, inService(1), registered(1, 5*time.Minute))
	s := cluster.Snapshot{Cluster: "web"}
	r.ReadLaunches(t.Context(), &s, passAt.Add(time.Minute))
	assert.Zero(t, launchesPass(t, r, passAt.Add(2*time.Minute), inService(1)).Instances[0].LaunchedAt)

	r.Keep([]string{"web"})
	assert.Zero(t, launchesPass(t, r, passAt.Add(3*time.Minute), inService(1)).Instances[0].LaunchedAt)
	r.Keep(nil)
	assert.NotZero(t, launchesPass(t, r, passAt.Add(4*time.Minute), inService(1)).Instances[0].LaunchedAt, "its entry was gone: known by its activity alone")
}

func TestUsualJoinLeavesOutTheSlowestTwentieth(t *testing.T) {
	api := &fakeAutoScaling{}
	var hosts []cluster.Host
	g := inService(99)
	for n := range 41 {
		took := time.Duration(n) * time.Minute
		ago := time.Duration(60-n) * time.Hour
		hosts = append(hosts, registered(n, ago))
		g.Instances = append(g.Instances, inService(n).Instances...)
		api.activities = append([]astypes.Activity{activity(launching, n, ago+took)}, api.activities...)
	}
	got := launchesPass(t, reader(nil, api), passAt, g, hosts...)
	assert.Equal(t, 38*time.Minute, got.UsualJoin, "the 38th of the last forty, which took 1 to 40 minutes")
	assert.Equal(t, 40*time.Minute, got.SlowestJoin, "of the last ten")
	few := &fakeAutoScaling{activities: []astypes.Activity{activity(launching, 1, 113*time.Minute), activity(launching, 2, 103*time.Minute)}}
	got = launchesPass(t, reader(nil, few), passAt, inService(1, 2, 9), registered(1, 100*time.Minute), registered(2, 100*time.Minute))
	assert.Equal(t, 13*time.Minute, got.UsualJoin, "of a few, the slowest")
	assert.Zero(t, launchesPass(t, reader(nil, &fakeAutoScaling{}), passAt, inService(1), registered(1, time.Hour)).UsualJoin)
}
