package scaler

import (
	"slices"

	"ecs-cluster-scaler/cluster"
	"ecs-cluster-scaler/thresholds"
)

// Signal is the compound metric's value.
type Signal int

// The three signals.
const (
	ScaleIn  Signal = -1
	Stay     Signal = 0
	ScaleOut Signal = 1
)

// Verdict is what a pass found about one cluster. The answer, the log line and explain's JSON marshal this value.
type Verdict struct {
	Cluster string `json:"cluster"`
	Signal  Signal `json:"signal"`
	// InstanceGap is how many hosts are missing (positive) or can go (negative). Its sign is the signal's.
	InstanceGap int `json:"instance_gap"`
	// CapacityChange is what scaling policies follow: by how many a step policy must change the capacity that it counts, so that
	// the active group has InstancesWanted hosts. See Sized.
	CapacityChange int `json:"capacity_change"`
	// InstancesWanted is how many hosts the active group should have, those without capacity left out.
	InstancesWanted int `json:"instances_wanted"`
	// Reasons are all that applied, causes first.
	Reasons []Reason `json:"reasons"`
	// Why says each reason in a sentence with this cluster's figures, in the order of Reasons.
	Why         []string            `json:"why"`
	Reservation cluster.Reservation `json:"reservation"`
	// Thresholds is nil where nothing was judged.
	Thresholds *Thresholds    `json:"thresholds,omitempty"`
	Hosts      cluster.Counts `json:"hosts"`
	// UnplacedTasks are wanted now and held by no ACTIVE host.
	UnplacedTasks int `json:"unplaced_tasks"`
	// Instances counts those of the cluster's Auto Scaling groups.
	Instances Instances `json:"instances"`
	Groups    []Group   `json:"groups"`
	// ScaleOutBlocked: another host is wanted, and the group cannot launch one.
	ScaleOutBlocked bool `json:"scale_out_blocked"`
	// Notes are what an operator should know beside the reasons: faults in the entry, what could not be read.
	Notes []string `json:"notes"`
	// Demand is what tasks reserve and services want beyond that; nil: part of it is not known.
	Demand *cluster.Resources `json:"demand,omitempty"`
	// Headroom is the room that is kept free; nil where nothing was judged.
	Headroom *Headroom `json:"headroom,omitempty"`
	// Judged: the cluster was read and its entry was valid. Otherwise all but the reasons is zero.
	Judged bool `json:"-"`

	sizing sizing
}

// Headroom is room for so many tasks of a size.
type Headroom struct {
	Tasks int               `json:"tasks"`
	Size  cluster.Resources `json:"size"`
	// Fitted: it goes by what demand rose by, or will once that is known.
	Fitted bool `json:"fitted"`
	// Why says by what, and whether the thresholds that nobody named hold.
	Why string `json:"why"`
	// Needed is what was to be kept of each resource.
	Needed cluster.Resources `json:"-"`
}

// Thresholds are those that the reservation was held against.
type Thresholds struct {
	CPU    thresholds.Band `json:"cpu"`
	Memory thresholds.Band `json:"memory"`
	GPU    thresholds.Band `json:"gpu"`
}

// Instances counts the EC2 instances of a cluster's Auto Scaling groups by what they are about to do.
type Instances struct {
	Launching   int `json:"launching"`
	Terminating int `json:"terminating"`
	// Unregistered have come up, or are about to, and are no container instance yet.
	Unregistered int `json:"unregistered"`
	Protected    int `json:"protected"`
}

// Group is one Auto Scaling group as the verdict saw it.
type Group struct {
	Name string `json:"name"`
	// Active: it follows the signal.
	Active    bool     `json:"active"`
	Min       int      `json:"min"`
	Max       int      `json:"max"`
	Desired   int      `json:"desired"`
	Suspended []string `json:"suspended"`
}

// Has tells whether r is among the verdict's reasons.
func (v Verdict) Has(r Reason) bool {
	return slices.Contains(v.Reasons, r)
}

// because notes a reason once. Further sentences about it are appended to the first.
func (v *Verdict) because(r Reason, why string) {
	if i := slices.Index(v.Reasons, r); i >= 0 {
		v.Why[i] += "; " + why
		return
	}
	v.Reasons = append(v.Reasons, r)
	v.Why = append(v.Why, why)
}

// Invalid is the verdict on a cluster whose entry has faults and no valid version; why names them.
func Invalid(clusterName, why string) Verdict {
	return unjudged(clusterName, InvalidEntry, why)
}

// Unread is the verdict on a cluster whose capacity could not be read; why says what failed.
func Unread(clusterName, why string) Verdict {
	return unjudged(clusterName, Unreadable, why)
}

// Elsewhere is the verdict on a cluster whose groups all belong to another stack; why names them.
func Elsewhere(clusterName, why string) Verdict {
	return unjudged(clusterName, OtherStack, why)
}

func unjudged(clusterName string, r Reason, why string) Verdict {
	v := Verdict{Cluster: clusterName, Groups: []Group{}, Notes: []string{}}
	v.because(r, why)
	return v
}
