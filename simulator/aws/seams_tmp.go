package aws

import "time"

// Stubs so that the package compiles until the halves are written; each half deletes its own.

type cloudWatch struct{}
type parameters struct{}

func (w *World) startCloudWatch() {}

// ECS half.

// join is the agent's registration: the instance becomes an ACTIVE host of the cluster.
func (c *Cluster) join(i *Instance) {}

// gone is the end of a host's machine: EC2 terminated it or it failed. Tasks that were not STOPPED end with it. A host
// whose agent was connected is deregistered; another stays, ACTIVE and disconnected
// (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_instances.html). cause is the instance's.
func (h *Host) gone(cause string) {}

// dark is a host whose machine has failed but not yet been noticed: its agent is away and its tasks do nothing more.
func (h *Host) dark() {}

// ownMetrics are AWS/ECS's CPUReservation and MemoryReservation of the minute that ended, in percent; none without hosts.
func (c *Cluster) ownMetrics() map[string]float64 { return nil }

// Auto Scaling half.

// setDesired sets the desired capacity within Min and Max, and launches or terminates. cause: policy:<name>, managed, user, api.
func (g *Group) setDesired(n int, cause string) {}

// execute runs a step policy on an alarm whose metric has the given value and threshold.
func (g *Group) execute(p *stepPolicy, value, threshold float64) {}

// The user's hand on a world. All of these lock.

// NewCluster makes an empty cluster.
func (w *World) NewCluster(name string) *Cluster { return nil }

// NewGroup makes a group and launches Desired hosts. Spec.Cluster exists already.
func (w *World) NewGroup(spec GroupSpec) *Group { return nil }

// CreateService makes a service.
func (c *Cluster) CreateService(spec ServiceSpec) *Service { return nil }

// SetDesired sets the desired count.
func (s *Service) SetDesired(n int) {}

// Deploy begins a roll-out of another definition.
func (s *Service) Deploy(d *TaskDefinition) {}

// Delete ends the service and its tasks.
func (s *Service) Delete() {}

// TaskRequest is a RunTask of one task.
type TaskRequest struct {
	Definition *TaskDefinition
	Group      string
	Protected  bool
	// Managed: queued for the managed capacity provider when it fits nowhere, instead of failing.
	Managed bool
	// Lasts is how long it runs, from RUNNING. Since is when the caller first wanted it, for TaskPlaced's wait; zero is now.
	Lasts time.Duration
	Since time.Time
	// Finished is told when it is STOPPED; may be nil. It is called as an outside event and may call the world.
	Finished func(*Task)
}

// RunTask places a standalone task, or says as ECS does why not ("RESOURCE:CPU", "RESOURCE:MEMORY", "AGENT" …): it is not
// queued, but for a managed capacity provider. The caller tells TaskWanted itself, by [World.Want], because a failed
// call leaves nothing in ECS that wants it.
func (c *Cluster) RunTask(r TaskRequest) (t *Task, failure string) { return nil, "" }

// SetDesired, SetLimits, Suspend, SetTag, SetProtection and Delete are the API's calls of nearly the same names.
func (g *Group) SetDesired(n int)                   {}
func (g *Group) SetLimits(least, most int)          {}
func (g *Group) Suspend(process string, on bool)    {}
func (g *Group) SetTag(key, value string)           {} // an empty value deletes it
func (g *Group) SetNoCapacity(zone string, on bool) {} // "*" is every zone
func (g *Group) SetBadImage(on bool)                {}

// Fail stops an instance's machine, as failed hardware does. FailZone fails every instance of a zone and lets none be
// launched there until it is over. Interrupt is a Spot interruption: a warning, and two minutes later the end.
func (w *World) Fail(i *Instance)                      {}
func (w *World) FailZone(zone string, d time.Duration) {}
func (w *World) Interrupt(i *Instance)                 {}

// KillAgent stops an instance's agent for good.
func (w *World) KillAgent(i *Instance) {}

// Want tells that a caller wants n more standalone tasks of a size, or fewer; see TaskWanted.
func (w *World) Want(cluster string, n int, size Resources) {}

// Manage has ECS scale a group by managed scaling.
func (w *World) Manage(c *Cluster, p CapacityProvider) {}

// CloudWatch and EventBridge.

// AlarmSpec is a metric alarm: Statistic over Period, N of M.
type AlarmSpec struct {
	Name, Namespace, Metric string
	Dimensions              map[string]string
	Statistic               string // Maximum, Minimum, Average, Sum
	Period                  time.Duration
	Evaluation, Datapoints  int    // M and N
	Comparison              string // as types.ComparisonOperator
	Threshold               float64
	TreatMissing            string // notBreaching, breaching, ignore, missing
	Actions                 []AlarmAction
}

// AlarmAction runs a group's step policy.
type AlarmAction struct {
	Group  *Group
	Policy string
}

// PutAlarm, DeleteAlarm and PutStepPolicy are the API's calls. aggregation is Maximum, Minimum or Average.
func (w *World) PutAlarm(a AlarmSpec)                                                       {}
func (w *World) DeleteAlarm(name string)                                                    {}
func (g *Group) PutStepPolicy(name, aggregation string, warmup time.Duration, steps []Step) {}

// Latest is a metric's newest statistic not older than a quarter of an hour, for whoever looks from outside.
func (w *World) Latest(namespace, metric, statistic string, dimensions map[string]string) (float64, bool) {
	return 0, false
}

// Tick is an invocation by EventBridge Scheduler.
type Tick struct{ Scheduled time.Time }

// Schedule invokes do each minute, late, never or twice as the knobs say. name keeps two schedules' luck apart.
func (w *World) Schedule(name string, do func(Tick)) {}

// Notice is an EventBridge event about an instance: a terminating lifecycle action, or a Spot interruption warning.
// Body is the event as JSON, with the fields that AWS documents.
type Notice struct {
	DetailType string
	Instance   string
	Body       []byte
}

// Subscribe has every later notice given to do, lost or doubled as the knobs say.
func (w *World) Subscribe(name string, do func(Notice)) {}

// PutParameter and DeleteParameter are SSM's.
func (w *World) PutParameter(name, value string) {}
func (w *World) DeleteParameter(name string)     {}

// Clients: their methods have the SDK's signatures.
//
//	func (w *World) ECS() *ECS                 every method of drain/drainer.ECS and cluster/ecsreader.ECS
//	func (w *World) AutoScaling() *AutoScaling likewise
//	func (w *World) CloudWatch() *CloudWatch   PutMetricData
//	func (w *World) SSM() *SSM                 GetParametersByPath, GetParameterHistory
