package simulator

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"ecs-cluster-scaler/simulator/policy"
	"ecs-cluster-scaler/simulator/workload"
	"ecs-cluster-scaler/thresholds"
)

var updateRecipes = flag.Bool("update", false, "run every scenario under every recipe and write docs/recipes.md; some minutes")

const (
	recipesPage              = "../docs/recipes.md"
	beginRecipes, endRecipes = "<!-- recipes: go test ./simulator -run TestRecipesPage -update -->\n", "<!-- end of recipes -->\n"
	history                  = 24 * time.Hour
	// priceOfAnHour is an m5.xlarge's, on demand in us-east-1, in USD.
	priceOfAnHour = 0.192
)

// cell is a scenario under a recipe.
type cell struct {
	hours, over float64
	// late are task-minutes waited, without the first 30 s of each wait.
	late float64
}

func (c cell) String() string { return fmt.Sprintf("%.1f (%.2f ×), %.1f", c.hours, c.over, c.late) }

// cells runs scenarios under recipes, in the order of their names.
func cells(t *testing.T, scenarios, recipes []string) map[string]map[string]cell {
	t.Helper()
	all, mu := map[string]map[string]cell{}, sync.Mutex{}
	group, ctx := errgroup.WithContext(t.Context())
	group.SetLimit(2)
	for _, scenario := range scenarios {
		all[scenario] = map[string]cell{}
		for _, name := range recipes {
			group.Go(func() error {
				w, err := workload.Named(scenario)
				if err != nil {
					return err
				}
				recipe, err := thresholds.RecipeNamed(name)
				if err != nil {
					return err
				}
				r, err := Simulate(ctx, Setup{Workload: w.After(history), Policy: policy.Ours, Entry: recipe.Entry, Seed: 1})
				mu.Lock()
				defer mu.Unlock()
				m := r.Measures
				all[scenario][name] = cell{m.InstanceHours, m.OverLowerBound, m.UnplacedLateTaskSeconds / 60}
				return err
			})
		}
	}
	require.NoError(t, group.Wait())
	return all
}

// row is a scenario's line of a table.
func row(scenario string, recipes []string, of map[string]cell) string {
	line := "| `" + scenario + "` |"
	for _, name := range recipes {
		line += " " + of[name].String() + " |"
	}
	return line + "\n"
}

// recipesTables are what the page has between its marks.
func recipesTables(t *testing.T) string {
	t.Helper()
	var b strings.Builder
	b.WriteString("| Recipe | For | Entry |\n|---|---|---|\n")
	for _, r := range thresholds.Recipes() {
		var entry bytes.Buffer
		require.NoError(t, json.Compact(&entry, r.Entry))
		fmt.Fprintf(&b, "| `@%s` | %s | `%s` |\n", r.Name, r.For, entry.String())
	}
	main := []string{"balanced", "safe", "cheap"}
	found := cells(t, workload.Names(), main)
	b.WriteString("\n## What they cost, and who waits\n\nInstance-hours, as a multiple of the least possible in brackets, and late task-minutes: what tasks waited beyond the first 30 seconds. The last line has the hours in money at $0.192 each.\n\n")
	b.WriteString("| Scenario | `@balanced` | `@safe` | `@cheap` |\n|---|--:|--:|--:|\n")
	for _, scenario := range workload.Names() {
		b.WriteString(row(scenario, main, found[scenario]))
	}
	b.WriteString(together(main, found) + "\n")
	for _, name := range main[1:] {
		b.WriteString(compared(name, found))
	}
	b.WriteString("\n## Jobs and GPUs\n\n| Scenario | `@balanced` | `@batch` | `@gpu` |\n|---|--:|--:|--:|\n")
	others := []string{"balanced", "batch", "gpu"}
	jobs := []string{"batch-storm", "long-batch", "gpu"}
	more := cells(t, jobs, others)
	for _, scenario := range jobs {
		b.WriteString(row(scenario, others, more[scenario]))
	}
	return b.String()
}

// together is the line of all scenarios, with what the hours cost.
func together(recipes []string, found map[string]map[string]cell) string {
	line := "| together |"
	for _, name := range recipes {
		var sum cell
		for _, scenario := range workload.Names() { // in one order, because a sum depends on it
			of := found[scenario][name]
			sum.hours, sum.late = sum.hours+of.hours, sum.late+of.late
		}
		line += fmt.Sprintf(" %.0f ($%.0f), %.0f |", sum.hours, sum.hours*priceOfAnHour, sum.late)
	}
	return line + "\n"
}

// compared says how a recipe differs from balanced, in how many scenarios each way.
func compared(name string, found map[string]map[string]cell) string {
	measures := []struct {
		less, same, more string
		of               func(cell) float64
	}{
		{"fewer hours", "as many", "more", func(c cell) float64 { return c.hours }},
		{"less late waiting", "as much", "more", func(c cell) float64 { return c.late }},
	}
	var parts []string
	for _, m := range measures {
		var counts [3]int
		for _, of := range found {
			balanced := m.of(of["balanced"])
			near := max(0.05, 0.005*balanced) // half a percent, and what the table rounds away
			switch is := m.of(of[name]); {
			case is < balanced-near:
				counts[0]++
			case is > balanced+near:
				counts[2]++
			default:
				counts[1]++
			}
		}
		parts = append(parts, fmt.Sprintf("%s in %d of %d scenarios, %s in %d, %s in %d", m.less, counts[0], len(found), m.same, counts[1], m.more, counts[2]))
	}
	return fmt.Sprintf("- `@%s` against `@balanced`: %s.\n", name, strings.Join(parts, "; "))
}

// The page is what the simulator says today. All its rows take minutes; those that are small are run each time.
func TestRecipesPage(t *testing.T) {
	page, err := os.ReadFile(recipesPage)
	require.NoError(t, err)
	head, rest, ok := strings.Cut(string(page), beginRecipes)
	require.True(t, ok, "the page has its first mark")
	tables, tail, ok := strings.Cut(rest, endRecipes)
	require.True(t, ok, "the page has its last mark")
	if *updateRecipes {
		require.NoError(t, os.WriteFile(recipesPage, []byte(head+beginRecipes+recipesTables(t)+endRecipes+tail), 0o644))
		return
	}
	for _, r := range thresholds.Recipes() {
		var entry bytes.Buffer
		require.NoError(t, json.Compact(&entry, r.Entry))
		assert.Contains(t, tables, fmt.Sprintf("| `@%s` | %s | `%s` |\n", r.Name, r.For, entry.String()))
	}
	recipes := []string{"balanced", "safe", "cheap"}
	small := []string{"fragmentation", "two-hosts-one-service", "gpu"}
	for scenario, of := range cells(t, small, recipes) {
		assert.Contains(t, tables, row(scenario, recipes, of))
	}
	assert.Regexp(t, "`@cheap` against `@balanced`: fewer hours in 1[0-9] of 18 scenarios, as many in [0-9], more in [0-2];", tables)
	assert.Regexp(t, "`@safe` against .*; less late waiting in [0-9]+ of 18 scenarios, as much in [0-9]+, more in 0\\.\n", tables)
}
