package report

import (
	"bytes"
	"encoding/json"
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/net/html"

	"ecs-cluster-scaler/cluster"
	"ecs-cluster-scaler/scaler"
	"ecs-cluster-scaler/simulator"
)

func TestThePageCarriesEverySampleAndVerdictAsTheResultHasThem(t *testing.T) {
	c := madeUp(1560, "gap", "managed-90")
	data := dataIn(t, pageOf(t, c))

	for i, run := range c.Runs {
		got := data.Runs[i]
		assert.Equal(t, run.Policy, got.Policy)
		for name, of := range sampled {
			if strings.HasSuffix(name, "_gpu") {
				assert.NotContains(t, got.Series, name, "nothing has a GPU")
				continue
			}
			assert.Equal(t, columnOf(run.Series, of), got.Series[name].column(), name)
		}
		require.Len(t, got.Drains, len(run.Drains))
		for j, d := range run.Drains {
			assert.Equal(t, drainData{Instance: d.Instance, Group: d.Group, Cause: d.Cause, From: d.From.Unix(), To: d.To.Unix(), Open: d.Open}, got.Drains[j])
		}
	}

	at, n := map[int64]int{}, data.From
	for i, step := range append([]float64{0}, data.Steps.column()...) {
		n += int64(step)
		at[n] = i
	}
	ours, v := c.Runs[0], data.Runs[0].Verdicts
	require.NotNil(t, v)
	assert.Nil(t, data.Runs[1].Verdicts, "managed scaling says nothing")
	shown := 0
	for _, said := range ours.Verdicts {
		i := at[said.At.Unix()]
		shown++
		assert.InDelta(t, float64(said.Signal), v.Signal.column()[i], 0)
		assert.InDelta(t, float64(said.Gap), v.Gap.column()[i], 0)
		assert.InDelta(t, jsonOf(t, said.CPU), v.CPU.column()[i], 0)
		assert.Equal(t, said.Reasons, v.Sets[int(v.Reasons.column()[i])])
		why := sentences{Patterns: v.Why.Patterns, Fills: v.Why.Fills, Of: v.Why.Of.column(), Fill: v.Why.Fill.column()}
		assert.Equal(t, said.Why, why.at(i))
	}
	for _, s := range v.Signal.column() {
		if !math.IsNaN(s) {
			shown--
		}
	}
	assert.Zero(t, shown, "as many minutes have a signal as passes ran")
}

func TestThePagesTableHasEveryFigureOfTheJSON(t *testing.T) {
	c := madeUp(1560, "gap", "managed-90", "alarms-75")
	tables := elements(parsed(t, pageOf(t, c)), "table")
	cells := map[string][]string{}
	for _, tr := range elements(tables[1], "tr") {
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
		table := tables[0]
		if i == "all" {
			table = tables[1]
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

func TestAPageNeedsNothingFromElsewhere(t *testing.T) {
	c := madeUp(1560, "gap", "managed-90")
	c.Why = `</script><script src="https://evil.example/x.js"></script>`
	c.Runs[0].Verdicts[0].Why = `</script><img src=x onerror=alert(1)><!--`
	c.Runs[0].Policy = `<b>&"gap'`
	text := pageOf(t, c)
	root := parsed(t, text)

	assert.Len(t, elements(root, "script"), 2, "the data and the code, and no other")
	for _, name := range []string{"link", "img", "iframe", "object", "embed", "base", "form"} {
		assert.Empty(t, elements(root, name), name)
	}
	walk(root, func(n *html.Node) {
		for _, a := range n.Attr {
			assert.NotContains(t, []string{"src", "href", "srcset", "action"}, a.Key, n.Data)
			assert.False(t, strings.HasPrefix(a.Key, "on"), a.Key)
		}
	})
	assert.NotRegexp(t, `@import|url\(|\bfetch\(|XMLHttpRequest|\bimport\(|new Worker|WebSocket|\beval\(`, text)
	assert.Contains(t, text, `default-src 'none'`, "a browser would refuse, too")

	data := dataIn(t, text)
	assert.Equal(t, c.Runs[0].Policy, data.Runs[0].Policy)
	assert.Contains(t, data.Runs[0].Verdicts.Why.Patterns, number.ReplaceAllString(c.Runs[0].Verdicts[0].Why, hole))
}

func TestAPageIsReadWithoutSeeingIt(t *testing.T) {
	c := madeUp(1560, "gap", "managed-90")
	text := pageOf(t, c)
	root := parsed(t, text)
	balanced(t, text)

	assert.Equal(t, "en", attr(elements(root, "html")[0], "lang"))
	plots, ids := 0, map[string]bool{}
	level := 0
	walk(root, func(n *html.Node) {
		if attr(n, "data-plot") != "" {
			plots++
			assert.Equal(t, "img", attr(n, "role"))
			assert.Greater(t, len(attr(n, "aria-label")), 20, attr(n, "data-plot"))
		}
		if id := attr(n, "id"); id != "" {
			assert.False(t, ids[id], "two elements are called "+id)
			ids[id] = true
		}
		if heading := regexp.MustCompile(`^h([1-6])$`).FindStringSubmatch(n.Data); n.Type == html.ElementNode && heading != nil {
			next, _ := strconv.Atoi(heading[1])
			assert.LessOrEqual(t, next, level+1, "no level of heading is left out")
			level = next
		}
	})
	// Two strips for each, eight plots of ours, six of the one that publishes nothing.
	assert.Equal(t, 2*2+8+6, plots)
	assert.Len(t, elements(root, "h1"), 1)
	walk(root, func(n *html.Node) {
		if label := attr(n, "aria-labelledby"); label != "" {
			assert.True(t, ids[label], label)
		}
	})
	assert.Contains(t, text, "ECS managed scaling, target 90 publishes no signal")
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

func TestAPageRefusesWhatItCannotDraw(t *testing.T) {
	require.Error(t, Page(&bytes.Buffer{}, Comparison{Workload: "nothing"}))
	c := madeUp(300, "gap", "signal")
	c.Runs[1].Series = c.Runs[1].Series[1:]
	assert.ErrorContains(t, Page(&bytes.Buffer{}, c), "ours, one at a time was not sampled at the same times as ours")
}

func TestAWeekOfFivePoliciesIsAPageThatCanBeSent(t *testing.T) {
	page := pageOf(t, madeUp(7*1440, "gap", "signal", "managed-90", "alarms-75", "schedulable-2"))
	assert.Less(t, len(page), 3<<20)
}

func TestAColumnIsReadAsItWasWritten(t *testing.T) {
	for _, c := range []column{{}, {1}, {1, 2, 3}, {0, 0, 0, 0, 0, 0, 0, 0, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7}, {math.NaN(), 1.25, -3, math.NaN(), math.NaN()}} {
		text, err := json.Marshal(c)
		require.NoError(t, err)
		var back read
		require.NoError(t, json.Unmarshal(text, &back))
		assert.True(t, equal(c, back.column()), string(text))
	}
}

func equal(a, b column) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if !same(a[i], b[i]) {
			return false
		}
	}
	return true
}

// read is a column as the script reads it.
type read struct{ values []*float64 }

func (r *read) UnmarshalJSON(text []byte) error {
	if text[0] == '[' {
		return json.Unmarshal(text, &r.values)
	}
	var runs struct {
		V []*float64
		N []int
	}
	if err := json.Unmarshal(text, &runs); err != nil {
		return err
	}
	for i, v := range runs.V {
		for range runs.N[i] {
			r.values = append(r.values, v)
		}
	}
	return nil
}

func (r *read) column() column {
	return columnOf(r.values, func(v *float64) float64 {
		if v == nil {
			return math.NaN()
		}
		return *v
	})
}

type readData struct {
	From  int64
	Steps read
	Runs  []struct {
		Policy   string
		Series   map[string]*read
		Drains   []drainData
		Verdicts *struct {
			Signal, Gap, Reasons, CPU read
			Sets                      [][]scaler.Reason
			Why                       struct {
				Patterns, Fills []string
				Of, Fill        read
			}
		}
	}
}

func pageOf(t *testing.T, c Comparison) string {
	t.Helper()
	var page bytes.Buffer
	require.NoError(t, Page(&page, c))
	return page.String()
}

func parsed(t *testing.T, page string) *html.Node {
	t.Helper()
	root, err := html.Parse(strings.NewReader(page))
	require.NoError(t, err)
	return root
}

func dataIn(t *testing.T, page string) readData {
	t.Helper()
	script := elements(parsed(t, page), "script")[0]
	require.Equal(t, "data", attr(script, "id"))
	var data readData
	require.NoError(t, json.Unmarshal([]byte(script.FirstChild.Data), &data))
	return data
}

// balanced is stricter than a browser: every element that is opened is closed, in order.
func balanced(t *testing.T, page string) {
	t.Helper()
	void := map[string]bool{"meta": true, "input": true, "br": true}
	var open []string
	tokens := html.NewTokenizer(strings.NewReader(page))
	for kind := tokens.Next(); kind != html.ErrorToken; kind = tokens.Next() {
		name, _ := tokens.TagName()
		switch {
		case kind == html.StartTagToken && !void[string(name)]:
			open = append(open, string(name))
		case kind == html.EndTagToken:
			require.NotEmpty(t, open)
			require.Equal(t, open[len(open)-1], string(name), "closed in the order of %v", open)
			open = open[:len(open)-1]
		}
	}
	assert.Empty(t, open)
}

func walk(n *html.Node, visit func(*html.Node)) {
	visit(n)
	for child := range n.ChildNodes() {
		walk(child, visit)
	}
}

func elements(root *html.Node, name string) []*html.Node {
	var found []*html.Node
	walk(root, func(n *html.Node) {
		if n.Type == html.ElementNode && n.Data == name {
			found = append(found, n)
		}
	})
	return found
}

func textOf(n *html.Node) string {
	var text strings.Builder
	walk(n, func(n *html.Node) {
		if n.Type == html.TextNode {
			text.WriteString(n.Data)
		}
	})
	return text.String()
}

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func jsonOf(t *testing.T, p *cluster.Percent) float64 {
	t.Helper()
	text, err := json.Marshal(p)
	require.NoError(t, err)
	v, err := strconv.ParseFloat(string(text), 64)
	require.NoError(t, err)
	return v
}

// at is the sentence of a minute, put together again as the page's script does.
func (s sentences) at(i int) string {
	if math.IsNaN(s.Of[i]) {
		return ""
	}
	fills := strings.Fields(s.Fills[int(s.Fill[i])])
	parts := strings.Split(s.Patterns[int(s.Of[i])], hole)
	var sentence strings.Builder
	for j, part := range parts {
		if j > 0 {
			sentence.WriteString(fills[j-1])
		}
		sentence.WriteString(part)
	}
	return sentence.String()
}
