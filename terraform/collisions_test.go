package terraform_test

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// AWS takes a second one of these for the first one's update. So a stack, or a cluster, that is there twice must end at
// something that AWS refuses to make twice, before it overwrites, and with its removal takes away, what is the other's.
func TestWhatAWSOverwritesSilentlyWaitsForWhatItRefusesToMakeTwice(t *testing.T) {
	silent := regexp.MustCompile(`aws_(autoscaling_policy|autoscaling_lifecycle_hook|autoscaling_group_tag|cloudwatch_metric_alarm|cloudwatch_event_rule|cloudwatch_dashboard|sqs_queue)$`)
	refused := regexp.MustCompile(`(?s)depends_on = \[aws_(ssm_parameter\.entry|cloudwatch_log_group|scheduler_schedule)`)
	seen := 0
	for _, file := range []string{"main.tf", "drainer.tf", "watch.tf", "dashboard.tf", "modules/cluster/main.tf", "modules/cluster/watch.tf"} {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		for _, block := range resourceBlock.FindAllSubmatch(text, -1) {
			if silent.Match(block[1]) {
				seen++
				assert.Regexp(t, refused, string(block[3]), "%s: %s.%s", file, block[1], block[2])
			}
		}
	}
	assert.Equal(t, 11, seen)
}

// terraform fmt, which lint checks, ends a block with a brace in the first column.
var resourceBlock = regexp.MustCompile(`(?ms)^resource "(\w+)" "(\w+)" \{\n(.*?)\n\}$`)

// What AWS makes only once would end a second stack's apply; what it overwrites would be taken away with one of the two. So
// each name holds the stack's, or the path that only one stack can have, or AWS makes it up.
func TestEveryNameIsOneStacksAlone(t *testing.T) {
	named := regexp.MustCompile(`(?m)^  (?:name|alarm_name|dashboard_name|function_name)\s+= (.+)$`)
	local := regexp.MustCompile(`(?m)^\s+(\w+)\s+= (".*")$`)
	// A hook's name is the entry's, and a README says that a group has it from one stack. The others are within what has a name.
	within := regexp.MustCompile(`^aws_(autoscaling_lifecycle_hook|iam_role_policy|cloudwatch_event_target|lambda_permission|lambda_function_event_invoke_config)$`)
	seen := 0
	for _, module := range []string{".", "modules/cluster", "modules/capacity"} {
		files, err := filepath.Glob(module + "/*.tf")
		require.NoError(t, err)
		var all []byte
		for _, file := range files {
			text, err := os.ReadFile(file)
			require.NoError(t, err)
			all = append(all, text...)
		}
		locals := map[string]string{}
		for _, found := range local.FindAllSubmatch(all, -1) {
			locals["local."+string(found[1])] = string(found[2])
		}
		for _, block := range resourceBlock.FindAllSubmatch(all, -1) {
			name := named.FindSubmatch(block[3])
			if name == nil || within.Match(block[1]) {
				continue
			}
			seen++
			whole := string(name[1])
			for range 2 { // one local may be made of another
				for local, value := range locals {
					whole = regexp.MustCompile(regexp.QuoteMeta(local)+`\b`).ReplaceAllLiteralString(whole, value)
				}
			}
			if forEach := regexp.MustCompile(`(?m)^\s+for_each = (.+)$`).FindSubmatch(block[3]); forEach != nil && regexp.MustCompile(`\beach\.(key|value)\b`).MatchString(whole) {
				whole += string(forEach[1])
			}
			assert.Regexp(t, `\bvar\.(name|config_path)\b`, whole, "%s: %s.%s", module, block[1], block[2])
		}
	}
	assert.Equal(t, 20, seen)
}
