package drainer_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// astray is a host that its own cluster does not know, beside another cluster and one that may not be asked.
func astray() *fakeAWS {
	f := newFakeAWS().host("i-1", wait)
	delete(f.hosts, "ci/i-1")
	f.entries["other"], f.entries["denied"] = `{}`, `{}`
	f.denyCluster = map[string]bool{"denied": true}
	f.pass(5 * time.Minute)
	return f
}

func (f *fakeAWS) registersInOther() {
	f.hosts["ci/other-1"] = &fakeHost{arn: "ci/other-1", instance: "i-1", status: "ACTIVE", connected: true}
	f.task("other-1", "")
}

// Its agent had another cluster's name, or took minutes to come up.
func TestAnAgentThatRegistersElsewhereAfterItWasLookedForIsFound(t *testing.T) {
	f := astray()
	d := f.process()
	tick(t, f, d)
	f.pass(time.Minute)
	f.registersInOther()
	for range 4 {
		tick(t, f, d)
		f.pass(time.Minute)
	}
	assert.Equal(t, "DRAINING", f.hosts["ci/other-1"].status)
	assert.Equal(t, []string{"i-1"}, f.left())
}

func TestAHostThatRegisteredWhileASearchWasHeldUpDoesNotGoAsNeverRegistered(t *testing.T) {
	f := astray()
	d := f.process()
	for range 20 {
		tick(t, f, d)
		f.pass(time.Minute)
	}
	f.registersInOther()
	for range 4 {
		tick(t, f, d)
		f.pass(time.Minute)
	}
	f.denyCluster = nil
	for range 5 {
		tick(t, f, d)
		f.pass(time.Minute)
	}
	assert.Equal(t, []string{"i-1"}, f.left(), "a task is on it")
	assert.Empty(t, f.broken)
}

func TestWhileASearchIsHeldUpAClusterIsAskedOnceInThreeMinutes(t *testing.T) {
	f := astray()
	d := f.process()
	tick(t, f, d)
	before := f.count("ListContainerInstances")
	for range 30 {
		f.pass(time.Minute)
		tick(t, f, d)
	}
	// Each tick: its own hosts, its own cluster by name, and the one that may not be asked.
	assert.Equal(t, 30*3+10, f.count("ListContainerInstances")-before)
}

// Of many clusters a tick asks some; a round of all of them takes longer than an answer of one is believed where they are few.
func TestASearchThroughManyClustersEnds(t *testing.T) {
	f := newFakeAWS().host("i-1", wait)
	delete(f.hosts, "ci/i-1")
	for n := range 200 {
		f.entries[fmt.Sprintf("c%d", n)] = `{}`
	}
	f.pass(5 * time.Minute)
	d := f.process()
	minutes := 0
	for ; len(f.left()) > 0; minutes++ {
		require.Less(t, minutes, 30)
		f.cutAfter = 2 + 20 // the own hosts, the own cluster by name, and twenty others
		tick(t, f, d)
		f.pass(time.Minute)
	}
	assert.InDelta(t, 10, minutes, 2)
}
