package placement

import (
	"slices"

	"ecs-cluster-scaler/cluster"
)

// Kind is what tasks of one revision of one service have in common: they are placed alike.
type Kind struct {
	// Name is what sums call it: its service's.
	Name string
	// Group is its task group; empty: none.
	Group string
	Size  cluster.Resources
	// Awsvpc: each task takes a network interface.
	Awsvpc bool
	// Ports are those that only one task on a host can have.
	Ports []cluster.Port
	// Distinct: no two on one host (distinctInstance).
	Distinct bool
	Strategy []cluster.Strategy
	// Providers are the capacity providers on whose hosts alone it is placed; none: on all. A task of launch type EC2
	// runs on any container instance (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RunTask.html).
	Providers []string

	requires map[string]string
	where    []query
	// local: a constraint depends on more of a host than its attributes.
	local bool
	// cost is how many steps it takes to ask one host.
	cost int
}

// KindOf is the kind of a service's tasks of one revision.
func KindOf(service cluster.Service, d cluster.Definition) Kind {
	return new(Kinds).Of(service, d)
}

// Kinds makes kinds of many services. It parses each expression once, and none once they cost too much; those are
// unknown.
type Kinds struct {
	known map[string]query
	read  int
}

// Of is the kind of a service's tasks of one revision, placed by the service's current strategy.
func (r *Kinds) Of(service cluster.Service, d cluster.Definition) Kind {
	k := Kind{
		Name: service.Name, Group: "service:" + service.Name, Size: most(d.Size, cluster.Resources{}), Awsvpc: d.Awsvpc, Ports: d.Ports,
		Strategy: service.Placement, Providers: service.ProvidersOf(service.Starts()), requires: d.Requires, cost: 1 + len(d.Requires) + len(service.Providers),
	}
	for _, c := range slices.Concat(service.Constraints, d.Constraints) {
		if c.Type == cluster.DistinctInstance {
			k.Distinct = true
			continue
		}
		q := query(unanswerable{})
		if c.Type == cluster.MemberOf {
			q = r.parse(c.Expression)
		}
		k.where = append(k.where, q)
		k.local = k.local || local(q)
		k.cost += cost(q)
	}
	return k
}

// mostRead bounds what the expressions of one judgement cost to keep: about 100 bytes each part.
const mostRead = 200_000

func (r *Kinds) parse(expression string) query {
	q, known := r.known[expression]
	if known {
		return q
	}
	q = query(unanswerable{})
	if r.read < mostRead {
		q = parse(expression)
	}
	r.read += cost(q) + len(expression)/8
	if r.known == nil {
		r.known = map[string]query{}
	}
	r.known[expression] = q
	return q
}

// GoesByNeighbours tells whether its place depends on the tasks on a host.
func (k Kind) GoesByNeighbours() bool {
	return k.Distinct || len(k.neighbours()) > 0
}

// allows tells whether the host's attributes, and its tasks if a constraint names them, let the kind run there.
func (k *Kind) allows(h *Host) ternary {
	verdict := k.provided(h)
	for name, value := range k.requires {
		verdict = verdict.and(h.attribute(name, func(has string, present bool) ternary {
			return is(present && (value == "" || value == has))
		}))
	}
	for _, q := range k.where {
		verdict = verdict.and(q.ask(h))
	}
	return verdict
}

// provided tells whether the host belongs to a capacity provider of the kind.
func (k *Kind) provided(h *Host) ternary {
	if len(k.Providers) == 0 {
		return yes
	}
	in := 0
	for _, p := range h.Providers {
		if slices.Contains(k.Providers, p) {
			in++
		}
	}
	switch in {
	case 0:
		return no
	case len(h.Providers):
		return yes
	default:
		return unknown
	}
}

func local(q query) bool {
	found := false
	walk(q, func(s subject, _ []string) { found = found || s.local() })
	return found
}

// byProvider stands among attributes for a host's capacity providers; no attribute has such a name.
const byProvider = "\x00provider"

// names adds the attributes that the kind depends on.
func (k *Kind) names(into map[string]bool) {
	if len(k.Providers) > 0 {
		into[byProvider] = true
	}
	for name := range k.requires {
		into[name] = true
	}
	for _, q := range k.where {
		walk(q, func(s subject, _ []string) {
			if name, ok := s.attribute(); ok {
				into[name] = true
			}
		})
	}
}

// neighbours are the task groups that the kind's constraints ask for.
func (k *Kind) neighbours() []string {
	var groups []string
	for _, q := range k.where {
		walk(q, func(s subject, args []string) {
			if s == taskGroup {
				groups = append(groups, args...)
			}
		})
	}
	return groups
}

// cost is how many steps it takes to ask one host.
func cost(q query) int {
	switch q := q.(type) {
	case joined:
		return 1 + cost(q.left) + cost(q.right)
	case negated:
		return 1 + cost(q.of)
	case comparison:
		return 1 + len(q.args)
	case pattern:
		return 1 + q.size
	default:
		return 1
	}
}

// walk visits every comparison.
func walk(q query, visit func(subject, []string)) {
	switch q := q.(type) {
	case joined:
		walk(q.left, visit)
		walk(q.right, visit)
	case negated:
		walk(q.of, visit)
	case comparison:
		visit(q.subject, q.args)
	case pattern:
		visit(q.subject, nil)
	}
}
