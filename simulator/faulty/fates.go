package faulty

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/aws/smithy-go"
)

// Errors that do not come from AWS.
var (
	// ErrDied is what the process hears from its last call on.
	ErrDied = errors.New("the process has died")
	// ErrLost is what a caller hears whose answer is lost.
	ErrLost = errors.New("connection reset by peer")
)

// iamPrefixes are the prefixes of IAM actions by the SDK's names of services
// (https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html).
var iamPrefixes = map[string]string{"SSM": "ssm", "ECS": "ecs", "Auto Scaling": "autoscaling", "CloudWatch": "cloudwatch"}

// IAMAction is the action that a policy must allow, such as ecs:ListTasks.
func (c Call) IAMAction() string { return iamPrefixes[c.Service] + ":" + c.Action }

// Fails is an error as the SDK returns it.
func (c Call) Fails(err error) error {
	return &smithy.OperationError{ServiceID: c.Service, OperationName: c.Action, Err: err}
}

// Answers is AWS's error of a code.
func (c Call) Answers(code, message string) error {
	return c.Fails(&smithy.GenericAPIError{Code: code, Message: message, Fault: smithy.FaultClient})
}

// Denied is AWS's answer to a call that no policy allows. The services with the query protocol use another code
// (https://docs.aws.amazon.com/autoscaling/ec2/APIReference/CommonErrors.html,
// https://docs.aws.amazon.com/AmazonECS/latest/APIReference/CommonErrors.html).
func Denied(_ context.Context, c Call, _ func() (any, error)) (any, error) {
	code := "AccessDeniedException"
	if c.Service == "Auto Scaling" || c.Service == "CloudWatch" {
		code = "AccessDenied"
	}
	return nil, c.Answers(code, fmt.Sprintf("User is not authorized to perform %s because no identity-based policy allows it", c.IAMAction()))
}

// IsDenied tells whether an error is that of [Denied].
func IsDenied(err error) bool {
	api, ok := errors.AsType[smithy.APIError](err)
	return ok && strings.HasPrefix(api.ErrorCode(), "AccessDenied")
}

// Throttled is AWS's answer to a call that comes too soon
// (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/request-throttling.html).
func Throttled(_ context.Context, c Call, _ func() (any, error)) (any, error) {
	return nil, c.Answers("ThrottlingException", "Rate exceeded")
}

// TimedOut is a call that gets no answer within its time; it is not carried out.
func TimedOut(_ context.Context, c Call, _ func() (any, error)) (any, error) {
	return nil, c.Fails(context.DeadlineExceeded)
}

// Hangs is a call that gets no answer until its context ends; it is not carried out.
func Hangs(ctx context.Context, c Call, _ func() (any, error)) (any, error) {
	<-ctx.Done()
	return nil, c.Fails(ctx.Err())
}

// AnswerLost is a call that is carried out while its caller hears of an error.
func AnswerLost(_ context.Context, c Call, carryOut func() (any, error)) (any, error) {
	if _, err := carryOut(); err != nil {
		return nil, err
	}
	return nil, c.Fails(ErrLost)
}

// Answers is AWS's error of a code in place of the call.
func Answers(code, message string) Fate {
	return func(_ context.Context, c Call, _ func() (any, error)) (any, error) {
		return nil, c.Answers(code, message)
	}
}

// Slow is a call that takes so long.
func Slow(takes time.Duration) Fate {
	return func(ctx context.Context, c Call, carryOut func() (any, error)) (any, error) {
		select {
		case <-ctx.Done():
			return nil, c.Fails(ctx.Err())
		case <-time.After(takes):
			return carryOut()
		}
	}
}

// Death ends a process at one of its calls, and all calls after that fail.
type Death struct {
	at         int
	carriedOut bool

	mu   sync.Mutex
	seen int
}

// DiesAt is the death at call n, counted from 0, which AWS carries out or not.
func DiesAt(n int, carriedOut bool) *Death { return &Death{at: n, carriedOut: carriedOut} }

// Fate is the death as a fate.
func (d *Death) Fate(_ context.Context, c Call, carryOut func() (any, error)) (any, error) {
	d.mu.Lock()
	n := d.seen
	d.seen++
	d.mu.Unlock()
	if n < d.at {
		return carryOut()
	}
	if n == d.at && d.carriedOut {
		_, _ = carryOut()
	}
	return nil, c.Fails(ErrDied)
}

// Dead tells whether the process has died.
func (d *Death) Dead() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.seen > d.at
}

// Sometimes gives a share of the calls a fate, by luck. The luck depends on the order of calls.
func Sometimes(share float64, luck *rand.Rand, fate Fate) Fate {
	var mu sync.Mutex
	return func(ctx context.Context, c Call, carryOut func() (any, error)) (any, error) {
		mu.Lock()
		hit := luck.Float64() < share
		mu.Unlock()
		if hit {
			return fate(ctx, c, carryOut)
		}
		return carryOut()
	}
}

// Rewrite changes the answers of one kind, such as *ecs.DescribeTasksOutput. A simulated AWS may hand out parts of an
// answer more than once, so change replaces parts and does not write into them.
func Rewrite[O any](change func(c Call, out *O)) Fate {
	return func(_ context.Context, c Call, carryOut func() (any, error)) (any, error) {
		answer, err := carryOut()
		if out, ok := answer.(*O); ok && err == nil {
			change(c, out)
		}
		return answer, err
	}
}

// On gives a fate to the calls of some actions only.
func On(fate Fate, actions ...string) Fate {
	return Where(func(c Call) bool { return slices.Contains(actions, c.Action) }, fate)
}

// Where gives a fate to some calls only.
func Where(hit func(Call) bool, fate Fate) Fate {
	return func(ctx context.Context, c Call, carryOut func() (any, error)) (any, error) {
		if hit(c) {
			return fate(ctx, c, carryOut)
		}
		return carryOut()
	}
}
