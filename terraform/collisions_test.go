package terraform_test

import (
	"os"
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
		// terraform fmt, which lint checks, ends a block with a brace in the first column.
		for _, block := range regexp.MustCompile(`(?ms)^resource "(\w+)" "(\w+)" \{\n(.*?)\n\}$`).FindAllSubmatch(text, -1) {
			if silent.Match(block[1]) {
				seen++
				assert.Regexp(t, refused, string(block[3]), "%s: %s.%s", file, block[1], block[2])
			}
		}
	}
	assert.Equal(t, 11, seen)
}
