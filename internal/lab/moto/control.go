package moto

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"

	"ecs-cluster-scaler/internal/lab/internal/process"
)

// Fault makes calls of one action fail, be slow, or both.
type Fault struct {
	Action  string        // "ecs.ListContainerInstances": service and action
	Cluster string        // only calls that name this ECS cluster; empty: all
	Skip    int           // so many calls pass first: the second page fails with 1
	Times   int           // so many fail; 0: one; negative: all until Reset
	Status  int           // HTTP status; 0: 400
	Code    string        // "ThrottlingException"; empty: the call is only delayed
	Message string        // empty: the code
	Delay   time.Duration // before the answer, whichever it is
}

// Denied is the fault of a policy that lacks an action, in AWS's words.
func Denied(action, iamAction string) Fault {
	return Fault{
		Action: action, Times: -1, Status: http.StatusBadRequest, Code: "AccessDeniedException",
		Message: "User: arn:aws:sts::" + process.Account + ":assumed-role/lab/lab is not authorized to perform: " + iamAction +
			" because no identity-based policy allows the " + iamAction + " action",
	}
}

// Example answers every further call of an action, such as "ecs.DescribeServices", with AWS's own example payload until
// Reset. changes replace values by their path, as in "services.0.status".
func (m *Server) Example(ctx context.Context, action string, changes map[string]any) error {
	return m.post(ctx, "/_lab/example", map[string]any{"action": action, "changes": changes})
}

// Fault plans f for the calls to come.
func (m *Server) Fault(ctx context.Context, f Fault) error {
	if f.Times == 0 {
		f.Times = 1
	}
	if f.Status == 0 {
		f.Status = http.StatusBadRequest
	}
	if f.Message == "" {
		f.Message = f.Code
	}
	return m.post(ctx, "/_lab/fault", map[string]any{
		"action": f.Action, "cluster": f.Cluster, "skip": f.Skip, "times": f.Times,
		"status": f.Status, "code": f.Code, "message": f.Message, "delay_ms": f.Delay.Milliseconds(),
	})
}

// Reset empties the world and forgets calls and faults.
func (m *Server) Reset(ctx context.Context) error { return m.post(ctx, "/moto-api/reset", nil) }

// Calls counts the AWS calls since the last ResetCalls, failed ones too, by
// "service.Action": {"ecs.ListTasks": 3}.
func (m *Server) Calls(ctx context.Context) (map[string]int, error) {
	counts := map[string]int{}
	err := m.get(ctx, "/_lab/calls", &counts)
	return counts, err
}

// Call is one AWS call as it came.
type Call struct {
	Action string            // "autoscaling.UpdateAutoScalingGroup", "lambda DELETE /2015-03-31/functions/f"
	Fields map[string]string // those of its fields that are text
}

// CallLog is the latest ten thousand calls since the last ResetCalls, in their order. Of services that name the action by
// method and path (Lambda, Scheduler) it has those that change something.
func (m *Server) CallLog(ctx context.Context) ([]Call, error) {
	var log []Call
	err := m.get(ctx, "/_lab/calls/log", &log)
	return log, err
}

// ResetCalls starts Calls and CallLog anew.
func (m *Server) ResetCalls(ctx context.Context) error { return m.post(ctx, "/_lab/calls/reset", nil) }

// HostChange is what an ECS agent would have told; nil fields stay as they are.
type HostChange struct {
	AgentConnected *bool
	RegisteredAt   *time.Time
	Version        *int64 // stays 0 in moto by itself, which means unknown
	PendingTasks   *int
	// CapacityProvider is what ECS tells of an instance that registered as one of that provider's group.
	CapacityProvider *string
}

// SetHost changes a container instance: host is its ARN, its id or its EC2 id.
func (m *Server) SetHost(ctx context.Context, cluster, host string, c HostChange) error {
	return m.post(ctx, "/_lab/host", fields{"cluster": cluster, "instance": host}.
		set("agentConnected", c.AgentConnected).set("version", c.Version).
		set("pendingTasksCount", c.PendingTasks).set("capacityProviderName", c.CapacityProvider).at("registeredAt", c.RegisteredAt))
}

// InstanceChange is what Auto Scaling would have done; nil fields stay as they are.
type InstanceChange struct {
	State         *string // LifecycleState: "Pending", "InService", "Terminating:Wait"…
	Health        *string // "Healthy", "Unhealthy"
	LaunchedAt    *time.Time
	TerminatingAt *time.Time // the start of its open termination
}

// SetInstance changes an instance of an Auto Scaling group, by its EC2 id.
func (m *Server) SetInstance(ctx context.Context, instance string, c InstanceChange) error {
	return m.post(ctx, "/_lab/instance", fields{"instance": instance}.
		set("lifecycleState", c.State).set("healthStatus", c.Health).
		at("launchedAt", c.LaunchedAt).at("terminatingAt", c.TerminatingAt))
}

// ServiceChange is what the ECS scheduler would have done; nil fields stay as they are.
type ServiceChange struct {
	Desired, Running, Pending *int
	Status                    *string // "ACTIVE", "DRAINING", "INACTIVE"
	Deployments               []Deployment
	TaskSets                  []TaskSet
	Events                    []Event
}

// SetService changes what DescribeServices tells of a service.
func (m *Server) SetService(ctx context.Context, cluster, service string, c ServiceChange) error {
	body := fields{"cluster": cluster, "service": service}.
		set("desired", c.Desired).set("running", c.Running).set("pending", c.Pending).set("status", c.Status)
	if c.Deployments != nil {
		body["deployments"] = c.Deployments
	}
	if c.TaskSets != nil {
		body["taskSets"] = c.TaskSets
	}
	if c.Events != nil {
		body["events"] = c.Events
	}
	return m.post(ctx, "/_lab/service", body)
}

// TaskChange is where a task stands; nil fields stay as they are.
type TaskChange struct {
	LastStatus, DesiredStatus, Health, StopCode *string
	StartedAt, StoppingAt, StoppedAt            *time.Time
	Protected                                   *bool // from scale-in
}

// SetTask changes a task, by its ARN or id. Its host's resources stay reserved: only
// StopTask gives them back.
func (m *Server) SetTask(ctx context.Context, cluster, task string, c TaskChange) error {
	return m.post(ctx, "/_lab/task", fields{"cluster": cluster, "task": task}.
		set("lastStatus", c.LastStatus).set("desiredStatus", c.DesiredStatus).
		set("healthStatus", c.Health).set("stopCode", c.StopCode).set("protected", c.Protected).
		at("startedAt", c.StartedAt).at("stoppingAt", c.StoppingAt).at("stoppedAt", c.StoppedAt))
}

// LifecycleAction is one termination that waits, or waited, for its hook.
type LifecycleAction struct {
	Group      string `json:"asg"`
	Hook       string
	Instance   string
	Token      string
	Result     string // "CONTINUE" or "ABANDON" when completed
	Heartbeats int
}

// LifecycleActions lists all since the last Reset, oldest first.
func (m *Server) LifecycleActions(ctx context.Context) ([]LifecycleAction, error) {
	var actions []LifecycleAction
	err := m.get(ctx, "/_lab/lifecycle", &actions)
	return actions, err
}

// LifecycleEvents are the EventBridge events of those actions, ready to invoke with.
func (m *Server) LifecycleEvents(ctx context.Context) ([]json.RawMessage, error) {
	var events []json.RawMessage
	err := m.get(ctx, "/_lab/events", &events)
	return events, err
}

// fields is a request body that leaves out what a test did not say.
type fields map[string]any

func (f fields) set(name string, value any) fields {
	switch v := value.(type) {
	case *bool:
		if v != nil {
			f[name] = *v
		}
	case *int:
		if v != nil {
			f[name] = *v
		}
	case *int64:
		if v != nil {
			f[name] = *v
		}
	case *string:
		if v != nil {
			f[name] = *v
		}
	}
	return f
}

func (f fields) at(name string, value *time.Time) fields {
	if value != nil {
		f[name] = seconds(*value)
	}
	return f
}

func seconds(t time.Time) float64 { return float64(t.UnixMilli()) / 1000 }

func (m *Server) post(ctx context.Context, path string, body any) error {
	text, err := json.Marshal(body)
	if err != nil {
		return fmt.Errorf("ask moto for %s: %w", path, err)
	}
	if body == nil {
		text = nil
	}
	return m.do(ctx, http.MethodPost, path, text, nil)
}

func (m *Server) get(ctx context.Context, path string, into any) error {
	return m.do(ctx, http.MethodGet, path, nil, into)
}

func (m *Server) do(ctx context.Context, method, path string, body []byte, into any) error {
	request, err := http.NewRequestWithContext(ctx, method, m.endpoint+path, bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("ask moto for %s: %w", path, err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return fmt.Errorf("ask moto for %s: %w", path, err)
	}
	defer func() { _ = response.Body.Close() }()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		return fmt.Errorf("ask moto for %s: %w", path, err)
	}
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("ask moto for %s: %s: %s", path, response.Status, answer)
	}
	if into == nil {
		return nil
	}
	if err := json.Unmarshal(answer, into); err != nil {
		return fmt.Errorf("ask moto for %s: it answered %q: %w", path, answer, err)
	}
	return nil
}
