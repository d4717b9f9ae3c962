package scaler_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"

	"ecs-cluster-scaler/cluster"
	"ecs-cluster-scaler/scaler"
)

// bruteForce tries every way of giving the tasks that have to move, and those that wait, a host that stays.
func (w *world) bruteForce(gone int) bool {
	var wants []cluster.Task
	wants = append(wants, w.moves(gone)...)
	for _, d := range w.s.Demand() {
		for range d.Tasks {
			wants = append(wants, cluster.Task{Service: d.Service.Name, Definition: d.Definition})
		}
	}
	var try func(rest []cluster.Task) bool
	try = func(rest []cluster.Task) bool {
		if len(rest) == 0 {
			return true
		}
		t := rest[0]
		d, s := w.s.Definitions[t.Definition], w.find(t.Service)
		for i := range w.s.Hosts {
			h := &w.s.Hosts[i]
			left := h.Remaining.Minus(d.Size)
			if i == gone || left.CPU < 0 || left.Memory < 0 || (len(s.Constraints) > 0 || len(d.Ports) > 0) && w.has(i, t.Service) {
				continue
			}
			before := h.Remaining
			h.Remaining = left
			w.s.Tasks = append(w.s.Tasks, cluster.Task{Host: h.ARN, Service: t.Service, WantedRunning: true})
			ok := try(rest[1:])
			w.s.Tasks, h.Remaining = w.s.Tasks[:len(w.s.Tasks)-1], before
			if ok {
				return true
			}
		}
		return false
	}
	return try(wants)
}

func (w *world) has(host int, service string) bool {
	for _, t := range w.s.Tasks {
		if t.Host == w.s.Hosts[host].ARN && t.Service == service {
			return true
		}
	}
	return false
}

// compared counts how verdict and brute force agree. allowed is what brute force alone allows: first fit is blind to
// some packings, and the verdict wants three orders to agree.
type compared struct{ both, neither, allowed int }

func (c *compared) judge(w *world) (wrong bool) {
	packable := len(w.candidates()) > 0
	for _, gone := range w.candidates() {
		packable = packable && w.copy().bruteForce(gone)
	}
	v := w.decide()
	switch in := v.Signal == scaler.ScaleIn; {
	case in && packable:
		c.both++
	case !in && !packable:
		c.neither++
	case packable:
		c.allowed++
	default:
		return true
	}
	return false
}

func (c compared) show(t *testing.T) {
	t.Helper()
	t.Logf("%d clusters: both allow a scale-in in %d, neither in %d; brute force alone in %d (%.1f %% of those it allows)",
		c.both+c.neither+c.allowed, c.both, c.neither, c.allowed, 100*float64(c.allowed)/float64(c.both+c.allowed))
	assert.Positive(t, c.both)
	assert.Positive(t, c.neither)
}

// onlyFit leaves nothing but the packing to decide: no threshold asks for a host or keeps one.
func onlyFit() *world {
	w := newWorld()
	w.entry.CPU.ScaleOutAt, w.entry.Memory.ScaleOutAt = nil, nil
	w.entry.CPU.ScaleInBelow, w.entry.Memory.ScaleInBelow = 101, 101
	return w
}

// Every cluster of up to three hosts of two sizes and up to four tasks of four sizes, placed in every way.
func TestTinyClustersMatchBruteForce(t *testing.T) {
	hostSizes := []cluster.Resources{size(4, 4), size(3, 6)}
	taskSizes := []cluster.Resources{size(1, 1), size(2, 1), size(1, 3), size(3, 2)}
	names := []string{"a", "b", "c", "d"}
	var c compared
	var fill func(hosts []int, tasks [][2]int)
	fill = func(hosts []int, tasks [][2]int) {
		w := onlyFit()
		for _, h := range hosts {
			w.host(1, hostSizes[h])
		}
		for i, of := range taskSizes {
			w.service(names[i], 0, of)
		}
		for _, task := range tasks {
			w.put(task[0], 1, names[task[1]])
			s := w.find(names[task[1]])
			s.Desired++
			if left := w.s.Hosts[task[0]].Remaining; left.CPU < 0 || left.Memory < 0 {
				return
			}
		}
		if c.judge(w) {
			t.Fatalf("the verdict lets a host go that brute force does not\n%s", w)
		}
		if len(tasks) == 4 {
			return
		}
		// Each further task stands not before the last, so that no set of tasks comes twice.
		from := [2]int{0, 0}
		if len(tasks) > 0 {
			from = tasks[len(tasks)-1]
		}
		for host := from[0]; host < len(hosts); host++ {
			for task := range taskSizes {
				if host > from[0] || task >= from[1] {
					fill(hosts, append(slices.Clip(tasks), [2]int{host, task}))
				}
			}
		}
	}
	for _, hosts := range [][]int{{0}, {1}, {0, 0}, {0, 1}, {1, 1}, {0, 0, 0}, {0, 0, 1}, {0, 1, 0}, {0, 1, 1}, {1, 0, 0}, {1, 1, 0}, {1, 1, 1}} {
		fill(hosts, nil)
	}
	c.show(t)
}

// The same with ports, distinctInstance and tasks that wait, drawn at random.
func TestConstrainedClustersMatchBruteForce(t *testing.T) {
	var c compared
	rapid.Check(t, func(t *rapid.T) {
		w := onlyFit()
		for range rapid.IntRange(1, 3).Draw(t, "hosts") {
			w.host(1, size(rapid.Int64Range(2, 6).Draw(t, "CPU"), rapid.Int64Range(2, 6).Draw(t, "MiB")))
		}
		for i := range 3 {
			of := size(rapid.Int64Range(0, 3).Draw(t, "task CPU"), rapid.Int64Range(1, 3).Draw(t, "task MiB"))
			w.service([]string{"s0", "s1", "s2"}[i], 0, of, func(s *cluster.Service, d *cluster.Definition) {
				switch rapid.IntRange(0, 5).Draw(t, "kind") {
				case 4:
					d.Ports = []cluster.Port{{Number: 80 + i}}
				case 5:
					s.Constraints = []cluster.Constraint{{Type: cluster.DistinctInstance}}
				}
			})
		}
		for range rapid.IntRange(0, 4).Draw(t, "tasks") {
			w.tryPut(rapid.IntRange(0, len(w.s.Hosts)-1).Draw(t, "host"), rapid.IntRange(0, 2).Draw(t, "service"))
		}
		for i := range w.s.Services {
			s := &w.s.Services[i]
			s.Desired = s.Running + rapid.SampledFrom([]int{0, 0, 0, 1}).Draw(t, "waits")
			s.Deployments[0].Desired = s.Desired
		}
		if c.judge(w) {
			t.Fatalf("the verdict lets a host go that brute force does not\n%s", w)
		}
	})
	c.show(t)
}
