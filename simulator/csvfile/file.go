// Package csvfile reads the CSV files that people give to the simulator. A fault is told with the file, the line, the
// column and what to do.
package csvfile

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
)

// Line is a line of a file, and the first thing that is wrong with it.
type Line struct {
	// Row is the line's number in the file, from 1.
	Row int

	fields, columns []string
	err             error
}

// Read calls each with every line below the first one, and stops at the first fault. name is the file's, for errors.
func (f Format) Read(name string, from io.Reader, each func(*Line)) error {
	text, err := plain(from)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	r := csv.NewReader(text)
	r.FieldsPerRecord = -1
	r.ReuseRecord = true
	first, err := r.Read()
	switch {
	case errors.Is(err, io.EOF):
		return fmt.Errorf("%s: it is empty; the first line must be %s", name, f.Header())
	case errors.As(err, new(*csv.ParseError)):
		return fmt.Errorf("%s:1: the first line is no line of a CSV file; it must be %s", name, f.Header())
	case err != nil:
		return broken(name, err)
	case !f.accepts(first):
		return fmt.Errorf("%s:1: %w", name, f.refuse(first))
	}
	columns := slices.Clone(first)
	for n := 0; ; n++ {
		fields, err := r.Read()
		switch {
		case errors.Is(err, io.EOF) && n == 0:
			return fmt.Errorf("%s: nothing follows the first line; add a line for each of %s", name, f.Header())
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return broken(name, err)
		}
		l := &Line{fields: fields, columns: columns}
		l.Row, _ = r.FieldPos(0)
		if len(fields) != len(columns) {
			return fmt.Errorf("%s:%d: it has %d columns; it must have %d: %s", name, l.Row, len(fields), len(columns), f.Header())
		}
		each(l)
		if l.err != nil {
			return fmt.Errorf("%s:%d: %w", name, l.Row, l.err)
		}
	}
}

// plain leaves out the byte order mark that Windows programs put before a text, and refuses UTF-16.
func plain(from io.Reader) (io.Reader, error) {
	const mark = "\ufeff"
	r := bufio.NewReader(from)
	begin, _ := r.Peek(len(mark)) // a text may be shorter, and what cannot be read is told by who reads on
	switch {
	case string(begin) == mark:
		_, _ = r.Discard(len(mark)) // what was peeked at is there
	case bytes.HasPrefix(begin, []byte("\xff\xfe")), bytes.HasPrefix(begin, []byte("\xfe\xff")):
		return nil, errors.New("it is in UTF-16; save it as UTF-8")
	}
	return r, nil
}

// broken is a line that is no CSV, or a file that cannot be read to its end.
func broken(name string, err error) error {
	if fault, ok := errors.AsType[*csv.ParseError](err); ok {
		return fmt.Errorf("%s:%d: %w; write it without quotes", name, fault.Line, fault.Err)
	}
	return fmt.Errorf("read %s: %w", name, err)
}

// Fault keeps what is wrong with the line, unless something was before.
func (l *Line) Fault(format string, args ...any) {
	if l.err == nil {
		l.err = fmt.Errorf(format, args...)
	}
}

// Faulty says whether something is wrong with the line.
func (l *Line) Faulty() bool { return l.err != nil }

// Has says whether the file has a column.
func (l *Line) Has(column string) bool { return slices.Contains(l.columns, column) }

// Text is a column's value as it stands there.
func (l *Line) Text(column string) string { return l.fields[slices.Index(l.columns, column)] }

// Whole is a column's value, a whole number of at least least.
func (l *Line) Whole(column string, least int) int {
	n, err := strconv.Atoi(l.Text(column))
	if err != nil || n < least {
		l.Fault("%s is %q; it must be a whole number, %d or more", column, l.Text(column), least)
	}
	return n
}

// mostSeconds is the latest time of a trace, 136 years: what is later is in another unit.
const mostSeconds = math.MaxUint32

// Seconds is a column's value, a time in whole seconds.
func (l *Line) Seconds(column string) int {
	n := l.Whole(column, 0)
	if n > mostSeconds {
		l.Fault("%s is %d; it must be in seconds, %d at most, and this looks like another unit", column, n, int64(mostSeconds))
	}
	return n
}

// Number is a column's value, a number of at least 0.
func (l *Line) Number(column string) float64 {
	x, err := strconv.ParseFloat(l.Text(column), 64)
	if err != nil || x < 0 || math.IsInf(x, 0) || math.IsNaN(x) {
		l.Fault("%s is %q; it must be a number, 0 or more", column, l.Text(column))
	}
	return x
}
