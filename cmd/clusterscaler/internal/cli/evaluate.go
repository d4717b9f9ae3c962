package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"ecs-cluster-scaler/simulator/evaluation"
	"ecs-cluster-scaler/simulator/report"
	"ecs-cluster-scaler/simulator/workload"
)

// evaluating holds the arguments of evaluate.
type evaluating struct {
	traces, out, cache string
	only               []string
	quick, full        bool
	seeds              int
	history            days
	world              world
}

func newEvaluate() *cobra.Command {
	var e evaluating
	cmd := &cobra.Command{
		Use:   "evaluate --traces folder",
		Short: "Run every policy on every trace and scenario and write the evaluation",
		Long: "evaluate runs every family of policies on each trace of a folder (demand_*.csv, services_*.csv and tasks_*.csv), with several " +
			"values of its main setting. On each scenario it runs every policy with its usual settings. Each is measured after a day of history. " +
			"What targets compare has several seeds. It takes all cores. Each row also runs under six sets of knobs that change one guess each; on a trace such a run is one day. It " +
			"claims only what no set contradicts. It writes evaluation.md, evaluation.html and evaluation.svg. It keeps finished runs: after an interruption, run it again.",
		Example: `  clusterscaler evaluate --traces traces --quick
  clusterscaler evaluate --traces traces --seeds 3
  clusterscaler evaluate --traces traces --only demand_nyc_taxi,diurnal --out dist
  clusterscaler evaluate --traces traces --quick --price 0.192 --knobs k.json`,
		Args: func(cmd *cobra.Command, args []string) error {
			switch {
			case len(args) > 0 && e.traces == "":
				return fmt.Errorf("evaluate takes the folder by a flag; write --traces %s", args[0])
			case len(args) > 0 && len(e.only) > 0:
				return fmt.Errorf("evaluate takes no arguments, but %q is one; write the names of --only with commas and without spaces", args[0])
			}
			return nothing(cmd, args)
		},
		RunE: func(cmd *cobra.Command, _ []string) error { return e.run(cmd) },
	}
	f := cmd.Flags()
	f.StringVar(&e.traces, "traces", "", "folder that holds the traces, demand_*.csv, services_*.csv and tasks_*.csv")
	f.StringVar(&e.out, "out", "", "folder for evaluation.md and evaluation.html (default docs; with --quick or --only: dist)")
	f.StringVar(&e.cache, "cache", "dist/evaluation-cache", "folder for finished runs")
	f.StringSliceVar(&e.only, "only", nil, "run only these traces and scenarios")
	f.BoolVar(&e.quick, "quick", false, "take one day of each trace and one seed, for daily use")
	f.BoolVar(&e.full, "full", false, "take the whole window of each trace, not only its first four days")
	f.IntVar(&e.seeds, "seeds", 3, "number of seeds of the rows that targets compare; others have one, and under the six sets a trace has one")
	e.history = days(24 * time.Hour)
	f.Var(&e.history, "history", "how much time to simulate first and not measure, of a trace the time before; a short trace gives half of itself")
	e.world.flags(cmd)
	return cmd
}

func (e *evaluating) run(cmd *cobra.Command) error {
	switch {
	case e.traces == "":
		return errors.New("no folder of traces is given; name one, such as --traces traces; it must hold files named demand_*.csv, services_*.csv or tasks_*.csv, as docs/simulator.md describes them")
	case isFile(e.traces):
		return fmt.Errorf("--traces %s is a file; name the folder that holds it", e.traces)
	case isFile(e.folder()):
		return fmt.Errorf("--out %s is a file; name a folder", e.folder())
	case isFile(e.cache):
		return fmt.Errorf("--cache %s is a file; name a folder", e.cache)
	case e.quick && e.full:
		return errors.New("--quick takes one day of each trace and --full all of it; leave one of them out")
	case e.seeds < 1:
		return fmt.Errorf("--seeds is %d; it must be at least 1", e.seeds)
	case time.Duration(e.history)%time.Minute != 0:
		return fmt.Errorf("--history is %s; it must be whole minutes, such as 24h", inDays(time.Duration(e.history)))
	}
	if e.quick && !cmd.Flags().Changed("seeds") {
		e.seeds = 1
	}
	cases, err := evaluation.Cases(e.traces, e.extent(), time.Duration(e.history))
	if err != nil {
		return err
	}
	if cases, err = evaluation.Only(cases, e.only); err != nil {
		return err
	}
	plan := evaluation.Plan{Cases: cases, History: time.Duration(e.history), Seeds: e.seeds, Strategy: workload.Strategy(e.world.strategy)}
	knobs, err := e.world.readKnobs()
	if err != nil {
		return err
	}
	plan.Knobs = &knobs
	if plan.Prices, err = e.world.readPrices(cmd.Flags().Changed); err != nil {
		return err
	}
	build, err := evaluation.Build()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(e.folder(), 0o755); err != nil {
		return fmt.Errorf("--out: %w", err)
	}
	p := newProgress(cmd.ErrOrStderr(), time.Now)
	plan.Cache, plan.Progress = evaluation.Cache{Folder: e.cache, Build: build}, p.evaluated()
	found, err := evaluation.Run(cmd.Context(), plan)
	p.end()
	if errors.Is(err, context.Canceled) {
		fmt.Fprintf(cmd.ErrOrStderr(), "finished runs are kept in %s; run the same command again to go on from there\n", e.cache)
	}
	if err != nil {
		return err
	}
	return e.write(cmd.OutOrStdout(), plan.Report(found, e.command(), e.extent()))
}

func (e *evaluating) extent() evaluation.Extent {
	switch {
	case e.quick:
		return evaluation.Quick
	case e.full:
		return evaluation.Full
	default:
		return evaluation.Usual
	}
}

// folder is where the evaluation is written. A part of one must not overwrite a whole one in docs.
func (e *evaluating) folder() string {
	switch {
	case e.out != "":
		return e.out
	case e.quick || len(e.only) > 0:
		return "dist"
	default:
		return "docs"
	}
}

// command is the command that makes the same evaluation again.
func (e *evaluating) command() string {
	command := "clusterscaler evaluate --traces traces"
	switch {
	case e.quick:
		command += " --quick"
	case e.full:
		command += " --full"
	}
	if len(e.only) > 0 {
		command += " --only " + strings.Join(e.only, ",")
	}
	if e.history != days(24*time.Hour) {
		command += " --history " + inDays(time.Duration(e.history))
	}
	return fmt.Sprintf("%s%s --seeds %d", command, e.world.given(), e.seeds)
}

func (e *evaluating) write(out io.Writer, made report.Evaluation) error {
	for name, render := range map[string]func(io.Writer, report.Evaluation) error{
		"evaluation.md": evaluation.Document, "evaluation.html": report.EvaluationPage, "evaluation.svg": report.EvaluationPicture,
	} {
		var text bytes.Buffer
		if err := render(&text, made); err != nil {
			return err
		}
		path := filepath.Join(e.folder(), name)
		if err := os.WriteFile(path, text.Bytes(), 0o644); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintf(out, "%s\nwrote %s, evaluation.html and evaluation.svg\n", report.EvaluationText(made), filepath.Join(e.folder(), "evaluation.md"))
	return err
}
