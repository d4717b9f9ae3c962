package scaler_test

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestGoldenCases(t *testing.T) {
	for _, tt := range slices.Concat(golden, goldenHosts) {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld()
			tt.world(w)
			v := w.decide()
			assert.Equal(t, tt.signal, v.Signal, v.Why)
			assert.Equal(t, tt.gap, v.InstanceGap, v.Why)
			assert.Equal(t, tt.reasons, v.Reasons, v.Why)
			assert.Len(t, v.Why, len(v.Reasons))
			t.Log(strings.Join(v.Why, "; "))
		})
	}
}

// The table in the documentation is this one; UPDATE_CASES=1 go test ./scaler -run Golden writes it.
func TestGoldenCasesAreDocumented(t *testing.T) {
	var b strings.Builder
	b.WriteString("# Cases\n\nFailures that people met with other tools, each with the thread that tells of it, and what this tool says. `scaler/golden_test.go` runs them, and a test compares this page with it.\n\n")
	b.WriteString("| Thread | Situation | What those tools did | What ours says |\n|---|---|---|---|\n")
	for _, tt := range slices.Concat(golden, goldenHosts) {
		w := newWorld()
		tt.world(w)
		v := w.decide()
		verdict := fmt.Sprintf("%+d", v.Signal)
		if v.Signal == 0 {
			verdict = "0"
		}
		if v.InstanceGap != 0 {
			verdict += fmt.Sprintf(", gap %+d", v.InstanceGap)
		}
		for i, r := range v.Reasons {
			verdict += fmt.Sprintf("<br>`%s`: %s", r, v.Why[i])
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", tt.name, tt.situation, tt.theirs, verdict)
	}
	const page, drains = "../docs/cases.md", "\n## Drains\n"
	text, err := os.ReadFile(page)
	require.NoError(t, err)
	verdicts, rest, _ := strings.Cut(string(text), drains) // drain/golden_test.go holds the rest
	if os.Getenv("UPDATE_CASES") != "" {
		verdicts = b.String()
		require.NoError(t, os.WriteFile(page, []byte(verdicts+drains+rest), 0o644))
	}
	assert.Equal(t, b.String(), verdicts, "UPDATE_CASES=1 go test ./scaler -run Golden writes it")
}
