package scaler

import (
	"maps"
	"math/rand/v2"
	"slices"

	"ecs-cluster-scaler/cluster"
)

const (
	// everyChoice is how many choices are all tried.
	everyChoice = 400
	// guesses are tried where there are more, beside the listed ones: so many for a few hosts, more the larger the share of the
	// group is, because more of them differ, and more of few hosts, because each is quick.
	guesses, guessesForAll, guessesForOne = 20, 100, 200
)

// choices are orders in which the hosts of a group may go.
type choices struct {
	// listed are those most likely to be refused first; fullest is the first of them.
	listed  [][]int
	fullest []int
	// zoneOf is each host's zone, and sizes how many hosts in service each zone has, protected ones too.
	zoneOf, sizes []int
}

// newChoices lists the fullest and the emptiest first; each zone's hosts first; and as Auto Scaling takes them, from the zone
// with the most hosts, whichever zone that is where several are equal. Which hosts of a zone go the group's termination policy
// says, which nobody here reads: they are tried from the fullest, the oldest and the newest on
// (https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-termination-policies.html).
func (m *removal) newChoices(hosts []int) *choices {
	c := &choices{fullest: m.byFill(hosts), zoneOf: make([]int, len(m.hosts))}
	serve := map[string]bool{}
	for _, g := range m.s.Followers() {
		for _, i := range g.Instances {
			serve[i.ID] = i.Phase == cluster.InService
		}
	}
	sizes := map[string]int{}
	for _, h := range m.hosts {
		if serve[h.InstanceID] {
			sizes[zoneOf(h)]++
		}
	}
	zones := slices.Sorted(maps.Keys(sizes))
	for _, zone := range zones {
		c.sizes = append(c.sizes, sizes[zone])
	}
	for n, h := range m.hosts {
		c.zoneOf[n], _ = slices.BinarySearch(zones, zoneOf(h))
	}
	emptiest, newest := slices.Clone(c.fullest), slices.Clone(hosts)
	slices.Reverse(emptiest)
	slices.SortStableFunc(newest, func(a, b int) int { return m.hosts[b].RegisteredAt.Compare(m.hosts[a].RegisteredAt) })
	oldest := slices.Clone(newest)
	slices.Reverse(oldest)
	if len(zones) < 2 {
		c.listed = [][]int{c.fullest, emptiest, oldest, newest}
		return c
	}
	c.listed = [][]int{c.fullest}
	for zone := range zones {
		c.listed = append(c.listed, c.zoneFirst(zone))
	}
	for _, within := range [][]int{c.fullest, oldest, newest} {
		for zone := range zones {
			c.listed = append(c.listed, c.balanced(within, zone))
		}
	}
	c.listed = append(c.listed, emptiest)
	return c
}

func zoneOf(h cluster.Host) string { return h.Attributes[cluster.ZoneAttribute] }

// every lists all choices of n hosts; nil: they are more than so many.
func (c *choices) every(n, most int) [][]int {
	sets := [][]int{{}}
	for i, host := range c.fullest {
		for _, set := range sets { // those without this host stay, if enough others follow
			if len(set) < n {
				sets = append(sets, append(slices.Clip(set), host))
			}
		}
		left := len(c.fullest) - i - 1
		sets = slices.DeleteFunc(sets, func(set []int) bool { return len(set)+left < n })
		if len(sets) > 4*most {
			return nil
		}
	}
	if len(sets) > most {
		return nil
	}
	return sets
}

// guessed is the i-th random order: as it comes, and as Auto Scaling balances zones, in turn.
func (c *choices) guessed(random *rand.Rand, i int) []int {
	order := slices.Clone(c.fullest)
	random.Shuffle(len(order), func(a, b int) { order[a], order[b] = order[b], order[a] })
	if i%2 == 1 && len(c.sizes) > 1 {
		return c.balanced(order, i/2%len(c.sizes))
	}
	return order
}

// zoneFirst are the fullest first, those of a zone before all others.
func (c *choices) zoneFirst(zone int) []int {
	first, others := make([]int, 0, len(c.fullest)), []int{}
	for _, host := range c.fullest {
		if c.zoneOf[host] == zone {
			first = append(first, host)
		} else {
			others = append(others, host)
		}
	}
	return append(first, others...)
}

// balanced takes each next host from the zone with the most, of those that still have one in the order; of several equal ones
// from the given zone, or the next after it.
func (c *choices) balanced(order []int, first int) []int {
	of, gone := make([][]int, len(c.sizes)), make([]int, len(c.sizes))
	for _, host := range order {
		of[c.zoneOf[host]] = append(of[c.zoneOf[host]], host)
	}
	taken := make([]int, 0, len(order))
	for range order {
		best := -1
		for i := range of {
			zone := (first + i) % len(of)
			if gone[zone] < len(of[zone]) && (best < 0 || c.sizes[zone]-gone[zone] > c.sizes[best]-gone[best]) {
				best = zone
			}
		}
		taken = append(taken, of[best][gone[best]])
		gone[best]++
	}
	return taken
}
