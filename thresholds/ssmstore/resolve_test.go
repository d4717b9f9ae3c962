package ssmstore_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// An entry that nobody touched is validated again when what it inherits has changed, the other way too, and when nothing is left to inherit.
func TestEditedDefaultsReachEveryEntry(t *testing.T) {
	api := holding("/s/clusters/a", `{}`, "/s/clusters/b", `{"min_instances": 9}`, "/s/defaults", `{"min_instances": 1, "cpu":{"scale_out_at":80}}`)
	store := open(api)
	requireInherited := func(minInstances int, scaleOutAt float64) {
		t.Helper()
		clusters := read(t, store).Clusters
		assert.Equal(t, minInstances, clusters[0].Entry.MinInstances)
		assert.Equal(t, 9, clusters[1].Entry.MinInstances, "its own")
		for _, c := range clusters {
			assert.InDelta(t, scaleOutAt, *c.Entry.CPU.ScaleOutAt, 0, c.Cluster)
			assert.Empty(t, c.Faults)
		}
	}
	requireInherited(1, 80)
	api.put("/s/defaults", `{"min_instances": 2, "cpu":{"scale_out_at":60}}`)
	requireInherited(2, 60)
	api.remove("/s/defaults")
	requireInherited(0, 75)
	api.put("/s/defaults", `{"min_instances": 3}`)
	requireInherited(3, 75)

	api.put("/s/defaults", `{"cpu":{"scale_out_at":850}}`)
	for _, c := range read(t, store).Clusters {
		assert.Contains(t, c.Faults, "defaults: cpu.scale_out_at", c.Cluster)
		assert.Contains(t, c.Instead, "with version 1 of the defaults", c.Cluster)
	}
}

func TestAnEntryMadeAnewIsJudgedAnew(t *testing.T) {
	api := holding("/s/clusters/a", `{"min_instances": 1}`, "/s/clusters/b", `{}`)
	store := open(api)
	read(t, store)
	api.remove("/s/clusters/a")
	assert.Len(t, read(t, store).Clusters, 1, "a deleted entry is gone at once")

	api.put("/s/clusters/a", `{"min_instances": 7}`)
	assert.Equal(t, 7, read(t, store).Clusters[0].Entry.MinInstances)
	api.remove("/s/clusters/a")
	api.put("/s/clusters/a", `{"min_instances": 8}`)
	assert.Equal(t, 8, read(t, store).Clusters[0].Entry.MinInstances, "version 1 again, but another")
}
