package drain_test

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ecs-cluster-scaler/drain"
)

// drains are failures that people met when hosts left, each named after the thread that tells of it. docs/cases.md holds
// what is said of them.
var drains = []struct {
	thread, situation, theirs string
	state                     drain.Cluster
	minute                    int
	step                      string
}{
	{
		"aws/containers-roadmap #125, #1207", "A session that is protected from scale-in for two hours; the deadline of 60 minutes has passed.",
		"Tasks ended with their host, however long they still had to run.",
		clusterOf(host(protected(120)), service("api", 2, 50, 200)), 61, "wait protected_task",
	},
	{
		"the same, when its protection has ended", "As before, two hours after the drain began.", "The same.",
		clusterOf(host(protected(120)), service("api", 2, 50, 200)), 120, "stop_tasks deadline",
	},
	{
		"flowcommerce/delta PR #95", "A service of one task with minimumHealthyPercent 50 and maximumPercent 100; its host drains.",
		"The task never moved, and nothing said why.",
		clusterOf(host(task("api")), service("api", 1, 50, 100)), 16, "wait cannot_move",
	},
	{
		"aws-samples/ecs-cid-sample #27", "A task with a stopTimeout of 30 minutes was told to stop at the deadline, 20 minutes ago.",
		"A fixed wait is too short for a task that may take long to stop.",
		taking(clusterOf(host(stopping("api", 60)), service("api", 2, 50, 200)), map[string]time.Duration{"api": 30 * time.Minute}), 80, "wait tasks_stopping",
	},
}

// UPDATE_CASES=1 go test ./drain -run Golden writes the table in the documentation.
func TestGoldenDrainsAreDocumented(t *testing.T) {
	const page, heading = "../docs/cases.md", "\n## Drains\n"
	var b strings.Builder
	b.WriteString("\nThe same for hosts that leave: `drain/golden_test.go`.\n\n| Thread | Situation | What those tools did | What ours does |\n|---|---|---|---|\n")
	for _, tt := range drains {
		s := drain.Next(tt.state, defaults(), at(tt.minute))[0]
		assert.Equal(t, tt.step, fmt.Sprintf("%s %s", s.Action, s.Reason), tt.thread)
		fmt.Fprintf(&b, "| %s | %s | %s | %s<br>`%s`: %s |\n", tt.thread, tt.situation, tt.theirs, s.Action, s.Reason, s.Detail)
	}
	text, err := os.ReadFile(page)
	require.NoError(t, err)
	verdicts, rest, _ := strings.Cut(string(text), heading)
	if os.Getenv("UPDATE_CASES") != "" {
		rest = b.String()
		require.NoError(t, os.WriteFile(page, []byte(verdicts+heading+rest), 0o644))
	}
	assert.Equal(t, b.String(), rest, "UPDATE_CASES=1 go test ./drain -run Golden writes it")
}
