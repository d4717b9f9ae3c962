package report

import "slices"

// Evaluation is every policy, at every setting of its main knob, on every trace and scenario, over several seeds.
type Evaluation struct {
	// About says in a sentence or two what was run, for both pages' beginning; Quick that it was a part only.
	About string `json:"about"`
	Quick bool   `json:"quick,omitempty"`
	// Extent says how much of each trace the middle figures are of, such as "at most four days".
	Extent string        `json:"extent,omitempty"`
	Traces []TraceResult `json:"traces"`
	// Scenarios are every policy with its defaults on each scenario; they have no frontier.
	Scenarios []TraceResult `json:"scenarios,omitempty"`
	// Against names the policies that ours are held against one by one, at equal cost.
	Against []string `json:"against,omitempty"`
	// Sets are the simulated AWS with one guess changed each; the first changes nothing.
	Sets []Set `json:"sets,omitempty"`
	// Turned says in words which knobs do not stand at their default in any run, and how tasks are placed; Prices what an
	// hour of a host costs. Empty: none.
	Turned string `json:"turned,omitempty"`
	Prices string `json:"prices,omitempty"`
}

// Set is the simulated AWS with one guess changed: what is other in it, why that may be so, and which knobs say so.
type Set struct {
	Name     string `json:"name"`
	Sentence string `json:"sentence"`
	Source   string `json:"source"`
	Turned   string `json:"turned,omitempty"`
}

// TraceResult is one trace or scenario under all policies.
type TraceResult struct {
	Name string `json:"name"`
	// Why says in a sentence what it shows. Attribution is the source and licence, which must stand wherever a figure from
	// the trace does; empty for a scenario of our own.
	Why         string `json:"why,omitempty"`
	Attribution string `json:"attribution,omitempty"`
	// Services says that its tasks belong to services.
	Services bool `json:"services,omitempty"`
	// Days is how long it is measured. Kind is what targets take it for, LateBefore what ours left before, in late task-minutes
	// a day; 0: not known.
	Days       float64 `json:"days,omitempty"`
	Kind       Kind    `json:"kind,omitempty"`
	LateBefore float64 `json:"late_before,omitempty"`
	// LowerBoundHours is what no policy can go below.
	LowerBoundHours float64 `json:"lower_bound_hours"`
	Runs            []Point `json:"runs"`
}

// Kind is what a trace or scenario is like, as targets see it.
type Kind string

// Kinds. A trace of neither has no target of its own: what it meets is said of both.
const (
	// Calm follows the day.
	Calm Kind = "calm"
	// Crowd has many tasks come at once.
	Crowd Kind = "crowd"
)

// Point is a policy at one setting of its knob. The points of a Family are joined by a line, in the order given.
type Point struct {
	// Family is the policy without its knob, as "ECS managed scaling"; Policy its title, as "ECS managed scaling, target 90";
	// Knob its setting in words, as "target capacity 90 %".
	Family string `json:"family"`
	Policy string `json:"policy"`
	Knob   string `json:"knob"`
	// Rival is the policy of others that it is a setting of, in one or several families; empty for ours.
	Rival string `json:"rival,omitempty"`
	// Ours is a policy of this project. Default is the setting that it comes with.
	Ours    bool `json:"ours,omitempty"`
	Default bool `json:"default,omitempty"`
	// Apart is joined to no other of its family.
	Apart bool `json:"apart,omitempty"`
	Seeds int  `json:"seeds"`

	InstanceHours      Spread `json:"instance_hours"`
	BootingHours       Spread `json:"instance_hours_booting"`
	DrainingHours      Spread `json:"instance_hours_draining"`
	OverLowerBound     Spread `json:"over_lower_bound"`
	UnplacedSeconds    Spread `json:"unplaced_task_seconds"`
	LateSeconds        Spread `json:"unplaced_late_task_seconds"`
	WaitP99            Spread `json:"placement_wait_p99_seconds"`
	ScalingActions     Spread `json:"scaling_actions"`
	Reversals          Spread `json:"reversals"`
	ReversalsUnchanged Spread `json:"reversals_unchanged"`
	TasksMoved         Spread `json:"tasks_moved"`
	TasksEndedByHost   Spread `json:"tasks_ended_by_scale_in"`
	BelowFloorSeconds  Spread `json:"below_floor_scaling_seconds"`
	LongestDrain       Spread `json:"longest_drain_seconds"`
	// Cost is in USD, with ScalerCost for the scaler itself; nil without prices.
	Cost       *Spread `json:"cost_usd,omitempty"`
	ScalerCost *Spread `json:"scaler_cost_usd,omitempty"`

	// Sets are a shorter run of one seed under each of the evaluation's sets; of a scenario, its seeds under each.
	Sets []SetPoint `json:"sets,omitempty"`
}

// SetPoint are the means of a point's runs under one set.
type SetPoint struct {
	InstanceHours      float64 `json:"instance_hours"`
	OverLowerBound     float64 `json:"over_lower_bound"`
	LateSeconds        float64 `json:"unplaced_late_task_seconds"`
	UnplacedSeconds    float64 `json:"unplaced_task_seconds"`
	ReversalsUnchanged float64 `json:"reversals_unchanged"`
	TasksEndedByHost   float64 `json:"tasks_ended_by_scale_in"`
	BelowFloorSeconds  float64 `json:"below_floor_scaling_seconds"`
}

// Spread is a measure over seeds.
type Spread struct {
	Mean   float64 `json:"mean"`
	Median float64 `json:"median"`
	Min    float64 `json:"min"`
	Max    float64 `json:"max"`
}

// SpreadOf is the spread of a measure's values, one a seed.
func SpreadOf(values ...float64) Spread {
	if len(values) == 0 {
		return Spread{}
	}
	s := Spread{Min: values[0], Max: values[0]}
	for _, v := range values {
		s.Mean += v / float64(len(values))
		s.Min, s.Max = min(s.Min, v), max(s.Max, v)
	}
	// Adding up fractions may leave the mean a hair outside; a spread of equal values is that value.
	s.Mean = min(max(s.Mean, s.Min), s.Max)
	sorted := slices.Sorted(slices.Values(values))
	s.Median = (sorted[(len(sorted)-1)/2] + sorted[len(sorted)/2]) / 2
	return s
}
