package aws

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// lab is a world with one group, and all that happened in it.
type lab struct {
	*World
	group *Group
	log   []Happened
}

// exact are knobs without chance, so that a test can say when things happen.
func exact() Knobs {
	k := Defaults()
	k.EC2.Running = Uniform{30 * time.Second, 30 * time.Second}
	k.EC2.Boot = LogNormal{Median: 75 * time.Second}
	k.EC2.ShutDown = Uniform{60 * time.Second, 60 * time.Second}
	k.EC2.Reaction = Uniform{5 * time.Second, 5 * time.Second}
	k.CloudWatch.Evaluation = Uniform{20 * time.Second, 20 * time.Second}
	k.CloudWatch.Action = Uniform{5 * time.Second, 5 * time.Second}
	k.CloudWatch.Schedule = Uniform{}
	k.CloudWatch.Event = Uniform{time.Second, time.Second}
	return k
}

func newLab(k Knobs, spec GroupSpec) *lab {
	l := &lab{World: New(k)}
	l.Observe(func(h Happened) { l.log = append(l.log, h) })
	if spec.Name == "" {
		spec.Name = "web"
	}
	if spec.Zones == nil {
		spec.Zones = []string{"a", "b", "c"}
	}
	if spec.Max == 0 {
		spec.Max = 100
	}
	l.group = l.NewGroup(spec)
	return l
}

// pass lets time pass.
func (l *lab) pass(d time.Duration) { l.Run(l.Now().Add(d)) }

func (l *lab) states() map[string]int {
	n := map[string]int{}
	for _, i := range l.group.Instances() {
		n[string(i.State)]++
	}
	return n
}

func (l *lab) zones() map[string]int {
	n := map[string]int{}
	for _, i := range l.group.Instances() {
		if !i.terminating() {
			n[i.Zone]++
		}
	}
	return n
}

func (l *lab) happened(kinds ...Kind) []Happened {
	var found []Happened
	for _, h := range l.log {
		for _, k := range kinds {
			if h.Kind == k {
				found = append(found, h)
			}
		}
	}
	return found
}

// https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-lifecycle.html
func TestAGroupLaunchesWhatIsDesiredAndEachIsInServiceWhenEC2RunsIt(t *testing.T) {
	l := newLab(exact(), GroupSpec{Desired: 3})
	l.pass(5 * time.Second)
	assert.Equal(t, map[string]int{"Pending": 3}, l.states())
	l.pass(29 * time.Second)
	assert.Equal(t, map[string]int{"Pending": 3}, l.states())
	assert.Empty(t, l.happened(HostLaunched), "the bill begins when EC2 runs it")
	l.pass(time.Second)
	assert.Equal(t, map[string]int{"InService": 3}, l.states())
	assert.Len(t, l.happened(HostLaunched), 3)
	require.Len(t, l.happened(DesiredChanged), 1)
	assert.Equal(t, 3, l.happened(DesiredChanged)[0].To)
}

// https://docs.aws.amazon.com/autoscaling/ec2/userguide/auto-scaling-benefits.html: the zone with the fewest instances.
func TestInstancesAreSpreadOverTheZonesAndTakenFromTheFullest(t *testing.T) {
	l := newLab(exact(), GroupSpec{Desired: 9})
	l.pass(time.Minute)
	assert.Equal(t, map[string]int{"a": 3, "b": 3, "c": 3}, l.zones())
	l.group.SetDesired(11)
	l.pass(time.Minute)
	full := l.zones()
	l.group.SetDesired(9)
	l.pass(10 * time.Second)
	assert.Equal(t, map[string]int{"a": 3, "b": 3, "c": 3}, l.zones(), "the two came from the two zones that had four: %v", full)
}
