package report

import (
	"bytes"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/net/html"
)

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
