package simulator

import (
	"maps"
	"slices"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ecs-cluster-scaler/simulator/aws"
	"ecs-cluster-scaler/simulator/policy"
)

var rollouts = []scenarioClaims{
	{"rolling-deploy", []claim{
		{"Each hour a service rolls out on a well filled cluster.", func(d *day) {
			assert.Len(d, deploys(d), 8)
			for n, r := range deploys(d) {
				assert.Equal(d, time.Duration(n)*time.Hour+10*time.Minute, r.at)
				full := d.between(r.at-time.Minute, r.at)[0]
				assert.Greater(d, full.cpu(), 65.0)
				assert.Less(d, full.cpu(), 75.0)
			}
		}},
		{"Some keep all old tasks meanwhile, some half.", func(d *day) {
			kept := map[string]float64{}
			for _, r := range deploys(d) {
				stopped := 0
				first := slices.IndexFunc(d.happened(aws.TaskRunning, r.at, ever), func(h aws.Happened) bool { return h.Service == r.service })
				for _, h := range d.happened(aws.TaskStopped, r.at, d.since(d.happened(aws.TaskRunning, r.at, ever)[first])) {
					if h.Service == r.service {
						stopped++
					}
				}
				kept[r.service] = 1 - float64(stopped)/float64(d.minutes[0].desired[r.service])
			}
			assert.Equal(d, map[string]float64{"web": 1, "api": 1, "checkout": 1, "worker": 0.5}, kept)
		}},
		{"For minutes there are twice the tasks, which is no reason to have twice the hosts.", func(d *day) {
			d = live(d.T, "rolling-deploy", &still{hosts: 12}, nil) // a fifth more
			for _, r := range deploys(d) {
				within := d.between(r.at, r.at+40*time.Minute)
				twice := slices.DeleteFunc(slices.Clone(within), func(m moment) bool { return len(m.of(r.service)) < 2*m.desired[r.service] })
				if r.service == "web" || r.service == "api" {
					assert.GreaterOrEqual(d, len(twice), 2, r.service)
				}
				end := within[len(within)-1]
				for _, task := range end.of(r.service) {
					assert.Equal(d, r.revision, task.Definition.Revision, "%s is over", r.service)
				}
			}
			assert.Zero(d, d.measured.UnplacedLateTaskSeconds)
		}},
	}},
	{"stuck-deploy", []claim{
		{"A roll-out whose task fits on no host that the group launches, and a service that never gets healthy, for three hours each.", stuck},
		{"Hosts help neither, so none should be bought.", func(d *day) {
			stuck(live(d.T, "stuck-deploy", &still{hosts: 60}, nil))
			assert.Zero(d, scaledBy(d.T, "stuck-deploy", policy.Gap).bought(time.Hour, 4*time.Hour))
		}},
	}},
	{"crash-loop", []claim{
		{"For three hours, a bad revision whose tasks exit after 40 seconds.", func(d *day) {
			runs := map[string]aws.Happened{}
			for _, h := range d.happened(aws.TaskRunning, time.Hour, ever) {
				runs[h.Task] = h
			}
			exits := crashes(d)
			for _, h := range exits {
				assert.InDelta(d, 40, h.At.Sub(runs[h.Task].At).Seconds(), 3, "an agent may be away for so long")
				assert.Equal(d, "orders", h.Service)
			}
			assert.Greater(d, d.since(exits[0]), time.Hour)
			assert.Less(d, d.since(exits[0]), time.Hour+5*time.Minute)
			last := d.since(exits[len(exits)-1])
			assert.Greater(d, last, 4*time.Hour-20*time.Minute)
			assert.Less(d, last, 4*time.Hour+2*time.Minute)
		}},
		{"ECS starts them again, at first after two minutes and in the end after fifteen, so that hosts fill and empty while the load is the same.", func(d *day) {
			d = live(d.T, "crash-loop", &still{hosts: 14}, nil) // room for a second set of tasks
			placed := map[time.Duration]int{}
			for _, h := range ofOrders(d.happened(aws.TaskPlaced, time.Hour, 4*time.Hour)) {
				placed[d.since(h)]++
			}
			maps.DeleteFunc(placed, func(_ time.Duration, n int) bool { return n < 6 }) // the first that fell
			rounds := slices.Sorted(maps.Keys(placed))
			require.Greater(d, len(rounds), 10)
			assert.InDelta(d, 2, (rounds[1] - rounds[0]).Minutes(), 0.5)
			assert.InDelta(d, 15, (rounds[len(rounds)-1] - rounds[len(rounds)-2]).Minutes(), 1)
			for _, at := range rounds {
				// A task lives for some 50 seconds: the hosts' CPU is taken, and free again before the next round.
				assert.InDelta(d, 8, len(ofOrders(d.happened(aws.TaskStopped, at, at+110*time.Second))), 2)
			}
			assert.Empty(d, ofOrders(d.happened(aws.DemandChanged, time.Hour+time.Minute, 4*time.Hour)))
		}},
	}},
}

// deploy is a roll-out to a revision.
type deploy struct {
	service  string
	at       time.Duration
	revision int
}

// deploys are the roll-outs: the demand of all tasks is told anew.
func deploys(d *day) []deploy {
	var all []deploy
	times := map[string]int{}
	for _, h := range d.happened(aws.DemandChanged, 0, ever) {
		if h.N > 0 {
			times[h.Service]++
			all = append(all, deploy{h.Service, d.since(h), 1 + times[h.Service]})
		}
	}
	return all
}

// ofOrders are the events of that service.
func ofOrders(all []aws.Happened) []aws.Happened {
	return slices.DeleteFunc(all, func(h aws.Happened) bool { return h.Service != "orders" })
}

// crashes are exits of services' tasks.
func crashes(d *day) []aws.Happened {
	return slices.DeleteFunc(d.happened(aws.TaskStopped, 0, ever), func(h aws.Happened) bool { return h.Cause != "exit" })
}

// stuck: for three hours a roll-out places none of its tasks, and for three hours a service has no healthy one.
func stuck(d *day) {
	rolled := deploys(d)
	reports := rolled[slices.IndexFunc(rolled, func(r deploy) bool { return r.service == "reports" })]
	assert.Equal(d, time.Hour, reports.at)
	assert.Equal(d, 4096, d.group.Spec.Type.Resources.CPU)
	for _, m := range d.between(time.Hour, 4*time.Hour) {
		assert.Len(d, m.of("reports"), 3)
		for _, task := range m.of("reports") {
			assert.Equal(d, 1, task.Definition.Revision, "at %s", m.at)
		}
	}
	assert.Equal(d, 3, d.between(5*time.Hour, 5*time.Hour+time.Minute)[0].of("reports")[0].Definition.Revision)
	tried := 0
	for _, m := range d.minutes {
		there := m.at > 2*time.Hour && m.at <= 5*time.Hour
		assert.Equal(d, there, m.desired["beta"] == 4, "at %s", m.at)
		for _, task := range m.of("beta") {
			tried++
			assert.False(d, task.healthy, "at %s", m.at)
		}
	}
	assert.Positive(d, tried)
}
