package moto

import (
	"encoding/json"
	"time"
)

// Deployment is one of a service's deployments, counts and all: moto has no scheduler
// that would count for it.
type Deployment struct {
	ID             string
	Status         string // PRIMARY, ACTIVE, INACTIVE
	Rollout        string // COMPLETED, IN_PROGRESS, FAILED
	TaskDefinition string
	Desired        int
	Running        int
	Pending        int
	Failed         int
	CreatedAt      time.Time // zero: now
}

// MarshalJSON names the fields as DescribeServices does.
func (d Deployment) MarshalJSON() ([]byte, error) {
	created := d.CreatedAt
	if created.IsZero() {
		created = time.Now()
	}
	return json.Marshal(map[string]any{
		"id": d.ID, "status": d.Status, "rolloutState": d.Rollout, "taskDefinition": d.TaskDefinition,
		"desiredCount": d.Desired, "runningCount": d.Running, "pendingCount": d.Pending, "failedTasks": d.Failed,
		"createdAt": seconds(created), "updatedAt": seconds(created),
	})
}

// TaskSet is one task set of a service that ECS does not roll out itself.
type TaskSet struct {
	ID              string
	Status          string // PRIMARY, ACTIVE, DRAINING
	LaunchType      string // EC2 if empty
	ComputedDesired int
	Running         int
	Pending         int
}

// MarshalJSON names the fields as DescribeServices does.
func (s TaskSet) MarshalJSON() ([]byte, error) {
	launchType := s.LaunchType
	if launchType == "" {
		launchType = "EC2"
	}
	return json.Marshal(map[string]any{
		"id": s.ID, "status": s.Status, "launchType": launchType, "stabilityStatus": "STABILIZING",
		"computedDesiredCount": s.ComputedDesired, "runningCount": s.Running, "pendingCount": s.Pending,
	})
}

// Event is a line of a service's event list.
type Event struct {
	At      time.Time // zero: now
	Message string
}

// MarshalJSON names the fields as DescribeServices does.
func (e Event) MarshalJSON() ([]byte, error) {
	at := e.At
	if at.IsZero() {
		at = time.Now()
	}
	return json.Marshal(map[string]any{"id": "lab", "createdAt": seconds(at), "message": e.Message})
}
