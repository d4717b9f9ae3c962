package csvfile

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func readAll(text string) (rows []int, values []string, err error) {
	err = Demand.Read("f.csv", strings.NewReader(text), func(l *Line) {
		rows, values = append(rows, l.Row), append(values, l.Text("value"))
	})
	return rows, values, err
}

func TestFilesOfWindowsProgramsAreRead(t *testing.T) {
	rows, values, err := readAll("\ufefft_s,value\r\n0,1\r\n\r\n60,\"2\"\r\n")
	require.NoError(t, err)
	assert.Equal(t, []int{2, 4}, rows)
	assert.Equal(t, []string{"1", "2"}, values)
}

func TestTextThatIsNoSuchFileIsToldApart(t *testing.T) {
	for text, want := range map[string]string{
		"\xff\xfet\x00_\x00":     "f.csv: it is in UTF-16; save it as UTF-8",
		"\xfe\xff\x00t":          "f.csv: it is in UTF-16; save it as UTF-8",
		"t_s,value\r0,1\r":       "f.csv:1: its lines end with a carriage return alone; save it with line feeds",
		`{"t_s": 1}`:             "f.csv:1: the first line is no line of a CSV file; it must be t_s,value",
		"t":                      `f.csv:1: the first line is "t"; it must be t_s,value`,
		strings.Repeat("x", 500): `f.csv:1: the first line is "` + strings.Repeat("x", 120) + `…"; it must be t_s,value`,
		"t_s,value\n0,1,2\n":     "f.csv:2: it has 3 columns; it must have 2: t_s,value",
		"t_s,value\n0,\"1\n":     `f.csv:2: extraneous or missing " in quoted-field; write it without quotes`,
		"t_s,service,desired,cpu_units,memory_mib,revision\n": "f.csv:1: this is a trace of services; give it to --services",
	} {
		_, _, err := readAll(text)
		assert.EqualError(t, err, want)
	}
}

func TestFirstFaultOfALineIsTold(t *testing.T) {
	err := Demand.Read("f.csv", strings.NewReader("t_s,value\n5,x\n"), func(l *Line) {
		l.Seconds("t_s")
		assert.False(t, l.Faulty())
		l.Number("value")
		assert.True(t, l.Faulty())
		l.Fault("something later")
	})
	assert.EqualError(t, err, `f.csv:2: value is "x"; it must be a number, 0 or more`)
}
