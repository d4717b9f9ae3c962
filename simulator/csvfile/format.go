package csvfile

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Format is a kind of file: its columns, in this order, and those that may follow.
type Format struct {
	// What a file of it is, as "trace of tasks", and the flag that takes it.
	What, Flag        string
	Columns, Optional []string
}

// The formats that there are.
var (
	Tasks    = Format{What: "trace of tasks", Flag: "--tasks", Columns: []string{"start_s", "end_s", "cpu_units", "memory_mib", "gpus", "group"}}
	Demand   = Format{What: "trace of demand", Flag: "--demand", Columns: []string{"t_s", "value"}}
	Services = Format{
		What: "trace of services", Flag: "--services",
		Columns: []string{"t_s", "service", "desired", "cpu_units", "memory_mib"}, Optional: []string{"revision"},
	}
	Prices = Format{What: "table of prices", Flag: "--prices", Columns: []string{"instance_type", "usd_per_hour"}}
)

func formats() []Format { return []Format{Tasks, Demand, Services, Prices} }

// Header is the first line of a file, with what may follow in brackets.
func (f Format) Header() string {
	header := strings.Join(f.Columns, ",")
	if len(f.Optional) > 0 {
		header += "[," + strings.Join(f.Optional, ",") + "]"
	}
	return header
}

// accepts says whether a first line is one of the format's.
func (f Format) accepts(header []string) bool {
	return slices.Equal(header, f.Columns) || len(f.Optional) > 0 && slices.Equal(header, slices.Concat(f.Columns, f.Optional))
}

// shown is how much of a wrong first line is: it may be anything.
const shown = 120

// refuse says what is wrong with a first line.
func (f Format) refuse(header []string) error {
	for _, other := range formats() {
		if other.accepts(header) {
			return fmt.Errorf("this is a %s; give it to %s", other.What, other.Flag)
		}
	}
	line := strings.Join(header, ",")
	if strings.Contains(line, "\r") {
		return errors.New("its lines end with a carriage return alone; save it with line feeds")
	}
	if len(line) > shown {
		line = line[:shown] + "…"
	}
	return fmt.Errorf("the first line is %q; it must be %s", line, f.Header())
}
