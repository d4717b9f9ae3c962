package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
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
			return strings.Join(c.Sentences, " ")
		}
	}
	require.Fail(t, "nothing is said of "+subject)
	return ""
}

const atManaged90, gapOnTraces = "At the instance-hours of managed-90", "gap as it comes, on traces"

func TestAClaimOfEverySetIsMade(t *testing.T) {
	e := across(judged("gap", "", figures{{90, 10}, {20, 4}, {21, 9}, {20, 3}}), judged("managed-90", managedScaling, figures{{100, 20}, {25, 8}, {25, 10}, {25, 9}}))
	assert.Equal(t, "Ours leave less late waiting on t.", claimed(t, e, atManaged90))
	assert.Equal(t, "No setting of managed scaling that was run beats it on t.", claimed(t, e, gapOnTraces))
	assert.Equal(t, []string{"t", "not beaten"}, beatenSheet(e).Lines[0])
}

func TestAClaimThatOneSetBreaksIsWithdrawnAndTheSetNamed(t *testing.T) {
	e := across(judged("gap", "", figures{{90, 10}, {20, 4}, {21, 12}, {20, 3}}), judged("managed-90", managedScaling, figures{{100, 20}, {25, 8}, {21, 10}, {25, 9}}))
	assert.Equal(t, "Nothing is claimed on t. Ours leave less late waiting in the middle. The set “long back-off” says otherwise.", claimed(t, e, atManaged90))
	assert.Equal(t, "Nothing is claimed on t: the sets disagree.", claimed(t, e, gapOnTraces))
	assert.Equal(t, []string{"t", "not beaten, but with long back-off"}, beatenSheet(e).Lines[0])
	assert.Equal(t, "depends on long back-off", equalSheet(e).Lines[0][2])
}

func TestAClaimAgainstOursIsMadeToo(t *testing.T) {
	e := across(judged("gap", "", figures{{90, 30}, {20, 12}, {21, 12}, {20, 10}}), judged("managed-90", managedScaling, figures{{90, 20}, {20, 8}, {21, 10}, {20, 9}}))
	assert.Equal(t, "It leaves less late waiting on t.", claimed(t, e, atManaged90))
	assert.Equal(t, "A setting of managed scaling beats it on t.", claimed(t, e, gapOnTraces))
	assert.Equal(t, []string{"t", "by managed-90"}, beatenSheet(e).Lines[0])
}

func TestAClaimAgainstOursIsWithdrawnToo(t *testing.T) {
	e := across(judged("gap", "", figures{{90, 30}, {20, 12}, {20, 12}, {20, 8}}), judged("managed-90", managedScaling, figures{{90, 20}, {20, 8}, {20, 10}, {21, 9}}))
	assert.Equal(t, "Nothing is claimed on t. It leaves less late waiting in the middle. The set “slow queue” says otherwise.", claimed(t, e, atManaged90))
	assert.Equal(t, "Nothing is claimed on t: the sets disagree.", claimed(t, e, gapOnTraces))
	assert.Equal(t, []string{"t", "beaten, but not with slow queue"}, beatenSheet(e).Lines[0])
}

func TestThatNobodyWaitsIsNoLess(t *testing.T) {
	none := figures{{90, 0}, {20, 0}, {21, 0}, {20, 0}}
	e := across(judged("gap", "", none), judged("managed-90", managedScaling, none))
	assert.Equal(t, "Both leave as little late waiting for as many hours on t.", claimed(t, e, atManaged90))
	assert.Equal(t, "No setting of managed scaling that was run beats it on t.", claimed(t, e, gapOnTraces), "who is as good does not beat")
	some := across(judged("gap", "", figures{{90, 4}, {20, 4}, {21, 4}, {20, 4}}), judged("managed-90", managedScaling, none))
	assert.Equal(t, "It leaves less late waiting on t.", claimed(t, some, atManaged90))
	assert.Equal(t, "–", equalSheet(some).Lines[0][7], "there is no multiple of none")
	e = across(judged("gap", "", none), judged("managed-90", managedScaling, figures{{90, 0}, {20, 0}, {21, 5}, {20, 0}}))
	assert.Equal(t, "Ours leave no more late waiting on t.", claimed(t, e, atManaged90))
}

func TestAsLittleIsBoughtForFewerHours(t *testing.T) {
	few := figures{{90, 0}, {20, 0}, {21, 0}, {20, 0}}
	many := figures{{100, 0}, {25, 0}, {25, 0}, {25, 0}}
	e := across(judged("gap", "", few), judged("managed-90", managedScaling, many))
	assert.Equal(t, "Ours leave as little late waiting for fewer hours on t.", claimed(t, e, atManaged90))
	e = across(judged("gap", "", few), judged("managed-90", managedScaling, many), judged("managed-95", managedScaling, figures{{80, 0}, {19, 0}, {20, 0}, {19, 0}}))
	assert.Equal(t, "It leaves as little late waiting for fewer hours on t.", claimed(t, e, atManaged90))
}

func TestADayThatIsOtherIsToldAsTheDay(t *testing.T) {
	e := across(judged("gap", "", figures{{90, 10}, {20, 9}, {20, 9}, {20, 9}}), judged("managed-90", managedScaling, figures{{100, 20}, {20, 8}, {20, 8}, {20, 8}}))
	assert.Equal(t, "Nothing is claimed on t. Ours leave less late waiting in the middle. The first day alone, with one seed, says otherwise.", claimed(t, e, atManaged90))
}

func TestOursMustBeAsCheapToBeCompared(t *testing.T) {
	e := across(judged("gap", "", figures{{90, 0}, {20, 0}, {21, 0}, {20, 0}}), judged("managed-90", managedScaling, figures{{80, 1}, {19, 1}, {20, 1}, {19, 1}}))
	assert.Equal(t, "None of ours that was run is as cheap on t.", claimed(t, e, atManaged90))
	dear := across(judged("gap", "", figures{{90, 9}, {20, 9}, {21, 9}, {20, 9}}), judged("managed-90", managedScaling, figures{{95, 1}, {25, 1}, {25, 1}, {25, 1}}))
	assert.Equal(t, "Nothing is claimed on t. No setting of ours that was run takes as many hours.", claimed(t, dear, atManaged90))
}

func TestOthersAreTakenAtTheirBest(t *testing.T) {
	spreadOut := judged("managed-95, spread out", managedScaling, figures{{99, 5}, {24, 2}, {24, 2}, {24, 2}})
	spreadOut.Family = "managed, spread out"
	e := across(judged("gap", "", figures{{90, 10}, {20, 4}, {21, 4}, {20, 4}}), judged("managed-90", managedScaling, figures{{100, 20}, {25, 8}, {25, 8}, {25, 8}}), spreadOut)
	assert.Equal(t, "Nothing is claimed on t. No setting of ours that was run takes as many hours.", claimed(t, e, atManaged90), "the other placement leaves less for less")
	alarms := spreadOut
	alarms.Rival = "alarms"
	e.Traces[0].Runs[2] = alarms
	assert.Equal(t, "Ours leave less late waiting on t.", claimed(t, e, atManaged90), "another policy is no setting of it")
}

func TestABestThatCostsTheSameCounts(t *testing.T) {
	e := across(judged("gap", "", figures{{90, 10}, {20, 4}, {20, 4}, {20, 4}}),
		judged("managed-90", managedScaling, figures{{100, 20}, {25, 8}, {25, 8}, {25, 8}}), judged("managed-95", managedScaling, figures{{100, 5}, {25, 2}, {25, 2}, {25, 2}}))
	assert.Equal(t, "Nothing is claimed on t. No setting of ours that was run takes as many hours.", claimed(t, e, atManaged90))
}

func TestWhoBeatsIsNamedWhereItDoesInEverySet(t *testing.T) {
	gap := judged("gap", "", figures{{90, 30}, {20, 12}, {20, 12}, {20, 12}})
	cheap := judged("managed-95", managedScaling, figures{{80, 20}, {18, 8}, {18, 8}, {21, 8}})
	e := across(gap, cheap, judged("managed-90", managedScaling, figures{{90, 20}, {20, 8}, {20, 8}, {20, 8}}))
	assert.Equal(t, []string{"t", "by managed-90"}, beatenSheet(e).Lines[0], "the cheaper one does not in the last set")
	e = across(gap, cheap, judged("managed-90", managedScaling, figures{{90, 20}, {20, 8}, {21, 8}, {20, 8}}))
	assert.Equal(t, []string{"t", "beaten"}, beatenSheet(e).Lines[0], "not always by the same one")
}

func TestHarmIsToldWhereverItHappened(t *testing.T) {
	same := figures{{90, 0}, {20, 0}, {21, 0}, {20, 0}}
	e := across(judged("gap", "", same), judged("managed-90", managedScaling, same))
	const ended = "Tasks ended by scaling in"
	assert.Equal(t, "No setting of ours has any.", claimed(t, e, ended))
	other := &e.Traces[0].Runs[1]
	other.Sets[2].TasksEndedByHost = 2
	assert.Equal(t, "No setting of ours has any.", claimed(t, e, ended), "what others do in some sets is not claimed")
	other.TasksEndedByHost, other.Sets[0].TasksEndedByHost, other.Sets[1].TasksEndedByHost = SpreadOf(1), 1, 1
	assert.Equal(t, "No setting of ours has any. managed-90: some on t.", claimed(t, e, ended))
	e.Traces[0].Runs[0].Sets[1].TasksEndedByHost = 3
	assert.Equal(t, "gap: at most 3 on t. managed-90: some on t.", claimed(t, e, ended))
	e.Traces[0].Runs[0].Default = false
	assert.Equal(t, "None of ours as they come has any. Ours have at most 3 in 1 other row. managed-90: some on t.", claimed(t, e, ended))
}

func TestAPriceIsToldByHowFarItMoves(t *testing.T) {
	e := across(judged("gap", "", figures{{90, 0}, {20, 0}, {21, 0}, {20, 0}}), judged("managed-90", managedScaling, figures{{80, 0}, {20, 0}, {40, 0}, {20, 0}}))
	assert.Equal(t, "gap: at most 5.0 %, on t. managed-90: at most 100.0 %, on t.", claimed(t, e, "Instance-hours of one day, from the cheapest set to the dearest"))
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
	assert.Contains(t, EvaluationText(e), "At the instance-hours of managed-90: Both leave as little")
	assert.Contains(t, EvaluationText(e), "│ t     │ managed-90 │")
	e.Scenarios, e.Traces = e.Traces, nil
	assert.Contains(t, EvaluationText(e), "Tasks ended by scaling in: No setting of ours has any.")
}

func TestNoSentenceOfAnEvaluationIsLong(t *testing.T) {
	e := madeUpEvaluation()
	many := e.Traces[0]
	for i := range 9 {
		many.Name = fmt.Sprintf("trace-%d", i)
		e.Traces = append(e.Traces, many)
	}
	e.Traces[1].Runs[2].Sets[1].TasksEndedByHost = 2
	var document bytes.Buffer
	require.NoError(t, EvaluationMarkdown(&document, e, ""))
	shortSentences(t, document.String())
}

func TestTheEvaluationOfTheDocumentationHasNoLongSentence(t *testing.T) {
	document, err := os.ReadFile("../../docs/evaluation.md")
	require.NoError(t, err)
	shortSentences(t, string(document))
}

// The page of the documentation carries the figures of all traces.
func TestTheDocumentationClaimsWhatItsFiguresSay(t *testing.T) {
	page, err := os.ReadFile("../../docs/evaluation.html")
	require.NoError(t, err)
	_, data, _ := strings.Cut(string(page), `<script type="application/json" id="data">`)
	data, _, _ = strings.Cut(data, "</script>")
	var e Evaluation
	require.NoError(t, json.Unmarshal([]byte(data), &e))
	document, err := os.ReadFile("../../docs/evaluation.md")
	require.NoError(t, err)
	held := 0
	for _, c := range e.claims() {
		if strings.HasPrefix(c.Subject, "At the instance-hours of ") || strings.HasSuffix(c.Subject, ", on traces") {
			held++
			claim := "- **" + c.Subject + "**\n  - " + strings.Join(c.Sentences, "\n  - ") + "\n- **"
			assert.True(t, strings.Contains(string(document), claim), "run make evaluate where a rule of the claims changed: %s", claim) //nolint:testifylint // the whole page is no message
		}
	}
	assert.Equal(t, len(e.Against)+len(defaultsOf(e.Traces)), held)
}

// shortSentences fails where a sentence, in a table too, has more than forty words.
func shortSentences(t *testing.T, document string) {
	t.Helper()
	const most = 40
	for line := range strings.SplitSeq(document, "\n") {
		for cell := range strings.SplitSeq(line, "|") {
			for sentence := range strings.SplitSeq(cell, ". ") {
				assert.LessOrEqual(t, len(strings.Fields(sentence)), most, sentence)
			}
		}
	}
}
