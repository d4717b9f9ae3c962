package calibration

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"ecs-cluster-scaler/simulator/aws"
	"ecs-cluster-scaler/simulator/recording"
)

// grouped is a recording of a group whose hosts and details a test gives.
func grouped(g recording.Group, hosts ...recording.Host) recording.Recording {
	r := lasting(3)
	g.Name = "g"
	r.Groups = []recording.Group{g}
	for _, h := range hosts {
		h.Group = "g"
		r.Hosts = append(r.Hosts, h)
	}
	return r
}

// seen is how many observations a verdict rests on.
func seen(t *testing.T, knob string, r recording.Recording) int {
	t.Helper()
	return of(t, knob, Judge(r, aws.Defaults())).Seen
}

func TestWhichHostsTellOfBoots(t *testing.T) {
	for name, c := range map[string]struct {
		host recording.Host
		want int
	}{
		"one that registered":                     {recording.Host{Launched: at(10), Registered: at(90)}, 1},
		"one that is still booting":               {recording.Host{Launched: began.Add(3*time.Hour - time.Minute)}, 1},
		"one that left before it registered":      {recording.Host{Launched: at(10), Leaving: at(60)}, 1},
		"one that never registers is none":        {recording.Host{Launched: at(10)}, 0},
		"one that was launched before is none":    {recording.Host{Launched: at(-60), Registered: at(30)}, 0},
		"one whose launch is not known is none":   {recording.Host{Registered: at(30)}, 0},
		"one in its last minute of fifteen is so": {recording.Host{Launched: at(10), Leaving: at(10 + 899)}, 1},
	} {
		assert.Equal(t, c.want, seen(t, "ec2.boot", grouped(recording.Group{}, c.host)), name)
	}
}

func TestWhatTellsOfReactions(t *testing.T) {
	up := func(at float64, told bool) recording.Capacity {
		return recording.Capacity{At: minutes(at), Desired: int(at), Told: told}
	}
	launch := recording.Host{Launched: minutes(10.1)}
	for name, c := range map[string]struct {
		desired []recording.Capacity
		want    int
	}{
		"a change whose time AWS tells":                  {[]recording.Capacity{up(1, false), up(10, true)}, 1},
		"a look's time is none":                          {[]recording.Capacity{up(1, false), up(10, false)}, 0},
		"two changes shortly one after another are none": {[]recording.Capacity{up(1, false), up(9, true), up(10, true)}, 0},
		"a change downwards is none":                     {[]recording.Capacity{{At: began, Desired: 20}, up(10, true)}, 0},
		"one that launched nothing soon":                 {[]recording.Capacity{up(1, false), up(7, true)}, 0},
	} {
		assert.Equal(t, c.want, seen(t, "ec2.reaction", grouped(recording.Group{Desired: c.desired}, launch)), name)
	}
}

func TestLaunchHooksHideWhenHostsRun(t *testing.T) {
	h := recording.Host{Launched: at(10), InService: at(40)}
	assert.Equal(t, 1, seen(t, "ec2.running", grouped(recording.Group{Hooks: []recording.Hook{{Name: "ends"}}}, h)))
	assert.Zero(t, seen(t, "ec2.running", grouped(recording.Group{Hooks: []recording.Hook{{Name: "starts", Launching: true}}}, h)))
}

// What is known of the end of a host that left at 100 s, whose task ended at 300 s and which was gone at 420 s.
func TestHooksHideWhenShutDownsBegin(t *testing.T) {
	h := recording.Host{Instance: "i-1", Launched: at(0), Leaving: at(100), Ended: at(420)}
	for name, c := range map[string]struct {
		group recording.Group
		want  span
	}{
		"without a hook all of it":          {recording.Group{}, span{320, 320, 320}},
		"with one, after the last task":     {recording.Group{Hooks: []recording.Hook{{Name: "drain"}}}, span{0, 120, 120}},
		"with ECS's own, a minute after it": {recording.Group{Hooks: []recording.Hook{{Name: "drain"}}, Provider: &recording.CapacityProvider{Draining: true}}, span{60, 120, 90}},
	} {
		r := grouped(c.group, h)
		r.Services = []recording.Service{{Name: "web"}}
		r.ServiceTasks = []recording.ServiceTask{{Service: "web", Host: "i-1", Created: at(20), Stopped: at(300)}}
		o := of(t, "ec2.shut_down", Judge(r, aws.Defaults())).Observed
		assert.InDelta(t, c.want.likely, o.Median, 0, name)
	}
}

func TestRetriesOfLaunches(t *testing.T) {
	refused := func(at float64) recording.LaunchFailure {
		return recording.LaunchFailure{At: minutes(at), NoCapacity: true}
	}
	zones := recording.Group{LaunchFailures: []recording.LaunchFailure{refused(10), refused(10), refused(11), refused(30)}}
	assert.Equal(t, 2, seen(t, "ec2.retry_launch", grouped(zones)), "10 to 11, 11 to 30; a second zone is no second try")
	assert.Equal(t, 3, seen(t, "ec2.retry_launch", grouped(zones, recording.Host{Launched: minutes(31)})), "a launch is a try too")
	assert.Equal(t, 1, seen(t, "ec2.retry_launch", grouped(zones, recording.Host{Launched: minutes(11)})), "another zone had a host at 11, which was no refusal of all")
	zones.Desired = []recording.Capacity{{At: began}, {At: minutes(20), Desired: 3}}
	assert.Equal(t, 1, seen(t, "ec2.retry_launch", grouped(zones)), "a change of capacity is a try of its own")
}

func TestSpotHostsAndFailures(t *testing.T) {
	day := lasting(24)
	for i := range 10 {
		h := recording.Host{Group: "spot", Registered: at(0), InService: at(0), Ended: at(12 * 3600)}
		if i < 5 {
			h.Cause, h.Leaving = recording.Spot, h.Ended
		}
		day.Hosts = append(day.Hosts, h)
	}
	day.Hosts = append(day.Hosts, recording.Host{Group: "other", Registered: at(0), InService: at(0), Leaving: at(36 * 100), Cause: recording.Health})
	day.Groups = []recording.Group{{Name: "spot", Spot: true}, {Name: "other"}}
	all := Judge(day, aws.Defaults())
	assert.Equal(t, "1", string(of(t, "ec2.spot_interruptions_per_day", all).Suggested), "5 in 10 times half a day")
	assert.Equal(t, "6.03", string(of(t, "ec2.failures_per_month", all).Suggested), "one in 121 hours of a month's 730")
}

// A machine fails, its agent is seen away at 60 s, and the host leaves at 200 s.
func TestFailuresAreSeenByTheirAgents(t *testing.T) {
	r := lasting(1)
	for _, cause := range []recording.Cause{recording.Health, recording.ScaleIn} {
		r.Hosts = append(r.Hosts, recording.Host{
			Registered: at(0), Leaving: at(200), Cause: cause, Disconnected: []recording.Span{{From: at(20), To: at(40)}, {From: at(60)}},
		})
	}
	f := of(t, "ec2.health_check", Judge(r, aws.Defaults()))
	assert.Equal(t, 1, f.Seen)
	assert.InDelta(t, (130+200)/2., f.Observed.Median, 0, "it was between 200 - 60 - 10 and 200 - 60 + 60")
}
