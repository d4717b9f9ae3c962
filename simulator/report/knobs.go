package report

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"ecs-cluster-scaler/simulator/aws"
)

// Knob is a number of the simulated AWS as a script reads it.
type Knob struct {
	Name    string          `json:"name"`
	Value   json.RawMessage `json:"value"`
	Meaning string          `json:"meaning"`
	Source  string          `json:"source"`
	// Guess: AWS does not publish it.
	Guess bool `json:"guess"`
}

// Knobs are all of them, as they stand.
func Knobs(k aws.Knobs) []Knob {
	var all []Knob
	for _, knob := range aws.ListKnobs() {
		all = append(all, Knob{knob.Name, json.RawMessage(knob.Value(k)), knob.Meaning, knob.Source, knob.Guess})
	}
	return all
}

// KnobText writes them for people, each as a file would turn it. It is no table, because a source is often an address
// that must stay in one piece.
func KnobText(out io.Writer, k aws.Knobs) error {
	var text strings.Builder
	for _, knob := range Knobs(k) {
		fmt.Fprintf(&text, "%q: %s", knob.Name, knob.Value)
		if knob.Guess {
			text.WriteString("   (a guess)")
		}
		fmt.Fprintf(&text, "\n    %s\n    %s\n", knob.Meaning, knob.Source)
	}
	_, err := io.WriteString(out, text.String())
	return err
}
