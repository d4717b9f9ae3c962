package cli

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"ecs-cluster-scaler/simulator/aws"
	"ecs-cluster-scaler/simulator/workload"
	"ecs-cluster-scaler/thresholds"
)

// readEntry returns the entry's text, which is valid; nil without --entry. A name after @ is a recipe's.
func (s simulation) readEntry() ([]byte, error) {
	if s.entry == "" {
		return nil, nil
	}
	if name, is := strings.CutPrefix(s.entry, "@"); is {
		recipe, err := thresholds.RecipeNamed(name)
		if err != nil {
			return nil, fmt.Errorf("--entry: %w; for a file of your own leave out the @", err)
		}
		return recipe.Entry, nil
	}
	text, err := os.ReadFile(s.entry)
	if _, unknown := thresholds.RecipeNamed(s.entry); errors.Is(err, fs.ErrNotExist) && unknown == nil {
		return nil, fmt.Errorf("--entry: there is no file %s; write @%s for the recipe", s.entry, s.entry)
	}
	if err != nil {
		return nil, fmt.Errorf("--entry: %w; name a file that holds an entry as in SSM, such as {}", err)
	}
	if _, err := thresholds.Parse(text, nil); err != nil {
		return nil, fmt.Errorf("%s: %w; docs/reference.md lists the fields", s.entry, err)
	}
	return text, nil
}

// readKnobs returns the numbers of the simulated AWS, with those that --knobs sets, over what a recording tells.
func (s simulation) readKnobs() (aws.Knobs, error) {
	base := aws.Defaults()
	if s.recorded != nil {
		workload.LearnBoot(*s.recorded, &base)
	}
	knobs, err := s.world.turn(base)
	if err == nil && s.faults > 0 && knobs.Faults != (aws.FaultKnobs{}) {
		return aws.Knobs{}, fmt.Errorf("--faults and the faults of %s cannot be combined; keep one of them", filepath.Base(s.world.knobs))
	}
	return knobs, err
}

// workload returns the workload to run, and notes about it.
func (s simulation) workload() (w workload.Workload, notes []string, err error) {
	if err := s.oneWorkload(); err != nil {
		return workload.Workload{}, nil, err
	}
	if s.kinds() == 0 {
		w, err = workload.Named(s.scenario)
		if err != nil && isFile(s.scenario) {
			err = fmt.Errorf("%s is a file and no scenario; give a recording with --recording, or a trace with --tasks, --services or --demand", s.scenario)
		}
		if err == nil && s.length != 0 {
			w.Lasts = w.Settle + time.Duration(s.length)
		}
		return w.After(time.Duration(s.history)), nil, err
	}
	part, err := workload.Window(s.window).Before(time.Duration(s.history))
	if err != nil {
		return workload.Workload{}, nil, fmt.Errorf("--history: %w", err)
	}
	if s.recorded != nil {
		return workload.Recorded(filepath.Base(s.recording), *s.recorded, workload.Window(s.window), time.Duration(s.history))
	}
	w, notes, err = s.trace(part)
	w.Settle += time.Duration(s.history) // which is of the window now
	return w, notes, err
}

// trace returns the workload of a part of the trace.
func (s simulation) trace(part workload.Window) (w workload.Workload, notes []string, err error) {
	switch {
	case s.tasks != "":
		tasks, err := parsed(s.tasks, workload.ParseTasks)
		if err != nil {
			return workload.Workload{}, nil, err
		}
		return workload.Tasks(filepath.Base(s.tasks), tasks, part)
	case s.services != "":
		lines, err := parsed(s.services, workload.ParseServices)
		if err != nil {
			return workload.Workload{}, nil, err
		}
		return workload.Services(filepath.Base(s.services), lines, part)
	default:
		var series []workload.Series
		for _, path := range s.demand {
			points, err := parsed(path, workload.ParseDemand)
			if err != nil {
				return workload.Workload{}, nil, err
			}
			series = append(series, workload.Series{Name: filepath.Base(path), Points: points})
		}
		w, err = workload.Demand(series, part)
		return w, nil, err
	}
}

// readRecording reads the file of --recording, once for all policies.
func (s *simulation) readRecording() error {
	if s.recording == "" {
		return nil
	}
	r, err := readRecording(s.recording)
	s.recorded = &r
	return err
}

// learnt says what a recording tells of the numbers of the simulated AWS.
func (s simulation) learnt(knobs aws.Knobs) []string {
	if s.recorded == nil {
		return nil
	}
	own := aws.Defaults()
	note := workload.LearnBoot(*s.recorded, &own)
	if own.EC2.Boot != knobs.EC2.Boot {
		note = fmt.Sprintf("ec2.boot of %s holds, not what the recording tells", filepath.Base(s.world.knobs))
	}
	return []string{note}
}

// kinds counts the kinds of trace and recording that are given.
func (s simulation) kinds() int {
	n := 0
	for _, given := range []bool{s.tasks != "", s.services != "", len(s.demand) > 0, s.recording != ""} {
		if given {
			n++
		}
	}
	return n
}

// oneWorkload refuses no workload, several, and options for another kind.
func (s simulation) oneWorkload() error {
	traces := s.kinds()
	switch {
	case s.scenario == "" && traces == 0:
		return errors.New("no workload is given; name a scenario, a trace with --tasks, --services or --demand, or a recording with --recording; simulate --list shows the scenarios")
	case s.scenario != "" && traces > 0, traces > 1:
		return errors.New("a scenario, --tasks, --services, --demand and --recording cannot be combined; keep one of them")
	case traces > 0 && s.length != 0:
		return errors.New("--length is for scenarios; for a trace or a recording, use --window from:to, in seconds")
	case traces == 0 && s.window != window{}:
		return errors.New("--window is for traces and recordings; for a scenario, use --length, such as 6h")
	case time.Duration(s.length)%time.Minute != 0:
		return s.wrongLength()
	}
	return nil
}

func isFile(name string) bool {
	info, err := os.Stat(name)
	return err == nil && info.Mode().IsRegular()
}

func isFolder(name string) bool {
	info, err := os.Stat(name)
	return err == nil && info.IsDir()
}

// parsed reads a CSV file.
func parsed[T any](path string, parse func(name string, from io.Reader) (T, error)) (read T, err error) {
	if isFolder(path) {
		return read, fmt.Errorf("%s is a folder; name a CSV file as docs/simulator.md describes it", path)
	}
	file, err := os.Open(path)
	if err != nil {
		return read, fmt.Errorf("the file cannot be read: %w; name a CSV file as docs/simulator.md describes it", err)
	}
	defer func() { _ = file.Close() }() // it was only read
	return parse(path, file)
}
