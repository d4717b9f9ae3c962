package drain

import (
	"time"

	"ecs-cluster-scaler/cluster"
)

// Action is what a step does with the host.
type Action string

// The actions.
const (
	// SetDraining sets the container instance DRAINING, so that ECS moves its service tasks.
	SetDraining Action = "drain"
	// Wait does nothing. A heartbeat may be due.
	Wait Action = "wait"
	// StopTasks calls StopTask, so load balancers deregister the tasks and SIGTERM is sent.
	StopTasks Action = "stop_tasks"
	// Complete ends the lifecycle hook with CONTINUE. EC2 then terminates the instance.
	Complete Action = "complete"
	// None leaves the host alone.
	None Action = "none"
)

// Step is what to do for one host now, and why. Answers and logs show it.
type Step struct {
	Cluster  string `json:"cluster"`
	Group    string `json:"group"`
	Instance string `json:"instance"`
	Action   Action `json:"step"`
	Reason   Reason `json:"reason"`
	// Detail has the sums behind the reason; empty: none.
	Detail string `json:"detail,omitempty"`
	// Since is when the termination began.
	Since time.Time `json:"since"`
	// Heartbeat: AWS is also told that the hook needs more time.
	Heartbeat bool `json:"heartbeat,omitempty"`
	// Deregister: the host's registration is removed before the completion, because ECS will not do it.
	Deregister bool `json:"deregister,omitempty"`
	// Drain: the registration is ACTIVE and is set DRAINING, beside the step's action.
	Drain bool `json:"-"`
	// AgeCounts: the host waits for more than tasks that may take their time, so the metric of the oldest drain counts it.
	AgeCounts bool `json:"-"`

	// Hook is completed, Beats get heartbeats as soon as the host waits, Tasks are stopped. Registration is an ARN.
	Hook         string   `json:"-"`
	Beats        []string `json:"-"`
	Registration string   `json:"-"`
	Tasks        []string `json:"-"`
}

func (s *Step) set(a Action, r Reason, detail string) { s.Action, s.Reason, s.Detail = a, r, detail }

// setDraining sets an ACTIVE registration DRAINING. A step that would only wait is shown as that.
func (s *Step) setDraining(r *cluster.Host) {
	s.Drain = s.Drain || r != nil && r.Status == cluster.Active
	if s.Drain && s.Action == Wait {
		s.Action = SetDraining
	}
}

func join(a, b string) string {
	if a == "" {
		return b
	}
	return a + "; " + b
}

// FirstStep is the step on an event about one host: its registration is set DRAINING. Ticks do the rest. spot: the event is
// a Spot warning.
func FirstStep(clusterName string, h Host, spot bool) Step {
	s := Step{Cluster: clusterName, Group: h.Group, Instance: h.Instance, Action: None, Reason: NotRegistered, Since: h.Began}
	if spot {
		s.Detail = "EC2 takes this Spot instance back within two minutes"
	}
	if r := h.Registration; r != nil {
		s.Registration, s.Reason = r.ARN, TasksRunning
		if r.Status == cluster.Active {
			s.Action, s.Drain = SetDraining, true
		}
	}
	return s
}

// blockedAfter is how long a host may wait before it counts as blocked.
const blockedAfter = 15 * time.Minute

// Blocked tells whether the host has waited for long for something that does not end by itself. A hook that may not be
// completed blocks at once.
func (s Step) Blocked(now time.Time) bool {
	if s.Action == Complete || s.Action == None {
		return false
	}
	return s.Reason == HookNotAllowed || now.Sub(s.Since) > blockedAfter && s.Reason != TasksStopping && s.Reason != StandaloneTask
}
