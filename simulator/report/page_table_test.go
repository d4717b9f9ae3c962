package report

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ecs-cluster-scaler/scaler"
	"ecs-cluster-scaler/simulator"
)

func TestThePagesTableHasEveryFigureOfTheJSON(t *testing.T) {
	c := madeUp(1560, "gap", "managed-90", "alarms-75")
	tables := elements(parsed(t, pageOf(t, c)), "table")
	cells := map[string][]string{}
	for _, tr := range elements(tables[2], "tr") {
		for _, d := range elements(tr, "data") {
			cells[attr(tr, "data-measure")] = append(cells[attr(tr, "data-measure")], attr(d, "value"))
		}
	}
	for i, run := range c.Runs {
		want, err := numbers(run.Measures)
		require.NoError(t, err)
		for key, value := range want {
			if strings.HasPrefix(key, "tasks_ended_otherwise.") {
				continue // one cell for all causes
			}
			if assert.Len(t, cells[key], len(c.Runs), key) {
				assert.Equal(t, value.String(), cells[key][i], key)
			}
		}
	}
}

func TestThePageHasMoneyWhereThereArePrices(t *testing.T) {
	c := madeUp(300, "gap", "managed-90")
	assert.NotContains(t, pageOf(t, c), "cost_usd")
	assert.NotContains(t, pageOf(t, c), "list prices")

	c.Prices = "An hour of a host: any $0.192"
	for i := range c.Runs {
		c.Runs[i].Measures.Cost = &simulator.Cost{Total: 12.5 + float64(i), Hosts: 12, Scaler: 0.5, PerMonth: 900}
	}
	text := pageOf(t, c)
	tables := elements(parsed(t, text), "table")
	for i, of := range map[string]map[string][]string{
		"first": {"cost_usd.total": {"✓$12.50", "$13.50"}, "cost_usd.scaler": {"$0.5000", "$0.5000"}},
		"all":   {"cost_usd.per_month": {"$900.00", "$900.00"}, "cost_usd.alarms": {"$0.00", "$0.00"}},
	} {
		table := tables[1]
		if i == "all" {
			table = tables[2]
		}
		for _, tr := range elements(table, "tr") {
			if want := of[attr(tr, "data-measure")]; want != nil {
				var got []string
				for _, td := range elements(tr, "td") {
					got = append(got, textOf(td))
				}
				assert.Equal(t, want, got)
				delete(of, attr(tr, "data-measure"))
			}
		}
		assert.Empty(t, of, i)
	}
	assert.Contains(t, text, "An hour of a host: any $0.192. What the scaler itself costs: list prices of us-east-1, without free tier, not checked against AWS’s pages")
}

func TestTheBestIsMarkedOnlyWhereOneIsBetter(t *testing.T) {
	runs := make([]simulator.Result, 3)
	for i, hours := range []float64{20, 10, 10} {
		runs[i].Measures = simulator.Measures{InstanceHours: hours, UtilisationCPU: hours, ScaledOut: i, TasksMoved: 4}
	}
	groups, err := tableOf(runs)
	require.NoError(t, err)
	best := map[string][]bool{}
	for _, g := range groups {
		for _, l := range g.All {
			for _, c := range l.Cells {
				best[l.Key] = append(best[l.Key], c.Best)
			}
		}
	}
	assert.Equal(t, []bool{false, true, true}, best["instance_hours"], "less is better, and two are")
	assert.Equal(t, []bool{true, false, false}, best["utilisation_cpu"], "more is better")
	assert.Equal(t, []bool{false, false, false}, best["scaled_out"], "neither is better")
	assert.Equal(t, []bool{false, false, false}, best["tasks_moved"], "all are the same")
}

func TestHoursAddUpToWhatWasSampled(t *testing.T) {
	c := madeUp(1560, "gap")
	billedMinutes, minutes, outs := 0.0, 0.0, 0
	for _, h := range hourly(c.Runs[0]) {
		billedMinutes += h.Hosts * h.minutes
		minutes += h.minutes
		outs += h.Outs
	}
	want := 0
	for _, s := range c.Runs[0].Series {
		want += billed(s)
	}
	assert.InDelta(t, want, billedMinutes, 1e-6)
	assert.InDelta(t, len(c.Runs[0].Series), minutes, 0)
	for _, v := range c.Runs[0].Verdicts {
		if v.Signal == scaler.ScaleOut {
			outs--
		}
	}
	assert.Zero(t, outs)
}
