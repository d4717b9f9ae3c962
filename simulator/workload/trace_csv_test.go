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

const serviceHeader = "t_s,service,desired,cpu_units,memory_mib"

func TestTraceOfServicesIsReadLineByLine(t *testing.T) {
	lines, err := ParseServices("f.csv", strings.NewReader("\ufeff"+serviceHeader+",revision\r\n0,web,4,512,1024,17\r\n0,mailer,1,256,512,abc\r\n\r\n300,web,5,1024,1024,18\r\n"))
	require.NoError(t, err)
	assert.Equal(t, []ServiceLine{
		{0, "web", 4, 512, 1024, "17"}, {0, "mailer", 1, 256, 512, "abc"}, {300, "web", 5, 1024, 1024, "18"},
	}, lines)
}

func TestSizeIsTheRevisionWhereThereIsNoColumnOfIt(t *testing.T) {
	lines, err := ParseServices("f.csv", strings.NewReader(serviceHeader+"\n0,web,4,512,1024\n9,web,4,512,1024\n10,web,4,512,2048"))
	require.NoError(t, err)
	assert.Equal(t, lines[0].Revision, lines[1].Revision)
	assert.NotEqual(t, lines[1].Revision, lines[2].Revision)
}

func TestFaultyTraceOfServicesIsAnsweredWithItsPlaceAndWhatToDo(t *testing.T) {
	plain, revised := serviceHeader+"\n", serviceHeader+",revision\n"
	for text, want := range map[string]string{
		"":                                             "f.csv: it is empty; the first line must be t_s,service,desired,cpu_units,memory_mib[,revision]",
		"\ufeff":                                       "f.csv: it is empty; the first line must be t_s,service,desired,cpu_units,memory_mib[,revision]",
		plain:                                          "f.csv: nothing follows the first line; add a line for each of t_s,service,desired,cpu_units,memory_mib[,revision]",
		serviceHeader + ",gpus\n":                      `f.csv:1: the first line is "t_s,service,desired,cpu_units,memory_mib,gpus"; it must be t_s,service,desired,cpu_units,memory_mib[,revision]`,
		"t_s;service;desired\n":                        `f.csv:1: the first line is "t_s;service;desired"; it must be t_s,service,desired,cpu_units,memory_mib[,revision]`,
		taskHeader + "0,1,1,1,0,a\n":                   "f.csv:1: this is a trace of tasks; give it to --tasks",
		plain + "0,web,1,256\n":                        "f.csv:2: it has 4 columns; it must have 5: t_s,service,desired,cpu_units,memory_mib[,revision]",
		plain + "-1,web,1,256,512\n":                   `f.csv:2: t_s is "-1"; it must be a whole number, 0 or more`,
		plain + "1.5,web,1,256,512\n":                  `f.csv:2: t_s is "1.5"; it must be a whole number, 0 or more`,
		plain + "1700000000000,a,1,1,1\n":              "f.csv:2: t_s is 1700000000000; it must be in seconds, 4294967295 at most, and this looks like another unit",
		plain + "0,,1,256,512\n":                       `f.csv:2: service is ""; it must be a service's name, of letters, digits, hyphens and underscores`,
		plain + "0,a/b,1,256,512\n":                    `f.csv:2: service is "a/b"; it must be a service's name, of letters, digits, hyphens and underscores`,
		plain + "0,web,-1,256,512\n":                   `f.csv:2: desired is "-1"; it must be a whole number, 0 or more`,
		plain + "0,web,2.0,256,512\n":                  `f.csv:2: desired is "2.0"; it must be a whole number, 0 or more`,
		plain + "0,web,5001,256,512\n":                 "f.csv:2: desired is 5001; ECS runs 5000 tasks of a service at most",
		plain + "0,web,99999999999999999999,256,512\n": `f.csv:2: desired is "99999999999999999999"; it must be a whole number, 0 or more`,
		plain + "0,web,1,0,512\n":                      `f.csv:2: cpu_units is "0"; it must be a whole number, 1 or more`,
		plain + "0,web,1,256,\n":                       `f.csv:2: memory_mib is ""; it must be a whole number, 1 or more`,
		plain + "0,web,1,256,512\n\n0,api,1,1,1\n0,web,2,256,512\n":            `f.csv:5: service is "web", of which line 2 says what it wants at t_s 0; keep one of them`,
		plain + "60,web,1,256,512\n0,api,1,256,512\n":                          "f.csv:3: t_s is 0, before the line above; sort the lines by t_s",
		revised + "0,web,1,256,512,\n":                                         "f.csv:2: revision is empty; write the task definition's, or leave the whole column out",
		revised + "0,web,1,256,512,7\n5,web,1,256,1024,8\n9,web,1,512,512,7\n": "f.csv:4: cpu_units is 512, and 256 in line 2, of the same revision; a task definition of another size is another revision",
		revised + "0,web,1,256,512,7\n9,web,1,256,513,7\n":                     "f.csv:3: memory_mib is 513, and 512 in line 2, of the same revision; a task definition of another size is another revision",
	} {
		_, err := ParseServices("f.csv", strings.NewReader(text))
		assert.EqualError(t, err, want)
	}
}

func TestTimesInAnotherUnitAreNoSeconds(t *testing.T) {
	_, err := ParseDemand("f.csv", strings.NewReader(demandHeader+"4294967295,1\n4294967296,1\n"))
	require.EqualError(t, err, "f.csv:3: t_s is 4294967296; it must be in seconds, 4294967295 at most, and this looks like another unit")
}

func TestTraceThatCannotBeReadToItsEndIsNoTrace(t *testing.T) {
	torn := errors.New("disk gone")
	_, err := ParseDemand("f.csv", iotest.ErrReader(torn))
	require.ErrorIs(t, err, torn)
	assert.Contains(t, err.Error(), "read f.csv")
}
