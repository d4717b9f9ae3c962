package simulator

import (
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ecs-cluster-scaler/simulator/aws"
	"ecs-cluster-scaler/simulator/policy"
	"ecs-cluster-scaler/simulator/workload"
)

var outages = []scenarioClaims{
	{"bad-ami", []claim{
		{"For three hours new hosts boot and never register, while load rises.", func(d *day) {
			demand := func(at time.Duration) int { return d.between(at-time.Minute, at)[0].sample.Demand.CPU }
			assert.Greater(d, demand(3*time.Hour), 2*demand(90*time.Minute))
			bad := scaledBy(d.T, "bad-ami", "alarms-75")
			boot := bad.happened(aws.HostLaunched, time.Hour+time.Minute, 4*time.Hour)
			assert.Greater(d, len(boot), 10)
			for _, h := range boot {
				assert.False(d, slices.ContainsFunc(bad.happened(aws.HostRegistered, 0, ever), func(r aws.Happened) bool { return r.Instance == h.Instance }))
			}
			for _, h := range bad.happened(aws.HostLaunched, 4*time.Hour+time.Minute, 5*time.Hour) {
				assert.True(d, slices.ContainsFunc(bad.happened(aws.HostRegistered, 0, ever), func(r aws.Happened) bool { return r.Instance == h.Instance }))
			}
		}},
		{"Each one that is bought is wasted, so buying must not run to the maximum meanwhile.", func(d *day) {
			instances := func(m moment) int { return len(m.instances) }
			managed := scaledBy(d.T, "bad-ami", "managed-100")
			assert.Equal(d, managed.group.Max, most(managed.between(0, 4*time.Hour), instances), "what it warns of")
			ours := scaledBy(d.T, "bad-ami", policy.Gap)
			assert.Less(d, most(ours.between(0, 4*time.Hour), instances), d.group.Max*3/4)
			assert.Len(d, ours.happened(aws.HostLaunched, time.Hour+time.Minute, 4*time.Hour), ours.measured.NeverRegistered, "all are wasted")
			joined := ours.happened(aws.HostRegistered, 4*time.Hour, 5*time.Hour)
			assert.NotEmpty(d, joined)
		}},
		{"Once the image is mended, hosts must join again without a person.", func(d *day) {
			ours := scaledBy(d.T, "bad-ami", policy.Signal)
			assert.NotEmpty(d, ours.happened(aws.HostRegistered, 4*time.Hour, 5*time.Hour))
			assert.Zero(d, ours.measured.UnplacedAtEnd)
		}},
	}},
	{"no-capacity", []claim{
		{"For two hours, while load rises, EC2 has no host to sell, and later none in one zone.", func(d *day) {
			demand := func(at time.Duration) int { return d.between(at-time.Minute, at)[0].sample.Demand.CPU }
			assert.Greater(d, demand(3*time.Hour), 2*demand(90*time.Minute))
			tried := scaledBy(d.T, "no-capacity", "alarms-75")
			zones := map[string]bool{}
			for _, h := range tried.happened(aws.LaunchFailed, time.Hour, 3*time.Hour) {
				zones[h.Cause] = true
			}
			assert.Len(d, zones, 3)
			assert.Empty(d, tried.happened(aws.HostLaunched, time.Hour+time.Minute, 3*time.Hour))
			in := map[string]int{}
			for _, h := range tried.happened(aws.HostLaunched, 3*time.Hour, 5*time.Hour) {
				in[tried.zones[h.Instance]]++
			}
			assert.Zero(d, in["eu-west-1a"])
			assert.Positive(d, min(in["eu-west-1b"], in["eu-west-1c"]))
			for _, h := range tried.happened(aws.LaunchFailed, 3*time.Hour+time.Minute, 5*time.Hour) {
				assert.Equal(d, "eu-west-1a", h.Cause)
			}
			assert.Empty(d, tried.happened(aws.LaunchFailed, 5*time.Hour+time.Minute, ever))
		}},
		{"Asking again and again must not pile up hosts for when it has some.", func(d *day) {
			ours := scaledBy(d.T, "no-capacity", policy.Gap)
			assert.Greater(d, len(ours.happened(aws.LaunchFailed, time.Hour, 3*time.Hour)), 50, "again and again")
			for _, m := range ours.between(3*time.Hour, 5*time.Hour) {
				assert.LessOrEqual(d, len(m.instances), m.sample.Fewest*3/2, "at %s", m.at)
			}
		}},
	}},
	{"agent-blips", []claim{
		{"Agents disconnect twelve times an hour for 5 to 90 seconds, and one does not come back.", func(d *day) {
			away, times := blinks(d.T, "agent-blips", 2*time.Hour)
			assert.InDelta(d, 12, float64(len(away))/float64(9*2), 2, "an hour and agent")
			assert.Equal(d, 9, times)
			assert.GreaterOrEqual(d, slices.Min(away), 5*time.Second)
			assert.LessOrEqual(d, slices.Max(away), 91*time.Second)
			assert.Greater(d, slices.Max(away)-slices.Min(away), time.Minute)
			dead := map[string]int{}
			after := d.between(4*time.Hour, ever)
			for _, m := range after {
				for _, h := range m.hosts {
					if !h.connected {
						dead[h.instance]++
					}
				}
			}
			maps.DeleteFunc(dead, func(_ string, minutes int) bool { return minutes < len(after) })
			assert.Len(d, dead, 1)
		}},
		{"Capacity seems to come and go, but nothing has changed.", func(d *day) {
			seen := map[int]bool{}
			for _, m := range d.between(0, 4*time.Hour) {
				n := 0
				for _, h := range m.hosts {
					if h.connected {
						n++
					}
				}
				seen[n] = true
			}
			assert.Greater(d, len(seen), 2, "%v", seen)
			for _, k := range []aws.Kind{aws.DemandChanged, aws.HostLaunched, aws.HostLeaving, aws.TaskStopped} {
				assert.Empty(d, d.happened(k, 0, ever), k)
			}
		}},
	}},
	{"az-outage", []claim{
		{"A third of the hosts fails at once, and their zone has no new one for an hour.", func(d *day) {
			failed := d.happened(aws.HostLeaving, 0, 3*time.Hour)
			assert.InDelta(d, 1.0/3, float64(len(failed))/float64(len(d.between(0, time.Minute)[0].hosts)), 0.07)
			zone := d.zones[failed[0].Instance]
			for _, h := range failed {
				assert.Equal(d, []any{"health", zone, d.since(failed[0])}, []any{h.Cause, d.zones[h.Instance], d.since(h)})
			}
			for _, h := range d.happened(aws.HostLaunched, 2*time.Hour, 3*time.Hour) {
				assert.NotEqual(d, zone, d.zones[h.Instance])
			}
		}},
		// https://docs.aws.amazon.com/autoscaling/ec2/userguide/auto-scaling-benefits.html: rebalancing is on in every group.
		{"Then Auto Scaling balances the zones again by removing hosts that serve.", func(d *day) {
			least := func(at time.Duration) int {
				in := map[string]int{}
				for _, i := range d.between(at-time.Minute, at)[0].instances {
					in[i.Zone]++
				}
				return min(in["eu-west-1a"], in["eu-west-1b"], in["eu-west-1c"])
			}
			assert.Equal(d, []int{0, 3}, []int{least(3 * time.Hour), least(4 * time.Hour)}, "of ten hosts")
			served := 0
			for _, h := range d.happened(aws.HostLeaving, 3*time.Hour, ever) {
				assert.Equal(d, "rebalance", h.Cause)
				before := d.between(d.since(h)-time.Minute, d.since(h))[0]
				if slices.ContainsFunc(before.on(h.Instance), func(task taskThen) bool { return !task.Service.Spec.Daemon }) {
					served++
				}
			}
			assert.Positive(d, served)
		}},
	}},
	{"colour-switch", []claim{
		{"Every host is replaced by one of another group, under load, in the four steps that an operator takes.", func(d *day) {
			p := &still{}
			d = live(d.T, "colour-switch", p, nil)
			assert.Equal(d, []string{"scale in off", "activate town-green", "scale in on"}, p.asked)
			var grown []string
			for _, h := range d.happened(aws.DesiredChanged, 0, ever) {
				grown = append(grown, h.Group)
			}
			assert.Equal(d, []string{"town-green", "town-green", "town-blue"}, grown, "larger, and then emptied")
			colours := func(at time.Duration) map[string]int {
				in := map[string]int{}
				for _, i := range d.between(at-time.Minute, at)[0].instances {
					in[i.Group.Spec.Name]++
				}
				return in
			}
			assert.Equal(d, map[string]int{"town-blue": 10}, colours(2*time.Hour))
			assert.Equal(d, map[string]int{"town-green": 10}, colours(3*time.Hour))
			assert.Greater(d, d.between(2*time.Hour, 2*time.Hour+time.Minute)[0].cpu(), 50.0)
		}},
		{"No task may end with its host, and no host may be bought for the move.", func(d *day) {
			assert.NotEmpty(d, d.happened(aws.TaskEndedByHost, 2*time.Hour, 3*time.Hour), "without a drain they do")
			assert.Positive(d, scaledBy(d.T, "colour-switch", "alarms-75").bought(2*time.Hour, 4*time.Hour), "by averages they are")
			ours := scaledBy(d.T, "colour-switch", policy.Gap)
			assert.Empty(d, ours.happened(aws.TaskEndedByHost, 0, ever))
			assert.Zero(d, ours.bought(2*time.Hour, 4*time.Hour))
		}},
	}},
}

// blinks are how long agents were away within the first so long, and of how many hosts, looked at each second.
func blinks(t *testing.T, scenario string, within time.Duration) (away []time.Duration, hosts int) {
	t.Helper()
	w, err := workload.Named(scenario)
	require.NoError(t, err)
	world := aws.New(aws.Defaults())
	w.Build(workload.Site{World: world, Policy: &still{}})
	begin := world.Knobs.Start.Add(w.Settle)
	since := map[string]time.Time{}
	for now := begin; now.Before(begin.Add(within)); now = now.Add(time.Second) {
		world.Run(now)
		for _, h := range world.Clusters()[0].Hosts() {
			left, gone := since[h.Instance.ID]
			switch {
			case !h.Connected && !gone:
				since[h.Instance.ID] = now
			case h.Connected && gone:
				away = append(away, now.Sub(left))
				delete(since, h.Instance.ID)
			}
		}
	}
	return away, len(world.Clusters()[0].Hosts())
}
