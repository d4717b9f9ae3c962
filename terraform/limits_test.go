package terraform_test

import (
	"encoding/json"
	"os"
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ecs-cluster-scaler/internal/alarms"
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
		assert.LessOrEqual(t, depth, 1, "%s: terraform/modules/entry/main.tf looks into parts of an entry, not deeper", path)
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
