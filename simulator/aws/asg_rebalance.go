package aws

// rebalance launches in the emptiest zone what is then taken from the fullest, when nothing else is under way. It may go
// beyond the maximum by a tenth, or one.
// https://docs.aws.amazon.com/autoscaling/ec2/userguide/auto-scaling-benefits.html#AutoScalingBehavior.InstanceUsage
func (g *Group) rebalance() {
	if g.deleted || g.Suspended["AZRebalance"] || g.Suspended["Launch"] || g.Suspended["Terminate"] || !g.settled() {
		return
	}
	g.moving = 0
	places := g.places()
	for range g.Max + max(1, g.Max/10) - g.Desired {
		full, empty := g.apart(places)
		if full == nil || empty == nil || full.instances-empty.instances < 2 {
			return
		}
		full.instances--
		empty.instances++
		g.moving++
		g.start(empty.zone, "At "+moment(g.world.now)+" an instance was launched to balance instances in zones.")
	}
}

// settled: what is desired stands, and nothing comes or goes.
func (g *Group) settled() bool {
	for _, i := range g.instances {
		if i.State != inService || !i.Healthy {
			return false
		}
	}
	return len(g.instances) == g.Desired
}

// apart finds the fullest zone from which one may go and the emptiest in which EC2 launches.
func (g *Group) apart(places []place) (full, empty *place) {
	for n := range places {
		p := &places[n]
		if p.open && (full == nil || p.instances > full.instances) {
			full = p
		}
		if !g.refuses(p.zone) && (empty == nil || p.instances < empty.instances) {
			empty = p
		}
	}
	return full, empty
}
