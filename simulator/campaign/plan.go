package campaign

import (
	"encoding/json"
	"time"

	"ecs-cluster-scaler/simulator/aws"
	"ecs-cluster-scaler/simulator/workload"
)

// Plan is a schedule. Nothing else decides what happens in a run.
//
// The tag "plain" is for [Shrink]: the value that a field has in the plainest plan, where that is not zero. Fields with
// "-" are never made plainer.
type Plan struct {
	Seed uint64 `plain:"-"`
	// Policy is what the groups follow: signal, surge or gap.
	Policy  string `plain:"signal"`
	Minutes int    `plain:"-"`
	// Heartbeat is the drain hook's timeout in seconds, Default its result: CONTINUE or ABANDON.
	Heartbeat int    `plain:"1800"`
	Default   string `plain:"CONTINUE"`
	// Before: groups and functions are as before Terraform wrote the tag of the stack and DRAIN_HOOKS.
	Before bool
	// ForeignHook: the groups have another hook too, which ends by its own timeout.
	ForeignHook bool

	Faults Faults
	Fate   Fate

	Clusters []Cluster
	Acts     []Act
}

// Faults are what goes wrong with the functions and their calls. All are shares between 0 and 1.
type Faults struct {
	TicksLost, TicksDoubled, TicksLate float64
	EventsLost, EventsDoubled          float64
	CallsThrottled, PagesCut           float64
	// ColdStarts and Deaths are of invocations: a process without memory, and one that ends between two calls.
	ColdStarts, Deaths float64
	// LateCalls is of the drainer's invocations: each of its writes comes up to 40 s late, and then the process ends.
	LateCalls float64
	// Overtaken is of the drainer's writes: another drainer's whole tick comes before it.
	Overtaken float64
	// AnswersLost is of writes: the call takes effect, and the caller gets an error.
	AnswersLost float64
	// Processes is how many warm processes of each function take turns.
	Processes int `plain:"1"`
	// Denied is one action that the functions may not call; empty: all are allowed.
	Denied string
}

// Fate is what happens to machines by themselves.
type Fate struct {
	// AgentBlinks is per host and hour; AgentDeaths and Failures are per host and month.
	AgentBlinks, AgentDeaths, Failures float64
	// NeverJoins is the share of hosts whose agent never registers.
	NeverJoins float64
	// SpotInterruptions is per Spot host and day.
	SpotInterruptions float64
	// BalanceZones is how often a group looks at its zones, in minutes; 0 is never.
	BalanceZones int
	// SlowBoot: hosts need four minutes to register, some over eight.
	SlowBoot bool
	// LongBoot: every host needs just five minutes to register.
	LongBoot bool
	// ProtectionHolds: ECS leaves protected tasks on a DRAINING host.
	ProtectionHolds bool
}

// Cluster is one cluster with its groups and services.
type Cluster struct {
	Name     string `plain:"-"`
	Entry    Entry
	Groups   []Group
	Services []Service
}

// Group is an Auto Scaling group. The first of a cluster is the active one.
type Group struct {
	CPU    int `plain:"-"`
	Memory int `plain:"-"`
	// Interfaces is how many awsvpc tasks a host takes.
	Interfaces int `plain:"20"`
	Zones      int `plain:"1"`
	Min        int
	Max        int `plain:"-"`
	Desired    int `plain:"-"`
	// TargetGroup is the deregistration delay of an attached target group in seconds; 0: none is attached.
	TargetGroup int
	Spot        bool
	// Mixed: half of its hosts are of twice the size. Provider: it has a capacity provider.
	Mixed, Provider bool
}

// Service is a service of EC2 tasks.
type Service struct {
	Name    string `plain:"-"`
	CPU     int    `plain:"-"`
	Memory  int    `plain:"-"`
	Desired int
	Daemon  bool
	// MinPercent and MaxPercent are minimumHealthyPercent and maximumPercent.
	MinPercent int `plain:"100"`
	MaxPercent int `plain:"200"`
	Strategy   []string
	// Providers are the groups, by number, whose capacity providers its strategy names; none: launch type EC2.
	Providers []int
	Distinct  bool
	// Port is a static host port; 0: none.
	Port   int
	Awsvpc bool
	// LoadBalanced: a task stops after Deregistration seconds.
	LoadBalanced   bool
	Deregistration int
	HealthCheck    bool
	Breaker        bool
	Rebalance      bool
	// StopTimeout is the definition's, Stops what a task really takes, both in seconds.
	StopTimeout int `plain:"30"`
	Stops       int `plain:"1"`
}

// Act is something that a person or fate does to a cluster. A and B are drawn; what they choose depends on the kind.
type Act struct {
	Minute  int    `plain:"-"`
	Cluster int    `plain:"-"`
	Kind    string `plain:"-"`
	A       int    `plain:"-"`
	B       int    `plain:"-"`
	// Entry is the new one of an edit.
	Entry *Entry `plain:"-"`
}

// knobs are the world's.
func (p *Plan) knobs() aws.Knobs {
	k := aws.Defaults()
	k.Seed = p.Seed
	k.Faults = aws.FaultKnobs{
		TicksLost: p.Faults.TicksLost, TicksDoubled: p.Faults.TicksDoubled, TicksLate: p.Faults.TicksLate,
		EventsLost: p.Faults.EventsLost, EventsDoubled: p.Faults.EventsDoubled,
		Throttled: p.Faults.CallsThrottled, HalfPages: p.Faults.PagesCut,
	}
	k.ECS.AgentBlinksPerHour, k.ECS.AgentDeathsPerMonth = p.Fate.AgentBlinks, p.Fate.AgentDeaths
	k.ECS.Blink = workload.LongBlink()
	k.ECS.ProtectionHoldsDrains = p.Fate.ProtectionHolds
	k.EC2.FailuresPerMonth, k.EC2.NeverJoins = p.Fate.Failures, p.Fate.NeverJoins
	k.EC2.SpotInterruptionsPerDay = p.Fate.SpotInterruptions
	k.EC2.AZRebalance = time.Duration(p.Fate.BalanceZones) * time.Minute
	if p.Fate.SlowBoot {
		k.EC2.Boot = aws.LogNormal{Median: 240 * time.Second, P95: 500 * time.Second}
	}
	if p.Fate.LongBoot {
		k.EC2.Boot = aws.LogNormal{Median: 5 * time.Minute}
	}
	return k
}

func (p *Plan) lasts() time.Duration { return time.Duration(p.Minutes) * time.Minute }

func (p *Plan) heartbeat() time.Duration { return time.Duration(p.Heartbeat) * time.Second }

// Text is the plan as JSON, without what is zero.
func (p *Plan) Text() []byte {
	var all any
	text, err := json.Marshal(p)
	if err == nil {
		err = json.Unmarshal(text, &all)
	}
	if err == nil {
		text, err = json.MarshalIndent(pruned(all), "", " ")
	}
	if err != nil {
		panic(err) // plain values cannot fail
	}
	return append(text, '\n')
}

// pruned is JSON without null, false, 0 and empty texts and lists in objects. Entries stay as they are: there what is
// missing is not zero.
func pruned(value any) any {
	switch v := value.(type) {
	case map[string]any:
		for key, of := range v {
			if key == "Entry" && of != nil {
				continue
			}
			if isZero(of) {
				delete(v, key)
			} else {
				v[key] = pruned(of)
			}
		}
	case []any:
		for n := range v {
			v[n] = pruned(v[n])
		}
	}
	return value
}

func isZero(value any) bool {
	switch v := value.(type) {
	case nil:
		return true
	case bool:
		return !v
	case float64:
		return v == 0
	case string:
		return v == ""
	case []any:
		return len(v) == 0
	default:
		return false
	}
}
