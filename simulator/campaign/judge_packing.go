package campaign

import (
	"fmt"
	"maps"
	"slices"
	"sort"

	"ecs-cluster-scaler/simulator/aws"
)

// need is a task that must find a host.
type need struct {
	size     aws.Resources
	service  string
	distinct bool
	awsvpc   bool
	ports    []int
	// groups are those whose capacity providers its strategy names; none: any.
	groups []*aws.Group
}

// bin is a host's room, by the judge's own sums.
type bin struct {
	free       aws.Resources
	interfaces int
	ports      []int
	services   map[string]bool
	group      *aws.Group
}

// weight puts CPU units and MiB on one scale: a host has about four times as many of these.
func weight(r aws.Resources) int { return r.CPU*4 + r.Memory }

func (b *bin) takes(n need) bool {
	switch {
	case b.free.CPU < n.size.CPU || b.free.Memory < n.size.Memory || b.free.GPU < n.size.GPU:
		return false
	case n.awsvpc && b.interfaces < 1, n.distinct && b.services[n.service]:
		return false
	}
	if len(n.groups) > 0 && !slices.Contains(n.groups, b.group) {
		return false
	}
	return !slices.ContainsFunc(n.ports, func(p int) bool { return slices.Contains(b.ports, p) })
}

func (b *bin) put(n need) {
	b.free.CPU -= n.size.CPU
	b.free.Memory -= n.size.Memory
	b.free.GPU -= n.size.GPU
	b.ports = append(b.ports, n.ports...)
	b.services[n.service] = true
	if n.awsvpc {
		b.interfaces--
	}
}

// constrained tells whether a task may not run on every host with room.
func (n *need) constrained() bool {
	return n.distinct || n.awsvpc || len(n.ports) > 0 || len(n.groups) > 0
}

// mostTries is how many hosts an exhaustive search tries for tasks before it gives up.
const mostTries = 100_000

// packs tries largest first, then constrained ones before all others, then every way. left is what fits nowhere.
func packs(bins func() []*bin, needs []need) (left *need) {
	sort.SliceStable(needs, func(a, b int) bool { return weight(needs[a].size) > weight(needs[b].size) })
	if left = pack(bins(), needs); left == nil {
		return nil
	}
	sort.SliceStable(needs, func(a, b int) bool { return needs[a].constrained() && !needs[b].constrained() })
	tries := mostTries
	if left = pack(bins(), needs); left != nil && search(bins(), needs, &tries) {
		return nil
	}
	return left
}

// search tells whether there is any way to put all; false too where the tries run out.
func search(bins []*bin, needs []need, tries *int) bool {
	if len(needs) == 0 {
		return true
	}
	for i, b := range bins {
		*tries--
		if *tries < 0 {
			return false
		}
		if !b.takes(needs[0]) {
			continue
		}
		bins[i] = b.clone()
		bins[i].put(needs[0])
		if search(bins, needs[1:], tries) {
			return true
		}
		bins[i] = b
	}
	return false
}

func (b *bin) clone() *bin {
	c := *b
	c.ports, c.services = slices.Clone(b.ports), maps.Clone(b.services)
	return &c
}

// pack puts each into the host that it leaves fullest.
func pack(bins []*bin, needs []need) (left *need) {
	for _, n := range needs {
		var best *bin
		for _, b := range bins {
			if b.takes(n) && (best == nil || weight(b.free) < weight(best.free)) {
				best = b
			}
		}
		if best == nil {
			return &n
		}
		best.put(n)
	}
	return nil
}

func needOf(s *aws.Service, d *aws.TaskDefinition) need {
	n := need{size: d.Resources, service: s.Spec.Name, distinct: s.Spec.DistinctInstance, awsvpc: d.Awsvpc, ports: d.Ports}
	for _, p := range s.Spec.Providers {
		n.groups = append(n.groups, p.Group)
	}
	return n
}

// room is what a host has free: without its tasks, and without what ECS keeps for daemons that are to run there
// (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_services.html).
func (j *judge) room(h *aws.Host) *bin {
	b := newBin(h.Total, j.interfaces(h))
	b.group = h.Instance.Group
	for _, t := range j.tasksOn(h) {
		n := need{size: t.Definition.Resources, awsvpc: t.Definition.Awsvpc, ports: t.Definition.Ports}
		if t.Service != nil {
			n.service = t.Service.Spec.Name
		}
		b.put(n)
	}
	b.daemons(h.Cluster)
	return b
}

// interfaces is how many awsvpc tasks a host takes: what the entry says holds, and one that says too many is answered for
// by whoever wrote it.
func (j *judge) interfaces(h *aws.Host) int {
	all := j.entries[h.Cluster.Name]
	if e := all[len(all)-1].entry; e.Instance != nil && e.Instance.AwsvpcTasks != nil {
		return max(h.ENIs, *e.Instance.AwsvpcTasks)
	}
	return h.ENIs
}

func newBin(size aws.Resources, interfaces int) *bin {
	return &bin{free: size, interfaces: interfaces, services: map[string]bool{}}
}

// daemons takes room for those that are not there.
func (b *bin) daemons(c *aws.Cluster) {
	for _, s := range c.Services() {
		if s.Spec.Daemon && s.Status == "ACTIVE" && !b.services[s.Spec.Name] {
			b.put(needOf(s, s.Deployments()[0].Definition))
		}
	}
}

// empty is a new host.
func (*judge) empty(c *aws.Cluster, kind aws.InstanceType) *bin {
	b := newBin(kind.Resources, kind.ENIs)
	b.daemons(c)
	return b
}

// without says what would not fit if some hosts went; empty: all does.
func (j *judge) without(cluster string, fleet, gone []*aws.Host) string {
	var needs []need
	for _, h := range gone {
		for _, t := range j.tasksOn(h) {
			if t.Service != nil && !t.Service.Spec.Daemon && t.Service.Status == "ACTIVE" {
				needs = append(needs, needOf(t.Service, t.Definition))
			}
		}
	}
	needs = append(needs, j.toMove(cluster)...)
	bins := func() []*bin {
		var left []*bin
		for _, h := range fleet {
			if !slices.Contains(gone, h) {
				left = append(left, j.room(h))
			}
		}
		return left
	}
	if left := packs(bins, needs); left != nil {
		return fmt.Sprintf("a task of %s (%d CPU, %d MiB) fits nowhere", left.service, left.size.CPU, left.size.Memory)
	}
	return ""
}

// unplaced are the tasks that services want and no ACTIVE host holds. A failed roll-out wants none.
func (j *judge) unplaced(cluster string) []need {
	return j.missing(cluster, func(h *aws.Host) bool { return string(h.Status) == "ACTIVE" }, 0)
}

// toMove are those, and the tasks on hosts that leave. Where maximumPercent forbids one more, ECS starts them when these have
// stopped.
func (j *judge) toMove(cluster string) []need {
	return j.missing(cluster, func(h *aws.Host) bool { return string(h.Status) == "ACTIVE" && !terminating(h.Instance) }, 1)
}

// missing are the tasks that services want and no host holds that stays. Of those on other hosts so many times as many may start
// beyond maximumPercent.
func (j *judge) missing(cluster string, stays func(*aws.Host) bool, beyond int) []need {
	var needs []need
	for _, s := range j.clusters[cluster].Services() {
		if s.Spec.Daemon || s.Status != "ACTIVE" || s.Deployments()[0].Rollout == "FAILED" {
			continue
		}
		on, off, live := 0, 0, 0
		for _, t := range s.Tasks() {
			switch {
			case t.Desired != "RUNNING":
			case t.Host != nil && stays(t.Host):
				on++
				live++
			case t.Host != nil:
				off++
				live++
			default:
				live++
			}
		}
		for range min(s.Desired-on, s.Desired*s.Spec.MaxPercent/100-live+beyond*off) {
			needs = append(needs, needOf(s, s.Deployments()[0].Definition))
		}
	}
	return needs
}

// nextOfRollOuts is the next task of each roll-out that all running tasks leave room for.
func (j *judge) nextOfRollOuts(cluster string) []need {
	var needs []need
	for _, s := range j.clusters[cluster].Services() {
		live := len(s.Tasks())
		if len(s.Deployments()) > 1 && !s.Spec.Daemon && s.Status == "ACTIVE" && live < s.Desired*s.Spec.MaxPercent/100 {
			needs = append(needs, needOf(s, s.Deployments()[0].Definition))
		}
	}
	return needs
}
