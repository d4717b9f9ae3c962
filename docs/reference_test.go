// Package docs_test holds the documentation's tables to the code.
package docs_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ecs-cluster-scaler/drain"
	"ecs-cluster-scaler/internal/metrics"
	"ecs-cluster-scaler/scaler"
	"ecs-cluster-scaler/thresholds"
)

var update = flag.Bool("update", false, "write the tables into reference.md; then read them")

type field struct {
	Type        any              `json:"type"`
	Ref         string           `json:"$ref"`
	Enum        []string         `json:"enum"`
	Description string           `json:"description"`
	Minimum     *float64         `json:"minimum"`
	Maximum     *float64         `json:"maximum"`
	Pattern     string           `json:"pattern"`
	Default     any              `json:"default"`
	Properties  map[string]field `json:"properties"`
}

func (f field) limits() string {
	var limits []string
	switch t := f.Type.(type) {
	case string:
		limits = append(limits, t)
	case []any:
		limits = append(limits, fmt.Sprintf("%v or %v", t[0], t[1]))
	}
	if len(f.Enum) > 0 {
		limits = append(limits, "`"+strings.Join(f.Enum, "` or `")+"`")
	}
	if f.Minimum != nil {
		limits = append(limits, fmt.Sprintf("%.0f to %.0f", *f.Minimum, *f.Maximum))
	}
	if f.Pattern != "" {
		limits = append(limits, "`"+f.Pattern+"`")
	}
	return strings.Join(limits, ", ")
}

func fieldRows(t *testing.T) []string {
	t.Helper()
	var schema struct {
		Properties map[string]field `json:"properties"`
		Defs       map[string]field `json:"$defs"`
	}
	require.NoError(t, json.Unmarshal(thresholds.Schema(), &schema))
	var rows []string
	row := func(name string, f field, fallback any) {
		text, err := json.Marshal(fallback)
		require.NoError(t, err)
		rows = append(rows, fmt.Sprintf("| `%s` | %s | `%s` | %s |", name, f.limits(), text, f.Description))
	}
	for _, name := range slices.Sorted(maps.Keys(schema.Properties)) {
		f := schema.Properties[name]
		inner := f.Properties
		if f.Ref != "" {
			inner = schema.Defs["band"].Properties
		}
		if inner == nil {
			row(name, f, f.Default)
			continue
		}
		for _, part := range slices.Sorted(maps.Keys(inner)) {
			fallback := f.Default.(map[string]any)[part]
			row(name+"."+part, inner[part], fallback)
			for _, deep := range slices.Sorted(maps.Keys(inner[part].Properties)) {
				row(name+"."+part+"."+deep, inner[part].Properties[deep], fallback.(map[string]any)[deep])
			}
		}
	}
	return rows
}

func metricRows() []string {
	var rows []string
	for _, m := range metrics.All {
		dimension, scaling := "", ""
		if m.PerCluster {
			dimension = "`" + metrics.Dimension + "`"
		}
		if m.Scaling {
			scaling = "yes"
		}
		rows = append(rows, fmt.Sprintf("| `%s` | %s | %s | %s | %s |", m.Name, m.Unit, dimension, scaling, m.Meaning))
	}
	return rows
}

func reasonRows() []string {
	var rows []string
	for _, m := range scaler.Meanings {
		rows = append(rows, fmt.Sprintf("| `%s` | %s |", m.Reason, m.Sentence))
	}
	return rows
}

func drainReasonRows() []string {
	var rows []string
	for _, m := range drain.Meanings {
		rows = append(rows, fmt.Sprintf("| `%s` | %s |", m.Reason, m.Sentence))
	}
	return rows
}

func TestReferenceTablesAreTheCodes(t *testing.T) {
	text, err := os.ReadFile("reference.md")
	require.NoError(t, err)
	for heading, rows := range map[string][]string{"Entry": fieldRows(t), "Metrics": metricRows(), "Reasons": reasonRows(), "Drain reasons": drainReasonRows(), "Contracts": contractRows(t)} {
		table := regexp.MustCompile(`(?s)(\n## ` + heading + `\n.*?\|---\|[-|]+\n)(.*?)\n\n`)
		require.Regexp(t, table, string(text))
		want := strings.Join(rows, "\n")
		if *update {
			at := table.FindSubmatchIndex(text)
			text = slices.Concat(text[:at[4]], []byte(want), text[at[5]:])
			continue
		}
		assert.Equal(t, want, string(table.FindSubmatch(text)[2]), "go test ./docs -update writes the table of %s", heading)
	}
	if *update {
		require.NoError(t, os.WriteFile("reference.md", text, 0o644))
	}
}
