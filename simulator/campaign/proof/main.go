// Command proof shows that a campaign can fail: it breaks rules of the product on purpose, one at a time, and must see
// each.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"ecs-cluster-scaler/simulator/campaign"
)

func main() {
	seeds := flag.Int("seeds", 1000, "how many schedules are tried for each rule")
	from := flag.Uint64("from", 1, "the first seed")
	only := flag.String("only", "", "only rules whose names hold this")
	flag.Parse()
	chosen := slices.DeleteFunc(slices.Clone(rules), func(r rule) bool { return !strings.Contains(r.name, *only) })
	if err := prove(os.Stdout, ".", chosen, *from, *seeds); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// prove breaks each rule and fails if one is not missed.
func prove(out io.Writer, root string, rules []rule, from uint64, seeds int) error {
	dir, err := os.MkdirTemp("", "campaign-proof")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	var missed []error
	for n, r := range rules {
		began := time.Now()
		seen, err := r.seen(root, dir, from, seeds)
		switch {
		case err != nil:
			missed = append(missed, fmt.Errorf("%q: %w", r.name, err))
			fmt.Fprintf(out, "%d of %d: %s: NOT SEEN: %v\n", n+1, len(rules), r.name, err)
		default:
			fmt.Fprintf(out, "%d of %d: broken: %s\n        seen after %s: %s\n", n+1, len(rules), r.name, time.Since(began).Round(time.Second), seen)
		}
	}
	return errors.Join(missed...)
}

var seedOf = regexp.MustCompile(`^seed (\d+),`)

// seen breaks the rule, looks for a broken promise, and checks that the unbroken product keeps it in the same schedule.
func (r rule) seen(root, dir string, from uint64, seeds int) (string, error) {
	program, err := r.build(root, dir)
	if err != nil {
		return "", err
	}
	names := make([]string, len(r.breaks))
	for n, p := range r.breaks {
		names[n] = string(p)
	}
	look := exec.Command(program, "-from", strconv.FormatUint(from, 10), "-seeds", strconv.Itoa(seeds), "-until", strings.Join(names, ",")) //nolint:noctx // it ends by itself
	text, err := look.Output()
	if err != nil {
		return "", fmt.Errorf("%d schedules keep %s although the rule is broken: %w", seeds, strings.Join(names, " and "), err)
	}
	line := strings.TrimSpace(string(text))
	found := seedOf.FindStringSubmatch(line)
	if found == nil {
		return "", fmt.Errorf("the broken campaign says %q, without a seed", line)
	}
	seed, err := strconv.ParseUint(found[1], 10, 64)
	if err != nil {
		return "", err
	}
	if kept := campaign.RunInTime(campaign.Draw(seed, 0)); kept.Breaks(r.breaks...) {
		return "", fmt.Errorf("seed %d breaks the promise without this too", seed)
	}
	return line, nil
}

// build builds the campaign with the rule broken.
func (r rule) build(root, dir string) (program string, err error) {
	overlay, err := r.Overlay(root, dir)
	if err != nil {
		return "", err
	}
	program = filepath.Join(dir, "campaign")
	build := exec.Command("go", "build", "-overlay", overlay, "-o", program, "./simulator/campaign/run") //nolint:noctx // as long as it takes
	build.Dir = root
	if said, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("the product with the broken rule does not build: %w\n%s", err, said)
	}
	return program, nil
}
