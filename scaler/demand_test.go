package scaler_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"ecs-cluster-scaler/cluster"
	"ecs-cluster-scaler/scaler"
)

func TestRollOutCountsOnlyWhenStuck(t *testing.T) {
	next := func(of cluster.Resources) scaler.Verdict {
		w := half()
		s := w.find("base")
		s.Deployments[0].Primary = false
		s.Deployments = append(s.Deployments, cluster.Deployment{Primary: true, InProgress: true, Desired: 4, TaskDefinition: "base:2"})
		w.s.Definitions["base:2"] = cluster.Definition{Size: of}
		return w.decide()
	}
	v := next(size(900, 100))
	assert.Equal(t, 0, v.UnplacedTasks)
	assert.Equal(t, scaler.Stay, v.Signal)

	v = next(size(1000, 100))
	assert.Equal(t, 1, v.UnplacedTasks)
	assert.Equal(t, []scaler.Reason{scaler.UnplacedTasks}, v.Reasons)
	assert.Equal(t, 1, v.InstanceGap)

	v = next(size(9000, 100))
	assert.Equal(t, 1, v.UnplacedTasks, "stuck for good")
	assert.Equal(t, []scaler.Reason{scaler.WithinBand, scaler.TaskFitsNoInstance}, v.Reasons)
}
