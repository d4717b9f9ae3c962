package scaler

import (
	"fmt"
	"maps"
	"slices"

	"ecs-cluster-scaler/cluster"
	"ecs-cluster-scaler/placement"
)

const (
	// mostUnread is how many tasks a pass reads of one cluster: at 100 tasks for two calls (ListTasks, DescribeTasks),
	// 400 calls. Half of ECS's bucket for them is 50 at once and 10 a second after
	// (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/request-throttling.html), so that they fill 35 of the
	// pass's 45 seconds. Tasks that are known already do not count.
	mostUnread = 20_000
	// mostTries is how many unplaced tasks times hosts are tried: each host is judged with all of them beside its own
	// tasks, at about a microsecond in each of three orders. So many unplaced tasks are placed within minutes; until
	// then nothing goes. It spares a pass the steps that would be taken in vain.
	mostTries = 200_000
	// toLeave: a host goes only where so many times the headroom is left, for the same reason for which scale_in_below lies
	// below scale_out_at. With once, a simulated week of taxi rides on some fifteen hosts bought back 112 hosts within half
	// an hour of their going, 42 of them though nothing had changed; with twice, at most one
	// (docs/evaluation.md).
	toLeave = 2
)

// moving is what happens to tasks when hosts go.
type moving struct {
	j *judgement
	// hosts are capacity first, then those that take no tasks but have some.
	hosts     []cluster.Host
	at        map[string]int
	fleet     *placement.Fleet
	steps     *placement.Steps
	catalogue catalogue
	beside    []placement.Batch
	// candidates are those that may go, as indices, by group.
	candidates [][]int
	// stuck says, by host's ARN, which of its tasks ECS could never move.
	stuck map[string]string
}

// newMoving readies the re-placing of every host's tasks; the cause says what is not known for it.
func newMoving(j *judgement) (*moving, *cause) {
	m := &moving{j: j, hosts: slices.Clone(j.capacity), at: map[string]int{}, stuck: map[string]string{}, steps: placement.NewSteps(placement.MostSteps).Until(j.until)}
	for i, h := range m.hosts {
		m.at[h.ARN] = i
	}
	for _, h := range j.s.Hosts {
		if !h.IsCapacity() && !h.External {
			m.at[h.ARN] = len(m.hosts)
			m.hosts = append(m.hosts, h)
		}
	}
	if c := m.unread(); c != nil {
		return nil, c
	}
	if len(j.coming.unread) > 0 {
		return nil, &cause{TasksUnread, fmt.Sprintf("the room that ECS keeps for daemon tasks is not known without %s", firstOf(slices.Sorted(maps.Keys(j.coming.unread))))}
	}
	named, c := m.kinds()
	if c != nil {
		return nil, c
	}
	m.catalogue = j.catalogue(named)
	for _, w := range slices.Concat(j.wanted.unplaced, j.wanted.waiting) {
		for _, k := range each(w.Service.Name, w.Definition, w.Providers) {
			m.beside = append(m.beside, placement.Batch{Kind: m.catalogue.of[k], Tasks: w.Tasks})
		}
	}
	choices := 0
	for _, of := range j.candidates() {
		var these []int
		for _, h := range of {
			these = append(these, m.at[h.ARN])
		}
		m.candidates = append(m.candidates, these)
		choices += len(these)
	}
	if j.wanted.tasks() > mostTries/max(1, choices) {
		return nil, &cause{TooLarge, fmt.Sprintf("%d tasks wait for a host, too many to try beside the tasks of each of %d hosts; most will be placed soon", j.wanted.tasks(), choices)}
	}
	config := j.packing(true)
	config.Steps = m.steps
	m.fleet = placement.New(m.places(), m.catalogue.kinds, config)
	return m, nil
}

// unread is what forbids re-placing because tasks were not read.
func (m *moving) unread() *cause {
	tasks, hosts := 0, 0
	for _, h := range m.hosts {
		if !read(h) {
			tasks += unreadOn(h)
			hosts++
		}
	}
	switch {
	case tasks > mostUnread:
		return &cause{TooLarge, fmt.Sprintf("%d tasks would have to be read, and a pass can read %d of one cluster", tasks, mostUnread)}
	case tasks > 0:
		return &cause{TasksUnread, fmt.Sprintf("%d tasks on %d hosts were not read, so it is not known whether they would fit elsewhere", tasks, hosts)}
	default:
		return nil
	}
}

// kinds names all that may have to be placed.
func (m *moving) kinds() (map[kind]bool, *cause) {
	named := map[kind]bool{}
	for of := range m.j.wanted.catalogue.of {
		note(named, each(of.service, of.definition, asMany(of.providers)))
	}
	for _, h := range m.hosts {
		var doubt *cause // the first by its words, because tasks come in no order
		for _, t := range m.j.tasks[h.ARN] {
			moves, c := m.moves(t)
			if c != nil && (doubt == nil || c.why < doubt.why) {
				doubt = c
			}
			if !moves {
				continue
			}
			note(named, m.j.moved(t, h))
			m.noteStuck(t, h)
		}
		if doubt != nil {
			return nil, doubt
		}
	}
	return named, nil
}

func note(named map[kind]bool, kinds []kind) {
	for _, k := range kinds {
		named[k] = true
	}
}

// noteStuck notes on a task's host that ECS can never move the task; of several the first by its words is told.
func (m *moving) noteStuck(t *cluster.Task, h cluster.Host) {
	s := m.j.services[t.Service]
	if !s.Immovable() {
		return
	}
	why := fmt.Sprintf("a task of %s that can never move: with %d desired, minimumHealthyPercent %d and maximumPercent %d let ECS neither start another task first nor stop this one first; raise maximumPercent so that one more may start",
		s.Name, s.Desired, s.MinimumHealthyPercent, s.MaximumPercent)
	if told := m.stuck[h.ARN]; told == "" || why < told {
		m.stuck[h.ARN] = why
	}
}

// moves tells whether ECS would start the task again elsewhere. Daemons die with their host, standalone tasks are
// nobody's to restart, and a service or task set that is being deleted wants no tasks.
func (m *moving) moves(t *cluster.Task) (bool, *cause) {
	if t.Service == "" {
		return false, nil
	}
	service, known := m.j.services[t.Service]
	if !known {
		return false, &cause{TasksUnread, fmt.Sprintf("a task of service %s is running, and nothing is known about that service", t.Service)}
	}
	if service.Daemon || !service.Active || !service.Keeps(t.Definition) {
		return false, nil
	}
	if _, known := m.j.s.Definitions[t.Definition]; !known {
		return false, &cause{TasksUnread, fmt.Sprintf("the definition %s of the tasks of %s is not known", t.Definition, t.Service)}
	}
	return true, nil
}

// places are the hosts with what would have to move from each. The network interfaces of a host are not to be seen, so
// that without instance.awsvpc_tasks none may hold more than the fullest of its type does.
func (m *moving) places() []placement.Host {
	places := make([]placement.Host, len(m.hosts))
	fullest := map[string]int{}
	for i, h := range m.hosts {
		places[i] = m.j.place(h, true)
		counts := map[int]int{}
		known := 0
		for _, t := range m.j.tasks[h.ARN] {
			if m.j.s.Definitions[t.Definition].Awsvpc {
				known++
			}
			// What is on a draining host is wanted elsewhere already.
			if moves, _ := m.moves(t); moves && h.Status != cluster.Draining {
				for _, k := range m.j.moved(t, h) {
					counts[m.catalogue.of[k]]++
				}
			}
		}
		for number, n := range counts {
			places[i].Moves = append(places[i].Moves, placement.Batch{Kind: number, Tasks: n})
		}
		fullest[h.Type()] = max(fullest[h.Type()], known)
	}
	if m.j.awsvpcLimit() >= 0 {
		return places
	}
	for i, h := range m.hosts {
		places[i].AwsvpcLimit = places[i].Awsvpc
		if h.Type() != "" {
			places[i].AwsvpcLimit = max(0, fullest[h.Type()])
		}
	}
	return places
}

// objection is what forbids that any one host goes; with several groups of which none is marked, one of each goes at
// once. nil: nothing.
func (m *moving) objection() *cause {
	fullest := make([]int, len(m.candidates))
	for g, of := range m.candidates {
		if len(of) > 0 {
			fullest[g] = m.byFill(of)[0]
		}
	}
	for g, of := range m.candidates {
		for _, host := range of {
			set := []int{host}
			for other, choices := range m.candidates {
				if other != g && len(choices) > 0 {
					set = append(set, fullest[other])
				}
			}
			if c := m.refuses(set); c != nil {
				return c
			}
		}
	}
	return nil
}

// refuses says why these hosts cannot go together; nil: they can.
func (m *moving) refuses(set []int) *cause {
	gone := make([]cluster.Host, len(set))
	for i, host := range set {
		gone[i] = m.hosts[host]
		if stuck := m.stuck[m.hosts[host].ARN]; stuck != "" {
			return &cause{CannotMove, fmt.Sprintf("%s has %s", name(gone[i]), stuck)}
		}
	}
	if bounce := m.j.bounce(gone); bounce != "" {
		return &cause{WouldBounce, bounce}
	}
	o, fits := m.fleet.FitsInEveryOrder(set, m.beside, toLeave*m.j.headroom.tasks)
	switch {
	case fits:
		return nil
	case o.Cut:
		return &cause{TooLarge, cutShort}
	case len(o.Left) > 0:
		return &cause{WouldNotFit, fmt.Sprintf("without %s, %s", called(gone), fitsNowhere(m.catalogue.kinds, o.Left[0]))}
	default:
		return &cause{HeadroomWouldBreak, fmt.Sprintf("without %s, %d headroom tasks (%s each) fit; %d must fit, twice the headroom, so that the next task does not buy the host back",
			called(gone), o.Spare, m.j.headroom.size, toLeave*m.j.headroom.tasks)}
	}
}
