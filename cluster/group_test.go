package cluster_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"ecs-cluster-scaler/cluster"
)

func TestWhoFollowsTheSignal(t *testing.T) {
	blue, green := cluster.Group{Name: "blue"}, cluster.Group{Name: "green"}
	active := func(g cluster.Group) cluster.Group { g.TaggedActive = true; return g }
	names := func(groups ...cluster.Group) []string {
		var followers []string
		for _, g := range (cluster.Snapshot{Groups: groups}).Followers() {
			followers = append(followers, g.Name)
		}
		return followers
	}
	assert.Empty(t, names())
	assert.Equal(t, []string{"blue"}, names(blue))
	assert.Equal(t, []string{"green"}, names(blue, active(green)))
	assert.Equal(t, []string{"blue", "green"}, names(blue, green), "none marked: all")
	assert.Equal(t, []string{"blue", "green"}, names(active(blue), active(green)), "both marked: all")
}
