package report

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// figures are a point's instance-hours and late task-seconds, in the middle and in each set.
type figures [][2]float64

func judged(policy, rival string, at figures) Point {
	p := Point{Policy: policy, Family: rival, Rival: rival, Ours: rival == "", Default: rival == "", InstanceHours: SpreadOf(at[0][0]), LateSeconds: SpreadOf(at[0][1])}
	for _, s := range at[1:] {
		p.Sets = append(p.Sets, SetPoint{InstanceHours: s[0], LateSeconds: s[1]})
	}
	return p
}

// across is an evaluation of one trace under the middle set and two others.
func across(points ...Point) Evaluation {
	return Evaluation{
		Against: []string{"managed-90"}, Sets: []Set{{Name: "as simulated"}, {Name: "long back-off"}, {Name: "slow queue"}},
		Traces: []TraceResult{{Name: "t", Runs: points}},
	}
}

func claimed(t *testing.T, e Evaluation, subject string) string {
	t.Helper()
	for _, c := range e.claims() {
		if c.Subject == subject {
			return strings.Join(c.Parts, "; ")
		}
	}
	require.Fail(t, "nothing is said of "+subject)
	return ""
}

const atManaged90, gapOnTraces = "At the instance-hours of managed-90", "gap as it comes, on traces"

func TestAClaimOfEverySetIsMade(t *testing.T) {
	e := across(judged("gap", "", figures{{90, 10}, {20, 4}, {21, 9}, {20, 3}}), judged("managed-90", managedScaling, figures{{100, 20}, {25, 8}, {25, 10}, {25, 9}}))
	assert.Equal(t, "in every set ours leave less late waiting on t", claimed(t, e, atManaged90))
	assert.Equal(t, "in every set none does on t", claimed(t, e, gapOnTraces))
	assert.Equal(t, []string{"t", "not beaten"}, beatenSheet(e).Lines[0])
}

func TestAClaimThatOneSetBreaksIsWithdrawnAndTheSetNamed(t *testing.T) {
	e := across(judged("gap", "", figures{{90, 10}, {20, 4}, {21, 12}, {20, 3}}), judged("managed-90", managedScaling, figures{{100, 20}, {25, 8}, {21, 10}, {25, 9}}))
	assert.Equal(t, "nothing is claimed, because ours leave less late waiting, but not with “long back-off”, on t", claimed(t, e, atManaged90))
	assert.Equal(t, "nothing is claimed on t", claimed(t, e, gapOnTraces))
	assert.Equal(t, []string{"t", "not beaten, but with long back-off"}, beatenSheet(e).Lines[0])
	assert.Equal(t, "depends on long back-off", equalSheet(e).Lines[0][2])
}

func TestAClaimAgainstOursIsMadeToo(t *testing.T) {
	e := across(judged("gap", "", figures{{90, 30}, {20, 12}, {21, 12}, {20, 10}}), judged("managed-90", managedScaling, figures{{90, 20}, {20, 8}, {21, 10}, {20, 9}}))
	assert.Equal(t, "in every set it leaves less late waiting on t", claimed(t, e, atManaged90))
	assert.Equal(t, "in every set a setting of managed scaling beats it on t", claimed(t, e, gapOnTraces))
	assert.Equal(t, []string{"t", "by managed-90"}, beatenSheet(e).Lines[0])
}

func TestAClaimAgainstOursIsWithdrawnToo(t *testing.T) {
	e := across(judged("gap", "", figures{{90, 30}, {20, 12}, {20, 12}, {20, 8}}), judged("managed-90", managedScaling, figures{{90, 20}, {20, 8}, {20, 10}, {21, 9}}))
	assert.Equal(t, "nothing is claimed, because it leaves less late waiting, but not with “slow queue”, on t", claimed(t, e, atManaged90))
	assert.Equal(t, "nothing is claimed on t", claimed(t, e, gapOnTraces))
	assert.Equal(t, []string{"t", "beaten, but not with slow queue"}, beatenSheet(e).Lines[0])
}

func TestThatNobodyWaitsIsNoLess(t *testing.T) {
	none := figures{{90, 0}, {20, 0}, {21, 0}, {20, 0}}
	e := across(judged("gap", "", none), judged("managed-90", managedScaling, none))
	assert.Equal(t, "in every set both leave as little late waiting for as many hours on t", claimed(t, e, atManaged90))
	e = across(judged("gap", "", none), judged("managed-90", managedScaling, figures{{90, 0}, {20, 0}, {21, 5}, {20, 0}}))
	assert.Equal(t, "in every set ours leave no more late waiting on t", claimed(t, e, atManaged90))
}

func TestAsLittleIsBoughtForFewerHours(t *testing.T) {
	few := figures{{90, 0}, {20, 0}, {21, 0}, {20, 0}}
	many := figures{{100, 0}, {25, 0}, {25, 0}, {25, 0}}
	e := across(judged("gap", "", few), judged("managed-90", managedScaling, many))
	assert.Equal(t, "in every set ours leave as little late waiting for fewer hours on t", claimed(t, e, atManaged90))
	e = across(judged("gap", "", few), judged("managed-90", managedScaling, many), judged("managed-95", managedScaling, figures{{80, 0}, {19, 0}, {20, 0}, {19, 0}}))
	assert.Equal(t, "in every set it leaves as little late waiting for fewer hours on t", claimed(t, e, atManaged90))
}

func TestADayThatIsOtherIsToldAsTheDay(t *testing.T) {
	e := across(judged("gap", "", figures{{90, 10}, {20, 9}, {20, 9}, {20, 9}}), judged("managed-90", managedScaling, figures{{100, 20}, {20, 8}, {20, 8}, {20, 8}}))
	assert.Equal(t, "nothing is claimed, because ours leave less late waiting, but not with “one day and one seed”, on t", claimed(t, e, atManaged90))
}

func TestOursMustBeAsCheapToBeCompared(t *testing.T) {
	e := across(judged("gap", "", figures{{90, 0}, {20, 0}, {21, 0}, {20, 0}}), judged("managed-90", managedScaling, figures{{80, 1}, {19, 1}, {20, 1}, {19, 1}}))
	assert.Equal(t, "in every set none of ours that was run is as cheap on t", claimed(t, e, atManaged90))
	dear := across(judged("gap", "", figures{{90, 9}, {20, 9}, {21, 9}, {20, 9}}), judged("managed-90", managedScaling, figures{{95, 1}, {25, 1}, {25, 1}, {25, 1}}))
	assert.Equal(t, "nothing is claimed, because ours were not run so dear on t", claimed(t, dear, atManaged90))
}

func TestOthersAreTakenAtTheirBest(t *testing.T) {
	spreadOut := judged("managed-95, spread out", managedScaling, figures{{99, 5}, {24, 2}, {24, 2}, {24, 2}})
	spreadOut.Family = "managed, spread out"
	e := across(judged("gap", "", figures{{90, 10}, {20, 4}, {21, 4}, {20, 4}}), judged("managed-90", managedScaling, figures{{100, 20}, {25, 8}, {25, 8}, {25, 8}}), spreadOut)
	assert.Equal(t, "nothing is claimed, because ours were not run so dear on t", claimed(t, e, atManaged90), "the other placement leaves less for less")
	alarms := spreadOut
	alarms.Rival = "alarms"
	e.Traces[0].Runs[2] = alarms
	assert.Equal(t, "in every set ours leave less late waiting on t", claimed(t, e, atManaged90), "another policy is no setting of it")
}

func TestHarmIsToldWhereverItHappened(t *testing.T) {
	same := figures{{90, 0}, {20, 0}, {21, 0}, {20, 0}}
	e := across(judged("gap", "", same), judged("managed-90", managedScaling, same))
	const ended = "Tasks ended by scaling in"
	assert.Equal(t, "none under any setting of ours, in any set", claimed(t, e, ended))
	other := &e.Traces[0].Runs[1]
	other.Sets[2].TasksEndedByHost = 2
	assert.Equal(t, "none under any setting of ours, in any set", claimed(t, e, ended), "what others do in some sets is not claimed")
	other.TasksEndedByHost, other.Sets[0].TasksEndedByHost, other.Sets[1].TasksEndedByHost = SpreadOf(1), 1, 1
	assert.Equal(t, "none under any setting of ours, in any set; managed-90 has them in every set on t", claimed(t, e, ended))
	e.Traces[0].Runs[0].Sets[1].TasksEndedByHost = 3
	assert.Equal(t, "under ours as they come: gap of t at most 3; managed-90 has them in every set on t", claimed(t, e, ended))
	e.Traces[0].Runs[0].Default = false
	assert.Equal(t, "none under ours as they come, in any set; under 1 other row of ours, at most 3 in a run; managed-90 has them in every set on t", claimed(t, e, ended))
}

func TestAPriceIsToldByHowFarItMoves(t *testing.T) {
	e := across(judged("gap", "", figures{{90, 0}, {20, 0}, {21, 0}, {20, 0}}), judged("managed-90", managedScaling, figures{{80, 0}, {20, 0}, {40, 0}, {20, 0}}))
	assert.Equal(t, "gap at most 5.0 % apart (t); managed-90 at most 100.0 % apart (t)", claimed(t, e, "Instance-hours of one day, from the cheapest set to the dearest"))
}

func TestARangeIsOfTheDaysAlone(t *testing.T) {
	p := judged("gap", "", figures{{360, 0}, {90, 0}, {92, 0}, {91, 0}})
	hours := func(s SetPoint) float64 { return s.InstanceHours }
	assert.Equal(t, "90–92", lowHigh(p.over(hours), tenth), "four days are not like a day")
	e := across(p, judged("managed-90", managedScaling, figures{{400, 1}, {100, 2}, {101, 3}, {90.5, 4}}))
	low, high, whole := e.ratios(e.Traces[0], e.Traces[0].Runs[1])
	assert.Zero(t, low)
	assert.Zero(t, high)
	assert.False(t, whole, "in the last set none of ours is as cheap")
}

func TestATerminalShowsWhatHoldsWithoutTracesToo(t *testing.T) {
	same := figures{{90, 0}, {20, 0}, {21, 0}, {20, 0}}
	e := across(judged("gap", "", same), judged("managed-90", managedScaling, same))
	assert.Contains(t, EvaluationText(e), "At the instance-hours of managed-90: in every set")
	assert.Contains(t, EvaluationText(e), "│ t     │ managed-90 │")
	e.Scenarios, e.Traces = e.Traces, nil
	assert.Contains(t, EvaluationText(e), "Tasks ended by scaling in: none under any setting of ours, in any set.")
}
