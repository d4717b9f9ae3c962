package report

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// aimed is a day under ours, ECS managed scaling at two targets and two alarm pairs; change makes it another.
func aimed(change func(t *TraceResult)) Evaluation {
	point := func(policy, rival string, hours, lateMinutes float64) Point {
		return Point{
			Policy: policy, Family: policy, Rival: rival, Ours: rival == "", Default: true, InstanceHours: SpreadOf(hours), LateSeconds: SpreadOf(60 * lateMinutes),
			OverLowerBound: SpreadOf(hours / 100), WaitP99: SpreadOf(15), Sets: []SetPoint{{}},
		}
	}
	trace := TraceResult{Name: "t", Services: true, Days: 1, LowerBoundHours: 100, Runs: []Point{
		point("ours", "", 130, 20), point("dear", managedScaling, 140, 10), point("cheap", managedScaling, 120, 100), point("alarms", "alarms", 125, 400),
	}}
	if change != nil {
		change(&trace)
	}
	return Evaluation{Traces: []TraceResult{trace}, Sets: []Set{{Name: "as simulated"}}}
}

// missed are the targets that the table says are missed.
func missed(t *testing.T, e Evaluation) string {
	t.Helper()
	lines := targetSheet(e).Lines
	require.Len(t, lines, 1)
	return lines[0][1]
}

func TestATargetIsMetOrMissedByItsFigure(t *testing.T) {
	assert.Equal(t, []string{"t", "none", "1.30 ×", "20", "0.94", "20 / 55", "20 / 400", "15 s", "0", "0 / 0", "0 s"}, targetSheet(aimed(nil)).Lines[0])
	for want, change := range map[string]func(t *TraceResult){
		"hours over the lower bound":                           func(t *TraceResult) { t.Runs[0].OverLowerBound = SpreadOf(1.51) },
		"late task-minutes a day; ours / two alarm pairs'":     func(t *TraceResult) { t.Runs[0].LateSeconds, t.LateBefore = SpreadOf(60*401), 2000 },
		"hours ÷ ECS managed scaling's, at equal late waiting": func(t *TraceResult) { t.Runs[1].InstanceHours, t.Runs[2].InstanceHours = SpreadOf(110), SpreadOf(105) },
		"ours / two alarm pairs'":                              func(t *TraceResult) { t.Runs[3].LateSeconds = SpreadOf(60 * 15) },
		"placement wait p99":                                   func(t *TraceResult) { t.Runs[0].WaitP99 = SpreadOf(281) },
		"reversals on unchanged demand":                        func(t *TraceResult) { t.Runs[0].Sets[0].ReversalsUnchanged = 1 },
		"tasks ended: ours / two alarm pairs":                  func(t *TraceResult) { t.Runs[0].TasksEndedByHost = SpreadOf(0, 0, 1) },
		"below floor by scaling in":                            func(t *TraceResult) { t.Runs[0].BelowFloorSeconds = SpreadOf(5) },
	} {
		assert.Equal(t, want, missed(t, aimed(change)))
	}
}

func TestATargetIsOfTheMedianSeed(t *testing.T) {
	e := aimed(func(t *TraceResult) { t.Runs[0].WaitP99 = SpreadOf(15, 20, 900) })
	assert.Equal(t, "none", missed(t, e))
}

func TestAComparisonOfFewDoesNotCount(t *testing.T) {
	few := func(t *TraceResult) {
		t.Runs[0].LateSeconds = SpreadOf(60 * 9)
		t.Runs[3].LateSeconds = SpreadOf(60 * 8)
		t.Runs[1].InstanceHours, t.Runs[1].LateSeconds = SpreadOf(110), SpreadOf(60*5)
		t.Runs[2].InstanceHours = SpreadOf(105)
	}
	assert.Equal(t, "none", missed(t, aimed(few)))
	assert.Equal(t, "1.18 (both leave few)", targetSheet(aimed(few)).Lines[0][4])
}

func TestACalmClusterHasTheCloserTargets(t *testing.T) {
	dear := func(t *TraceResult) { t.Runs[0].OverLowerBound, t.Runs[0].WaitP99 = SpreadOf(1.4), SpreadOf(100) }
	assert.Equal(t, "none", missed(t, aimed(dear)), "nobody said what it is like")
	assert.Equal(t, "hours over the lower bound; placement wait p99", missed(t, aimed(func(t *TraceResult) { dear(t); t.Kind = Calm })))
	assert.Equal(t, "none", missed(t, aimed(func(t *TraceResult) { dear(t); t.Kind = Crowd })))
}

func TestStandaloneTasksHaveTheTargetsOfHarm(t *testing.T) {
	e := aimed(func(t *TraceResult) {
		t.Services = false
		t.Runs[0].OverLowerBound, t.Runs[0].TasksEndedByHost = SpreadOf(9), SpreadOf(2)
	})
	assert.Equal(t, "tasks ended: ours / two alarm pairs", missed(t, e))
}

func TestTheVerdictIsFiveLinesOfFigures(t *testing.T) {
	assert.Equal(t, []string{
		"Targets: ours with the entry {} meet all 8.",
		"Hours at equal late waiting, as a multiple of ECS managed scaling's: 0.94 on t.",
		"Hours over the lower bound, which knows the future, ours / ECS managed scaling's as it comes: 1.30 × / 1.40 × on t.",
		"Late task-minutes a day at equal hours, ours / ECS managed scaling's: 20 / 55 on t.",
		"Harm: on 1 trace or scenario and under every set ours end no task, break no floor, and undo no action on unchanged demand.",
	}, aimed(nil).verdict())
	harmed := aimed(func(t *TraceResult) { t.Runs[0].TasksEndedByHost = SpreadOf(2) }).verdict()
	assert.Equal(t, "Targets: ours with the entry {} meet 7 of 8. Missed: tasks ended: ours / two alarm pairs, on t.", harmed[0])
	assert.Equal(t, "Harm: ours end no task, break no floor, and undo no action on unchanged demand, but on t.", harmed[4])
}

func TestTheFirstPlotIsOfAllTracesOfServices(t *testing.T) {
	e := aimed(nil)
	_, several := e.together()
	assert.False(t, several)
	more, tasks := e.Traces[0], e.Traces[0]
	tasks.Services = false
	e.Traces = append(e.Traces, more, tasks)
	sum, several := e.together()
	require.True(t, several)
	assert.InDelta(t, 200, sum.LowerBoundHours, 0)
	assert.Equal(t, SpreadOf(260), sum.Runs[0].InstanceHours)
	assert.Equal(t, SpreadOf(2400), sum.Runs[0].LateSeconds)

	var picture strings.Builder
	require.NoError(t, EvaluationPicture(&picture, e))
	assert.Contains(t, picture.String(), "<title>ours: 40 late task-minutes, 260 instance-hours</title>")
	balanced(t, picture.String())
}
