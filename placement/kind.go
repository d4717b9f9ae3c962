package placement

import (
	"slices"

	"ecs-cluster-scaler/cluster"
)

// Kind is what tasks have in common that are placed alike: those of one revision of one service.
type Kind struct {
	// Name is what sums call it: its service's.
	Name string
	// Group is its task group; empty: none.
	Group string
	Size  cluster.Resources
	// Awsvpc: each task takes a network interface.
	Awsvpc bool
	// Ports are those that a host can give but once.
	Ports []cluster.Port
	// Distinct: no two on one host (distinctInstance).
	Distinct bool
	Strategy []cluster.Strategy

	requires map[string]string
	where    []query
	// local: some constraint goes by more of a host than its attributes.
	local bool
}

// KindOf is the kind of a service's tasks of one revision.
func KindOf(service cluster.Service, d cluster.Definition) Kind {
	k := Kind{
		Name: service.Name, Group: "service:" + service.Name, Size: d.Size, Awsvpc: d.Awsvpc, Ports: d.Ports,
		Strategy: service.Placement, requires: d.Requires,
	}
	for _, c := range slices.Concat(service.Constraints, d.Constraints) {
		if c.Type == cluster.DistinctInstance {
			k.Distinct = true
			continue
		}
		q := query(unanswerable{})
		if c.Type == cluster.MemberOf {
			q = parse(c.Expression)
		}
		k.where = append(k.where, q)
		k.local = k.local || local(q)
	}
	return k
}

// GoesByNeighbours tells whether its place depends on what tasks already are on a host.
func (k Kind) GoesByNeighbours() bool {
	return k.Distinct || len(k.neighbours()) > 0
}

// allows is what the host's attributes, and where a constraint goes by them its tasks, say to the kind.
func (k *Kind) allows(h *Host) answer {
	verdict := yes
	for name, value := range k.requires {
		verdict = verdict.and(h.attribute(name, func(has string, present bool) answer {
			return is(present && (value == "" || value == has))
		}))
	}
	for _, q := range k.where {
		verdict = verdict.and(q.ask(h))
	}
	return verdict
}

func local(q query) bool {
	found := false
	walk(q, func(s subject, _ []string) { found = found || s.local() })
	return found
}

// names are the attributes that the kind goes by.
func (k *Kind) names(into map[string]bool) {
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

// walk visits every comparison.
func walk(q query, visit func(subject, []string)) {
	switch q := q.(type) {
	case both:
		walk(q.left, visit)
		walk(q.right, visit)
	case either:
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
