package terraform_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ecs-cluster-scaler/cluster/ecsreader"
	"ecs-cluster-scaler/internal/alarms"
	"ecs-cluster-scaler/internal/metrics"
	"ecs-cluster-scaler/thresholds"
)

// Keywords that limit nothing, or say where the limits are.
var silent = map[string]bool{
	"$schema": true, "$id": true, "$defs": true, "$ref": true, "title": true, "description": true, "default": true,
	"properties": true, "additionalProperties": true,
}

func TestTerraformJudgesByThePublishersSchema(t *testing.T) {
	const copied = "modules/entry/entry.schema.json"
	text, err := os.ReadFile(copied)
	require.NoError(t, err)
	assert.Equal(t, string(thresholds.Schema()), string(text),
		"Terraform judges by another schema than the publisher: cp thresholds/entry.schema.json terraform/%s", copied)
}

func TestTerraformMakesTheAlarmsOfTheTable(t *testing.T) {
	const copied = "modules/cluster/alarms.json"
	text, err := os.ReadFile(copied)
	require.NoError(t, err)
	assert.Equal(t, string(alarms.Text()), string(text),
		"Terraform makes other alarms than the table says: cp internal/alarms/alarms.json terraform/%s", copied)
}

// What Terraform repeats of the schema and of the table, because a validation can name no file.
func TestLimitsOfVariablesAreTheContracts(t *testing.T) {
	var schema struct {
		Properties struct {
			Drain struct {
				Properties struct {
					DeadlineMinutes struct{ Minimum, Maximum int } `json:"deadline_minutes"`
					Hook            struct {
						MinLength, MaxLength int
						Pattern              string
					}
				}
				Default struct {
					DeadlineMinutes int `json:"deadline_minutes"`
					Hook            string
				}
			}
		}
	}
	require.NoError(t, json.Unmarshal(thresholds.Schema(), &schema))
	drain := schema.Properties.Drain
	for file, says := range map[string][]string{
		"modules/cluster/variables.tf": {
			fmt.Sprintf("var.instance_warmup_seconds >= %d", alarms.Contract().LeastWarmupSeconds),
			fmt.Sprintf("var.drain_alarm_minutes >= %d && var.drain_alarm_minutes <= %d", drain.Properties.DeadlineMinutes.Minimum, drain.Properties.DeadlineMinutes.Maximum),
		},
		"modules/capacity/variables.tf": {
			fmt.Sprintf("var.drain_deadline_minutes >= %d && var.drain_deadline_minutes <= %d", drain.Properties.DeadlineMinutes.Minimum, drain.Properties.DeadlineMinutes.Maximum),
		},
		"modules/cluster/watch.tf": {fmt.Sprintf("try(tonumber(var.entry.drain.deadline_minutes), null), %d)", drain.Default.DeadlineMinutes)},
		"modules/cluster/main.tf":  {fmt.Sprintf("try(var.entry.drain.hook, %q)", drain.Default.Hook)},
		"variables.tf": {
			fmt.Sprintf("default     = [%q]", drain.Default.Hook),
			strings.Replace(drain.Properties.Hook.Pattern, "+$", fmt.Sprintf("{%d,%d}$", drain.Properties.Hook.MinLength, drain.Properties.Hook.MaxLength), 1),
		},
	} {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		for _, what := range says {
			assert.Contains(t, string(text), what, file)
		}
	}
}

func TestTerraformNamesMetricsThatThereAre(t *testing.T) {
	known := map[string]bool{}
	dashboard, err := os.ReadFile("dashboard.tf")
	require.NoError(t, err)
	for _, m := range metrics.All {
		known[m.Name] = true
		assert.Contains(t, string(dashboard), `"`+m.Name+`"`, "the dashboard leaves a metric out")
	}
	files, err := filepath.Glob("modules/*/*.tf")
	require.NoError(t, err)
	for _, file := range append(files, "watch.tf", "dashboard.tf") {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		for _, named := range regexp.MustCompile(`\bmetric\s*=\s*"(\w+)"`).FindAllSubmatch(text, -1) {
			assert.True(t, known[string(named[1])], "%s: no function publishes %s", file, named[1])
		}
	}
}

// By these the functions find a group, its stack and the active one. What a module writes under another key nobody reads.
func TestTerraformWritesTheTagsThatTheFunctionsRead(t *testing.T) {
	for _, module := range []string{"modules/cluster", "modules/capacity"} {
		text, err := os.ReadFile(module + "/main.tf")
		require.NoError(t, err)
		written := map[string]bool{}
		for _, key := range regexp.MustCompile(`"(ecs-cluster-scaler:[a-z-]+)"`).FindAllSubmatch(text, -1) {
			written[string(key[1])] = true
		}
		assert.Equal(t, map[string]bool{ecsreader.ClusterTag: true, ecsreader.ActiveTag: true, ecsreader.ConfigPathTag: true}, written, module)
	}
}

func TestTerraformKnowsEveryKeywordOfTheSchema(t *testing.T) {
	code, err := os.ReadFile("modules/entry/main.tf")
	require.NoError(t, err)
	code = regexp.MustCompile(`(?m)^\s*#.*$`).ReplaceAll(code, nil)
	judged := map[string]bool{}
	for _, use := range regexp.MustCompile(`\brule\.(\w+)`).FindAllSubmatch(code, -1) {
		judged[string(use[1])] = true
	}

	var schema map[string]any
	require.NoError(t, json.Unmarshal(thresholds.Schema(), &schema))
	eachRule(schema, "entry", 0, func(path string, depth int, rule map[string]any) {
		for keyword := range rule {
			assert.True(t, silent[keyword] || judged[keyword],
				"%s: terraform/modules/entry/main.tf does not judge by %s: add it to faults as rule.%s", path, keyword, keyword)
		}
		if rule["properties"] == nil {
			return
		}
		assert.Equal(t, false, rule["additionalProperties"], "%s: Terraform refuses unknown fields everywhere", path)
		assert.LessOrEqual(t, depth, 2, "%s: terraform/modules/entry/main.tf looks into parts of parts of an entry, not deeper", path)
	})
}

// eachRule visits a schema, what it defines for others, and its fields. A definition is as deep as a part of the entry.
func eachRule(rule map[string]any, path string, depth int, visit func(path string, depth int, rule map[string]any)) {
	visit(path, depth, rule)
	for _, group := range []string{"properties", "$defs"} {
		fields, _ := rule[group].(map[string]any)
		for name, field := range fields {
			if field, ok := field.(map[string]any); ok {
				eachRule(field, path+"."+name, depth+1, visit)
			}
		}
	}
}
