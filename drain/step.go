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
	// Wait does nothing but, where it is due, a heartbeat.
	Wait Action = "wait"
	// StopTasks ends tasks with StopTask, so that load balancers and SIGTERM have their turn.
	StopTasks Action = "stop_tasks"
	// Complete ends the lifecycle hook with CONTINUE: EC2 terminates the instance.
	Complete Action = "complete"
	// None leaves the host alone.
	None Action = "none"
)

// Step is what is to be done for one host now, and why. Answers and logs show it as it is.
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
	// Heartbeat: beside that, AWS is told that the hook needs more time.
	Heartbeat bool `json:"heartbeat,omitempty"`
	// Deregister: the host's registration, which nobody else will remove, is removed, before a completion.
	Deregister bool `json:"deregister,omitempty"`
	// Drain: the registration is still ACTIVE and is to be set DRAINING, whatever else the step is.
	Drain bool `json:"-"`
	// Restless: the host waits for more than standalone tasks before their own deadline, so that its age counts.
	Restless bool `json:"-"`

	// Hook is the one that Complete is for, Beats those that heartbeats are for as soon as the host waits, Registration the container instance's ARN, Tasks those to stop.
	Hook         string   `json:"-"`
	Beats        []string `json:"-"`
	Registration string   `json:"-"`
	Tasks        []string `json:"-"`
}

func (s *Step) set(a Action, r Reason, detail string) { s.Action, s.Reason, s.Detail = a, r, detail }

// setDraining adds to the step that an ACTIVE registration is set DRAINING. A step that would only wait is shown as that.
func (s *Step) setDraining(r *cluster.Host) {
	if r == nil || r.Status != cluster.Active {
		return
	}
	s.Drain = true
	if s.Action == Wait {
		s.Action = SetDraining
	}
}

// FirstStep is the step on an event about one host: its registration is set DRAINING. Everything after that is the ticks'.
// spot: EC2 takes the instance back, whatever its group knows of that.
func FirstStep(clusterName string, h Host, spot bool) Step {
	s := Step{Cluster: clusterName, Group: h.Group, Instance: h.Instance, Action: None, Reason: NotRegistered, Since: h.Began}
	if spot {
		s.Detail = "EC2 takes this Spot instance back within two minutes"
	}
	if r := h.Registration; r != nil {
		s.Registration, s.Reason = r.ARN, TasksRunning
		if r.Status == cluster.Active {
			s.Action = Wait
			s.setDraining(r)
		}
	}
	return s
}

// blockedAfter is how long a host may wait before it counts as blocked.
const blockedAfter = 15 * time.Minute

// Blocked tells whether the host has waited for long, for something that does not end by itself; or for a hook that is not
// allowed, which ends an empty host before that.
func (s Step) Blocked(now time.Time) bool {
	if s.Action == Complete || s.Action == None {
		return false
	}
	return s.Reason == HookNotAllowed || now.Sub(s.Since) > blockedAfter && s.Reason != TasksStopping && s.Reason != StandaloneTask
}
