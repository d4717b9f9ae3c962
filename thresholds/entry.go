// Package thresholds turns one cluster's entry, a JSON document from SSM Parameter Store, into the values that the
// rules need. The embedded schema is the validator, the table of built-in defaults and the source of every limit that
// documentation and Terraform state.
package thresholds

import (
	"encoding/json"
	"fmt"
)

// Entry is one cluster's configuration: its own entry over the shared defaults over the built-in ones.
type Entry struct {
	CPU          Band     `json:"cpu"`
	Memory       Band     `json:"memory"`
	GPU          Band     `json:"gpu"`
	Headroom     Headroom `json:"headroom"`
	Instance     Instance `json:"instance"`
	MinInstances int      `json:"min_instances"`
	ScaleIn      bool     `json:"scale_in"`
	Drain        Drain    `json:"drain"`
	Enabled      bool     `json:"enabled"`
	// Named are the thresholds that the entry or the defaults name. The others are built in.
	Named Named `json:"-"`
}

// Band holds one resource's thresholds, in percent of reservation.
type Band struct {
	// ScaleOutAt is inclusive. nil: the resource never causes a scale-out.
	ScaleOutAt *float64 `json:"scale_out_at"`
	// ScaleInBelow is exclusive.
	ScaleInBelow float64 `json:"scale_in_below"`
}

// Headroom is the capacity that is kept free: at least Tasks tasks of CPU units and Memory MiB each. CPU and Memory are
// both set or both nil; nil means the size of the largest task that the cluster runs.
type Headroom struct {
	Tasks  int    `json:"tasks"`
	CPU    *int64 `json:"cpu"`
	Memory *int64 `json:"memory"`
	Fitted Fitted `json:"fitted"`
}

// Fitted keeps room for what demand rises by while a host comes. In JSON it is an object, or false where it is not on.
type Fitted struct {
	On bool `json:"-"`
	// Percentile, from 50 to 100: of 100 minutes of the last day, in how many demand rose by no more.
	Percentile float64 `json:"percentile"`
	// MostPercent bounds the rise, in percent of present demand.
	MostPercent float64 `json:"most_percent"`
}

// MarshalJSON writes false where it is not on.
func (f Fitted) MarshalJSON() ([]byte, error) {
	if !f.On {
		return []byte("false"), nil
	}
	type object Fitted
	return json.Marshal(object(f))
}

// UnmarshalJSON reads an object, or false.
func (f *Fitted) UnmarshalJSON(text []byte) error {
	*f = Fitted{}
	if string(text) == "false" {
		return nil
	}
	type object Fitted
	f.On = true
	return json.Unmarshal(text, (*object)(f))
}

// Instance is what the Auto Scaling group would launch now, as a host registers it with ECS: CPU units, MiB, GPUs. CPU
// and Memory are both set or both nil; nil means the newest hosts of the groups that follow the signal.
type Instance struct {
	CPU         *int64 `json:"cpu"`
	Memory      *int64 `json:"memory"`
	GPU         *int64 `json:"gpu"`
	AwsvpcTasks *int   `json:"awsvpc_tasks"`
}

// Drain says how the drain hook treats a terminating host. Deadlines count from the start of the termination.
type Drain struct {
	DeadlineMinutes           int        `json:"deadline_minutes"`
	AtDeadline                AtDeadline `json:"at_deadline"`
	StandaloneDeadlineMinutes int        `json:"standalone_deadline_minutes"`
	Hook                      string     `json:"hook"`
}

// AtDeadline is what happens to a host whose drain has reached its deadline.
type AtDeadline string

// The two things that can happen at a drain's deadline.
const (
	// Stop ends the tasks that are left with StopTask, so that load balancers and SIGTERM have their turn.
	Stop AtDeadline = "stop"
	// Hold keeps the host and leaves the decision to a person.
	Hold AtDeadline = "hold"
)

// Builtin returns the entry of a cluster that configures nothing.
func Builtin() Entry {
	entry, err := Parse([]byte("{}"), nil)
	if err != nil {
		panic(fmt.Sprintf("the embedded schema refuses its own defaults: %v", err))
	}
	return entry
}

// Parse merges entry over defaults over the built-in defaults, field by field, and validates the result. defaults may be
// nil. The error is a Faults: it lists every fault with its path and its document.
func Parse(entry, defaults []byte) (Entry, error) { return parse(entry, defaults, false) }

// ParseSecret is Parse for documents that may hold secrets: its faults repeat no value, and no name that is not a field.
func ParseSecret(entry, defaults []byte) (Entry, error) { return parse(entry, defaults, true) }

func parse(entry, defaults []byte, secret bool) (Entry, error) {
	layers := []layer{{origin: fromBuiltin, fields: builtinFields()}}
	var faults Faults
	for _, document := range []struct {
		origin origin
		text   []byte
	}{{fromDefaults, defaults}, {fromEntry, entry}} {
		if document.text == nil {
			continue
		}
		fields, broken := decodeObject(document.text, document.origin, secret)
		faults = append(faults, broken...)
		layers = append(layers, layer{origin: document.origin, fields: fields})
	}

	merged := map[string]any{}
	for _, l := range layers {
		merge(merged, l.fields, builtinFields())
	}
	faults = append(faults, validate(merged, layers, secret)...)
	if len(faults) > 0 {
		return Entry{}, faults.sorted()
	}

	text, err := json.Marshal(merged)
	if err != nil {
		return Entry{}, fmt.Errorf("encode the merged entry: %w", err)
	}
	var parsed Entry
	if err := json.Unmarshal(text, &parsed); err != nil {
		return Entry{}, fmt.Errorf("decode the merged entry: %w", err)
	}
	parsed.Named = namedBy(layers)
	return parsed, nil
}
