package cli

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"ecs-cluster-scaler/simulator"
	"ecs-cluster-scaler/simulator/recording"
	"ecs-cluster-scaler/simulator/report"
	"ecs-cluster-scaler/simulator/workload"
)

// simulation holds the arguments of simulate.
type simulation struct {
	scenario, tasks, services, entry, policy string
	more                                     []string // scenarios beside the first
	demand                                   []string
	recording                                string
	recorded                                 *recording.Recording // of recording, once it is read
	window                                   window
	length, history                          days
	world                                    world
	listKnobs                                bool
	seed                                     uint64
	faults                                   float64
	list                                     bool
	compare                                  []string
	html, record                             string
	format                                   output
}

func newSimulate() *cobra.Command {
	var s simulation
	cmd := &cobra.Command{
		Use:   "simulate [scenario]…",
		Short: "Run a scaling policy on a simulated cluster and show what it costs",
		Long: "simulate runs a workload on a simulated ECS on EC2. The real publisher and drainer scale it, or a policy that " +
			"people run instead. It shows the cost and who waited. It never calls AWS, and the same seed gives the same result.\n\n" +
			"The workload is a named scenario, a trace of standalone tasks (--tasks: start_s,end_s,cpu_units,memory_mib,gpus,group), " +
			"a trace of your services (--services: t_s,service,desired,cpu_units,memory_mib, optionally with revision), " +
			"traces of demand that services follow (--demand: t_s,value), or what your own cluster did (--recording). docs/simulator.md defines every measure and says what " +
			"a simulation does not prove.",
		Example: `  clusterscaler simulate --list
  clusterscaler simulate diurnal
  clusterscaler simulate flash-crowd --policy managed-90 --seed 7
  clusterscaler simulate diurnal --compare --html diurnal.html
  clusterscaler simulate diurnal az-outage --compare=ours,managed-100,alarms-80 --history 24h --html both.html
  clusterscaler simulate --services ours.csv --compare
  clusterscaler simulate --recording web.json --compare --price 0.192
  clusterscaler simulate flash-crowd --compare --knobs k.json
  clusterscaler simulate --demand taxi.csv --window 1209600:2419200 --entry web.json --output json`,
		Args: func(_ *cobra.Command, args []string) error {
			switch {
			case len(args) > 1 && len(s.compare) > 0:
				return twice(args)
			case len(args) > 1:
				return fmt.Errorf("simulate runs one scenario, not %d; with --compare it shows several, or run it once for each", len(args))
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				s.scenario, s.more = args[0], args[1:]
			}
			if err := s.given(cmd.Flags().Changed); err != nil {
				return err
			}
			switch {
			case s.list:
				return scenarios(cmd.OutOrStdout(), s)
			case s.listKnobs:
				return listKnobs(cmd.OutOrStdout(), s)
			}
			return s.run(cmd)
		},
	}
	s.format.flag(cmd)
	f := cmd.Flags()
	f.BoolVar(&s.list, "list", false, "list the scenarios and policies; run nothing")
	f.StringVar(&s.tasks, "tasks", "", "CSV trace of standalone tasks to run instead of a scenario")
	f.StringVar(&s.services, "services", "", "CSV trace of services' desired counts and sizes to run instead of a scenario")
	f.StringArrayVar(&s.demand, "demand", nil, "CSV trace of demand to follow instead of a scenario; may be repeated, services take the traces in turn")
	f.StringVar(&s.recording, "recording", "", "JSON file of what your cluster did, to run instead of a scenario; docs/recording.md")
	f.Var(&s.window, "window", "part of the trace or recording to run, from:to in seconds")
	f.Var(&s.length, "length", "how long to run a scenario once it has settled, such as 6h")
	f.Var(&s.history, "history", "how much time to simulate first and not measure, such as 24h; of a trace or recording, the time before --window")
	s.world.flags(cmd)
	f.BoolVar(&s.listKnobs, "list-knobs", false, "list the numbers of the simulated AWS and their sources; run nothing")
	f.StringVar(&s.entry, "entry", "", "file that holds the clusters' entry, as in SSM, or a recipe: @safe, @balanced, @cheap, @batch or @gpu")
	f.StringVar(&s.policy, "policy", simulator.Policies()[0], "policy that scales the cluster; --list shows all")
	f.StringSliceVar(&s.compare, "compare", nil, "compare these policies on the same workload and seed; without a value, "+strings.Join(compared(), ","))
	f.Lookup("compare").NoOptDefVal = strings.Join(compared(), ",")
	f.StringVar(&s.html, "html", "", "also write the result as one HTML file that needs no network")
	f.StringVar(&s.record, "record", "", "also write what happened after settling as a recording, as clusterscaler record does")
	f.Uint64Var(&s.seed, "seed", 1, "seed of the simulation; the same seed gives the same result")
	f.Float64Var(&s.faults, "faults", 0, "percentage of ticks and events that are lost, doubled or late, of calls that are throttled, and of lists that are cut short")
	return cmd
}

// compared are the policies that --compare alone stands for.
func compared() []string { return []string{"gap", "alarms-75", "managed-100", "managed-90"} }

// given checks what depends on whether a flag was given.
func (s simulation) given(changed func(flag string) bool) error {
	switch {
	case changed("compare") && changed("policy"):
		return fmt.Errorf("--policy and --compare cannot be combined; leave --policy out and write --compare=%s,%s", s.policy, compared()[2])
	case changed("compare") && len(s.compare) == 0:
		return fmt.Errorf("--compare= names no policy; name some, such as --compare=gap,managed-90, or leave out the = to compare %s", strings.Join(compared(), ","))
	case changed("length") && s.length == 0:
		return s.wrongLength()
	case changed("history") && (s.history <= 0 || time.Duration(s.history)%time.Minute != 0):
		return fmt.Errorf("--history is %s; it must be one or more whole minutes, such as 24h", inDays(time.Duration(s.history)))
	case s.record != "" && len(s.compare) > 0:
		return errors.New("--record writes one recording, and each policy would give another; leave --compare out and name one with --policy")
	case s.list && s.listKnobs:
		return errors.New("--list and --list-knobs cannot be combined; keep one of them")
	case s.list && s.format == asJSON:
		return errors.New("--list writes only a table; leave --output out")
	}
	for i, policy := range s.compare {
		if slices.Contains(s.compare[:i], policy) {
			return fmt.Errorf("--compare names %s twice; name each policy once", policy)
		}
	}
	return nil
}

func (s simulation) wrongLength() error {
	return fmt.Errorf("--length is %s; it must be one or more whole minutes, such as 6h", inDays(time.Duration(s.length)))
}

func (s simulation) run(cmd *cobra.Command) error {
	if s.faults < 0 || s.faults > 100 {
		return fmt.Errorf("--faults is %g; it must be a percentage from 0 to 100", s.faults)
	}
	entry, err := s.readEntry()
	if err != nil {
		return err
	}
	prices, err := s.world.readPrices(cmd.Flags().Changed)
	if err != nil {
		return err
	}
	if err := s.readRecording(); err != nil {
		return err
	}
	knobs, err := s.readKnobs()
	if err != nil {
		return err
	}
	scenes, notes, err := s.scenes(report.Comparison{Entry: entry, Prices: prices.String()})
	if err != nil {
		return err
	}
	for _, note := range append(notes, s.learnt(knobs)...) {
		fmt.Fprintln(cmd.ErrOrStderr(), "note:", note)
	}
	undo, err := s.writable()
	if err != nil {
		return err
	}
	if err := writableRecording("--record", s.record); err != nil {
		return err
	}
	if err := replaceable("--record", s.record); err != nil {
		return err
	}
	setup := simulator.Setup{Entry: entry, Knobs: &knobs, Seed: s.seed, Faults: simulator.Faults(s.faults / 100), Prices: prices, Strategy: workload.Strategy(s.world.strategy), Record: s.record != ""}
	for i, one := range s.each() {
		if scenes[i].Runs, err = one.simulate(cmd, setup); err != nil {
			undo()
			return err
		}
	}
	if err := s.page(scenes); err != nil {
		return err
	}
	if s.record != "" {
		if err := writeRecording("--record", s.record, *scenes[0].Runs[0].Recording); err != nil {
			return err
		}
	}
	return s.show(cmd.OutOrStdout(), scenes)
}

// writable tells whether --html can be written, before anybody waits for a run. It keeps an existing file until the new
// page is known; undo removes a file that was not there before.
func (s simulation) writable() (undo func(), err error) {
	undo = func() {}
	if s.html == "" {
		return undo, nil
	}
	if _, err := os.Lstat(s.html); errors.Is(err, fs.ErrNotExist) {
		undo = func() { _ = os.Remove(s.html) } // an empty file is no harm
	}
	file, err := os.OpenFile(s.html, os.O_WRONLY|os.O_CREATE, 0o666)
	if err != nil {
		return nil, noPlace("--html", s.html, "page.html", err)
	}
	return undo, file.Close()
}

// page writes the file of --html.
func (s simulation) page(scenes []report.Comparison) error {
	if s.html == "" {
		return nil
	}
	file, err := os.Create(s.html)
	if err == nil {
		err = errors.Join(report.Page(file, scenes...), file.Close())
	}
	if err != nil {
		return fmt.Errorf("--html: %w", err)
	}
	return nil
}

// simulate runs every policy in a setup, as many at once as there are cores. Each has the workload made anew.
func (s simulation) simulate(cmd *cobra.Command, setup simulator.Setup) ([]simulator.Result, error) {
	policies := s.compare
	if len(policies) == 0 {
		policies = []string{s.policy}
	}
	results := make([]simulator.Result, len(policies))
	p := newProgress(cmd.ErrOrStderr(), time.Now)
	together := p.together(len(policies))
	group, ctx := errgroup.WithContext(cmd.Context())
	group.SetLimit(runtime.GOMAXPROCS(0))
	for i, policy := range policies {
		group.Go(func() error {
			w, _, err := s.workload()
			if err != nil {
				return err
			}
			own := setup
			own.Workload, own.Policy, own.Progress = w, policy, together(i)
			results[i], err = simulator.Simulate(ctx, own)
			return err
		})
	}
	err := group.Wait()
	p.end()
	return results, err
}

func (s simulation) show(out io.Writer, scenes []report.Comparison) error {
	first := scenes[0]
	switch {
	case s.format == asJSON && len(s.compare) > 0:
		var runs []simulator.Result
		for _, c := range scenes {
			runs = append(runs, c.Runs...)
		}
		return indented(out, runs)
	case s.format == asJSON:
		return indented(out, first.Runs[0])
	case len(s.compare) > 0:
		return report.CompareText(out, scenes...)
	default:
		return report.Text(out, first.Why, first.Runs[0])
	}
}

// scenes are what each scenario, or the only workload, shows before it has run, and notes about them.
func (s simulation) scenes(of report.Comparison) (scenes []report.Comparison, notes []string, err error) {
	for _, one := range s.each() {
		w, said, err := one.workload()
		if err != nil {
			return nil, nil, one.noScene(err)
		}
		notes = append(notes, said...)
		of.Workload, of.Why, of.Settle = w.Name, w.Why, w.Settle
		scenes = append(scenes, of)
	}
	return scenes, notes, nil
}

// each is the simulation of each scenario.
func (s simulation) each() []simulation {
	all := []simulation{s}
	for _, name := range s.more {
		one := s
		one.scenario = name
		all = append(all, one)
	}
	return all
}

// noScene says what to write instead where a policy stands for a scenario.
func (s simulation) noScene(err error) error {
	if len(s.compare) > 0 && simulator.About(s.scenario) != "" {
		return fmt.Errorf("%s is a policy and no scenario; write policies after an equals sign, such as --compare=gap,managed-90", s.scenario)
	}
	return err
}

// twice refuses a scenario that is named again.
func twice(scenarios []string) error {
	for i, name := range scenarios {
		if slices.Contains(scenarios[:i], name) {
			return fmt.Errorf("simulate names %s twice; name each scenario once", name)
		}
	}
	return nil
}

// nothingToRun refuses a workload beside a list.
func (s simulation) nothingToRun(flag string) error {
	if s.scenario != "" || s.kinds() > 0 {
		return fmt.Errorf("%s runs nothing; leave out either %s or the workload", flag, flag)
	}
	return nil
}

// listKnobs lists the numbers of the simulated AWS, as --knobs has turned them.
func listKnobs(out io.Writer, s simulation) error {
	if err := s.nothingToRun("--list-knobs"); err != nil {
		return err
	}
	knobs, err := s.readKnobs()
	if err != nil {
		return err
	}
	if s.format == asJSON {
		return indented(out, report.Knobs(knobs))
	}
	return report.KnobText(out, knobs)
}

// scenarios lists the scenarios and policies.
func scenarios(out io.Writer, s simulation) error {
	if err := s.nothingToRun("--list"); err != nil {
		return err
	}
	t := newTable(whyWidth+20, "scenario", "lasts", "what it shows")
	for _, w := range workload.All() {
		t.AppendRow(table.Row{w.Name, fmt.Sprintf("%.0f h", (w.Lasts - w.Settle).Hours()), w.Why})
	}
	policies := newTable(whyWidth, "policy", "what it is called")
	for _, name := range simulator.Policies() {
		policies.AppendRow(table.Row{name, simulator.Title(name)})
	}
	_, err := fmt.Fprintf(out, "%s\n%s\nour default is gap, or ours; other numbers are taken too; alarms-N and schedulable-N may end with -%s, for less careful drains\n",
		t.Render(), policies.Render(), strings.Join(simulator.Drains(), " or -"))
	return err
}
