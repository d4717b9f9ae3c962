// Package faulty puts faults between a program and the AWS clients that it calls: a call may be denied, throttled, late,
// carried out without an answer, answered differently, or the last of its process. It wraps any clients of the SDK's
// shape and records what was called. It imports nothing of ours.
package faulty

import (
	"context"
	"slices"
	"sync"
)

// Call is one call of a client.
type Call struct {
	// Service is the SDK's name of the service, such as Auto Scaling; Action is the operation.
	Service, Action string
	// Resource is the name or ARN of what the call is about: its cluster, group, parameter, task definition or the first
	// of its capacity providers. It is empty where the call is about all of them.
	Resource string
	// Subject is what a write changes: the container instances, the task, the instance, or the instance and its hook.
	Subject string
	// Writes tells whether the call changes something.
	Writes bool
	// Input is the SDK's input, a pointer.
	Input any
}

// Fate decides what becomes of a call. carryOut makes the call and may be called later or never. An answer is what
// carryOut gives: a pointer to the SDK's output. Neither answer nor error is an empty answer.
type Fate func(ctx context.Context, c Call, carryOut func() (any, error)) (answer any, err error)

// AWS is the wrapped clients. Its methods may be called by many goroutines at once.
type AWS struct {
	SSM         *SSM
	ECS         *ECS
	AutoScaling *AutoScaling
	CloudWatch  *CloudWatch

	mu    sync.Mutex
	fates []Fate
	calls []Call
}

// Wrap wraps clients. Every call goes through the fates, the first outermost.
func Wrap(c Clients, fates ...Fate) *AWS {
	a := &AWS{fates: fates}
	a.SSM, a.ECS, a.AutoScaling, a.CloudWatch = &SSM{a, c.SSM}, &ECS{a, c.ECS}, &AutoScaling{a, c.AutoScaling}, &CloudWatch{a, c.CloudWatch}
	return a
}

// Set replaces the fates. None: every call is carried out.
func (a *AWS) Set(fates ...Fate) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.fates = fates
}

// Calls are the calls so far, in the order in which they were made, whatever became of them.
func (a *AWS) Calls() []Call {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.Clone(a.calls)
}

// Count is how many calls of an action were made.
func (a *AWS) Count(action string) int {
	n := 0
	for _, c := range a.Calls() {
		if c.Action == action {
			n++
		}
	}
	return n
}

// Forget empties the record of calls.
func (a *AWS) Forget() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.calls = nil
}

// begin records a call and gives the fates that are in force.
func (a *AWS) begin(c Call) []Fate {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.calls = append(a.calls, c)
	return a.fates
}

// through makes a call as the fates decide.
func through[I, O, P any](ctx context.Context, a *AWS, c Call, in *I, do func(context.Context, *I, ...P) (*O, error), opts []P) (*O, error) {
	c.Input = in
	next := func() (any, error) {
		out, err := do(ctx, in, opts...)
		if err != nil {
			return nil, err
		}
		return out, nil
	}
	for _, fate := range slices.Backward(a.begin(c)) {
		inner := next
		next = func() (any, error) { return fate(ctx, c, inner) }
	}
	answer, err := next()
	if err != nil {
		return nil, err
	}
	if out, ok := answer.(*O); ok && out != nil {
		return out, nil
	}
	return new(O), nil
}
