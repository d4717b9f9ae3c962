package docs_test

import (
	"fmt"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ecs-cluster-scaler/drain/drainer"
	"ecs-cluster-scaler/internal/awsclient"
	"ecs-cluster-scaler/scaler/publisher"
)

const callsFile = "calls.md"

// service is how the limits and IAM call a client of Clients.
type service struct{ limits, iam string }

var services = map[string]service{
	"SSM":         {"SSM", "ssm"},
	"ECS":         {"ECS", "ecs"},
	"AutoScaling": {"Auto Scaling", "autoscaling"},
	"CloudWatch":  {"CloudWatch", "cloudwatch"},
}

// call is one row but for its "when", which is written by hand.
type call struct{ name, bucket, action string }

// callsOf are the methods of all interfaces of a function's Clients.
func callsOf(t *testing.T, clients reflect.Type, share awsclient.Share) []call {
	t.Helper()
	var calls []call
	for client := range clients.Fields() {
		of, known := services[client.Name]
		require.True(t, known, "how do IAM and %s call the client %s?", "internal/awsclient/limit.go", client.Name)
		for method := range client.Type.Methods() {
			calls = append(calls, call{method.Name, bucketOf(of.limits+"."+method.Name, share), of.iam + ":" + method.Name})
		}
	}
	return calls
}

func bucketOf(action string, share awsclient.Share) string {
	for _, b := range awsclient.Buckets {
		if !slices.Contains(b.Actions, action) {
			continue
		}
		if b.Alone {
			share = awsclient.PublisherShare + awsclient.DrainerShare
		}
		return fmt.Sprintf("%s: %.0f, then %.0f a second", b.Name, float64(b.Burst)*float64(share), float64(b.PerSecond)*float64(share))
	}
	return "not limited by us"
}

func TestCallsAreTheInterfaces(t *testing.T) {
	text, err := os.ReadFile(callsFile)
	require.NoError(t, err)
	for heading, calls := range map[string][]call{
		"A pass": callsOf(t, reflect.TypeFor[publisher.Clients](), awsclient.PublisherShare),
		"A tick": callsOf(t, reflect.TypeFor[drainer.Clients](), awsclient.DrainerShare),
	} {
		table := regexp.MustCompile(`(?s)(\n## ` + heading + `\n.*?\|---\|[-|]+\n)(.*?)\n\n`)
		require.Regexp(t, table, string(text))
		at := table.FindSubmatchIndex(text)
		have := string(text[at[4]:at[5]])
		want := mergeCalls(t, heading, have, calls)
		if *update {
			text = slices.Concat(text[:at[4]], []byte(want), text[at[5]:])
			continue
		}
		assert.Equal(t, want, have, "go test ./docs -update writes the calls of %s", heading)
	}
	if *update {
		require.NoError(t, os.WriteFile(callsFile, text, 0o644))
	}
}

// mergeCalls keeps the order and each "when" of the rows there are. A call without a row comes last.
func mergeCalls(t *testing.T, heading, rows string, calls []call) string {
	t.Helper()
	var order []string
	when := map[string]string{}
	for row := range strings.Lines(rows) {
		cells := strings.Split(strings.TrimSpace(row), " | ")
		require.GreaterOrEqual(t, len(cells), 2, row)
		name := strings.Trim(cells[0], "|` ")
		order, when[name] = append(order, name), cells[1]
	}
	var merged []string
	for _, name := range order {
		i := slices.IndexFunc(calls, func(c call) bool { return c.name == name })
		if *update && i < 0 {
			continue
		}
		if assert.GreaterOrEqual(t, i, 0, "%s: no client can call %s any more", heading, name) {
			merged = append(merged, calls[i].row(when[name]))
		}
	}
	for _, c := range calls {
		if !slices.Contains(order, c.name) {
			merged = append(merged, c.row(""))
		}
		assert.NotEmpty(t, when[c.name], "%s: say in docs/%s when %s is called", heading, callsFile, c.name)
	}
	return strings.Join(merged, "\n")
}

func (c call) row(when string) string {
	return fmt.Sprintf("| `%s` | %s | %s | `%s` |", c.name, when, c.bucket, c.action)
}
