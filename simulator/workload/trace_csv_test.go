package workload

import (
	"errors"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const (
	taskHeader   = "start_s,end_s,cpu_units,memory_mib,gpus,group\n"
	demandHeader = "t_s,value\n"
)

func TestTraceOfTasksIsReadLineByLine(t *testing.T) {
	tasks, err := ParseTasks("f.csv", strings.NewReader(taskHeader+"0,446,2048,3584,0,b1\r\n4,1232,256,192,1,\n"))
	require.NoError(t, err)
	assert.Equal(t, []TraceTask{{0, 446, 2048, 3584, 0}, {4, 1232, 256, 192, 1}}, tasks)
}

func TestTraceOfDemandIsReadLineByLine(t *testing.T) {
	points, err := ParseDemand("f.csv", strings.NewReader(demandHeader+"0,0\n60,28.5\n120,4e3\n"))
	require.NoError(t, err)
	assert.Equal(t, []Point{{0, 0}, {60, 28.5}, {120, 4000}}, points)
}

func TestFaultyTraceIsAnsweredWithItsLineAndWhatToDo(t *testing.T) {
	tasks := func(text string) error { _, err := ParseTasks("f.csv", strings.NewReader(text)); return err }
	demand := func(text string) error { _, err := ParseDemand("f.csv", strings.NewReader(text)); return err }
	for text, want := range map[string]string{
		"":                                          "f.csv: it is empty; the first line must be start_s,end_s,cpu_units,memory_mib,gpus,group",
		taskHeader:                                  "f.csv: nothing follows the first line; add a line for each of start_s,end_s,cpu_units,memory_mib,gpus,group",
		"start,end\n0,1\n":                          `f.csv:1: the first line is "start,end"; it must be start_s,end_s,cpu_units,memory_mib,gpus,group`,
		demandHeader:                                "f.csv:1: this is a trace of demand; give it to --demand",
		taskHeader + "0,1,1,1,0,a\n0,1,1\n":         "f.csv:3: it has 3 columns; it must have 6: start_s,end_s,cpu_units,memory_mib,gpus,group",
		taskHeader + "x,1,1,1,0,a\n":                `f.csv:2: start_s is "x"; it must be a whole number, 0 or more`,
		taskHeader + "0,1,0,1,0,a\n":                `f.csv:2: cpu_units is "0"; it must be a whole number, 1 or more`,
		taskHeader + "0,1,1,1.5,0,a\n":              `f.csv:2: memory_mib is "1.5"; it must be a whole number, 1 or more`,
		taskHeader + "0,1,1,1,-1,a\n":               `f.csv:2: gpus is "-1"; it must be a whole number, 0 or more`,
		taskHeader + "5,5,1,1,0,a\n":                "f.csv:2: end_s is 5, not after start_s 5; leave out tasks that did not run",
		taskHeader + "5,6,1,1,0,a\n\n4,6,1,1,0,a\n": "f.csv:4: start_s is 4, before the line above; sort the lines by start_s",
		taskHeader + "0,1,1,1,0,\"a\n":              "f.csv:2: ", // a quote that does not end
	} {
		err := tasks(text)
		require.Error(t, err, text)
		assert.True(t, strings.HasPrefix(err.Error(), want), "%q\nis not\n%q", err, want)
	}
	for text, want := range map[string]string{
		demandHeader + "0,1\n0,2\n":    "f.csv:3: t_s is 0, not after the line above; sort the lines by t_s, one for each time",
		demandHeader + "0,-1\n":        `f.csv:2: value is "-1"; it must be a number, 0 or more`,
		demandHeader + "0,NaN\n":       `f.csv:2: value is "NaN"; it must be a number, 0 or more`,
		demandHeader + "0,1\n60,Inf":   `f.csv:3: value is "Inf"; it must be a number, 0 or more`,
		demandHeader + "1.5,1\n":       `f.csv:2: t_s is "1.5"; it must be a whole number, 0 or more`,
		demandHeader + "0,1\n60,\n":    `f.csv:3: value is ""; it must be a number, 0 or more`,
		taskHeader:                     "f.csv:1: this is a trace of tasks; give it to --tasks",
		"start_s,end_s\n":              `f.csv:1: the first line is "start_s,end_s"; it must be t_s,value`,
		demandHeader + "0,1,2\n60,1\n": "f.csv:2: it has 3 columns; it must have 2: t_s,value",
	} {
		assert.EqualError(t, demand(text), want)
	}
}

func TestTraceThatCannotBeReadToItsEndIsNoTrace(t *testing.T) {
	torn := errors.New("disk gone")
	_, err := ParseDemand("f.csv", iotest.ErrReader(torn))
	require.ErrorIs(t, err, torn)
	assert.Contains(t, err.Error(), "read f.csv")
}
