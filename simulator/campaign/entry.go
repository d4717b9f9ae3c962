package campaign

import (
	"encoding/json"
	"time"
)

// Entry is a cluster's entry, as it is written to SSM. What is left out has its documented default (docs/reference.md):
// the judge reads entries here, not through the code that it judges.
type Entry struct {
	CPU          *Band         `json:"cpu,omitempty"`
	Memory       *Band         `json:"memory,omitempty"`
	Headroom     *Headroom     `json:"headroom,omitempty"`
	Instance     *InstanceHint `json:"instance,omitempty"`
	MinInstances int           `json:"min_instances,omitempty"`
	ScaleIn      *bool         `json:"scale_in,omitempty"`
	Enabled      *bool         `json:"enabled,omitempty"`
	Drain        *Drain        `json:"drain,omitempty"`
}

// Band is a pair of thresholds. Out is nil where the resource never asks for a host.
type Band struct {
	Out *float64 `json:"scale_out_at"`
	In  float64  `json:"scale_in_below"`
}

// Headroom is room to keep for so many tasks of a size.
type Headroom struct {
	Tasks  int  `json:"tasks"`
	CPU    *int `json:"cpu,omitempty"`
	Memory *int `json:"memory,omitempty"`
	// Fitted is an object, or false; nil has its default. A schedule ends before six hours of demand are known, so that no room
	// is kept by it yet, but leaving respects it.
	Fitted any `json:"fitted,omitempty"`
}

// InstanceHint says what the group would launch.
type InstanceHint struct {
	CPU         *int `json:"cpu,omitempty"`
	Memory      *int `json:"memory,omitempty"`
	AwsvpcTasks *int `json:"awsvpc_tasks,omitempty"`
}

// Drain is how hosts leave. What is 0 or empty has its default.
type Drain struct {
	Deadline   int    `json:"deadline_minutes,omitempty"`
	AtDeadline string `json:"at_deadline,omitempty"`
	Standalone int    `json:"standalone_deadline_minutes,omitempty"`
}

// The documented defaults.
const (
	defaultOut, defaultIn = 75.0, 50.0
	defaultDeadline       = 60 * time.Minute
	defaultStandalone     = 2820 * time.Minute
	hold                  = "hold"
)

func (e *Entry) text() []byte {
	text, err := json.Marshal(e)
	if err != nil {
		panic(err) // plain numbers cannot fail
	}
	return text
}

// out is the threshold from which on a resource asks for hosts; nil: never.
func (b *Band) out() *float64 {
	if b == nil {
		at := defaultOut
		return &at
	}
	return b.Out
}

// deadline is when service tasks may be stopped, after the beginning of a termination.
func (e *Entry) deadline() time.Duration {
	if e.Drain == nil || e.Drain.Deadline == 0 {
		return defaultDeadline
	}
	return time.Duration(e.Drain.Deadline) * time.Minute
}

// standalone is the same for standalone tasks.
func (e *Entry) standalone() time.Duration {
	if e.Drain == nil || e.Drain.Standalone == 0 {
		return defaultStandalone
	}
	return time.Duration(e.Drain.Standalone) * time.Minute
}

// holds: at the deadline a person decides.
func (e *Entry) holds() bool { return e.Drain != nil && e.Drain.AtDeadline == hold }
