// Command run runs a campaign: many random schedules, or the story of one.
package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"ecs-cluster-scaler/simulator/campaign"
)

// rarely is when the garbage collector works, in percent of what is in use: runs are short, and small.
const rarely = 400

// often is how often a campaign says how far it is.
const often = 5 * time.Second

var errBroken = errors.New("promises were broken; make campaign SEED=n tells the story of one seed and makes it smaller")

type options struct {
	seeds, atOnce, heartbeat int
	from, seed               uint64
	plan, until              string
	whole                    bool
}

func main() {
	debug.SetGCPercent(rarely)
	o, err := parse(os.Args[1:])
	if errors.Is(err, flag.ErrHelp) {
		return
	}
	if err == nil {
		err = run(o, os.Stdout)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "campaign:", err)
		os.Exit(1)
	}
}

// parse reads the flags. Its errors name make's variables too, because most people come from there.
func parse(args []string) (options, error) {
	var o options
	flags := flag.NewFlagSet("campaign", flag.ContinueOnError)
	flags.IntVar(&o.seeds, "seeds", 1000, "how many schedules to run")
	flags.Uint64Var(&o.from, "from", 1, "the first seed")
	flags.Uint64Var(&o.seed, "seed", 0, "tell the story of this seed, and make it smaller where it breaks a promise")
	flags.StringVar(&o.plan, "plan", "", "the same for a plan in a file, as a story prints it")
	flags.IntVar(&o.heartbeat, "heartbeat", 0, "the drain hook's timeout in seconds; 0: 300, 900 or 1800, as drawn")
	flags.IntVar(&o.atOnce, "j", runtime.GOMAXPROCS(0), "how many to run at once")
	flags.BoolVar(&o.whole, "whole", false, "tell the story of the whole plan, and do not make it smaller")
	flags.StringVar(&o.until, "until", "", "look for the first schedule that breaks one of these promises, comma-separated; 0 is the exit code where there is one")
	flags.SetOutput(io.Discard) // it would say the error too, and every flag
	if err := flags.Parse(args); errors.Is(err, flag.ErrHelp) {
		flags.SetOutput(os.Stdout)
		flags.PrintDefaults()
		return o, err
	} else if err != nil {
		return o, fmt.Errorf("%w; SEED, SEEDS, FROM and HEARTBEAT (-seed, -seeds, -from, -heartbeat) are whole numbers, as in make campaign SEEDS=50", err)
	}
	given := map[string]bool{}
	flags.Visit(func(f *flag.Flag) { given[f.Name] = true })
	switch {
	case flags.NArg() > 0:
		return o, fmt.Errorf("%q is no flag; make campaign SEEDS=50 runs 50 schedules, make campaign SEED=7 tells the story of seed 7", flags.Arg(0))
	case given["seed"] && o.seed == 0, o.from == 0:
		return o, errors.New("SEED and FROM (-seed, -from) must be at least 1: seeds begin there")
	case o.seeds < 1:
		return o, fmt.Errorf("SEEDS (-seeds) is %d; it must be at least 1, the number of schedules to run", o.seeds)
	case given["heartbeat"] && (o.heartbeat < 30 || o.heartbeat > 7200) && o.heartbeat != 0:
		return o, fmt.Errorf("HEARTBEAT (-heartbeat) is %d; it must be from 30 to 7200 seconds, which is what Auto Scaling takes", o.heartbeat)
	case o.atOnce < 1:
		return o, fmt.Errorf("-j is %d; it must be at least 1, the number of schedules to run at once", o.atOnce)
	}
	return o, nil
}

func run(o options, out io.Writer) error {
	switch {
	case o.plan != "":
		text, err := os.ReadFile(o.plan)
		if err != nil {
			return fmt.Errorf("read the plan: %w; PLAN (-plan) is a file with the JSON that a story begins with", err)
		}
		var p campaign.Plan
		if err := json.Unmarshal(text, &p); err != nil {
			return fmt.Errorf("%s is no plan, which is the JSON that a story begins with: %w", o.plan, err)
		}
		return tell(p, o.whole, out)
	case o.until != "":
		return search(o, out)
	case o.seed > 0:
		return tell(campaign.Draw(o.seed, o.heartbeat), o.whole, out)
	default:
		return sweep(o, out)
	}
}

func sweep(o options, out io.Writer) error {
	tally, began := campaign.NewTally(), time.Now()
	said := began
	campaign.Sweep(o.from, o.seeds, o.atOnce, o.heartbeat, func(outcome campaign.Outcome) bool {
		tally.Add(outcome)
		for _, line := range campaign.Lines(outcome) {
			fmt.Fprintln(out, line)
		}
		if time.Since(said) > often {
			said = time.Now()
			fmt.Fprintf(out, "%d of %d schedules\n", tally.Schedules, o.seeds)
		}
		return true
	})
	tally.Write(out, time.Since(began))
	if len(tally.Broken) > 0 {
		return errBroken
	}
	return nil
}

// search says the first line of a schedule that breaks one of the promises.
func search(o options, out io.Writer) error {
	var promises []campaign.Promise
	for name := range strings.SplitSeq(o.until, ",") {
		promises = append(promises, campaign.Promise(name))
	}
	found := false
	campaign.Sweep(o.from, o.seeds, o.atOnce, o.heartbeat, func(outcome campaign.Outcome) bool {
		if !outcome.Breaks(promises...) {
			return true
		}
		found = true
		for _, v := range outcome.Violations {
			if slices.Contains(promises, v.Promise) {
				outcome.Violations = []campaign.Violation{v}
				break
			}
		}
		fmt.Fprintln(out, campaign.Lines(outcome)[0])
		return false
	})
	if !found {
		return fmt.Errorf("none of %d schedules breaks %s", o.seeds, o.until)
	}
	return nil
}

// tell tells a plan's story. One that breaks a promise is made smaller first, as long as it breaks the same.
func tell(p campaign.Plan, whole bool, out io.Writer) error {
	outcome := campaign.RunInTime(p)
	if len(outcome.Violations) > 0 && !whole {
		promise, said := outcome.Violations[0].Promise, time.Now()
		p = campaign.Shrink(p, func(o campaign.Outcome) bool { return o.Breaks(promise) }, func(attempts int) {
			if time.Since(said) > often {
				said = time.Now()
				fmt.Fprintf(out, "makes it smaller: %d attempts\n", attempts)
			}
		})
	}
	fmt.Fprintf(out, "%s", p.Text())
	if len(outcome.Violations) > 0 && outcome.Violations[0].Promise == campaign.NoEnd {
		return errBroken // its story would not end either
	}
	story, outcome := campaign.Tell(p)
	if _, err := out.Write(story); err != nil {
		return err
	}
	if len(outcome.Violations) > 0 {
		return errBroken
	}
	fmt.Fprintln(out, "no promise was broken")
	return nil
}
