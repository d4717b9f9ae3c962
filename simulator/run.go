package simulator

import (
	"context"
	"encoding/json"
	"time"

	"ecs-cluster-scaler/cluster"
	"ecs-cluster-scaler/scaler"
	"ecs-cluster-scaler/simulator/aws"
	"ecs-cluster-scaler/simulator/policy"
	"ecs-cluster-scaler/simulator/recorder"
	"ecs-cluster-scaler/simulator/recording"
	"ecs-cluster-scaler/simulator/workload"
)

// Setup is a run to be made.
type Setup struct {
	Workload workload.Workload
	// Policy is the name of what scales, one of [policy.Names] or with another number.
	Policy string
	// Entry is the entry of every cluster, as JSON, for our policies; nil is {}.
	Entry []byte
	// Seed: the same setup and seed give the same result, byte for byte.
	Seed uint64
	// Faults, where there are any, stand in place of the knobs' own.
	Faults aws.FaultKnobs
	// Knobs are those of the simulated AWS beside the seed; nil: its defaults.
	Knobs *aws.Knobs
	// Prices turn hours into money; nil: there is none.
	Prices Prices
	// Strategy overrides how tasks are placed; empty is as the workload has it.
	Strategy workload.Strategy
	// Record makes a recording of the measured time, by a look at the first cluster each minute. It changes nothing else of
	// the result unless there are faults: its calls draw on the same luck.
	Record bool
	// Progress is told each simulated hour how much is done; may be nil.
	Progress func(done, of time.Duration)
}

// Result is a run, measured.
type Result struct {
	Workload string `json:"workload"`
	// Strategy placed the tasks; none is the workload's own.
	Strategy workload.Strategy `json:"strategy,omitempty"`
	Policy   string            `json:"policy"`
	// Title is what the policy is, in words.
	Title string `json:"title"`
	Seed  uint64 `json:"seed"`
	// Knobs are those that did not stand at their default, as a file would turn them. What a scenario turns itself is not
	// among them.
	Knobs    map[string]json.RawMessage `json:"knobs,omitempty"`
	Measures Measures                   `json:"measures"`
	Series   []Sample                   `json:"series"`
	// Thresholds are what our publisher held the reservation against; nil where another policy scales.
	Thresholds *scaler.Thresholds `json:"thresholds,omitempty"`
	// Verdicts are our publisher's; none where another policy scales.
	Verdicts []Verdict `json:"verdicts"`
	Drains   []Drain   `json:"drains"`
	// Recording is the one that was asked for, else nil.
	Recording *recording.Recording `json:"-"`
}

// Verdict is what the publisher said of a cluster in a minute.
type Verdict struct {
	At      time.Time       `json:"at"`
	Cluster string          `json:"cluster"`
	Signal  scaler.Signal   `json:"signal"`
	Gap     int             `json:"gap"`
	Reasons []scaler.Reason `json:"reasons"`
	// Why is the first reason's sentence.
	Why string `json:"why"`
	// CPU and Memory are the reservation in percent that it was judged by, nil without capacity.
	CPU    *cluster.Percent `json:"cpu"`
	Memory *cluster.Percent `json:"memory"`
}

// Policies are the names of policies, as they are typed, the default first.
func Policies() []string { return policy.Names() }

// Title is what tables and pages call a policy, such as "ours" for gap.
func Title(name string) string { return policy.Title(name) }

// About says what the policy of a name is, in words.
func About(name string) string { return policy.About(name) }

// Drains are the endings of names with which alarms-N and schedulable-N drain as less careful functions do.
func Drains() []string { return policy.Drains() }

// Simulate runs a workload under a policy. It fails where the setup cannot be run, or when ctx ends.
func Simulate(ctx context.Context, s Setup) (Result, error) {
	result := Result{Workload: s.Workload.Name, Strategy: s.Strategy, Policy: s.Policy, Title: Title(s.Policy), Seed: s.Seed, Verdicts: []Verdict{}}
	scaling, err := policy.New(s.Policy, policy.Options{Entry: s.Entry, Verdict: func(minute time.Time, v scaler.Verdict) {
		result.Verdicts = append(result.Verdicts, verdictOf(minute, v))
		if v.Thresholds != nil {
			result.Thresholds = v.Thresholds
		}
	}})
	if err != nil {
		return Result{}, err
	}
	knobs := aws.Defaults()
	if s.Knobs != nil {
		knobs = *s.Knobs
	}
	knobs.Seed = s.Seed
	if begins := s.Workload.Begins; !begins.IsZero() {
		knobs.Start = begins
	}
	if s.Faults != (aws.FaultKnobs{}) {
		knobs.Faults = s.Faults
	}
	result.Knobs = aws.Turned(knobs)
	world := aws.New(knobs)
	measurer, meter := NewMeasurer(world, s.Workload.Settle), newMeter(world, s.Workload.Settle)
	s.Workload.Build(workload.Site{World: world, Policy: scaling, Strategy: s.Strategy})
	var watching *recorder.Recorder
	if s.Record {
		watching = recorder.Watch(ctx, world, knobs.Start.Add(s.Workload.Settle), time.Minute)
	}
	if s.Prices != nil {
		if err := meter.check(s.Prices); err != nil {
			return Result{}, err // before anybody waits for the run
		}
	}
	for done := time.Duration(0); done < s.Workload.Lasts; {
		if err := ctx.Err(); err != nil {
			return Result{}, err
		}
		if s.Progress != nil {
			s.Progress(done, s.Workload.Lasts)
		}
		done = min(done+time.Hour, s.Workload.Lasts)
		world.Run(knobs.Start.Add(done))
	}
	result.Measures, result.Series, result.Drains = measurer.Finish(world.Now())
	if watching != nil {
		seen := watching.Recording()
		result.Recording = &seen
	}
	if s.Prices != nil {
		if result.Measures.Cost, err = meter.cost(s.Prices, result.Measures); err != nil {
			return Result{}, err
		}
	}
	return result, nil
}

func verdictOf(minute time.Time, v scaler.Verdict) Verdict {
	short := Verdict{
		At: minute, Cluster: v.Cluster, Signal: v.Signal, Gap: v.InstanceGap, Reasons: v.Reasons,
		CPU: v.Reservation.CPU, Memory: v.Reservation.Memory,
	}
	if len(v.Why) > 0 {
		short.Why = v.Why[0]
	}
	return short
}
