package report

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ecs-cluster-scaler/simulator"
)

// A policy under which no task ever got a host has no wait. It is not the one that waited least.
func TestNoHostIsNoShortWait(t *testing.T) {
	none, some := simulator.Result{}, simulator.Result{}
	none.Measures.UnplacedTaskSeconds, some.Measures.UnplacedTaskSeconds = 7200, 60
	some.Measures.PlacementWait = simulator.Waits{Count: 3, P50: 1, P95: 14, P99: 15, Max: 15}
	for _, runs := range [][]simulator.Result{{none, some}, {some, none}} {
		groups, err := tableOf(runs)
		require.NoError(t, err)
		for _, g := range groups {
			for _, l := range g.All {
				for i, c := range l.Cells {
					if strings.HasPrefix(l.Name, "placement wait") && runs[i].Measures.PlacementWait.Count == 0 {
						assert.Equal(t, noValue, c.Text, l.Name)
						assert.False(t, c.Best, l.Name)
					}
				}
			}
		}
	}
	assert.Equal(t, "No task got a host.", waited(none))
	assert.Equal(t, []string{"120 unplaced task-minutes and no task got a host."}, alarming(none))
	assert.Equal(t, "No task was started.", waited(simulator.Result{}))
	assert.Contains(t, says(none.Measures), "; no task got a host")
}

func TestOneIsOne(t *testing.T) {
	assert.Equal(t, "1 unplaced task-minute", unplaced(60))
	assert.Equal(t, "1.5 unplaced task-minutes", unplaced(90))
	assert.Equal(t, "The publisher had no pass in the time that was measured.", said(nil))
}
