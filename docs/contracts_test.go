package docs_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ecs-cluster-scaler/cluster/ecsreader"
	"ecs-cluster-scaler/drain"
	"ecs-cluster-scaler/drain/drainer"
	"ecs-cluster-scaler/internal/alarms"
	"ecs-cluster-scaler/internal/metrics"
	"ecs-cluster-scaler/scaler"
	"ecs-cluster-scaler/scaler/publisher"
	"ecs-cluster-scaler/thresholds"
)

// contract is what others rely on: within a version names are only added.
type contract struct {
	Contract string   `json:"contract"`
	Where    string   `json:"where"`
	Version  int      `json:"version"`
	Names    []string `json:"names"`
}

const contractsFile = "contracts.json"

// namesNow are the names of each contract as the code has them.
func namesNow(t *testing.T) map[string][]string {
	t.Helper()
	names := map[string][]string{}
	for _, r := range fieldRows(t) {
		names["entry"] = append(names["entry"], strings.Split(r, "`")[1])
	}
	for _, m := range metrics.All {
		of := "stack"
		if m.PerCluster {
			of = metrics.Dimension
		}
		names["metrics"] = append(names["metrics"], fmt.Sprintf("%s, %s, of %s", m.Name, m.Unit, of))
	}
	for _, m := range scaler.Meanings {
		names["reasons"] = append(names["reasons"], string(m.Reason))
	}
	for _, m := range drain.Meanings {
		names["drain reasons"] = append(names["drain reasons"], string(m.Reason))
	}
	names["publisher's answer"] = append(fields(reflect.TypeFor[publisher.Answer](), ""), fields(reflect.TypeFor[publisher.Dropped](), "")...)
	names["drainer's answer"] = fields(reflect.TypeFor[drainer.Answer](), "")
	for name, alarm := range alarms.Contract().Alarms {
		names["alarms"] = append(names["alarms"], fmt.Sprintf("%s, %s %s %v, %d of %d", name, alarm.Metric, alarm.Comparison, alarm.Threshold, alarm.DatapointsToAlarm, alarm.EvaluationPeriods))
	}
	names["group tags"] = []string{ecsreader.ClusterTag, ecsreader.ActiveTag, ecsreader.ConfigPathTag}
	for contract := range names {
		slices.Sort(names[contract])
		names[contract] = slices.Compact(names[contract])
	}
	return names
}

// fields are the JSON paths of a value of this type.
func fields(of reflect.Type, path string) []string {
	switch of.Kind() {
	case reflect.Pointer:
		return fields(of.Elem(), path)
	case reflect.Slice:
		return fields(of.Elem(), path+"[]")
	case reflect.Struct:
		if of == reflect.TypeFor[time.Time]() {
			return []string{path}
		}
	default:
		return []string{path}
	}
	var all []string
	for f := range of.Fields() {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if !f.IsExported() || name == "-" {
			continue
		}
		if name == "" {
			name = f.Name
		}
		all = append(all, fields(f.Type, strings.TrimPrefix(path+"."+name, "."))...)
	}
	return all
}

func TestWithinAVersionContractsOnlyGrow(t *testing.T) {
	text, err := os.ReadFile(contractsFile)
	require.NoError(t, err)
	var contracts []contract
	require.NoError(t, json.Unmarshal(text, &contracts))
	now := namesNow(t)
	require.Len(t, contracts, len(now))
	for i, c := range contracts {
		require.Contains(t, now, c.Contract)
		for _, name := range c.Names {
			assert.Contains(t, now[c.Contract], name,
				"%s: %q is gone, and somebody relies on it. If that must be, it is a new major version: take it out of docs/%s and count its version up", c.Contract, name, contractsFile)
		}
		if *update {
			contracts[i].Names = now[c.Contract]
			continue
		}
		assert.Equal(t, now[c.Contract], c.Names, "%s has grown: go test ./docs -update", c.Contract)
	}
	if *update && !t.Failed() {
		var written bytes.Buffer
		encoder := json.NewEncoder(&written)
		encoder.SetEscapeHTML(false)
		encoder.SetIndent("", "  ")
		require.NoError(t, encoder.Encode(contracts))
		require.NoError(t, os.WriteFile(contractsFile, written.Bytes(), 0o644))
	}
}

// What carries its version itself carries the same one.
func TestVersionsOfContractsAgree(t *testing.T) {
	versions := map[string]int{}
	for _, c := range readContracts(t) {
		versions[c.Contract] = c.Version
	}
	var schema struct {
		ID string `json:"$id"`
	}
	require.NoError(t, json.Unmarshal(thresholds.Schema(), &schema))
	assert.Equal(t, fmt.Sprintf("urn:ecs-cluster-scaler:entry:%d", versions["entry"]), schema.ID)
	assert.Equal(t, versions["alarms"], alarms.Contract().Version)
}

func readContracts(t *testing.T) []contract {
	t.Helper()
	text, err := os.ReadFile(contractsFile)
	require.NoError(t, err)
	var contracts []contract
	require.NoError(t, json.Unmarshal(text, &contracts))
	return contracts
}

func contractRows(t *testing.T) []string {
	t.Helper()
	var rows []string
	for _, c := range readContracts(t) {
		rows = append(rows, fmt.Sprintf("| %s | %d | %s |", c.Contract, c.Version, c.Where))
	}
	return rows
}
