package campaign

import (
	"math"

	"ecs-cluster-scaler/simulator/aws"
)

// tolerated is how many hosts more than needed may be bought.
const tolerated = 2

// bought is how many hosts a cluster had, at first and at most, and how many its demand needed at most.
type bought struct{ first, most, needed int }

// sized are the clusters that are held to what they buy. Left out are those in which more hosts than the demand needs are
// nobody's fault: with groups of several sizes or of Spot, and where hosts fail, never join, or boot for minutes.
func (j *judge) sized() []Cluster {
	fate := j.plan.Fate
	if fate.NeverJoins > 0 || fate.Failures > 0 || fate.AgentDeaths > 0 || fate.AgentBlinks > 3 || fate.SlowBoot {
		return nil
	}
	var held []Cluster
	for _, c := range j.plan.Clusters {
		if !j.disturbed[c.Name] && len(c.Groups) == 1 && !c.Groups[0].Spot && !c.Groups[0].Mixed {
			held = append(held, c)
		}
	}
	return held
}

// count looks at each minute's end how many hosts there are, and how many the demand needs.
func (j *judge) count() {
	for _, c := range j.sized() {
		cluster := j.clusters[c.Name]
		standing := 0
		var size aws.InstanceType
		for _, g := range j.world.Groups() {
			if g.Spec.Cluster != c.Name {
				continue
			}
			size = g.Spec.Type
			for _, i := range g.Instances() {
				if !terminating(i) {
					standing++
				}
			}
		}
		b := j.bought[c.Name]
		if b == nil {
			b = &bought{first: standing}
			j.bought[c.Name] = b
		}
		b.most = max(b.most, standing)
		if b.needed < math.MaxInt {
			b.needed = max(b.needed, j.needed(cluster, size))
		}
	}
}

// buying holds a run to the promise at its end.
func (j *judge) buying() {
	for _, c := range j.sized() {
		b := j.bought[c.Name]
		if b == nil || b.needed == math.MaxInt {
			continue
		}
		j.counts["clusters judged by what was bought"]++
		if b.most > max(b.first, b.needed)+tolerated {
			j.breaks(TooManyHosts, "%s had %d hosts, %d at first, and needed %d at most", c.Name, b.most, b.first, b.needed)
		}
	}
}

// needed is how many hosts of a size hold what runs and is wanted, below the thresholds. Where the entry asks for what no
// number of hosts gives, or names another size than the group's, it is as many as there can be.
func (j *judge) needed(c *aws.Cluster, kind aws.InstanceType) int {
	e := j.entries[c.Name][len(j.entries[c.Name])-1].entry
	if e.Instance != nil && e.Instance.CPU != nil {
		return math.MaxInt
	}
	d := demandOf(c)
	d.headroom(e)
	n := max(byThreshold(d.sum.CPU, d.daemons.CPU, kind.Resources.CPU, e.CPU.out()),
		byThreshold(d.sum.Memory, d.daemons.Memory, kind.Resources.Memory, e.Memory.out()))
	interfaces := kind.ENIs
	if e.Instance != nil && e.Instance.AwsvpcTasks != nil {
		interfaces = min(interfaces, *e.Instance.AwsvpcTasks)
	}
	if d.interfaces > 0 && interfaces < 1 {
		return math.MaxInt
	}
	n = max(n, d.apart, d.packed(kind.Resources), j.asPlaced(c, kind, e, d))
	if d.interfaces > 0 {
		n = max(n, (d.interfaces+interfaces-1)/interfaces)
	}
	return n
}

// byThreshold is how many hosts keep a resource below its threshold.
func byThreshold(used, daemons, host int, out *float64) int {
	if out == nil || host == 0 {
		return 0
	}
	room := float64(host)**out/100 - float64(daemons)
	if room <= 1 {
		return math.MaxInt
	}
	return int(float64(used)/room) + 1
}

// asPlaced is how many hosts hold what waits, and the headroom, beside what runs where ECS has put it: it moves nothing to
// make room. 0: all that waits fits as it is.
func (j *judge) asPlaced(c *aws.Cluster, kind aws.InstanceType, e Entry, d demand) int {
	fleet := j.fleet(c.Name)
	var bins []*bin
	for _, h := range fleet {
		bins = append(bins, j.room(h))
	}
	needs := append(j.unplaced(c.Name), j.nextOfRollOuts(c.Name)...)
	if e.Headroom != nil {
		for range e.Headroom.Tasks {
			needs = append(needs, need{size: d.largest(e)})
		}
	}
	more := 0
	for _, n := range needs {
		if pack(bins, []need{n}) == nil {
			continue
		}
		empty := j.empty(c, kind)
		if !empty.takes(n) {
			continue
		}
		empty.put(n)
		bins = append(bins, empty)
		more++
	}
	if more == 0 {
		return 0
	}
	return len(fleet) + more
}
