// Package tools_test runs the scripts of this folder.
package tools_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
)

// patience is for a machine that does much else; nothing here waits that long.
const patience = 2 * time.Minute

// start runs side-by-side.sh, which gets SIGTERM when patience ends.
func start(t *testing.T, parts ...string) (*exec.Cmd, io.Reader) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	t.Cleanup(cancel)
	script := exec.CommandContext(ctx, "./side-by-side.sh", parts...)
	script.Env = append(os.Environ(), "SIGN_OF_LIFE=1")
	script.Cancel = func() error { return script.Process.Signal(syscall.SIGTERM) }
	stdout, err := script.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := script.Start(); err != nil {
		t.Fatal(err)
	}
	return script, stdout
}

func TestPartsAreHeardWhileTheyRunAndReportedWholeAtTheEnd(t *testing.T) {
	gate := filepath.Join(t.TempDir(), "gate")
	if err := syscall.Mkfifo(gate, 0o600); err != nil {
		t.Fatal(err)
	}
	script, stdout := start(t,
		"bad: echo broken >&2; echo '    because'; exit 3",
		`good: printf '\033[32mok\033[0m first\n'; read -r _ <'`+gate+`'; echo ok last`,
		"quiet: true")
	lines := bufio.NewScanner(stdout)
	// The second part goes on only when all of this was heard.
	waiting := map[string]bool{"bad: broken": true, "good: ok first": true, "still running: good": true}
	var said []string
	for len(waiting) > 0 && lines.Scan() {
		said = append(said, lines.Text())
		for text := range waiting {
			if strings.HasSuffix(lines.Text(), text) {
				delete(waiting, text)
			}
		}
	}
	if len(waiting) > 0 {
		t.Fatalf("not heard: %v\n%s", waiting, strings.Join(said, "\n"))
	}
	if err := os.WriteFile(gate, []byte("\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for lines.Scan() {
		said = append(said, lines.Text())
	}
	var exit *exec.ExitError
	if err := script.Wait(); !errors.As(err, &exit) || exit.ExitCode() != 1 {
		t.Errorf("a part failed, and the script ended with %v", err)
	}
	all := strings.Join(said, "\n")
	live, report, _ := strings.Cut(all, "--- good\n")
	if strings.Contains(live, "because") {
		t.Errorf("a detail was said before the report:\n%s", live)
	}
	want := "ok first\nok last\n--- quiet\n--- bad\nbroken\n    because\n---\nbad: FAILED (exit 3) after N s\ngood: passed in N s\nquiet: passed in N s"
	if got := regexp.MustCompile(`\d+ s\b`).ReplaceAllString(report, "N s"); got != want {
		t.Errorf("the report is\n%s\ninstead of\n%s", got, want)
	}
}

func TestAnEndFromOutsideEndsTheParts(t *testing.T) {
	script, stdout := start(t, "one: echo $$; exec sleep 1000", "two: sleep 1000 | cat")
	lines := bufio.NewScanner(stdout)
	if !lines.Scan() {
		t.Fatal("it said nothing")
	}
	if err := script.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	// Its output ends when every process that has it is gone.
	for lines.Scan() {
	}
	var exit *exec.ExitError
	if err := script.Wait(); !errors.As(err, &exit) || exit.ExitCode() != 130 {
		t.Errorf("it ended with %v", err)
	}
}
