package drainer_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ecs-cluster-scaler/drain"
	"ecs-cluster-scaler/simulator/faulty"
)

// elsewhere is an instance of web's group whose agent registers in cluster other, so long after start.
func elsewhere(after time.Duration, tasks ...string) *account {
	a := newAccount()
	a.knows("other")
	stray := a.group("web-stray", "other")
	if after > 0 {
		a.Run(start.Add(-2 * time.Minute))
		a.Knobs.EC2.Boot.Median = 2*time.Minute + after
	}
	return a.hostOf(stray, "i-1", wait, tasks...)
}

// denied has clusters that may not be asked.
func (a *account) denied(clusters ...string) *account {
	for _, name := range clusters {
		a.knows(name)
		a.deny["ListContainerInstances "+name] = true
	}
	return a
}

// allow lets every cluster be asked.
func (a *account) allow() { clear(a.deny) }

// clusters has so many more of them.
func (a *account) clusters(n int) *account {
	for n := range n {
		a.knows(fmt.Sprintf("c%d", n))
	}
	return a
}

func TestEveryKnownClusterIsSearched(t *testing.T) {
	a := newAccount()
	a.takes = time.Hour
	a.knows("other")
	a.hostOf(a.group("web-stray", "other"), "i-1", wait, "")
	d := a.process()
	ticks(t, a, 6, d)
	assert.Equal(t, []string{"i-1"}, a.left())
	assert.Equal(t, "DRAINING", a.status("i-1"))
	a.stop(t, a.task("i-1"))
	for range 3 {
		assert.Equal(t, "other", ticks(t, a, 1, d).Instances[0].Cluster, "its tasks are there, whatever its group's tag says")
	}
	a.task("i-1").Exit()
	until(t, a, d, 3)
	assert.Empty(t, a.left())
}

func TestCutSearchGoesOnWhereItStopped(t *testing.T) {
	a := newAccount().clusters(10).neverJoins("i-1", wait)
	d := a.process()
	a.pass(5 * time.Minute)
	a.fates = []faulty.Fate{cutAfter(6)} // the own hosts, the own cluster by name, and four others
	tick(t, a, d)
	require.NotEmpty(t, a.left())
	a.fates = nil
	a.calls.Forget()
	until(t, a, d, 2)
	assert.Empty(t, a.left())
	assert.LessOrEqual(t, a.count("ListContainerInstances"), 2+6+1, "the four are not asked again")
}

// A process that is cut each minute and remembers nothing still finds a host that is registered somewhere.
func TestNewSearchBeginsElsewhere(t *testing.T) {
	a := elsewhere(0).clusters(20)
	a.process()
	a.pass(5 * time.Minute)
	for range 12 {
		a.fates = []faulty.Fate{cutAfter(7)} // the own hosts, the own cluster by name, and five others
		ticks(t, a, 1, a.process())
	}
	assert.Positive(t, a.count("UpdateContainerInstancesState"), "it did not go as one that never registered")
}

func TestDeniedClusterHidesNoOther(t *testing.T) {
	a := elsewhere(0).denied("a", "z")
	d := a.process()
	a.pass(5 * time.Minute)
	tick(t, a, d)
	assert.Equal(t, "DRAINING", a.status("i-1"))
}

// Nobody can say that it is registered nowhere; AWS would end it 5 minutes later, with the hook's own result.
func TestDeniedClusterHoldsToTheEnd(t *testing.T) {
	a := newAccount().neverJoins("i-1", wait).denied("a")
	d := a.process()
	a.hold(t, 1494*time.Minute, ours, "i-1") // a hundred heartbeats of 900 s are 1500
	require.Equal(t, drain.NotRegistered, tick(t, a, d).Instances[0].Reason)
	require.NotEmpty(t, a.left())
	a.pass(time.Minute)
	s := tick(t, a, d).Instances[0]
	assert.Equal(t, "complete deadline not every known cluster was searched for it", fmt.Sprintf("%s %s %s", s.Action, s.Reason, s.Detail))
	assert.Empty(t, a.left())
}

func TestUnregisteredAreSearchedTogether(t *testing.T) {
	a := newAccount().clusters(20)
	for n := range 20 {
		a.neverJoins(fmt.Sprintf("i-%d", 10+n), wait)
	}
	d := a.process()
	a.pass(5 * time.Minute)
	until(t, a, d, 1)
	assert.Empty(t, a.left())
	assert.Equal(t, 1+1+20, a.count("ListContainerInstances"), "all, by name, and each other cluster once")
}

func TestUnregisteredHostIsReleased(t *testing.T) {
	a := newAccount().neverJoins("i-1", wait)
	a.knows("other")
	assert.Equal(t, []string{"wait not_registered", "complete not_registered"}, until(t, a, a.process(), 5))
}

func TestDeniedClusterHoldsUnregistered(t *testing.T) {
	a := newAccount().neverJoins("i-1", wait)
	a.deny["ListContainerInstances"] = true
	assert.Equal(t, []string{"wait not_registered"}, until(t, a, a.process(), 6))
	assert.Equal(t, []string{"i-1"}, a.left())
}

// Its agent had another cluster's name, or took minutes to come up.
func TestLateRegistrationElsewhereIsFound(t *testing.T) {
	a := elsewhere(6 * time.Minute).denied("denied")
	d := a.process()
	a.pass(5 * time.Minute)
	ticks(t, a, 1, d)
	a.place(a.instances["i-1"], "i-1", "")
	ticks(t, a, 4, d)
	assert.Equal(t, "DRAINING", a.status("i-1"))
	assert.Equal(t, []string{"i-1"}, a.left())
}

func TestHostThatRegistersIsHeld(t *testing.T) {
	a := elsewhere(25 * time.Minute).denied("denied")
	d := a.process()
	a.pass(5 * time.Minute)
	ticks(t, a, 20, d)
	a.place(a.instances["i-1"], "i-1", "")
	ticks(t, a, 4, d)
	a.allow()
	ticks(t, a, 5, d)
	assert.Equal(t, []string{"i-1"}, a.left(), "a task is on it")
	assert.Empty(t, a.broken)
}

func TestSearchAsksOnceInThreeMinutes(t *testing.T) {
	a := newAccount().neverJoins("i-1", wait).denied("denied")
	a.knows("other")
	d := a.process()
	a.pass(5 * time.Minute)
	ticks(t, a, 1, d)
	a.calls.Forget()
	ticks(t, a, 30, d)
	// Each tick: its own hosts, its own cluster by name, and the one that may not be asked.
	assert.Equal(t, 30*3+10, a.count("ListContainerInstances"))
}

// Of many clusters a tick asks some; a round of all of them takes longer than an answer of one is believed where they are few.
func TestSearchOfManyClustersEnds(t *testing.T) {
	a := newAccount().clusters(200).neverJoins("i-1", wait)
	d := a.process()
	a.pass(5 * time.Minute)
	minutes := 0
	for ; len(a.left()) > 0; minutes++ {
		require.Less(t, minutes, 30)
		a.fates = []faulty.Fate{cutAfter(2 + 20)} // the own hosts, the own cluster by name, and twenty others
		ticks(t, a, 1, d)
	}
	assert.InDelta(t, 10, minutes, 2)
}
