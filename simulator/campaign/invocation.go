package campaign

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/aws/smithy-go"

	"ecs-cluster-scaler/simulator/faulty"
)

// Actions that the judge or the exemptions name.
const (
	listGroups = "DescribeAutoScalingGroups"
	beat       = "RecordLifecycleActionHeartbeat"
	complete   = "CompleteLifecycleAction"
)

// latest is how late a late call comes at most.
const latest = 40 * time.Second

// call is one call of a function: its action, the cluster that it is about (empty: all), and what it names.
type call struct{ action, cluster, subject string }

// invocation is one run of a function. Reads come from several goroutines, writes from one.
type invocation struct {
	function string
	began    time.Time
	luck     *rand.Rand
	// diesAfter is how many writes are made before the process dies; negative: it lives.
	diesAfter int
	late      bool
	nested    bool

	mu     sync.Mutex
	writes int
	dead   bool
	failed map[call]error
	asked  map[call]bool
	done   map[call]time.Time
}

func (i *invocation) fails(c call, err error) error {
	i.mu.Lock()
	defer i.mu.Unlock()
	c.subject = subjectOf(c)
	i.failed[c] = err
	return err
}

// subjectOf keeps what the judge asks for by name: heartbeats are told apart by instance, other calls are not.
func subjectOf(c call) string {
	if c.action == beat {
		return c.subject
	}
	return ""
}

// clean tells whether nothing went wrong in it that concerns a cluster. The denied action is not counted: who is denied
// one is denied it each time, which the judge knows.
func (i *invocation) clean(cluster string) bool {
	if i.dead || i.late {
		return false
	}
	for c, err := range i.failed {
		if (c.cluster == "" || c.cluster == cluster) && !faulty.IsDenied(err) {
			return false
		}
	}
	return true
}

// failedFor are the actions that failed and concern a cluster, in no order.
func (i *invocation) failedFor(cluster string) map[string]bool {
	actions := map[string]bool{}
	for c := range i.failed {
		if c.cluster == "" || c.cluster == cluster {
			actions[c.action] = true
		}
	}
	return actions
}

// fate is what becomes of a call.
func (f *functions) fate(ctx context.Context, made faulty.Call, carryOut func() (any, error)) (any, error) {
	c := call{made.Action, clusterOf(made.Resource), made.Subject}
	if made.Writes {
		return f.write(ctx, made, c, carryOut)
	}
	return f.read(ctx, made, c, carryOut)
}

// before is the fate of a call that never reaches AWS.
func (f *functions) before(ctx context.Context, i *invocation, made faulty.Call, c call) error {
	if c.action == f.plan.Faults.Denied {
		_, err := faulty.Denied(ctx, made, nil)
		return i.fails(c, err)
	}
	i.mu.Lock()
	dead := i.dead
	i.mu.Unlock()
	if dead {
		return i.fails(c, faulty.ErrDied)
	}
	return nil
}

// answered notes what AWS answered. Only a refusal to serve is a failure; that something is not there is an answer.
func (i *invocation) answered(c call, err error) {
	var api smithy.APIError
	if errors.As(err, &api) && api.ErrorCode() == "ThrottlingException" {
		_ = i.fails(c, err)
	}
}

// read makes a call that changes nothing.
func (f *functions) read(ctx context.Context, made faulty.Call, c call, carryOut func() (any, error)) (any, error) {
	i := f.now
	if err := f.before(ctx, i, made, c); err != nil {
		return nil, err
	}
	out, err := carryOut()
	i.answered(c, err)
	return out, err
}

// write makes a call that changes something: perhaps after another drainer's whole tick, perhaps late, perhaps with its
// answer lost, perhaps as the last of the process.
func (f *functions) write(ctx context.Context, made faulty.Call, c call, carryOut func() (any, error)) (any, error) {
	i := f.now
	if i.diesAfter >= 0 && i.writes >= i.diesAfter {
		i.mu.Lock()
		i.dead = true
		i.mu.Unlock()
	}
	if !i.dead {
		f.judge.wanted(c)
	}
	if err := f.before(ctx, i, made, c); err != nil {
		return nil, err
	}
	i.writes++
	f.overtake(ctx, i)
	f.judge.decided(i, c)
	attempt := func() (any, error) {
		out, err := carryOut()
		i.answered(c, err)
		if err == nil {
			f.judge.took(i, c)
		}
		return out, err
	}
	if i.late {
		f.world.After(time.Duration(i.luck.Int64N(int64(latest))), fmt.Sprintf("late %s %s", c.action, c.subject), func() { _, _ = attempt() })
		return nil, nil // an empty answer
	}
	out, err := attempt()
	if err == nil && i.luck.Float64() < f.plan.Faults.AnswersLost {
		return nil, i.fails(c, faulty.ErrLost)
	}
	return out, err
}
