package cluster_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"ecs-cluster-scaler/cluster"
)

func TestUnregisteredInstances(t *testing.T) {
	s := cluster.Snapshot{
		Hosts: []cluster.Host{{InstanceID: "i-1"}, {InstanceID: "i-5"}},
		Groups: []cluster.Group{
			{Instances: []cluster.Instance{{ID: "i-1", Phase: cluster.InService}, {ID: "i-2", Phase: cluster.InService}}},
			{Instances: []cluster.Instance{{ID: "i-3", Phase: cluster.Pending}, {ID: "i-4", Phase: cluster.Terminating}, {ID: "i-5", Phase: cluster.InService}, {ID: "i-6", Phase: cluster.Aside}}},
		},
	}
	var ids []string
	for _, i := range s.Unregistered() {
		ids = append(ids, i.ID)
	}
	assert.ElementsMatch(t, []string{"i-2", "i-3"}, ids)
}
