package workload

import (
	"time"

	"ecs-cluster-scaler/simulator/aws"
)

// colours is a cluster that moves from one group to another of a new image.
type colours struct {
	town
	blue, green *aws.Group
}

// The four steps of an operator who changes colours. Between them hosts come up and tasks move.

// hold switches scaling in off, so that nothing goes that is being replaced.
func (c colours) hold() { c.Policy.ScaleIn(c.cluster, false) }

// grow makes the green group as large as the blue one.
func (c colours) grow() {
	c.green.SetLimits(c.blue.Min, c.blue.Max)
	c.green.SetDesired(c.blue.Desired)
}

// change has the green group follow the cluster's load from now on.
func (c colours) change() { c.Policy.Activate(c.cluster, c.green) }

// empty has the blue group drain, all of it at once, and switches scaling in on again when it is gone.
func (c colours) empty() {
	c.blue.SetLimits(0, c.blue.Max)
	c.blue.SetDesired(0)
	c.emptied()
}

func (c colours) emptied() {
	if len(c.blue.Instances()) > 0 {
		c.World.After(time.Minute, "workload colours emptied", c.emptied)
		return
	}
	c.Policy.ScaleIn(c.cluster, true)
}

func colourSwitch() Workload {
	return Workload{
		Name:  "colour-switch",
		Why:   "Every host is replaced by one of another group, under load, in the four steps that an operator takes. No task may end with its host, and no host may be bought for the move.",
		Lasts: settle + 8*time.Hour, Settle: settle,
		Build: func(s Site) {
			t := s.town(aws.GroupSpec{Min: 3, Max: 60, Desired: 10})
			green := t.group.Spec
			green.Name, green.Min, green.Desired = t.cluster.Name+"-green", 0, 0
			c := colours{town: t, blue: t.group, green: s.NewGroup(plain(green), false)}
			t.mixed(0.7)
			t.scaled()
			t.at(settle+2*time.Hour, "colours 1 hold", c.hold)
			t.at(settle+2*time.Hour+5*time.Minute, "colours 2 grow", c.grow)
			t.at(settle+2*time.Hour+20*time.Minute, "colours 3 change", c.change)
			t.at(settle+2*time.Hour+25*time.Minute, "colours 4 empty", c.empty)
		},
	}
}

// plain is a group's specification without what a policy has put into it.
func plain(spec aws.GroupSpec) aws.GroupSpec {
	return aws.GroupSpec{
		Name: spec.Name, Cluster: spec.Cluster, Type: spec.Type, Zones: spec.Zones,
		Min: spec.Min, Max: spec.Max, Desired: spec.Desired,
	}
}
