package scaler_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"ecs-cluster-scaler/scaler"
)

// Its instance is gone and ECS goes on calling its task RUNNING, for ever: amazon-ecs-agent #300. It stands in no group, so
// that nobody can choose it to go, and its task needs no other place.
func TestARegistrationThatOutlivedItsInstanceHoldsNoScaleIn(t *testing.T) {
	for _, light := range []bool{true, false} {
		w := spare()
		w.host(1, size(2048, 3900))
		w.find("base").Desired++
		if light {
			w.put(4, 1, "base")
		} else {
			w.service("large", 1, size(2000, 3800)) // finds no other place, nor would the thresholds bear it
			w.put(4, 1, "large")
		}
		w.s.Hosts[4].Connected = false
		g := &w.s.Groups[0]
		g.Instances, g.Desired = g.Instances[:4], 4
		if !light {
			w.find("base").Desired--
		}
		v := w.decide()
		assert.Equal(t, scaler.ScaleIn, v.Signal, v.Why)
		assert.Equal(t, 1, v.Hosts.Disconnected, "it shows")
	}
}
