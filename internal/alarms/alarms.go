// Package alarms holds the one table of alarms and step policies that turn the publisher's metrics into capacity.
// Terraform's modules/cluster makes them from a copy of it; the simulator's policies are held to it.
package alarms

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
)

//go:embed alarms.json
var text []byte

// The names of the alarms. InBySize stands instead of In, never beside it. Out stands beside OutBySize, and alone without it.
const (
	OutBySize = "out_by_size"
	InBySize  = "in_by_size"
	Out       = "out"
	In        = "in"
)

// Table is what all alarms and policies share, and each of them by name.
type Table struct {
	// Version grows by one with each change; alarms are only added within a major version of the project.
	Version int `json:"version"`
	// Statistic and PeriodSeconds make a datapoint of a metric, where an alarm has no Paces.
	Statistic        string `json:"statistic"`
	PeriodSeconds    int    `json:"period_seconds"`
	TreatMissingData string `json:"treat_missing_data"`
	// AdjustmentType and MetricAggregationType are the step policy's.
	AdjustmentType        string `json:"adjustment_type"`
	MetricAggregationType string `json:"metric_aggregation_type"`
	// LeastWarmupSeconds bounds the one number that users choose.
	LeastWarmupSeconds int              `json:"least_warmup_seconds"`
	Alarms             map[string]Alarm `json:"alarms"`
}

// Alarm is a CloudWatch alarm and the step policies that it starts.
type Alarm struct {
	Why    string `json:"why"`
	Metric string `json:"metric"`
	// Paces are how often the alarm may look; the first is the default. None: it has the table's period.
	Paces             []Pace  `json:"paces"`
	Comparison        string  `json:"comparison"`
	Threshold         float64 `json:"threshold"`
	EvaluationPeriods int     `json:"evaluation_periods"`
	DatapointsToAlarm int     `json:"datapoints_to_alarm"`
	// Policies are its steps, by policy. No name is in two alarms.
	Policies map[string][]Step `json:"policies"`
}

// Pace is an alarm's period, and what the publisher must know of it: hosts that are warm within so long of publishing count
// as warm, because it may take as long until Auto Scaling acts. The publisher reads it off the names of the alarm's policies,
// so that nobody can set one without the other.
type Pace struct {
	PeriodSeconds     int `json:"period_seconds"`
	WarmWithinSeconds int `json:"warm_within_seconds"`
}

// Suffix is how the names of policies end whose alarm has this pace.
func (p Pace) Suffix() string { return fmt.Sprintf("-%ds", p.PeriodSeconds) }

// Within is how long after publishing Auto Scaling may act.
func (p Pace) Within() time.Duration { return time.Duration(p.WarmWithinSeconds) * time.Second }

// Step changes the capacity by Change where the metric less the alarm's threshold lies between From and To; nil: without
// end. At and above the threshold From belongs to the step, below it To does:
// https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_StepAdjustment.html
type Step struct {
	From   *float64 `json:"from"`
	To     *float64 `json:"to"`
	Change int      `json:"change"`
}

// Text returns the table as JSON, of which terraform/modules/cluster holds a copy.
func Text() []byte { return bytes.Clone(text) }

// Contract returns the table.
func Contract() Table {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	var table Table
	if err := decoder.Decode(&table); err != nil {
		panic(fmt.Sprintf("alarms.json: %v", err))
	}
	return table
}

// Period is how often an alarm looks, where the pace is chosen.
func (t Table) Period(alarm Alarm, chosen Pace) time.Duration {
	if len(alarm.Paces) > 0 {
		return time.Duration(chosen.PeriodSeconds) * time.Second
	}
	return time.Duration(t.PeriodSeconds) * time.Second
}

// Paces are those that may be chosen; the first is the default, the last the slowest.
func (t Table) Paces() []Pace { return t.Alarms[OutBySize].Paces }

// PolicyName is how one of the alarm's policies is called, without what stack and cluster put before it.
func (a Alarm) PolicyName(policy string, chosen Pace) string {
	if len(a.Paces) > 0 {
		return policy + chosen.Suffix()
	}
	return policy
}

// PaceOf is the pace that names of policies tell: the slowest of those told. If none tells one it is the slowest there is, by
// which hosts are bought late and none twice.
func (t Table) PaceOf(policies []string) Pace {
	paces := t.Paces()
	for _, p := range slices.Backward(paces) {
		if slices.ContainsFunc(policies, func(name string) bool { return strings.HasSuffix(name, p.Suffix()) }) {
			return p
		}
	}
	return paces[len(paces)-1]
}
