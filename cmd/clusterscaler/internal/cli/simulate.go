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
	"github.com/jedib0t/go-pretty/v6/text"
	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"ecs-cluster-scaler/simulator"
	"ecs-cluster-scaler/simulator/report"
	"ecs-cluster-scaler/simulator/workload"
)

// simulation is what simulate is asked for.
type simulation struct {
	scenario, tasks, entry, policy string
	demand                         []string
	window                         window
	length                         time.Duration
	seed                           uint64
	faults                         float64
	list                           bool
	compare                        []string
	html                           string
	format                         output
}

func newSimulate() *cobra.Command {
	var s simulation
	cmd := &cobra.Command{
		Use:   "simulate [scenario]",
		Short: "Watch a policy scale a simulated cluster, and what it costs",
		Long: "simulate runs a workload on a simulated ECS on EC2, scaled by the real publisher and drainer or by what people " +
			"run instead, and says what it cost and who waited. Nothing calls AWS, and one seed gives one result.\n\n" +
			"The workload is a named scenario, a trace of standalone tasks (--tasks: start_s,end_s,cpu_units,memory_mib,gpus,group) " +
			"or traces of demand that services follow (--demand: t_s,value). docs/simulator.md defines every measure and says what " +
			"a simulation does not prove.",
		Example: `  clusterscaler simulate --list
  clusterscaler simulate diurnal
  clusterscaler simulate flash-crowd --policy managed-90 --seed 7
  clusterscaler simulate diurnal --compare --html diurnal.html
  clusterscaler simulate flash-crowd --compare=gap,managed-100,alarms-80
  clusterscaler simulate --demand taxi.csv --window 1209600:2419200 --entry web.json --output json`,
		Args: func(_ *cobra.Command, args []string) error {
			switch {
			case len(args) > 1 && len(s.compare) > 0:
				return fmt.Errorf("simulate runs one scenario, not %d; policies follow --compare after =, as --compare=gap,managed-90", len(args))
			case len(args) > 1:
				return fmt.Errorf("simulate runs one scenario, not %d; run it once for each", len(args))
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 1 {
				s.scenario = args[0]
			}
			if err := s.given(cmd.Flags().Changed); err != nil {
				return err
			}
			if s.list {
				return scenarios(cmd.OutOrStdout(), s)
			}
			return s.run(cmd)
		},
	}
	s.format.flag(cmd)
	f := cmd.Flags()
	f.BoolVar(&s.list, "list", false, "list scenarios and policies, and run none")
	f.StringVar(&s.tasks, "tasks", "", "CSV trace of standalone tasks, instead of a scenario")
	f.StringArrayVar(&s.demand, "demand", nil, "CSV trace of demand, instead of a scenario; again for more, which services take in turn")
	f.Var(&s.window, "window", "part of the trace, as from:to in seconds")
	f.DurationVar(&s.length, "length", 0, "run a scenario for so long beside its settling, as 6h")
	f.StringVar(&s.entry, "entry", "", "file with the clusters' entry, as it would stand in SSM")
	f.StringVar(&s.policy, "policy", simulator.Policies()[0], "what scales the cluster; see --list")
	f.StringSliceVar(&s.compare, "compare", nil, "run these policies on the same workload and seed, side by side; alone, "+strings.Join(compared(), ","))
	f.Lookup("compare").NoOptDefVal = strings.Join(compared(), ",")
	f.StringVar(&s.html, "html", "", "write a page of it too: one file that needs no network")
	f.Uint64Var(&s.seed, "seed", 1, "one seed, one history")
	f.Float64Var(&s.faults, "faults", 0, "percent of ticks and events lost, doubled or late, of calls throttled, and of lists cut short")
	return cmd
}

// compared are the policies that --compare alone stands for.
func compared() []string { return []string{"gap", "alarms-75", "managed-100", "managed-90"} }

// given refuses what only the flags' being there tells.
func (s simulation) given(changed func(flag string) bool) error {
	switch {
	case changed("compare") && changed("policy"):
		return fmt.Errorf("--policy runs one policy and --compare several; leave --policy out, as --compare=%s,%s", s.policy, compared()[2])
	case changed("compare") && len(s.compare) == 0:
		return fmt.Errorf("--compare= names no policy; name some, as --compare=gap,managed-90, or leave the = out for %s", strings.Join(compared(), ","))
	case changed("length") && s.length == 0:
		return s.wrongLength()
	case s.list && s.format == asJSON:
		return errors.New("--list writes a table only; leave --output out")
	}
	for i, policy := range s.compare {
		if slices.Contains(s.compare[:i], policy) {
			return fmt.Errorf("--compare names %s twice; each policy is run once", policy)
		}
	}
	return nil
}

func (s simulation) wrongLength() error {
	return fmt.Errorf("--length is %s; it must be whole minutes, at least one, as 6h", s.length)
}

func (s simulation) run(cmd *cobra.Command) error {
	if s.faults < 0 || s.faults > 100 {
		return fmt.Errorf("--faults is %g; it is in percent, 0 to 100", s.faults)
	}
	entry, err := s.readEntry()
	if err != nil {
		return err
	}
	w, notes, err := s.workload()
	if err != nil {
		return err
	}
	for _, note := range notes {
		fmt.Fprintln(cmd.ErrOrStderr(), "note:", note)
	}
	undo, err := s.writable()
	if err != nil {
		return err
	}
	runs, err := s.simulate(cmd, entry)
	if err != nil {
		undo()
		return err
	}
	c := report.Comparison{Workload: w.Name, Why: w.Why, Settle: w.Settle, Entry: entry, Runs: runs}
	if err := s.page(c); err != nil {
		return err
	}
	return s.show(cmd.OutOrStdout(), c)
}

// writable finds whether --html can be written before anybody waits for a run. What stands there is left alone until
// the new page is known; undo takes a file away that was not there.
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
		return nil, fmt.Errorf("--html: %w", err)
	}
	return undo, file.Close()
}

// page writes what --html asks for.
func (s simulation) page(c report.Comparison) error {
	if s.html == "" {
		return nil
	}
	file, err := os.Create(s.html)
	if err != nil {
		return fmt.Errorf("--html: %w", err)
	}
	if err := errors.Join(report.Page(file, c), file.Close()); err != nil {
		return fmt.Errorf("--html: %w", err)
	}
	return nil
}

// simulate runs every policy, as many at once as there are cores. Each has the workload made anew.
func (s simulation) simulate(cmd *cobra.Command, entry []byte) ([]simulator.Result, error) {
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
			results[i], err = simulator.Simulate(ctx, simulator.Setup{
				Workload: w, Policy: policy, Entry: entry, Seed: s.seed, Faults: simulator.Faults(s.faults / 100), Progress: together(i),
			})
			return err
		})
	}
	err := group.Wait()
	p.end()
	return results, err
}

func (s simulation) show(out io.Writer, c report.Comparison) error {
	switch {
	case s.format == asJSON && len(s.compare) > 0:
		return indented(out, c.Runs)
	case s.format == asJSON:
		return indented(out, c.Runs[0])
	case len(s.compare) > 0:
		return report.CompareText(out, c)
	default:
		return report.Text(out, c.Why, c.Runs[0])
	}
}

// scenarios lists what there is to run, and by which policy.
func scenarios(out io.Writer, s simulation) error {
	if s.scenario != "" || s.tasks != "" || len(s.demand) > 0 {
		return errors.New("--list runs nothing; leave it out, or the workload")
	}
	t := table.NewWriter()
	t.SetStyle(table.StyleLight)
	t.Style().Options.SeparateRows = true
	t.AppendHeader(table.Row{"scenario", "lasts", "what it shows"})
	t.SetColumnConfigs([]table.ColumnConfig{{Name: "what it shows", WidthMax: whyWidth + 20, WidthMaxEnforcer: text.WrapSoft}})
	for _, w := range workload.All() {
		t.AppendRow(table.Row{w.Name, fmt.Sprintf("%.0f h", (w.Lasts - w.Settle).Hours()), w.Why})
	}
	_, err := fmt.Fprintf(out, "%s\npolicies: %s\n", t.Render(), strings.Join(simulator.Policies(), ", "))
	return err
}
