package scaler_test

import (
	"cmp"
	"fmt"
	"slices"

	"ecs-cluster-scaler/cluster"
)

// fits is first fit written again, the plain way, with the world's own facts.
func (w *world) fits(gone int, smallestFirst bool, unit cluster.Resources) bool {
	free := map[int]cluster.Resources{}
	have, awsvpc := map[string]bool{}, map[int]int{}
	fullest := map[string]int{}
	key := func(host int, what string) string { return fmt.Sprint(host, what) }
	for i, h := range w.s.Hosts {
		for _, t := range w.s.Tasks {
			if t.Host == h.ARN {
				have[key(i, t.Service)] = true
				if w.s.Definitions[t.Definition].Awsvpc {
					awsvpc[i]++
				}
			}
		}
		if i != gone && h.IsCapacity() {
			free[i] = h.Remaining
		}
		if h.IsCapacity() || slices.Contains(w.candidates(), i) {
			fullest[h.Type()] = max(fullest[h.Type()], awsvpc[i])
		}
	}
	type want struct {
		s  cluster.Service
		d  cluster.Definition
		on []string // the providers, of which any will do
	}
	var wants []want
	if w.s.Hosts[gone].Status != cluster.Draining {
		for _, t := range w.moves(gone) {
			s := *w.find(t.Service)
			on := s.Providers
			if len(on) > 0 {
				on = []string{w.s.Hosts[gone].Provider} // where it runs now
			}
			wants = append(wants, want{s, w.s.Definitions[t.Definition], on})
		}
	}
	for _, d := range w.s.Demand() {
		for range d.Tasks {
			for _, p := range d.Providers {
				wants = append(wants, want{d.Service, w.s.Definitions[d.Definition], []string{p}})
			}
			if len(d.Providers) == 0 {
				wants = append(wants, want{d.Service, w.s.Definitions[d.Definition], nil})
			}
		}
	}
	share := func(r cluster.Resources) float64 {
		of := func(a, b int64) float64 {
			if a == 0 {
				return 0
			}
			return float64(a) / float64(b)
		}
		return max(of(r.CPU, unit.CPU), of(r.Memory, unit.Memory), of(r.GPU, unit.GPU))
	}
	slices.SortStableFunc(wants, func(a, b want) int {
		if smallestFirst {
			a, b = b, a
		}
		// Equals go by name, the other way round when the order is.
		return cmp.Or(cmp.Compare(share(b.d.Size), share(a.d.Size)), cmp.Compare(b.s.Name, a.s.Name))
	})
	order := make([]int, 0, len(free))
	for i := range w.s.Hosts {
		if _, there := free[i]; there {
			order = append(order, i)
		}
	}
	for _, x := range wants {
		placed := false
		for _, i := range order {
			h := w.s.Hosts[i]
			left := free[i].Minus(x.d.Size)
			limit := fullest[h.Type()]
			if w.entry.Instance.AwsvpcTasks != nil {
				limit = *w.entry.Instance.AwsvpcTasks
			}
			once := len(x.d.Ports) > 0 || len(x.s.Constraints) > 0
			if left.CPU < 0 || left.Memory < 0 || left.GPU < 0 || once && have[key(i, x.s.Name)] ||
				x.d.Awsvpc && awsvpc[i] >= limit || len(x.d.Constraints) > 0 && h.Type() == "type-2048" || !mayRun(x.on, h) {
				continue
			}
			free[i], have[key(i, x.s.Name)], placed = left, true, true
			if x.d.Awsvpc {
				awsvpc[i]++
			}
			break
		}
		if !placed {
			return false
		}
	}
	return w.headroomFits(free)
}

func (w *world) headroomFits(free map[int]cluster.Resources) bool {
	e := w.entry.Headroom
	if e.Tasks == 0 || e.CPU == nil {
		return true // the size of the largest task is tried elsewhere
	}
	n := int64(0)
	for _, r := range free {
		n += min(r.CPU / *e.CPU, r.Memory / *e.Memory)
	}
	return n >= int64(e.Tasks)
}
