package campaign

import (
	"context"
	"encoding/json"
	"hash/fnv"
	"log/slog"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"

	"ecs-cluster-scaler/drain/drainer"
	"ecs-cluster-scaler/internal/lambdaevent"
	"ecs-cluster-scaler/internal/settings"
	"ecs-cluster-scaler/scaler/publisher"
	"ecs-cluster-scaler/simulator/aws"
	"ecs-cluster-scaler/simulator/faulty"
	"ecs-cluster-scaler/simulator/policy"
)

const (
	// mostWrites is how many writes an invocation makes before it dies, where it does.
	mostWrites = 6
	// retries of an event that the drainer failed on, a minute and two minutes later
	// (https://docs.aws.amazon.com/lambda/latest/dg/invocation-async.html).
	retries = 2
)

// functions runs publisher and drainer in processes as the plan says.
type functions struct {
	plan  *Plan
	world *aws.World
	judge *judge
	story *story
	// aws is the world's clients, faults included.
	aws *faulty.AWS

	publishers []*publisher.Publisher
	drainers   []*drainer.Drainer
	// now is the invocation that works.
	now *invocation
}

func newFunctions(p *Plan, w *aws.World, j *judge, s *story) *functions {
	f := &functions{plan: p, world: w, judge: j, story: s}
	f.aws = f.wrap(w)
	w.Schedule("publisher", f.publish)
	w.Schedule("drainer", func(t aws.Tick) { f.tick(context.Background(), t.Event()) })
	w.Subscribe("drainer", func(n aws.Notice) { f.event(n.Body, retries) })
	return f
}

// invoke begins an invocation, with its luck, which its name gives: one invocation more shifts no other's.
func (f *functions) invoke(function string) *invocation {
	h := fnv.New64a()
	_, _ = h.Write([]byte(function + " " + strconv.FormatInt(f.world.Now().UnixNano(), 36)))
	i := &invocation{
		function: function, began: f.world.Now(), luck: rand.New(rand.NewPCG(f.plan.Seed, h.Sum64())), diesAfter: -1,
		failed: map[call]error{}, asked: map[call]bool{}, done: map[call]time.Time{},
	}
	if i.luck.Float64() < f.plan.Faults.Deaths {
		i.diesAfter = i.luck.IntN(mostWrites)
	}
	return i
}

// runs does the work of an invocation. What was at work before, an overtaken one, goes on afterwards.
func (f *functions) runs(i *invocation, work func()) {
	before := f.now
	f.now = i
	f.aws.Forget() // nobody asks which calls there were
	work()
	f.now = before
}

// turn is which process of a pool works, and whether it begins anew.
func (f *functions) turn(i *invocation, have int) (nth int, cold bool) {
	nth = i.luck.IntN(max(1, f.plan.Faults.Processes))
	cold = i.luck.Float64() < f.plan.Faults.ColdStarts
	return min(nth, have), cold || nth >= have
}

var discard = slog.New(slog.DiscardHandler)

func (f *functions) publish(t aws.Tick) {
	scheduled, err := lambdaevent.Parse(t.Event(), f.world.Now())
	if err != nil || scheduled.Stale {
		return
	}
	i := f.invoke("publisher")
	n, cold := f.turn(i, len(f.publishers))
	if n == len(f.publishers) {
		f.publishers = append(f.publishers, nil)
	}
	if cold {
		f.publishers[n] = f.newPublisher()
	}
	f.runs(i, func() {
		answer, err := f.publishers[n].Run(context.Background(), scheduled.Minute)
		f.story.troubles(i)
		for _, failure := range answer.Failed {
			f.judge.answered(failure.Error)
		}
		if err != nil {
			return
		}
		for _, v := range answer.Clusters {
			f.judge.verdict(i, verdict{v.Cluster, int(v.Signal), v.InstanceGap})
			f.story.verdict(v)
		}
	})
	if i.diesAfter >= 0 {
		f.publishers[n] = f.newPublisher()
	}
}

func (f *functions) settings() settings.Settings {
	s := policy.Settings()
	if f.plan.Before {
		s.DrainHooks = nil
	}
	return s
}

func (f *functions) newPublisher() *publisher.Publisher {
	return publisher.New(publisher.Clients{
		SSM: f.aws.SSM, ECS: f.aws.ECS, AutoScaling: f.aws.AutoScaling, CloudWatch: f.aws.CloudWatch,
	}, f.settings(), discard, f.world.Now)
}

func (f *functions) newDrainer() *drainer.Drainer {
	return drainer.New(drainer.Clients{
		SSM: f.aws.SSM, ECS: f.aws.ECS, AutoScaling: f.aws.AutoScaling, CloudWatch: f.aws.CloudWatch,
	}, f.settings(), discard)
}

// tick is the drainer at its schedule.
func (f *functions) tick(ctx context.Context, event []byte) {
	if f.now != nil { // the one that is overtaken has its process for itself
		i := f.invoke("overtaking tick")
		i.nested = true
		_ = f.drain(ctx, i, f.newDrainer(), event)
		return
	}
	i := f.invoke("tick")
	n, cold := f.turn(i, len(f.drainers))
	if n == len(f.drainers) {
		f.drainers = append(f.drainers, nil)
	}
	if cold {
		f.drainers[n] = f.newDrainer()
	}
	i.late = i.luck.Float64() < f.plan.Faults.LateCalls
	_ = f.drain(ctx, i, f.drainers[n], event) // the next tick does what this one could not
	if i.diesAfter >= 0 || i.late {
		f.drainers[n] = f.newDrainer()
	}
}

// overtake has another drainer's whole tick come now.
func (f *functions) overtake(ctx context.Context, i *invocation) {
	if i.function == "publisher" || i.nested || i.luck.Float64() >= f.plan.Faults.Overtaken {
		return
	}
	f.story.note("another drainer's tick comes in between")
	f.tick(ctx, aws.Tick{Scheduled: f.world.Now().Truncate(time.Minute)}.Event())
}

// event is the drainer at an event, which finds a new process.
func (f *functions) event(body []byte, again int) {
	i := f.invoke("event " + instanceOf(body))
	err := f.drain(context.Background(), i, f.newDrainer(), body)
	if i.dead {
		err = faulty.ErrDied
	}
	if err != nil && again > 0 {
		at := f.world.Now().Add(time.Duration(retries+1-again) * time.Minute)
		f.world.At(at, "drainer again "+instanceOf(body), func() { f.event(body, again-1) })
	}
}

// instanceOf is the instance that an event names, for its luck.
func instanceOf(body []byte) string {
	var event struct {
		DetailType string `json:"detail-type"`
		Detail     map[string]string
	}
	_ = json.Unmarshal(body, &event)
	return strings.TrimSpace(event.DetailType + " " + event.Detail["EC2InstanceId"] + event.Detail["instance-id"])
}

// drain is what the function's handler does at an event.
func (f *functions) drain(ctx context.Context, i *invocation, process *drainer.Drainer, event []byte) (err error) {
	f.runs(i, func() {
		var answer drainer.Answer
		answer, err = process.Event(ctx, event, f.world.Now())
		f.story.steps(i, answer)
	})
	f.judge.drained(i)
	return err
}
