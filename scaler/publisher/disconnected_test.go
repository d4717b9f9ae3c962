package publisher_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ecs-cluster-scaler/scaler"
	"ecs-cluster-scaler/scaler/publisher"
)

// threeFull has four hosts, of which three are full: 67.5 % with the empty one, 90 % without.
func threeFull() account {
	a := newAccount()
	a.hosts("a", 4)
	a.load("a", "web", 3, 900)
	return a
}

func TestAPassRemembersWhoWasConnected(t *testing.T) {
	a := threeFull()
	p, agent := a.publisher(), disconnected(a.empty("a"))
	at := func(p *publisher.Publisher, after time.Duration) scaler.Verdict {
		return verdict(t, pass(t, p, after), "a")
	}
	require.Equal(t, scaler.Stay, at(p, 0).Signal)
	a.calls.Set(agent)
	assert.True(t, at(p, time.Minute).Has(scaler.AgentsAway))
	assert.True(t, at(p, 2*time.Minute).Has(scaler.AgentsAway))
	assert.Equal(t, scaler.ScaleOut, at(p, 3*time.Minute).Signal, "it is not coming back")
	assert.Equal(t, scaler.ScaleOut, at(a.publisher(), time.Minute).Signal, "a process that never saw it there knows no better")
	a.calls.Set()
	require.Equal(t, scaler.Stay, at(p, 4*time.Minute).Signal)
	a.calls.Set(agent)
	assert.True(t, at(p, 5*time.Minute).Has(scaler.AgentsAway))
}

func TestAnUndescribedHostWasConnected(t *testing.T) {
	a := threeFull()
	p, host := a.publisher(), a.empty("a")
	at := func(after time.Duration) scaler.Verdict { return verdict(t, pass(t, p, after), "a") }
	require.Equal(t, scaler.Stay, at(0).Signal)
	a.calls.Set(undescribed(host))
	require.True(t, at(time.Minute).Has(scaler.CPUAtScaleOut), "by what was read")
	a.calls.Set(disconnected(host))
	assert.True(t, at(2*time.Minute).Has(scaler.AgentsAway), "it was there two minutes ago")
}
