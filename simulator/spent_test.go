package simulator

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"

	"ecs-cluster-scaler/drain/drainer"
	"ecs-cluster-scaler/internal/alarms"
	"ecs-cluster-scaler/internal/lambdaevent"
	"ecs-cluster-scaler/scaler/publisher"
	"ecs-cluster-scaler/simulator/aws"
	"ecs-cluster-scaler/simulator/policy"
	"ecs-cluster-scaler/simulator/workload"
)

// shrinking is a cluster whose demand falls, with the real functions, and a record of what was said and what was taken.
type shrinking struct {
	world   *aws.World
	group   *aws.Group
	service *aws.Service
	luck    *rand.Rand
	// cold is how often the publisher's process begins anew, as a share of passes.
	cold float64
	ctx  context.Context

	publisher *publisher.Publisher
	drainer   *drainer.Drainer
	// said are the data of CapacityChange, taken the scale-ins by size.
	said  []datum
	taken []took
}

type datum struct {
	at    time.Time
	value int
}

type took struct {
	at    time.Time
	hosts int
	// beside is how many hosts were leaving already.
	beside int
}

// delay is what an alarm and its action take together, exactly.
const delay = 25 * time.Second

func newShrinking(ctx context.Context, k aws.Knobs, hosts int, stops time.Duration) *shrinking {
	k.CloudWatch.Evaluation, k.CloudWatch.Action = aws.Uniform{Min: 20 * time.Second, Max: 20 * time.Second}, aws.Uniform{Min: 5 * time.Second, Max: 5 * time.Second}
	s := &shrinking{ctx: ctx, world: aws.New(k), luck: rand.New(rand.NewPCG(k.Seed, 1))}
	s.world.Observe(s.observe)
	wiring := &policy.Wiring{
		Follows: policy.Gap, Entry: func(string) []byte { return []byte(`{"headroom": {"fitted": false}}`) },
		Hooks: []aws.HookSpec{{Name: policy.HookName, Heartbeat: 30 * time.Minute, Default: "CONTINUE"}},
	}
	site := workload.Site{World: s.world, Policy: wiring}
	c := s.world.NewCluster("web")
	s.group = site.NewGroup(aws.GroupSpec{
		Name: "web", Cluster: "web", Zones: []string{"a", "b", "c"}, Max: 500, Desired: hosts, Warmup: -1,
		Type: aws.InstanceType{Name: "m5.xlarge", Resources: aws.Resources{CPU: 4000, Memory: 16000}, ENIs: 20},
	}, true)
	wiring.Install(s.world, c, s.group)
	s.service = site.CreateService(c, aws.ServiceSpec{Name: "app", Desired: 2 * hosts, MinPercent: 100, MaxPercent: 200, Definition: &aws.TaskDefinition{
		Family: "app", Revision: 1, Resources: aws.Resources{CPU: 1000, Memory: 1000}, Stops: stops, StopTimeout: stops,
	}})
	s.world.Schedule("publisher", s.pass)
	s.world.Schedule("drainer", s.tick)
	return s
}

func (s *shrinking) pass(t aws.Tick) {
	event, err := lambdaevent.Parse(t.Event(), s.world.Now())
	if err != nil || event.Stale {
		return
	}
	if s.publisher == nil || s.luck.Float64() < s.cold {
		s.publisher = publisher.New(publisher.Clients{
			SSM: s.world.SSM(), ECS: s.world.ECS(), AutoScaling: s.world.AutoScaling(), CloudWatch: s.world.CloudWatch(),
		}, policy.Settings(), slog.New(slog.DiscardHandler), s.world.Now)
	}
	if answer, err := s.publisher.Run(s.ctx, event.Minute); err == nil {
		s.said = append(s.said, datum{s.world.Now(), answer.Clusters[0].CapacityChange})
	}
}

func (s *shrinking) tick(t aws.Tick) {
	if s.drainer == nil {
		s.drainer = drainer.New(drainer.Clients{
			SSM: s.world.SSM(), ECS: s.world.ECS(), AutoScaling: s.world.AutoScaling(), CloudWatch: s.world.CloudWatch(),
		}, policy.Settings(), slog.New(slog.DiscardHandler))
	}
	_, _ = s.drainer.Event(s.ctx, t.Event(), s.world.Now()) // the next tick does what this one could not
}

func (s *shrinking) observe(h aws.Happened) {
	if h.Kind == aws.DesiredChanged && strings.HasSuffix(h.Cause, alarms.InBySize) && h.To < h.From {
		s.taken = append(s.taken, took{h.At, h.From - h.To, len(s.group.Instances()) - there(s.group)})
	}
}

// datapoints are those of the alarm that acts at a moment, newest first: a minute's is its largest datum. from is when the oldest
// of its data was said.
func (s *shrinking) datapoints(acts time.Time, beyond int) (values []int, from time.Time) {
	of := alarms.Contract().Alarms[alarms.InBySize].EvaluationPeriods
	end := acts.Add(-delay)
	for range of + beyond {
		begin, found, most := end.Add(-time.Minute), false, 0
		for _, d := range s.said {
			if d.at.Before(begin) || !d.at.Before(end) {
				continue
			}
			if !found || d.value > most {
				most = d.value
			}
			if !found {
				from = d.at
			}
			found = true
		}
		if found {
			values = append(values, most)
		}
		if len(values) == of {
			break
		}
		end = begin
	}
	return values, from
}

// spentTwice says which scale-in has no proof: with it more hosts have gone since the oldest datapoint than the least of the five
// says, or than the newest one says where a policy goes by that.
func (s *shrinking) spentTwice() string {
	for n, t := range s.taken {
		values, from := s.datapoints(t.at, s.world.Knobs.CloudWatch.Range)
		if len(values) == 0 {
			return fmt.Sprintf("%d hosts at %s on no datapoint", t.hosts, t.at.Format(time.TimeOnly))
		}
		proved := -values[0]
		if !s.world.Knobs.CloudWatch.NewestAlone {
			for _, v := range values {
				proved = min(proved, -v)
			}
		}
		gone := 0
		for _, before := range s.taken[:n+1] {
			if before.at.After(from) {
				gone += before.hosts
			}
		}
		if gone > proved {
			return fmt.Sprintf("%d hosts since %s with those of %s, on datapoints %v", gone, from.Format(time.TimeOnly), t.at.Format(time.TimeOnly), values)
		}
	}
	return ""
}

// Whatever ticks are lost, doubled or late, however long drains take, and however often the publisher begins anew.
func TestNoProofIsSpentTwice(t *testing.T) {
	for _, newest := range []bool{false, true} {
		t.Run(fmt.Sprintf("by the newest datapoint alone: %v", newest), func(t *testing.T) {
			hosts, beside := 0, 0
			rapid.Check(t, func(t *rapid.T) {
				k := aws.Defaults()
				k.Seed = rapid.Uint64().Draw(t, "seed")
				k.CloudWatch.NewestAlone = newest
				k.Faults = aws.FaultKnobs{
					TicksLost:    rapid.SampledFrom([]float64{0, 0.1, 0.3}).Draw(t, "lost"),
					TicksDoubled: rapid.SampledFrom([]float64{0, 0.3, 1}).Draw(t, "doubled"),
					TicksLate:    rapid.SampledFrom([]float64{0, 0.3}).Draw(t, "late"),
				}
				stops := rapid.SampledFrom([]time.Duration{5 * time.Second, 100 * time.Second, 5 * time.Minute}).Draw(t, "a task stops in")
				s := newShrinking(t.Context(), k, rapid.IntRange(6, 30).Draw(t, "hosts"), stops)
				s.cold = rapid.SampledFrom([]float64{0, 0.05, 0.5}).Draw(t, "cold")
				for at := 20 * time.Minute; at < time.Hour; at += time.Duration(rapid.IntRange(1, 15).Draw(t, "minutes")) * time.Minute {
					tasks := rapid.IntRange(0, 2*s.group.Desired).Draw(t, "tasks")
					s.world.At(k.Start.Add(at), fmt.Sprint("tasks ", at), func() { s.service.SetDesired(tasks) })
				}
				s.world.Run(k.Start.Add(80 * time.Minute))
				if why := s.spentTwice(); why != "" {
					t.Fatal(why)
				}
				for _, took := range s.taken {
					hosts += took.hosts
					if took.beside > 0 {
						beside += took.hosts
					}
				}
			})
			t.Logf("%d hosts went, %d of them while others were leaving", hosts, beside)
			assert.Positive(t, beside, "else this would prove little")
		})
	}
}
