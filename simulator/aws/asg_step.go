package aws

import (
	"slices"
	"time"
)

// defaultCooldown is what a warm-up is where neither policy nor group sets one
// (https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-default-instance-warmup.html).
const defaultCooldown = 300 * time.Second

// invoked is how long a policy's invocation stands. Its alarm repeats it each minute.
const invoked = time.Minute

// stepPolicy is a step scaling policy that changes capacity by a number of instances.
type stepPolicy struct {
	name        string
	aggregation string // Maximum, Minimum or Average of the alarm's datapoints
	steps       []Step
	warmup      time.Duration // negative is unset
	percent     bool          // Change is percent of the capacity
}

// invocation is an alarm's call of a policy.
type invocation struct {
	at     time.Time
	policy *stepPolicy
	change int
}

// Step is a step adjustment: bounds are relative to the alarm's threshold, nil is open.
type Step struct {
	Lower, Upper *float64
	Change       int
}

// PutStepPolicy is PutScalingPolicy of a step scaling policy by ChangeInCapacity. aggregation is Maximum, Minimum or
// Average. A negative warmup is unset.
func (g *Group) PutStepPolicy(name, aggregation string, warmup time.Duration, steps []Step) {
	g.put(&stepPolicy{name: name, aggregation: aggregation, warmup: warmup, steps: slices.Clone(steps)})
}

// PutPercentPolicy is PutStepPolicy by PercentChangeInCapacity: Change is percent.
func (g *Group) PutPercentPolicy(name, aggregation string, warmup time.Duration, steps []Step) {
	g.put(&stepPolicy{name: name, aggregation: aggregation, warmup: warmup, steps: slices.Clone(steps), percent: true})
}

// StepPolicy is a step scaling policy as it was put.
type StepPolicy struct {
	Name, Aggregation string
	Warmup            time.Duration
	Steps             []Step
	// Percent: Change is percent.
	Percent bool
}

// Policies are the group's, in the order in which they were first put.
func (g *Group) Policies() []StepPolicy {
	g.world.mu.Lock()
	defer g.world.mu.Unlock()
	put := make([]StepPolicy, 0, len(g.policies))
	for _, p := range g.policies {
		put = append(put, StepPolicy{p.name, p.aggregation, p.warmup, slices.Clone(p.steps), p.percent})
	}
	return put
}

func (g *Group) put(p *stepPolicy) {
	g.world.mu.Lock()
	defer g.world.mu.Unlock()
	if n := slices.IndexFunc(g.policies, func(o *stepPolicy) bool { return o.name == p.name }); n >= 0 {
		g.policies[n] = p
		return
	}
	g.policies = append(g.policies, p)
}

func (g *Group) policy(name string) *stepPolicy {
	if n := slices.IndexFunc(g.policies, func(p *stepPolicy) bool { return p.name == name }); n >= 0 {
		return g.policies[n]
	}
	return nil
}

// execute runs a step policy on an alarm whose metric has the given value and threshold. What comes of it is decided when
// all that happens in this instant has happened, because the policies of one moment are judged together.
func (g *Group) execute(p *stepPolicy, value, threshold float64) {
	change, ok := p.adjustment(value, threshold)
	if !ok || g.deleted || g.Suspended["AlarmNotification"] {
		return
	}
	now := g.world.now
	g.asked = slices.DeleteFunc(g.asked, func(i invocation) bool {
		return i.policy.name == p.name || now.Sub(i.at) >= invoked
	})
	g.asked = append(g.asked, invocation{at: now, policy: p, change: change})
	if !g.deciding {
		g.deciding = true
		g.world.at(now, "policies "+g.Spec.Name, g.decide)
	}
}

// adjustment is the change of the step in whose bounds the metric lies. They are relative to the threshold. Above it the
// lower bound is inside and the upper one is not, below it the other way round. At the threshold itself both ways are
// tried, because one policy has a step that begins there and another one that ends there.
// https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-scaling-simple-step.html#as-scaling-steps
func (p *stepPolicy) adjustment(value, threshold float64) (int, bool) {
	d := value - threshold
	if d >= 0 {
		for _, s := range p.steps {
			if (s.Lower == nil || d >= *s.Lower) && (s.Upper == nil || d < *s.Upper) {
				return s.Change, true
			}
		}
	}
	if d <= 0 {
		for _, s := range p.steps {
			if (s.Lower == nil || d > *s.Lower) && (s.Upper == nil || d <= *s.Upper) {
				return s.Change, true
			}
		}
	}
	return 0, false
}

// decide takes the largest capacity that a policy leads to, for scaling out as for scaling in. Policies that were invoked
// within the last minute, but not now, can only hold up scaling in.
// https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-scale-based-on-demand.html#multiple-scaling-policy-resolution
func (g *Group) decide() {
	g.deciding = false
	best, by := 0, ""
	for _, i := range g.asked {
		n := g.proposal(i.policy, i.change)
		if !i.at.Equal(g.world.now) {
			n = min(n, g.Desired)
		}
		if by == "" || n > best {
			best, by = n, i.policy.name
		}
	}
	if by != "" && !g.deleted {
		g.setDesired(best, "policy:"+by)
	}
}

// proposal is the capacity that a policy leads to; the present one when it leads to nothing.
//
// Scaling out begins from the instances whose warm-up is over, and never takes back what others have asked for: breaches
// of one step while instances warm up make one activity. Scaling in waits until none is launched or warms up, and counts
// those that terminate, so that one step's breaches while they do take no second one.
// https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-scaling-simple-step.html#as-step-scaling-warmup
func (g *Group) proposal(p *stepPolicy, change int) int {
	current, warming, leaving := g.capacity(g.warmup(p))
	within := func(n int) int { return min(max(n, g.Min), g.Max) }
	switch {
	case change > 0:
		return max(g.Desired, within(current+p.hosts(change, current)))
	case change < 0 && warming == 0:
		return min(g.Desired, within(current+leaving+p.hosts(change, current+leaving)))
	default:
		return g.Desired
	}
}

// hosts is a step's change in instances. Percent of them round towards zero, but what is less than one is one
// (https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-scaling-simple-step.html#as-scaling-adjustment).
func (p *stepPolicy) hosts(change, current int) int {
	if !p.percent {
		return change
	}
	n := current * change / 100
	switch {
	case n != 0:
		return n
	case change > 0:
		return 1
	default:
		return -1
	}
}

// capacity counts the instances that are past their warm-up, those that are not yet, and those that terminate.
func (g *Group) capacity(warmup time.Duration) (current, warming, leaving int) {
	for _, i := range g.instances {
		switch {
		case i.terminating():
			leaving++
		case i.pending() || g.world.now.Before(i.InService.Add(warmup)):
			warming++
		default:
			current++
		}
	}
	return current, warming, leaving
}

// warmup is the policy's, else the group's, else the default cooldown.
// https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_PutScalingPolicy.html
func (g *Group) warmup(p *stepPolicy) time.Duration {
	switch {
	case p.warmup >= 0:
		return p.warmup
	case g.Spec.Warmup >= 0:
		return g.Spec.Warmup
	default:
		return defaultCooldown
	}
}
