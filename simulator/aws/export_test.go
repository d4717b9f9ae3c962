package aws

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
)

// Watch holds a world that somebody else builds and scales to all laws, after every event. What it returns holds the end
// of the run to the books.
func Watch(t *testing.T, w *World) (closed func()) {
	t.Helper()
	l := &laws{lab: &lab{World: w}, t: t, states: map[*Instance]types.LifecycleState{}}
	w.Observe(func(h Happened) { l.log = append(l.log, h) })
	s := &stage{T: t, w: w}
	tasks := map[*Task]int{}
	wanted, demand := map[string]int{}, map[string]int{}
	w.Observe(func(h Happened) {
		of := h.Cluster + "/" + h.Service
		switch {
		case h.Service == "":
		case h.Kind == TaskWanted:
			wanted[of] += h.N
		case h.Kind == TaskPlaced:
			wanted[of]--
		case h.Kind == DemandChanged:
			demand[of] += h.N
		}
	})
	w.Check(func() {
		l.check()
		s.lawful()
		for _, c := range w.clusters {
			for _, task := range c.standing {
				rank := ranks[task.Last]
				s.law(rank >= tasks[task], "a task went back to "+task.Last)
				tasks[task] = rank
			}
			for _, v := range c.services {
				of := c.Name + "/" + v.Spec.Name
				s.law(v.Spec.Daemon || len(v.wanted) == wanted[of], "the book of what is wanted")
				s.law(v.Spec.Daemon || v.Desired == demand[of], "the book of demand")
			}
		}
	})
	return l.closed
}
