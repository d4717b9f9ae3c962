package thresholds

import (
	"cmp"
	"slices"
	"strings"
)

// Fault is one thing that is wrong with an entry.
type Fault struct {
	// Path is the field's place, as in cpu.scale_out_at; empty: the document itself.
	Path string `json:"path"`
	// In is the document to mend: entry or defaults.
	In      string `json:"in"`
	Message string `json:"message"`
}

// String is the fault as one clause, such as "entry: cpu.scale_out_at must be at most 100, it is 120".
func (f Fault) String() string {
	if f.Path == "" {
		return f.In + ": " + f.Message
	}
	return f.In + ": " + f.Path + " " + f.Message
}

// Faults is everything that is wrong with an entry, found in one go.
type Faults []Fault

// Error lists every fault, separated by semicolons.
func (f Faults) Error() string {
	clauses := make([]string, len(f))
	for i, fault := range f {
		clauses[i] = fault.String()
	}
	return strings.Join(clauses, "; ")
}

func (f Faults) sorted() Faults {
	slices.SortStableFunc(f, func(a, b Fault) int {
		return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.In, b.In), cmp.Compare(a.Message, b.Message))
	})
	return slices.Compact(f)
}
