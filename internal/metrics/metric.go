// Package metrics names every metric that this project publishes and puts them into CloudWatch.
package metrics

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
)

// Dimension is the one dimension of a cluster's metrics.
const Dimension = "ClusterName"

// Metric is one CloudWatch metric: a name that alarms and dashboards rely on.
type Metric struct {
	Name    string
	Unit    types.StandardUnit
	Meaning string
	// PerCluster metrics carry the dimension ClusterName, the others none.
	PerCluster bool
	// Scaling metrics are published even with METRICS=scaling.
	Scaling bool
}

// The metrics of a cluster, published every minute.
var (
	ScalingSignal = Metric{"ScalingSignal", types.StandardUnitNone,
		"1: the cluster needs another host; −1: one can be removed; 0: neither. Every minute, zeros too.", true, true}
	InstanceGap = Metric{"InstanceGap", types.StandardUnitCount,
		"Hosts that are missing beyond those in flight (positive) or can safely be removed (negative). Nothing scales by it.", true, true}
	CapacityChange = Metric{"CapacityChange", types.StandardUnitCount,
		"What scaling policies follow: by how many a step policy must change the capacity that it counts, which leaves out hosts that warm up. It may be positive at signal 0, while what is launching is enough: then it asks for what is desired already. Stamped with the second, at high resolution.", true, true}
	InstancesWanted = Metric{"InstancesWanted", types.StandardUnitCount,
		"Hosts that the active group should have, for people and graphs; those that take no tasks are not counted.", true, true}
	ScaleOutBlocked = Metric{"ScaleOutBlocked", types.StandardUnitCount,
		"1: another host is wanted, but the group is at its maximum or suspended, or its new hosts do not join; else 0.", true, true}
	CPUReservation = Metric{"CPUReservation", types.StandardUnitPercent,
		"CPU units that placed tasks reserve, of those that ACTIVE, connected hosts registered.", true, false}
	MemoryReservation = Metric{"MemoryReservation", types.StandardUnitPercent,
		"MiB that placed tasks reserve, of those that ACTIVE, connected hosts registered.", true, false}
	GPUReservation = Metric{"GPUReservation", types.StandardUnitPercent,
		"GPUs that placed tasks reserve, of those that ACTIVE, connected hosts registered.", true, false}
	CPUDemand = Metric{"CPUDemand", types.StandardUnitCount,
		"CPU units that tasks reserve and that services want beyond that. Headroom is fitted to what it rose by in the last day.", true, true}
	MemoryDemand = Metric{"MemoryDemand", types.StandardUnitNone,
		"MiB that tasks reserve and that services want beyond that; as CPUDemand.", true, true}
	GPUDemand = Metric{"GPUDemand", types.StandardUnitCount,
		"GPUs that tasks reserve and that services want beyond that; as CPUDemand. Only where there are any.", true, true}
	UnplacedTasks = Metric{"UnplacedTasks", types.StandardUnitCount,
		"Tasks that ACTIVE replica services on EC2 want now and no ACTIVE host holds.", true, false}
	DrainingInstances = Metric{"DrainingInstances", types.StandardUnitCount,
		"Hosts in status DRAINING.", true, false}
	UnregisteredInstances = Metric{"UnregisteredInstances", types.StandardUnitCount,
		"Pending and InService instances of the cluster's groups that are not registered with it.", true, false}
	DisconnectedInstances = Metric{"DisconnectedInstances", types.StandardUnitCount,
		"ACTIVE hosts whose agent is not connected.", true, false}
)

// The metrics of a cluster from which hosts leave, published by the drainer in each minute in which one does.
var (
	DrainBlocked = Metric{"DrainBlocked", types.StandardUnitCount,
		"Leaving hosts that have waited over 15 minutes, but not for stopping or standalone tasks, or whose hook is not in DRAIN_HOOKS.", true, true}
	OldestDrainMinutes = Metric{"OldestDrainMinutes", types.StandardUnitNone,
		"Minutes since the oldest unfinished termination began. Hosts that wait only for standalone or protected tasks before their own deadline are left out.", true, true}
)

// The metrics of a pass.
var (
	ClustersRead = Metric{"ClustersRead", types.StandardUnitCount,
		"Clusters that the pass read. Not published while the entries have not been readable for over an hour.", false, true}
	ClustersFailed = Metric{"ClustersFailed", types.StandardUnitCount,
		"Clusters that the pass could not read completely, by an error or for lack of time, or whose entry it could not read.", false, true}
	InvalidEntries = Metric{"InvalidEntries", types.StandardUnitCount,
		"Entries that have faults, or inherit from defaults that have.", false, true}
)

// All lists every metric in the order of the documentation.
var All = []Metric{
	ScalingSignal, InstanceGap, CapacityChange, InstancesWanted, ScaleOutBlocked,
	CPUReservation, MemoryReservation, GPUReservation,
	CPUDemand, MemoryDemand, GPUDemand,
	UnplacedTasks, DrainingInstances, UnregisteredInstances, DisconnectedInstances,
	DrainBlocked, OldestDrainMinutes,
	ClustersRead, ClustersFailed, InvalidEntries,
}

// Datum is one value of one metric. Cluster is empty for metrics without dimension.
type Datum struct {
	Metric  Metric
	Cluster string
	Value   float64
	// At is the second that a datum of high resolution stands for; zero: it stands for the scheduled minute.
	At time.Time
}
