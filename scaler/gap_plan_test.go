package scaler_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"ecs-cluster-scaler/cluster"
	"ecs-cluster-scaler/scaler"
)

func TestSeveralSizesArePlannedByLaunches(t *testing.T) {
	for name, tt := range map[string]struct {
		hosts []cluster.Resources // the oldest first
		tasks int
		task  cluster.Resources
		gap   int
	}{
		"small ones since the large one":   {[]cluster.Resources{size(8192, 30000), size(2048, 7700), size(2048, 7700)}, 14, size(1000, 100), 7},
		"a large one since the small ones": {[]cluster.Resources{size(2048, 7700), size(2048, 7700), size(8192, 30000)}, 14, size(1000, 100), 2},
		"what the newest does not take is planned on the one before": {
			[]cluster.Resources{size(8192, 30000), size(2048, 7700)}, 3, size(4096, 1000), 2},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld()
			for _, of := range tt.hosts {
				w.host(1, of)
			}
			w.full()
			w.service("web", tt.tasks, tt.task)
			v := w.decide()
			assert.Equal(t, scaler.ScaleOut, v.Signal, v.Why)
			assert.Equal(t, tt.gap, v.InstanceGap, v.Why)
		})
	}
	t.Run("the thresholds go by what is planned", func(t *testing.T) {
		w := newWorld()
		w.host(1, size(8192, 30000))
		w.host(1, size(2048, 7700))
		w.service("web", 3, size(4096, 1000))
		v := w.decide()
		assert.Equal(t, 1, v.InstanceGap, v.Why) // a large one for the third task: 12288 of 18432 are 67 %
	})
	t.Run("small tasks use what large ones leave", func(t *testing.T) {
		w := newWorld()
		w.host(1, size(8192, 30000))
		w.host(1, size(2048, 7700))
		w.full()
		w.service("big", 1, size(6144, 1000))
		w.service("small", 3, size(1000, 100))
		assert.Equal(t, 2, w.decide().InstanceGap, "two of the three fit beside big")
		w.find("small").Desired, w.find("small").Deployments[0].Desired = 2, 2
		assert.Equal(t, 1, w.decide().InstanceGap)
	})
}
