package recorder

import (
	"fmt"
	"math"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"ecs-cluster-scaler/internal/plural"
	"ecs-cluster-scaler/simulator/recording"
)

// groupMetrics are a group's, where they are switched on
// (https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-metrics.html).
var groupMetrics = []string{"GroupMinSize", "GroupMaxSize", "GroupDesiredCapacity"}

// limits gives groups their bounds of the past.
func (p *past) limits(read []series) {
	var off []string
	for i, g := range p.groups.all {
		low, high, desired := read[3*i], read[3*i+1], read[3*i+2]
		if len(g.Limits) == 0 || len(g.Desired) == 0 {
			continue // a capacity provider names a group that is gone, or it could not be read
		}
		if len(low) == 0 || len(high) == 0 {
			off = append(off, g.Name)
		} else {
			g.limitsOf(p.span, low, high)
		}
		g.desiredOf(p.span, desired)
		g.begin(p.span.from)
	}
	if len(off) > 0 {
		p.say(fmt.Sprintf("%s no metrics, so MinSize and MaxSize of now stand for the past.", plural.Count(len(off), "group has", "groups have")), off...)
	}
}

// metered is a size by a metric in hosts: metrics count in the group's units too.
func (g *group) metered(size float64) int {
	return g.hosts(aws.Int32(int32(min(math.Round(size), math.MaxInt32))))
}

// limitsOf gives a group its bounds of the past.
func (g *group) limitsOf(of span, low, high series) {
	now := g.Limits[len(g.Limits)-1]
	g.Limits = nil
	for _, at := range append(of.periods(), of.to) {
		limits := recording.Limits{At: at, Min: g.metered(low[at]), Max: g.metered(high[at])}
		if _, known := low[at]; !known && !at.Equal(of.to) {
			continue
		}
		if at.Equal(of.to) {
			limits.Min, limits.Max = now.Min, now.Max
		}
		if n := len(g.Limits); (n == 0 || g.Limits[n-1].Min != limits.Min || g.Limits[n-1].Max != limits.Max) && limits.Min <= limits.Max {
			g.Limits = append(g.Limits, limits)
		}
	}
}

// desiredOf gives a group its desired capacity from before its activities tell it.
func (g *group) desiredOf(of span, desired series) {
	told := of.to.Add(-activitiesKept)
	var before []recording.Capacity
	for _, at := range of.periods() {
		value, known := desired[at]
		if !known || !at.Before(told) {
			continue
		}
		if n := len(before); n == 0 || before[n-1].Desired != g.metered(value) {
			before = append(before, recording.Capacity{At: at, Desired: g.metered(value)})
		}
	}
	if len(before) == 0 {
		return
	}
	for i := range g.Desired {
		if g.Desired[i].At.Before(told) {
			g.Desired[i].At = told // the first one, which held until the oldest activity
		}
	}
	g.Desired = append(before, g.Desired...)
}

// begin has the first points hold from a time on, and drops those before.
func (g *group) begin(from time.Time) {
	for len(g.Limits) > 1 && !g.Limits[1].At.After(from) {
		g.Limits = g.Limits[1:]
	}
	for len(g.Desired) > 1 && !g.Desired[1].At.After(from) {
		g.Desired = g.Desired[1:]
	}
	g.Limits[0].At, g.Desired[0].At = from, from
}
