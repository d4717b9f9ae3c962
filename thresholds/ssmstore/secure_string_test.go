package ssmstore_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"ecs-cluster-scaler/thresholds/ssmstore"
)

func TestASealedSecureStringStopsNoOther(t *testing.T) {
	api := holding("/s/clusters/a", `{"min_instances": 1}`, "/s/clusters/b", `{"min_instances": 2}`)
	store := open(api)
	read(t, store)
	api.sealed = map[string]bool{"/s/clusters/b": true}
	api.put("/s/clusters/b", `{"min_instances": 3}`)
	listing := read(t, store)
	assert.Empty(t, listing.Clusters[0].Faults)
	assert.Equal(t, 1, listing.Clusters[0].Entry.MinInstances)
	assert.Contains(t, listing.Clusters[1].Faults, "allow kms:Decrypt for its key")
	assert.Equal(t, 2, listing.Clusters[1].Entry.MinInstances, "what was valid before")

	fresh := read(t, open(api))
	assert.Equal(t, ssmstore.Unsure, fresh.Clusters[1].State)
}

// A String's faults quote it, which helps; a SecureString's do not, nor those of an entry that inherits from one.
func TestFaultsQuoteNoSecureString(t *testing.T) {
	faulty := func(secret ...string) ssmstore.Listing {
		api := holding("/s/clusters/a", `{"cpu": {"scale_out_at": 73912}, "hunter2": 1}`, "/s/defaults", `{"memory": {"scale_out_at": 73913}}`)
		api.secret = map[string]bool{}
		for _, name := range secret {
			api.secret[name] = true
		}
		return read(t, open(api))
	}
	plain := faulty().Clusters[0]
	assert.Contains(t, plain.Faults, "73912")
	assert.Contains(t, plain.Faults, "73913")
	assert.Contains(t, plain.Faults, "hunter2")
	for name, secret := range map[string][]string{"the entry": {"/s/clusters/a"}, "the defaults": {"/s/defaults"}, "both": {"/s/clusters/a", "/s/defaults"}} {
		got := faulty(secret...).Clusters[0]
		assert.Contains(t, got.Faults, "entry: cpu.scale_out_at must be at most 100; the value at /cpu/scale_out_at is more", name)
		assert.Contains(t, got.Faults, "defaults: memory.scale_out_at", name)
		assert.NotRegexp(t, "73912|73913|hunter2", got.Faults+got.Instead, name)
	}
}
