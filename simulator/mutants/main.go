// Command mutants shows that the tests of the simulated AWS can fail: it breaks single lines of it on purpose, one at a
// time, and runs the tests (mutation testing). A mutant that no test kills is a rule that no test holds.
package main

import (
	"bytes"
	"cmp"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"runtime"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
)

func main() {
	only := flag.String("only", "", "only mutants whose rule and name match this regular expression")
	flag.Parse()
	chosen, err := regexp.Compile(*only)
	if err == nil {
		err = run(os.Stdout, ".", chosen)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// suite is a package whose tests may kill a mutant.
type suite struct {
	dir  string
	args []string
	// passes runs it without a mutant, once, and sets how long it may take with one: a mutant may have no end.
	passes func() error
	most   time.Duration
}

// slower is how much longer a suite may take with a mutant, because the machine may be busier then; but atLeast in any case.
const slower, atLeast = 10, 2 * time.Minute

// suites are tried in this order: first the quick ones that are closest to the simulated AWS. The laws hold whatever
// happens, and take longer than all other tests of it.
func suites(root, dir string) []*suite {
	const laws = "WhateverHappens"
	all := []*suite{
		{dir: "simulator/aws", args: []string{"-test.skip=" + laws}},
		{dir: "simulator/aws", args: []string{"-test.run=" + laws}},
		{dir: "simulator/policy"},
		{dir: "simulator", args: []string{"-test.short"}},
	}
	for n, s := range all {
		s.passes = sync.OnceValue(func() error {
			began := time.Now()
			s.most = time.Hour
			failed, err := s.fails(root, filepath.Join(dir, fmt.Sprint("whole", n)), "")
			if failed != "" {
				err = fmt.Errorf("the tests of %s fail without a mutant: %s", s.dir, failed)
			}
			s.most = max(atLeast, slower*time.Since(began))
			return err
		})
	}
	return all
}

// run tries every mutant, as many at once as there are processors, and fails unless just the known ones survive.
func run(out io.Writer, root string, only *regexp.Regexp) error {
	dir, err := os.MkdirTemp("", "mutants")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	var (
		mutex    sync.Mutex
		wrong    []error
		tried    int
		survived []string
	)
	began, all := time.Now(), suites(root, dir)
	group := errgroup.Group{}
	group.SetLimit(runtime.GOMAXPROCS(0))
	for _, r := range rules() {
		for _, m := range r.mutants {
			name := r.name + ": " + m.says
			if !only.MatchString(name) {
				continue
			}
			group.Go(func() error {
				started := time.Now()
				killer, err := m.killer(root, dir, all)
				mutex.Lock()
				defer mutex.Unlock()
				tried++
				why, known := survivors[name]
				switch {
				case err != nil:
					wrong = append(wrong, fmt.Errorf("%s: %w", name, err))
				case killer == "" && !known:
					wrong = append(wrong, fmt.Errorf("%s: survives (%s): write a test that holds this rule", name, m.file))
				case killer != "" && known:
					wrong = append(wrong, fmt.Errorf("%s: is killed by %s: take it off the survivors in simulator/mutants/mutants.go", name, killer))
				}
				fate := "killed by " + killer
				if killer == "" {
					fate = cmp.Or("survives: "+why, "survives")
					survived = append(survived, name)
				}
				fmt.Fprintf(out, "%d: %s\n        %s, %s\n", tried, name, fate, time.Since(started).Round(time.Second))
				return nil
			})
		}
	}
	_ = group.Wait()
	fmt.Fprintf(out, "%d mutants, %d survive, %s\n", tried, len(survived), time.Since(began).Round(time.Second))
	return errors.Join(wrong...)
}

// killer is the test that fails first with the mutant; empty: none does.
func (m mutant) killer(root, dir string, all []*suite) (string, error) {
	own, err := os.MkdirTemp(dir, "mutant")
	if err != nil {
		return "", err
	}
	overlay, err := m.mutation().Overlay(root, own)
	if err != nil {
		return "", err
	}
	for len(all) > 1 && all[0].dir != path.Dir(m.file) {
		all = all[1:]
	}
	for _, s := range all {
		if err := s.passes(); err != nil {
			return "", err
		}
		if failed, err := s.fails(root, filepath.Join(own, "test"), overlay); failed != "" || err != nil {
			return failed, err
		}
	}
	return "", nil
}

var failedTest = regexp.MustCompile(`(?m)^--- FAIL: (\w+)`)

// fails builds the tests with an overlay, or without one, and runs them until one fails. It returns that one's name.
func (s *suite) fails(root, program, overlay string) (string, error) {
	build := exec.Command("go", "test", "-c", "-vet=off", "-ldflags=-s -w", "-overlay", overlay, "-o", program, "./"+s.dir) //nolint:noctx // as long as it takes
	build.Dir = root
	if said, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("it does not build: %w\n%s", err, said)
	}
	defer func() { _ = os.Remove(program) }()
	tests := exec.Command(program, append([]string{"-test.failfast", "-test.timeout=" + s.most.String()}, s.args...)...) //nolint:noctx // it has a time-out
	tests.Dir = filepath.Join(root, s.dir)
	said, err := tests.CombinedOutput()
	exit, ended := errors.AsType[*exec.ExitError](err)
	switch found := failedTest.FindSubmatch(said); {
	case err == nil:
		return "", nil
	case !ended:
		return "", err
	case found != nil:
		return string(found[1]), nil
	case bytes.Contains(said, []byte("panic: test timed out")):
		return fmt.Sprintf("tests of %s that do not end within %s", s.dir, s.most.Round(time.Second)), nil
	default:
		return fmt.Sprintf("a panic in %s (%s)", s.dir, exit), nil
	}
}
