package cluster_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"ecs-cluster-scaler/cluster"
)

func TestSizeOfATask(t *testing.T) {
	small, large := cluster.Resources{CPU: 256, Memory: 512}, cluster.Resources{CPU: 1024, Memory: 2048}
	known := map[string]cluster.Definition{"web:1": {Size: small}}
	for name, tt := range map[string]struct {
		task  cluster.Task
		size  cluster.Resources
		known bool
	}{
		"its definition's":             {cluster.Task{Definition: "web:1"}, small, true},
		"run-task's override":          {cluster.Task{Definition: "web:1", Size: &large}, large, true},
		"an override needs no other":   {cluster.Task{Definition: "web:2", Size: &large}, large, true},
		"not known without definition": {cluster.Task{Definition: "web:2"}, cluster.Resources{}, false},
	} {
		size, sized := tt.task.SizeIn(known)
		assert.Equal(t, tt.known, sized, name)
		assert.Equal(t, tt.size, size, name)
	}
}

// A task that was told to stop has desired status STOPPED at once and may run for minutes.
func TestOnlyLastStatusSaysStopped(t *testing.T) {
	for last, stopped := range map[string]bool{"STOPPED": true, "DELETED": true, "STOPPING": false, "DEPROVISIONING": false, "RUNNING": false, "": false} {
		for _, wanted := range []bool{true, false} {
			assert.Equal(t, stopped, cluster.Task{LastStatus: last, WantedRunning: wanted}.Stopped(), "%q, wanted %t", last, wanted)
		}
	}
}
