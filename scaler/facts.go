package scaler

import (
	"cmp"
	"slices"
	"time"

	"ecs-cluster-scaler/cluster"
	"ecs-cluster-scaler/placement"
	"ecs-cluster-scaler/thresholds"
)

// facts are what was read of one cluster, sorted, so that nothing depends on the order of reading. Only steps changes.
type facts struct {
	// entry has the thresholds that hold, and basis says why they do.
	entry thresholds.Entry
	basis basis
	s     cluster.Snapshot
	now   time.Time
	until Until
	// steps counts the packing of what is wanted. What depends on every host's tasks has a count of its own.
	steps *placement.Steps

	// capacity are the hosts on which tasks can be placed, the oldest first: new hosts come last, as in a packing.
	capacity             []cluster.Host
	registered, reserved cluster.Resources
	reservation          cluster.Reservation
	services             map[string]service
	// unsure are the services that run here as far as hosts tell: see inferHomes.
	unsure map[string]bool
	// tasks are those that are wanted, by host.
	tasks   map[string][]*cluster.Task
	daemons []daemon
	// leaving are those that are about to leave and that nobody has drained yet.
	leaving []cluster.Host
	// heldBy are the hosts by the group that holds them; "": no group does.
	heldBy map[string][]*cluster.Host
	// groupOf are the groups of capacity providers, providers the names of those that services use.
	groupOf   map[string]string
	providers []string
}

func newFacts(entry thresholds.Entry, s cluster.Snapshot, now time.Time, until Until) *facts {
	s.Hosts = slices.Clone(s.Hosts)
	slices.SortStableFunc(s.Hosts, byAge)
	s.Services = slices.Clone(s.Services)
	slices.SortStableFunc(s.Services, func(a, b cluster.Service) int { return cmp.Compare(a.Name, b.Name) })
	holder := holders(s.Groups)
	groupOf := groupsOfProviders(s, holder)
	unsure := inferHomes(s.Services, groupOf)
	registered, reserved := s.Capacity()
	by := basisOf(entry, s)
	return &facts{
		entry: by.holding(entry), basis: by, s: s, now: now, until: until, steps: placement.NewSteps(mostSteps).Until(until),
		capacity:   slices.DeleteFunc(slices.Clone(s.Hosts), func(h cluster.Host) bool { return !h.IsCapacity() }),
		registered: registered, reserved: reserved, reservation: cluster.ReservationOf(registered, reserved),
		services: byName(s.Services), unsure: unsure, tasks: byHost(s.Tasks, len(s.Hosts)), daemons: daemons(s),
		leaving: leaving(s), heldBy: byHolder(s.Hosts, holder), groupOf: groupOf, providers: namedProviders(s.Services),
	}
}

func byAge(a, b cluster.Host) int {
	return cmp.Or(
		a.RegisteredAt.Compare(b.RegisteredAt), cmp.Compare(a.ARN, b.ARN), cmp.Compare(a.InstanceID, b.InstanceID),
		cmp.Compare(a.Registered.CPU, b.Registered.CPU), cmp.Compare(a.Registered.Memory, b.Registered.Memory), cmp.Compare(a.Registered.GPU, b.Registered.GPU),
		cmp.Compare(a.Remaining.CPU, b.Remaining.CPU), cmp.Compare(a.Remaining.Memory, b.Remaining.Memory), cmp.Compare(a.Remaining.GPU, b.Remaining.GPU),
	)
}

// service is a service with the name of its tasks' group.
type service struct {
	cluster.Service
	group string
}

func byName(services []cluster.Service) map[string]service {
	named := make(map[string]service, len(services))
	for _, s := range services {
		named[s.Name] = service{s, "service:" + s.Name}
	}
	return named
}

func byHost(tasks []cluster.Task, hosts int) map[string][]*cluster.Task {
	of := make(map[string][]*cluster.Task, hosts)
	for i := range tasks {
		if t := &tasks[i]; t.WantedRunning {
			of[t.Host] = append(of[t.Host], t)
		}
	}
	return of
}

func holders(groups []cluster.Group) map[string]string {
	holder := map[string]string{}
	for _, g := range groups {
		for _, i := range g.Instances {
			holder[i.ID] = g.Name
		}
	}
	return holder
}

func byHolder(hosts []cluster.Host, holder map[string]string) map[string][]*cluster.Host {
	held := map[string][]*cluster.Host{}
	for i := range hosts {
		g := holder[hosts[i].InstanceID]
		held[g] = append(held[g], &hosts[i])
	}
	return held
}

// tasksKnown tells whether every task on the host is known.
func tasksKnown(h cluster.Host) bool {
	return h.TasksRead || h.Tasks == 0
}

// unknownTasks is how many tasks of the host are not known, bounded so that sums do not overflow; at least one.
func unknownTasks(h cluster.Host) int {
	return max(1, min(h.Tasks, mostUnread+1))
}

// serves tells whether the host has a task of a service that is no daemon.
func (f *facts) serves(h cluster.Host) bool {
	return slices.ContainsFunc(f.tasks[h.ARN], func(t *cluster.Task) bool { return t.Service != "" && !f.services[t.Service].Daemon })
}

// packed is the host as a packing sees it, less the kept room, with at most so many network interfaces. Strictly, an
// unknown task has an interface; loosely it has none.
func (f *facts) packed(h cluster.Host, strict bool, kept daemonRoom, interfaces int) placement.Host {
	p := placement.Host{
		ID: h.InstanceID, Free: h.Remaining.Minus(kept.size), Closed: !h.IsCapacity(), Attributes: h.Attributes, Ports: slices.Concat(h.Ports, kept.ports),
		Awsvpc: kept.awsvpc, AwsvpcLimit: interfaces, GroupsKnown: tasksKnown(h), Providers: h.Providers(),
	}
	if tasks := f.tasks[h.ARN]; len(tasks) > 0 {
		p.Groups = make(map[string]int, len(tasks))
		for _, t := range tasks {
			p.Groups[f.group(t)]++
			if d, known := f.s.Definitions[t.Definition]; d.Awsvpc || strict && !known {
				p.Awsvpc++
			}
		}
	}
	return p
}

// awsvpcLimit is how many tasks with a network interface the entry gives a host; -1: it does not say.
func (f *facts) awsvpcLimit() int {
	if f.entry.Instance.AwsvpcTasks != nil {
		return *f.entry.Instance.AwsvpcTasks
	}
	return -1
}

// group is the task's group; that of a service's task is given by its service.
func (f *facts) group(t *cluster.Task) string {
	if t.Service == "" {
		return t.Group
	}
	if s, known := f.services[t.Service]; known {
		return s.group
	}
	return "service:" + t.Service
}
