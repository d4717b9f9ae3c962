package docs_test

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ecs-cluster-scaler/simulator"
	"ecs-cluster-scaler/simulator/aws"
	"ecs-cluster-scaler/simulator/report"
	"ecs-cluster-scaler/simulator/workload"
)

func scenarioRows() []string {
	var rows []string
	for _, w := range workload.All() {
		rows = append(rows, fmt.Sprintf("| `%s` | %.0f h | %s |", w.Name, (w.Lasts-w.Settle).Hours(), w.Why))
	}
	return rows
}

func measureRows() []string {
	var rows []string
	for _, r := range report.Rows() {
		rows = append(rows, fmt.Sprintf("| %s | %s |", r.Name, r.Meaning))
	}
	return rows
}

func priceRows() []string {
	var rows []string
	for _, p := range simulator.ListPrices() {
		rows = append(rows, fmt.Sprintf("| %s | %s | %s | %s |", p.Of, strconv.FormatFloat(p.USD, 'f', -1, 64), p.Page, p.Seen))
	}
	return rows
}

func TestSimulatorTablesAreTheCodes(t *testing.T) {
	text, err := os.ReadFile("simulator.md")
	require.NoError(t, err)
	for heading, rows := range map[string][]string{"Scenarios": scenarioRows(), "Measures": measureRows(), "Prices": priceRows()} {
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
		require.NoError(t, os.WriteFile("simulator.md", text, 0o644))
	}
}

func TestSimulatorPageNamesEveryPolicy(t *testing.T) {
	text, err := os.ReadFile("simulator.md")
	require.NoError(t, err)
	names := simulator.Policies()
	for _, drain := range simulator.Drains() {
		names = append(names, "alarms-75-"+drain, "-"+drain)
	}
	for _, name := range names {
		assert.True(t, strings.Contains(string(text), "`"+name+"`"), name) //nolint:testifylint // the whole page is no message
	}
}

// block is the page's code block that holds a text.
func block(t *testing.T, page, holds string) string {
	t.Helper()
	for i, part := range strings.Split(page, "```") {
		if _, code, found := strings.Cut(part, "\n"); i%2 == 1 && found && strings.Contains(code, holds) {
			return code
		}
	}
	t.Fatalf("no block holds %q", holds)
	return ""
}

func TestExampleFilesOfTheSimulatorAreTaken(t *testing.T) {
	text, err := os.ReadFile("simulator.md")
	require.NoError(t, err)
	page := string(text)

	lines, err := workload.ParseServices("ours.csv", strings.NewReader(block(t, page, "t_s,service,desired")))
	require.NoError(t, err)
	_, notes, err := workload.Services("ours.csv", lines, workload.Window{})
	require.NoError(t, err)
	assert.Empty(t, notes)
	_, err = simulator.ParsePrices("prices.csv", strings.NewReader(block(t, page, "usd_per_hour\n")))
	require.NoError(t, err)
	_, err = aws.ParseKnobs([]byte(block(t, page, `"ecs.back_off"`)))
	require.NoError(t, err)
}
