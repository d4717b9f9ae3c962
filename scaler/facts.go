package scaler

import (
	"cmp"
	"slices"
	"time"

	"ecs-cluster-scaler/cluster"
	"ecs-cluster-scaler/placement"
	"ecs-cluster-scaler/thresholds"
)

// judgement is one cluster while it is judged: what was read, in an order that does not depend on how it was read, and
// what follows from it. Need and Decide both work on it, so that they cannot disagree.
type judgement struct {
	entry thresholds.Entry
	s     cluster.Snapshot
	now   time.Time

	// capacity are the hosts on which tasks can be placed, the oldest first: what is added comes last, as new hosts do.
	capacity             []cluster.Host
	registered, reserved cluster.Resources
	reservation          cluster.Reservation
	services             map[string]cluster.Service
	// unsure are the services of which only hosts tell that they run here: see findHomes.
	unsure   map[string]bool
	tasks    map[string][]*cluster.Task
	wanted   demand
	headroom headroom
	instance instance
	// overruled says why the size that the entry gives a new host does not count; empty: it does.
	overruled string
	flying    int
	late      failedJoins
	coming    coming
	// interfaces bounds the tasks with an interface by a host's type: see newInterfaces.
	interfaces map[string]int
	lack       lack
	until      Until
	// steps are those that packing what is wanted takes; what goes by a look at each host has its own.
	steps *placement.Steps
	// holder and provider remember what holders and behind found, which every group asks.
	holder, provider map[string]string
	// held are the hosts by the group that holds them; "": none does.
	held map[string][]*cluster.Host
	// split remembers what reservedBy found, because hosts are tried in many choices.
	split map[string][2]cluster.Resources
}

func judge(entry thresholds.Entry, s cluster.Snapshot, now time.Time, until Until) *judgement {
	// Their orders are the reader's; the verdict must not depend on them.
	s.Hosts = slices.Clone(s.Hosts)
	slices.SortStableFunc(s.Hosts, byAge)
	s.Services = slices.Clone(s.Services)
	slices.SortStableFunc(s.Services, func(a, b cluster.Service) int { return cmp.Compare(a.Name, b.Name) })

	j := &judgement{entry: entry, s: s, now: now, services: map[string]cluster.Service{}, split: map[string][2]cluster.Resources{}, until: until, steps: placement.NewSteps(mostSteps).Until(until)}
	for _, h := range s.Hosts {
		if h.IsCapacity() {
			j.capacity = append(j.capacity, h)
		}
	}
	j.findHomes()
	for _, service := range s.Services {
		j.services[service.Name] = service
	}
	j.registered, j.reserved = s.Capacity()
	j.reservation = s.Reservation()
	j.tasks = byHost(s.Tasks)
	j.instance = newInstance(j)
	j.wanted = newDemand(j)
	j.headroom = newHeadroom(j)
	j.flying = inFlight(s, now)
	j.late = notJoining(s, j.flying, now)
	j.coming = newComing(j)
	j.lack = newLack(j)
	if j.interfaces = newInterfaces(j); j.interfaces != nil {
		j.boundNew()
		j.lack = newLack(j)
	}
	return j
}

func byAge(a, b cluster.Host) int {
	return cmp.Or(
		a.RegisteredAt.Compare(b.RegisteredAt), cmp.Compare(a.ARN, b.ARN), cmp.Compare(a.InstanceID, b.InstanceID),
		cmp.Compare(a.Registered.CPU, b.Registered.CPU), cmp.Compare(a.Registered.Memory, b.Registered.Memory), cmp.Compare(a.Registered.GPU, b.Registered.GPU),
		cmp.Compare(a.Remaining.CPU, b.Remaining.CPU), cmp.Compare(a.Remaining.Memory, b.Remaining.Memory), cmp.Compare(a.Remaining.GPU, b.Remaining.GPU),
	)
}

func byHost(tasks []cluster.Task) map[string][]*cluster.Task {
	of := make(map[string][]*cluster.Task, len(tasks)/4)
	for i := range tasks {
		if t := &tasks[i]; t.WantedRunning {
			of[t.Host] = append(of[t.Host], t)
		}
	}
	return of
}

// unit is the host by which dominant shares are judged.
func (j *judgement) unit() cluster.Resources {
	if j.entry.Instance.CPU != nil && j.entry.Instance.Memory != nil {
		return j.instance.size
	}
	if largest, found := j.s.LargestHost(); found {
		return largest
	}
	return j.instance.size
}

// read tells whether every task on the host is known.
func read(h cluster.Host) bool {
	return h.TasksRead || h.Tasks == 0
}

// unreadOn is how many tasks of the host are not known, so bounded that they can be added up. A count that makes no sense
// is at least one.
func unreadOn(h cluster.Host) int {
	return max(1, min(h.Tasks, mostUnread+1))
}

// place is the host as a packing sees it, less the room that ECS keeps for daemons. Its network interfaces are limited
// where the entry or a refusal says so. Strictly, a task of which nothing is known has an interface; loosely it has none.
func (j *judgement) place(h cluster.Host, strict bool) placement.Host {
	p := placement.Host{
		ID: h.InstanceID, Free: h.Remaining, Closed: !h.IsCapacity(), Attributes: h.Attributes, Ports: h.Ports,
		AwsvpcLimit: j.interfacesOn(h), GroupsKnown: read(h), Providers: h.Providers(),
	}
	if strict {
		j.coming.possible[h.ARN].keepFrom(&p)
	} else {
		j.coming.certain[h.ARN].keepFrom(&p)
	}
	if tasks := j.tasks[h.ARN]; len(tasks) > 0 {
		p.Groups = make(map[string]int, len(tasks))
		for _, t := range tasks {
			p.Groups[group(t)]++
			if d, known := j.s.Definitions[t.Definition]; d.Awsvpc || strict && !known {
				p.Awsvpc++
			}
		}
	}
	return p
}

func (j *judgement) awsvpcLimit() int {
	if j.entry.Instance.AwsvpcTasks != nil {
		return *j.entry.Instance.AwsvpcTasks
	}
	return -1
}

// group is the task's group; that of a service's task is given by its service.
func group(t *cluster.Task) string {
	if t.Service != "" {
		return "service:" + t.Service
	}
	return t.Group
}
