package campaign

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"ecs-cluster-scaler/drain/drainer"
	"ecs-cluster-scaler/scaler"
	"ecs-cluster-scaler/simulator/aws"
	"ecs-cluster-scaler/simulator/faulty"
)

// story tells a run minute by minute. A nil story tells nothing.
type story struct {
	world *aws.World
	out   io.Writer
	// minute is the one that was told last; said are the last words about each cluster and host.
	minute time.Time
	said   map[string]string
}

func newStory(w *aws.World, out io.Writer) *story {
	if out == nil {
		return nil
	}
	s := &story{world: w, out: out, said: map[string]string{}}
	w.Observe(s.happened)
	return s
}

func (s *story) note(text string) {
	if s == nil {
		return
	}
	if minute := s.world.Now().Truncate(time.Minute); !minute.Equal(s.minute) {
		s.minute = minute
		fmt.Fprintf(s.out, "%s\n", minute.Format("15:04"))
	}
	fmt.Fprintf(s.out, "  %s  %s\n", s.world.Now().Format("05"), text)
}

// changed notes what was not said of the same thing before.
func (s *story) changed(about, text string) {
	if s.said[about] != text {
		s.said[about] = text
		s.note(text)
	}
}

func (s *story) happened(h aws.Happened) {
	switch h.Kind {
	case aws.TaskWanted, aws.DemandChanged, aws.BelowFloor, aws.TaskMoved: // what follows from the others
		return
	default:
	}
	words := []string{strings.ReplaceAll(string(h.Kind), "_", " ")}
	for _, word := range []string{h.Cluster, h.Service, h.Group, h.Instance, short(h.Task), h.Alarm, h.Cause} {
		if word != "" {
			words = append(words, word)
		}
	}
	if h.Kind == aws.DesiredChanged {
		words = append(words, fmt.Sprintf("%d to %d", h.From, h.To))
	}
	s.note(strings.Join(words, " "))
}

func short(arn string) string { return arn[max(0, len(arn)-4):] }

func (s *story) verdict(v scaler.Verdict) {
	if s == nil {
		return
	}
	reasons := make([]string, len(v.Reasons))
	for n, r := range v.Reasons {
		reasons[n] = string(r)
	}
	s.changed("verdict "+v.Cluster, fmt.Sprintf("publisher: %s %+d, gap %+d: %s", v.Cluster, v.Signal, v.InstanceGap, strings.Join(reasons, " ")))
}

// steps tells what a tick said of each host, and what went wrong in it.
func (s *story) steps(i *invocation, answer drainer.Answer) {
	if s == nil {
		return
	}
	var beats []string
	for _, step := range answer.Instances {
		s.changed("step "+step.Instance, fmt.Sprintf("drainer: %s %s %s %s", step.Instance, step.Action, step.Reason, step.Detail))
		if step.Heartbeat {
			beats = append(beats, step.Instance)
		}
	}
	if len(beats) > 0 {
		s.note("drainer: heartbeats for " + strings.Join(beats, ", "))
	}
	s.troubles(i)
}

func (s *story) troubles(i *invocation) {
	if s == nil {
		return
	}
	var failed []string
	denied := map[string]bool{}
	for c, err := range i.failed {
		what := err.Error()
		if at := strings.LastIndex(what, ": "); at >= 0 {
			what = what[at+2:]
		}
		text := fmt.Sprintf("%s: %s %s%s failed: %s", i.function, c.action, c.cluster, strings.TrimRight(" "+c.subject, " "), what)
		failed = append(failed, text)
		denied[text] = faulty.IsDenied(err)
	}
	slices.Sort(failed)
	for _, text := range failed {
		if denied[text] {
			s.changed(text, text) // once is enough: it is so each time
		} else {
			s.note(text)
		}
	}
	if i.dead {
		s.note(i.function + ": the process died")
	}
	if i.late {
		s.note(i.function + ": its writes come late")
	}
}

func (s *story) end(violations []Violation) {
	if s == nil {
		return
	}
	for _, v := range violations {
		fmt.Fprintf(s.out, "%s %s: %s\n", clock(v.At), v.Promise, v.Detail)
	}
}

// Tell runs a plan and gives its story with the outcome.
func Tell(p Plan) ([]byte, Outcome) {
	var out bytes.Buffer
	result := Run(p, &out)
	return out.Bytes(), result
}

func sorted[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
