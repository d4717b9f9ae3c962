package workload

import (
	"maps"
	"slices"
	"strings"
	"time"

	"ecs-cluster-scaler/internal/plural"
	"ecs-cluster-scaler/simulator/aws"
	"ecs-cluster-scaler/simulator/recording"
)

// mostTickets bounds how finely the shares of a group's instance types are kept.
const mostTickets = 20

// pickGroup takes the group to scale: the one with the most hours of hosts in the window.
func (p *replay) pickGroup() {
	hours := map[string]time.Duration{}
	for _, h := range p.recording.Hosts {
		hours[h.Group] += lasted(h, p.from, p.to)
	}
	best := p.recording.Groups[0]
	for _, g := range p.recording.Groups[1:] {
		if hours[g.Name] > hours[best.Name] {
			best = g
		}
	}
	p.scaled = best.Name
}

// lasted is how long a host was there between two times.
func lasted(h recording.Host, from, to time.Time) time.Duration {
	began := h.InService
	if began.IsZero() {
		began = h.Launched
	}
	if began.After(from) {
		from = began
	}
	if !h.Ended.IsZero() && h.Ended.Before(to) {
		to = h.Ended
	}
	return max(0, to.Sub(from))
}

// hours are the instance-hours of all hosts between two times.
func hours(r recording.Recording, from, to time.Time) (sum float64) {
	for _, h := range r.Hosts {
		sum += lasted(h, from, to).Hours()
	}
	return sum
}

func (p *replay) noteGroups() {
	var others []string
	hooks := 0
	for _, g := range p.recording.Groups {
		if g.Name != p.scaled {
			others = append(others, g.Name)
		}
		for _, process := range g.Suspended {
			if process != rebalance {
				p.note("%s is suspended in group %s there, and works here", process, g.Name)
			}
		}
		for _, h := range g.Hooks {
			if h.Launching {
				hooks++
			}
		}
	}
	p.noteInterfaces()
	if len(others) > 0 {
		p.note("the policy scales group %s alone, which has the most hosts; %s the desired capacity that was recorded", p.scaled, hasOrHave(others))
	}
	if hooks > 0 {
		p.note("%s left out, because the simulator has none", plural.Count(hooks, "launch hook is", "launch hooks are"))
	}
}

func hasOrHave(names []string) string {
	if len(names) == 1 {
		return names[0] + " has"
	}
	return strings.Join(names, ", ") + " have"
}

// noteHosts says which misfortunes are not repeated.
func (p *replay) noteHosts() {
	failures := 0
	for _, g := range p.recording.Groups {
		for _, f := range g.LaunchFailures {
			if p.inWindow(f.At) {
				failures++
			}
		}
	}
	left := func(cause recording.Cause) int {
		return p.countHosts(func(h recording.Host) bool { return h.Cause == cause && (p.inWindow(h.Leaving) || p.inWindow(h.Ended)) })
	}
	alone := p.countHosts(func(h recording.Host) bool { return h.Group == "" && lasted(h, p.from, p.to) > 0 })
	never := p.countHosts(func(h recording.Host) bool {
		return h.Registered.IsZero() && p.inWindow(h.Launched) && p.to.Sub(h.Launched) > neverJoins
	})
	away := p.countHosts(func(h recording.Host) bool {
		return slices.ContainsFunc(h.Disconnected, func(s recording.Span) bool {
			return lasted(recording.Host{Launched: s.From, Ended: s.To}, p.from, p.to) > awayLong
		})
	})
	host := func(n int) string { return plural.Count(n, "host was", "hosts were") }
	for _, happened := range []struct {
		n    int
		what func(n int) string
		then string
	}{
		{alone, host, "in no Auto Scaling group and left out; the groups' hosts must hold all tasks"},
		{left(recording.Health), host, "lost there, and none is lost here; --knobs has ec2.failures_per_month"},
		{left(recording.Spot), host, "taken back by Spot there, and none is here; --knobs has ec2.spot_interruptions_per_day"},
		{never, host, "launched there that never registered, and each one registers here; --knobs has ec2.never_joins"},
		{away, host, "without an agent for more than 10 minutes there, and each agent is back within seconds here; --knobs has ecs.agent_deaths_per_month"},
		{failures, func(n int) string { return plural.Count(n, "launch was", "launches were") }, "refused there, and none is here"},
	} {
		if happened.n > 0 {
			p.note("%s %s", happened.what(happened.n), happened.then)
		}
	}
}

func (p *replay) countHosts(of func(recording.Host) bool) (n int) {
	for _, h := range p.recording.Hosts {
		if of(h) {
			n++
		}
	}
	return n
}

// rebalance is the process that keeps zones in balance. Other suspended processes would stand in the way of the policy.
const rebalance = "AZRebalance"

// neverJoins is how long after its launch a host that has not registered is taken to be one that never will.
const neverJoins = 10 * time.Minute

// awayLong is how long an agent that only lost its connection is never away.
const awayLong = 10 * time.Minute

func (p *replay) kind(name string) recording.InstanceType {
	i := slices.IndexFunc(p.recording.InstanceTypes, func(t recording.InstanceType) bool { return t.Name == name })
	return p.recording.InstanceTypes[i] // a recording names no other
}

// cluster makes the cluster with its groups, which are told by their capacity providers' names, and says how many hosts
// come.
func (p *replay) cluster(s Site) (t town, providers map[string]*aws.Group, hosts int) {
	t = town{Site: s, cluster: s.World.NewCluster(p.recording.Cluster)}
	providers = map[string]*aws.Group{}
	for _, g := range p.recording.Groups {
		scaled := g.Name == p.scaled
		limits := holds(g.Limits, func(l recording.Limits) time.Time { return l.At }, p.from, p.to)
		desired := holds(g.Desired, func(c recording.Capacity) time.Time { return c.At }, p.from, p.to)
		group := p.group(s, g, limits[0], p.initial(g, desired))
		if slices.Contains(g.Suspended, rebalance) {
			group.Suspend(rebalance, true)
		}
		hosts += group.Desired
		if scaled {
			t.group = group
		}
		if g.Provider != nil {
			providers[g.Provider.Name] = group
		}
		for _, l := range limits[1:] {
			t.at(p.after(l.At), g.Name+" limits", func() { group.SetLimits(l.Min, l.Max) })
		}
		for i := 1; i < len(desired) && !scaled; i++ {
			t.at(p.after(desired[i].At), g.Name+" desired", func() { group.SetDesired(desired[i].Desired) })
		}
	}
	return t, providers, hosts
}

// initial is a group's desired capacity when the window begins, by its hosts where it is not recorded.
func (p *replay) initial(g recording.Group, desired []recording.Capacity) int {
	if len(desired) > 0 {
		return desired[0].Desired
	}
	n := 0
	for _, h := range p.recording.Hosts {
		left := !h.Ended.IsZero() && !h.Ended.After(p.from) || !h.Leaving.IsZero() && !h.Leaving.After(p.from)
		if h.Group == g.Name && !left && !h.Launched.After(p.from) {
			n++
		}
	}
	return n
}

func (p *replay) group(s Site, g recording.Group, l recording.Limits, desired int) *aws.Group {
	scaled := g.Name == p.scaled
	types := p.types(g)
	spec := aws.GroupSpec{
		Name: g.Name, Cluster: p.recording.Cluster, Type: types[0], Types: types[1:], Zones: g.Zones,
		Min: l.Min, Max: l.Max, Desired: desired, Spot: g.Spot, Attributes: maps.Clone(g.Attributes),
	}
	for _, own := range []string{"ecs.availability-zone", "ecs.instance-type"} {
		delete(spec.Attributes, own) // each host has its own
	}
	if scaled {
		return s.NewGroup(spec, true)
	}
	s.Policy.Prepare(&spec, false)
	spec.Protect = false // whoever scaled it there could
	return s.World.NewGroup(spec)
}

// types are what a group launches. Each stands there as often as hosts of it were launched, in proportion, because a
// launch is of any of them.
func (p *replay) types(g recording.Group) []aws.InstanceType {
	hosts, sum := map[string]int{}, 0
	for _, h := range p.recording.Hosts {
		if h.Group == g.Name && slices.Contains(g.Types, h.Type) {
			hosts[h.Type]++
			sum++
		}
	}
	names := slices.Clone(g.Types)
	slices.SortStableFunc(names, func(a, b string) int { return hosts[b] - hosts[a] })
	if sum > 0 {
		names = slices.DeleteFunc(names, func(name string) bool { return hosts[name] == 0 })
	}
	var all []aws.InstanceType
	for _, name := range names {
		t := p.kind(name)
		kind := aws.InstanceType{Name: t.Name, Resources: aws.Resources{CPU: t.CPU, Memory: t.Memory, GPU: t.GPUs}, ENIs: t.AwsvpcTasks}
		if kind.ENIs == 0 {
			kind.ENIs = p.interfaces(name)
		}
		tickets := 1
		if sum > 0 && len(names) > 1 {
			tickets = max(1, (hosts[name]*mostTickets+sum/2)/sum)
		}
		all = append(all, slices.Repeat([]aws.InstanceType{kind}, tickets)...)
	}
	return slices.Clip(all)
}
