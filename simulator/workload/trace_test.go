package workload

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ecs-cluster-scaler/simulator/aws"
)

func TestTasksKeepTheirDurationsAndThoseOfTheBeginningAreThere(t *testing.T) {
	trace := taskTrace{window: Window{100, 400}, end: 500}
	for _, c := range []struct {
		line      TraceTask
		at, lasts time.Duration
	}{
		{TraceTask{Start: 150, End: 250}, traceSettle + 50*time.Second, 100 * time.Second},
		{TraceTask{Start: 100, End: 101}, traceSettle, time.Second},
		{TraceTask{Start: 99, End: 150}, 0, traceSettle + 50*time.Second},
		{TraceTask{Start: 0, End: 150}, 0, traceSettle + 50*time.Second},
		{TraceTask{Start: 150, End: 450}, traceSettle + 50*time.Second, 300 * time.Second},
		{TraceTask{Start: 150, End: 500}, traceSettle + 50*time.Second, traceSettle + 650*time.Second},
	} {
		at, lasts := trace.time(c.line)
		assert.Equal(t, []time.Duration{c.at, c.lasts}, []time.Duration{at, lasts}, "%+v", c.line)
	}
}

func TestTaskThatRunsAtSecondZeroIsThereFromTheBeginning(t *testing.T) {
	at, lasts := taskTrace{window: Window{0, 100}, end: 500}.time(TraceTask{Start: 0, End: 30})
	assert.Equal(t, []time.Duration{0, traceSettle + 30*time.Second}, []time.Duration{at, lasts})
}

func TestTasksLargerThanAHostAreLeftOutAloud(t *testing.T) {
	w, notes, err := Tasks("t", []TraceTask{
		{Start: 0, End: 100, CPU: 4096, Memory: 15400},
		{Start: 0, End: 100, CPU: 4097, Memory: 1},
		{Start: 0, End: 100, CPU: 1, Memory: 15401},
		{Start: 0, End: 100, CPU: 1, Memory: 1, GPU: 1},
		{Start: 90, End: 100, CPU: 9999, Memory: 1}, // after the window
	}, Window{0, 90})
	require.NoError(t, err)
	assert.Equal(t, []string{"3 of 4 tasks are larger than a host (m5.xlarge: 4096 CPU, 15400 MiB) and left out; they need up to 4097 CPU, 15401 MiB, 1 GPUs"}, notes)
	assert.Equal(t, traceSettle+90*time.Second, w.Lasts)
	assert.Equal(t, traceSettle, w.Settle)
}

func TestWindowOutsideItsTraceIsRefused(t *testing.T) {
	tasks := []TraceTask{{Start: 0, End: 100, CPU: 1, Memory: 1}, {Start: 0, End: 300, CPU: 1, Memory: 1}, {Start: 250, End: 300, CPU: 9999, Memory: 1}}
	for w, want := range map[Window]string{
		{50, 301}: "t: the window ends at second 301, and there is nothing after second 300; choose an end within it",
		{50, 50}:  "t: the window 50 to 50 is empty; its end must be after its beginning, in seconds",
		{-1, 50}:  "t: the window -1 to 50 is empty; its end must be after its beginning, in seconds",
		{300, 0}:  "t: the window 300 to 300 is empty; its end must be after its beginning, in seconds",
	} {
		_, _, err := Tasks("t", tasks, w)
		require.EqualError(t, err, want)
	}
	_, _, err := Tasks("t", tasks[2:], Window{})
	require.EqualError(t, err, "t: nothing is left to run: 1 of 1 tasks are larger than a host (m5.xlarge: 4096 CPU, 15400 MiB) and left out; they need up to 9999 CPU, 1 MiB, 0 GPUs; a trace runs on this type alone, a recording on the types of its cluster")
	_, _, err = Tasks("t", []TraceTask{{Start: 0, End: 100, CPU: 1, Memory: 1}, {Start: 250, End: 300, CPU: 1, Memory: 1}}, Window{100, 250})
	require.EqualError(t, err, "t: no task runs in the window; choose another")
}

func TestInitialHostsHoldWhatRunsAtTheBeginning(t *testing.T) {
	size := func(cpu, memory int) aws.Resources { return aws.Resources{CPU: cpu, Memory: memory} }
	assert.Equal(t, 0, firstFit(nil))
	assert.Equal(t, 2, firstFit([]aws.Resources{size(1024, 1), size(3072, 1), size(1024, 1), size(3072, 1)}))
	assert.Equal(t, 3, firstFit([]aws.Resources{size(2049, 1), size(2049, 1), size(2049, 1)}))
	assert.Equal(t, 2, firstFit([]aws.Resources{size(1, 8000), size(1, 8000)}))
}

func TestPeakOfATraceIsThatOfItsTasksAtOneTime(t *testing.T) {
	trace := taskTrace{tasks: []TraceTask{
		{Start: 0, End: 10, CPU: 4096, Memory: 1},
		{Start: 10, End: 20, CPU: 4096, Memory: 1}, // one goes as the other comes
		{Start: 15, End: 20, CPU: 1, Memory: 1},
	}}
	assert.Equal(t, 2, trace.most())
}

func TestSeriesIsReadBetweenItsPointsAndRoundItsEnd(t *testing.T) {
	points := []Point{{0, 10}, {100, 20}, {200, 0}}
	for second, want := range map[int]float64{0: 10, 50: 15, 100: 20, 150: 10, 200: 0, 250: 15, 300: 20, 450: 15} {
		assert.InDelta(t, want, value(points, time.Duration(second)*time.Second), 1e-9, "second %d", second)
	}
	assert.InDelta(t, 7, value([]Point{{5, 7}}, time.Hour), 0)
}

func TestMedianIsTheMiddleValueOrTheMeanOfTwo(t *testing.T) {
	assert.InDelta(t, 2, median([]Point{{0, 9}, {1, 1}, {2, 2}}), 0)
	assert.InDelta(t, 3, median([]Point{{0, 9}, {1, 1}, {2, 2}, {3, 4}}), 0)
}

func TestServiceFollowsItsSeriesByAnEighthOfTheMedianAfterSettling(t *testing.T) {
	points := []Point{{0, 80}, {3600, 80}, {7200, 160}, {10800, 0}}
	d := follow(points, 3600*time.Second)
	assert.Equal(t, 8, ceil(d(0)))
	assert.Equal(t, 8, ceil(d(traceSettle)), "the window begins when settling ends")
	assert.Equal(t, 12, ceil(d(traceSettle+30*time.Minute)))
	assert.Equal(t, 16, ceil(d(traceSettle+time.Hour)))
}

func TestFollowersDoNotShareAnHourOrAShape(t *testing.T) {
	hours, shapes := map[time.Duration]bool{}, map[aws.Resources]bool{}
	for _, f := range followers() {
		hours[f.phase], shapes[f.spec.Definition.Resources] = true, true
	}
	assert.Len(t, hours, len(followers()))
	assert.Len(t, shapes, len(followers()))
}

func TestSeriesThatIsMostlyZeroIsRefused(t *testing.T) {
	_, err := Demand([]Series{{"d", []Point{{0, 0}, {60, 0}, {120, 5}}}}, Window{})
	require.EqualError(t, err, "d: the median of its values is 0, so that no task can be told from it; choose a busier series")
}

func TestSeveralSeriesRunInTheShortestOnesTime(t *testing.T) {
	w, err := Demand([]Series{{"a", []Point{{0, 1}, {7200, 1}}}, {"b", []Point{{0, 1}, {3600, 1}}}}, Window{})
	require.NoError(t, err)
	assert.Equal(t, "a+b", w.Name)
	assert.Equal(t, traceSettle+time.Hour, w.Lasts)
}
