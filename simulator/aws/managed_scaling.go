package aws

import (
	"fmt"
	"time"

	autoscaling "github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
)

// managedMinutes are the datapoints below the target that scale in
// (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/managed-scaling-behavior.html).
const managedMinutes = 15

// CapacityProvider is ECS managed scaling of a group
// (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/managed-scaling-behavior.html).
type CapacityProvider struct {
	Group            *Group
	Target           int
	MinStep, MaxStep int
	Warmup           time.Duration
	// Draining is managed draining; Protection is managed termination protection.
	Draining, Protection bool

	reading reading   // the newest that is published
	rests   time.Time // no further step of scaling in before this
}

// Manage has ECS scale a group by a managed capacity provider. The one that the cluster had before stops scaling.
func (w *World) Manage(c *Cluster, p CapacityProvider) {
	w.mu.Lock()
	defer w.mu.Unlock()
	before := c.provider
	c.provider = &p
	if p.Draining && p.Group.hook(managedHook) == nil {
		p.Group.Spec.Hooks = append(p.Group.Spec.Hooks, HookSpec{Name: managedHook, Heartbeat: time.Hour, Default: "CONTINUE"})
	}
	if before != nil {
		for _, a := range c.managedAlarms(before) {
			w.deleteAlarm(a.spec.Name)
		}
	} else {
		w.every(w.now.Truncate(time.Minute).Add(time.Minute), time.Minute, "managed scaling "+c.Name, c.measureManaged)
		often := max(w.Knobs.CloudWatch.ManagedDrain, time.Second)
		w.every(w.now.Add(often), often, "managed draining "+c.Name, c.drainManaged)
	}
	for _, a := range c.managedAlarms(c.provider) {
		w.putAlarm(a)
	}
}

// managedAlarms are those of the target tracking policy that ECS puts on the group: out on one minute above the target, in
// on 15 below it (managed-scaling-behavior.html).
func (c *Cluster) managedAlarms(p *CapacityProvider) []*alarm {
	alarmOf := func(end, comparison string, minutes int, does func(reading)) *alarm {
		return &alarm{
			spec: AlarmSpec{
				Name:      "TargetTracking-" + p.Group.Spec.Name + "-" + end,
				Namespace: managedNamespace, Metric: managedMetric, Dimensions: c.managedDimensions(p),
				Statistic: "Average", Period: time.Minute, Evaluation: minutes, Datapoints: minutes,
				Comparison: comparison, Threshold: float64(p.Target), TreatMissing: "missing",
			},
			tracks: func(delay time.Duration) {
				seen := p.reading
				c.world.after(delay, "managed "+end+" "+c.Name, func() {
					if c.provider == p {
						does(seen)
					}
				})
			},
		}
	}
	return []*alarm{
		alarmOf("AlarmHigh", "GreaterThanThreshold", 1, p.scaleOut),
		alarmOf("AlarmLow", "LessThanThreshold", managedMinutes, p.scaleIn),
	}
}

const (
	managedNamespace = "AWS/ECS/ManagedScaling"
	managedMetric    = "CapacityProviderReservation"
)

func (c *Cluster) managedDimensions(p *CapacityProvider) map[string]string {
	return map[string]string{"ClusterName": c.Name, "CapacityProviderName": p.name()}
}

// measureManaged publishes CapacityProviderReservation of the minute that ended, some time after it.
func (c *Cluster) measureManaged() {
	w, p := c.world, c.provider
	minute, read := minuteOf(w.now)-1, c.readManaged()
	luck := w.draw(fmt.Sprintf("managed metric %s %d", c.Name, minute))
	w.after(w.Knobs.CloudWatch.ManagedMetric.of(luck), "managed metric "+c.Name, func() {
		p.reading = read
		v := read.percent(p.Target)
		w.series(metricName(managedNamespace, managedMetric, c.managedDimensions(p))).
			put(datapoint{minute: minute, count: 1, sum: v, low: v, high: v})
	})
}

// reading is CapacityProviderReservation as M / N: instances that are needed, and that run. Whole numbers, because a step
// of floating point numbers is off by one instance now and then.
type reading struct{ needed, running int }

// readManaged compares what is needed with what runs. What waits and finds room on the instances there are needs no
// other. What no instance takes leaves the metric at the target (managed-scaling-behavior.html).
func (c *Cluster) readManaged() reading {
	n, _ := c.provider.running(c.world.now)
	wanted := c.wantedManaged()
	if len(wanted) == 0 && len(c.queue) > 0 {
		return reading{c.provider.Target, 100}
	}
	bins := c.binsManaged()
	if add := bins.pack(wanted, c.newBin()); add > 0 {
		return reading{n + min(max(add, c.provider.MinStep), c.provider.MaxStep), n}
	}
	return reading{n - c.protectManaged(bins), n}
}

// ratio is the metric in percent, as a fraction. Without instances it is the target where none is needed, and 200 where
// some are (managed-scaling-behavior.html).
func (r reading) ratio(target int) (above, below int) {
	switch {
	case r.running > 0:
		return 100 * r.needed, r.running
	case r.needed > 0:
		return 200, 1
	default:
		return target, 1
	}
}

func (r reading) percent(target int) float64 {
	above, below := r.ratio(target)
	return float64(above) / float64(below)
}

// capacity is what so many instances become by target tracking: their number times metric over target, rounded up
// (https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-scaling-target-tracking.html).
func (r reading) capacity(n, target int) int {
	above, below := r.ratio(target)
	return (n*above + below*target - 1) / (below * target)
}

// scaleOut is an action of the high alarm. From nothing it starts two instances, whatever the target
// (managed-scaling-behavior.html).
func (p *CapacityProvider) scaleOut(seen reading) {
	n, warming := p.running(p.Group.world.now)
	wanted := 2
	if n > 0 {
		wanted = seen.capacity(n, p.Target)
	}
	if !warming && wanted > p.Group.Desired {
		p.Group.setDesired(wanted, "managed")
	}
}

// scaleIn is an action of the low alarm: at least one instance, and less than half of them
// (managed-scaling-behavior.html). The next step waits [CloudWatchKnobs.ManagedPause].
func (p *CapacityProvider) scaleIn(seen reading) {
	w := p.Group.world
	n, _ := p.running(w.now)
	if n == 0 || w.now.Before(p.rests) {
		return
	}
	wanted := max(seen.capacity(n, p.Target), n-max(1, (n-1)/2))
	if wanted < p.Group.Desired {
		p.Group.setDesired(wanted, "managed")
		p.rests = w.now.Add(w.Knobs.CloudWatch.ManagedPause)
	}
}

// running counts the instances in service; warming says that one was launched less than the warm-up period ago, or is on
// its way: no scale-out until then (managed-scaling-behavior.html: "now minus the instance launch time").
func (p *CapacityProvider) running(now time.Time) (n int, warming bool) {
	for _, i := range p.Group.instances {
		switch i.State {
		case autoscaling.LifecycleStateInService:
			n++
			warming = warming || now.Sub(i.Launched) < p.Warmup
		case autoscaling.LifecycleStatePending:
			warming = true
		default:
		}
	}
	return n, warming
}
