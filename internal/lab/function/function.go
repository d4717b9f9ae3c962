// Package function runs a Lambda binary as Lambda does, behind a Runtime API on loopback, and builds the released ones. It is
// for tests and `make demo-wire`.
package function

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"sync"
	"time"

	"ecs-cluster-scaler/internal/lab/internal/process"
)

const (
	// initTimeout is for the time before the first poll. Lambda gives 10 s; a machine that does much else needs more.
	initTimeout = time.Minute
	// defaultDeadline is what an Invoke without a deadline of its own gets.
	defaultDeadline = time.Minute
)

// Process runs a Lambda binary as Lambda does: a process of its own that polls a
// Runtime API for events. Unlike Lambda it does not start anew after a crash.
type Process struct {
	api    *runtimeAPI
	cmd    *exec.Cmd
	output *os.File
	init   time.Duration

	invoking sync.Mutex // Lambda gives one process one event at a time

	exited  chan struct{}
	exitErr error // after exited

	closing sync.Mutex
	peak    int64
}

// Result is what Lambda would return of one invocation.
type Result struct {
	Payload []byte
	// ErrorType and ErrorMessage tell the function's own failure (X-Amz-Function-Error);
	// both are empty when it succeeded.
	ErrorType    string
	ErrorMessage string
	// Logs is what the process wrote to stdout and stderr meanwhile.
	Logs []byte
}

// Option changes how a function is started.
type Option func(environment map[string]string)

// Named gives the function a name, as its own AWS_LAMBDA_FUNCTION_NAME tells it.
func Named(name string) Option {
	return func(environment map[string]string) { environment["AWS_LAMBDA_FUNCTION_NAME"] = name }
}

// MemoryMB is the function's memory size, as its environment tells it; nothing enforces it.
func MemoryMB(size int) Option {
	return func(environment map[string]string) {
		environment["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"] = fmt.Sprint(size)
	}
}

// Start starts binary behind a Runtime API on loopback and waits until it
// polls for the first time. It inherits nothing of this process's environment but
// PATH and TMPDIR. It lives until Close or the end of ctx.
func Start(ctx context.Context, binary string, env []string, options ...Option) (*Process, error) {
	api, err := startRuntimeAPI(ctx)
	if err != nil {
		return nil, err
	}
	p := &Process{api: api, exited: make(chan struct{})}
	if p.output, err = unnamedFile(); err != nil {
		api.close()
		return nil, fmt.Errorf("start function %s: %w", binary, err)
	}
	p.cmd = exec.CommandContext(ctx, binary)
	p.cmd.Env = append(lambdaEnvironment(api.address, options), env...)
	// A file, not a pipe: what the process wrote before it answered is there when the
	// answer is.
	p.cmd.Stdout, p.cmd.Stderr = p.output, p.output
	started := time.Now()
	if err := p.cmd.Start(); err != nil {
		api.close()
		_ = p.output.Close()
		return nil, fmt.Errorf("start function %s: %w", binary, err)
	}
	go func() {
		p.exitErr = p.cmd.Wait()
		close(p.exited)
	}()
	if err := p.awaitFirstPoll(ctx); err != nil {
		_ = p.Close()
		return nil, fmt.Errorf("start function %s: %w", binary, err)
	}
	p.init = time.Since(started)
	return p, nil
}

func lambdaEnvironment(address string, options []Option) []string {
	environment := map[string]string{
		"AWS_LAMBDA_RUNTIME_API":          address,
		"AWS_LAMBDA_FUNCTION_NAME":        "lab",
		"AWS_LAMBDA_FUNCTION_VERSION":     "$LATEST",
		"AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "128",
		"AWS_EXECUTION_ENV":               "AWS_Lambda_provided.al2023",
		"LAMBDA_TASK_ROOT":                "/var/task",
		"_HANDLER":                        "bootstrap",
		"TZ":                              ":UTC",
	}
	for _, kept := range []string{"PATH", "TMPDIR", "GOCOVERDIR"} {
		if value, ok := os.LookupEnv(kept); ok {
			environment[kept] = value
		}
	}
	for _, option := range options {
		option(environment)
	}
	var list []string
	for name, value := range environment {
		list = append(list, name+"="+value)
	}
	return list
}

func (p *Process) awaitFirstPoll(ctx context.Context) error {
	timeout := time.NewTimer(initTimeout)
	defer timeout.Stop()
	select {
	case <-p.api.polled:
		return nil
	case failure := <-p.api.initErrors:
		return fmt.Errorf("its initialisation failed: %s", failure)
	case <-p.exited:
		// The report and the exit may arrive together.
		select {
		case failure := <-p.api.initErrors:
			return fmt.Errorf("its initialisation failed: %s", failure)
		default:
			return p.death("before its first poll")
		}
	case <-timeout.C:
		return fmt.Errorf("it did not poll within %s; it wrote: %s", initTimeout, process.LastLine(p.written(0)))
	case <-ctx.Done():
		return ctx.Err()
	}
}

// death says how the process ended; call it after exited.
func (p *Process) death(when string) error {
	how := "exit status 0"
	if p.exitErr != nil {
		how = p.exitErr.Error()
	}
	return fmt.Errorf("the process ended %s (%s); it wrote: %s", when, how, process.LastLine(p.written(0)))
}

// Invoke hands the function one event and waits for its answer. ctx's deadline is the
// function's (Lambda-Runtime-Deadline-Ms); where it passes without an answer, the
// process is killed, as Lambda does. The error tells that there was no answer; the
// function's own error is in the Result.
func (p *Process) Invoke(ctx context.Context, event []byte) (Result, error) {
	p.invoking.Lock()
	defer p.invoking.Unlock()
	if _, ok := ctx.Deadline(); !ok {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, defaultDeadline)
		defer cancel()
	}
	deadline, _ := ctx.Deadline()
	before, err := p.output.Seek(0, io.SeekEnd)
	if err != nil {
		return Result{}, fmt.Errorf("invoke: read the function's output: %w", err)
	}
	work := newInvocation(event, deadline)
	select {
	case p.api.queue <- work:
	case <-p.exited:
		return Result{}, fmt.Errorf("invoke: %w", p.death("earlier"))
	case <-ctx.Done():
		return Result{}, fmt.Errorf("invoke: the function is not polling: %w", ctx.Err())
	}
	given, err := p.awaitAnswer(ctx, work)
	result := given.result()
	result.Logs = []byte(p.written(before))
	if err != nil {
		return result, fmt.Errorf("invoke: %w", err)
	}
	return result, nil
}

// awaitAnswer waits for the answer and for the end of the invocation, which is the
// next poll or, after a panic, the end of the process.
func (p *Process) awaitAnswer(ctx context.Context, work *invocation) (answer, error) {
	select {
	case <-p.api.polled:
		return work.take(errors.New("it polled again without an answer"))
	case <-p.exited:
		return work.take(p.death("without an answer"))
	case <-ctx.Done():
	}
	_ = p.cmd.Process.Kill()
	<-p.exited
	unanswered := ctx.Err()
	if errors.Is(unanswered, context.DeadlineExceeded) {
		unanswered = fmt.Errorf("task timed out: no answer by the deadline, so the process was killed: %w", unanswered)
	}
	return work.take(unanswered)
}

// written is what the process wrote from the offset on.
func (p *Process) written(offset int64) string {
	end, err := p.output.Seek(0, io.SeekEnd)
	if err != nil || end <= offset {
		return ""
	}
	text := make([]byte, end-offset)
	n, _ := p.output.ReadAt(text, offset)
	return string(text[:n])
}

// InitDuration is the time from the start of the process to its first poll.
func (p *Process) InitDuration() time.Duration { return p.init }

// Close ends the process and its Runtime API.
func (p *Process) Close() error {
	p.closing.Lock()
	defer p.closing.Unlock()
	if peak := peakRSS(p.cmd.Process.Pid); peak > 0 {
		p.peak = peak
	}
	_ = p.cmd.Process.Kill()
	<-p.exited
	p.api.close()
	if err := p.output.Close(); err != nil && !errors.Is(err, os.ErrClosed) {
		return fmt.Errorf("close the function's output: %w", err)
	}
	return nil
}

// PeakRSS is the most resident memory the process had, in bytes; after Close what it
// was then, 0 where there is no /proc.
func (p *Process) PeakRSS() int64 {
	p.closing.Lock()
	defer p.closing.Unlock()
	select {
	case <-p.exited:
		return p.peak
	default:
		return peakRSS(p.cmd.Process.Pid)
	}
}

func unnamedFile() (*os.File, error) {
	named, err := os.CreateTemp("", "lab-function-")
	if err != nil {
		return nil, err
	}
	defer func() {
		_ = named.Close()
		_ = os.Remove(named.Name())
	}()
	// Appending, because the process's writes and our reads share its offset.
	return os.OpenFile(named.Name(), os.O_RDWR|os.O_APPEND, 0o600)
}

// answer is what the function posted for one invocation.
type answer struct {
	failed bool
	body   []byte
}

func (a answer) result() Result {
	result := Result{Payload: a.body}
	if a.failed {
		var failure struct{ ErrorType, ErrorMessage string }
		_ = json.Unmarshal(a.body, &failure)
		result.ErrorType, result.ErrorMessage = failure.ErrorType, failure.ErrorMessage
		if result.ErrorType == "" {
			result.ErrorType = "Unhandled"
		}
	}
	return result
}
