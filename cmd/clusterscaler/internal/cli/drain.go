package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
	"github.com/spf13/cobra"

	"ecs-cluster-scaler/drain/drainer"
	"ecs-cluster-scaler/internal/awsclient"
	"ecs-cluster-scaler/internal/lambdaevent"
	"ecs-cluster-scaler/internal/settings"
)

func newDrain(s *settings.Settings) *cobra.Command {
	var format output
	var run, dryRun bool
	cmd := &cobra.Command{
		Use:   "drain",
		Short: "Show every terminating host, what it waits for and since when",
		Long: "drain shows every host that Auto Scaling terminates in the groups tagged " +
			"ecs-cluster-scaler:cluster: the next step, what it waits for, and since when. It writes nothing.\n\n" +
			"With --run it does one tick, as the Lambda function does each minute: each host is moved one step. Beside the " +
			"function that does no harm.\n\nHosts of a group whose tag ecs-cluster-scaler:config-path names another " +
			"configuration path are left alone. Without the tag, no task is stopped in a cluster that has no entry below " +
			"--config-path.\n\nSet DRAIN_HOOKS as the function has it, names of lifecycle hooks with commas between: --run " +
			"completes only these. Without it, --run may complete any hook that an entry names.",
		Example: `  clusterscaler drain
  clusterscaler drain --run --dry-run`,
		Args: nothing,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if dryRun && !run {
				return errors.New("--dry-run belongs to --run; without --run nothing is written anyway")
			}
			return drainOnce(cmd, *s, format, run && !dryRun, dryRun)
		},
	}
	format.flag(cmd)
	cmd.Flags().BoolVar(&run, "run", false, "do one tick")
	cmd.Flags().BoolVar(&dryRun, "dry-run", false, "with --run: say what the tick would do, but write nothing")
	cmd.Flags().StringVar(&s.Namespace, "namespace", s.Namespace, "CloudWatch namespace to publish to ($METRIC_NAMESPACE)")
	return cmd
}

func drainOnce(cmd *cobra.Command, s settings.Settings, format output, run, dryRun bool) error {
	ctx, cancel := context.WithTimeout(cmd.Context(), tickTime)
	defer cancel()
	if err := s.Validate(); err != nil {
		return err
	}
	cfg, err := awsclient.Config(ctx, awsclient.DrainerShare)
	if err != nil {
		return err
	}
	// Steps and failures are the command's own output.
	d := drainer.New(drainer.Connect(cfg), s, slog.New(slog.DiscardHandler))
	minute := lambdaevent.Minute(time.Now())
	look, done := d.Look, ""
	switch {
	case run:
		look, done = d.Run, "one tick was run"
	case dryRun:
		done = "dry run: nothing was written"
	}
	answer, err := look(ctx, minute)
	if err != nil {
		return err
	}
	if err := showDrain(cmd.OutOrStdout(), format, answer); err != nil {
		return err
	}
	for _, f := range answer.Failed {
		fmt.Fprintln(cmd.ErrOrStderr(), "failed:", f.Cluster, f.Instance, f.Error)
	}
	if done != "" {
		fmt.Fprintln(cmd.ErrOrStderr(), done)
	}
	return nil
}

// tickTime is how long a tick may take by hand: the function goes on in its next minute, a person has only this one.
const tickTime = 5 * time.Minute

// elsewhere qualifies that nothing terminates, where something does in groups of other stacks.
func elsewhere(answer drainer.Answer) string {
	if len(answer.OtherStacks) > 0 {
		return " that is this stack's"
	}
	return ""
}

func showDrain(w io.Writer, format output, answer drainer.Answer) error {
	if format == asJSON {
		return indented(w, answer)
	}
	for _, o := range answer.OtherStacks {
		if _, err := fmt.Fprintf(w, "group %s of cluster %s, with %d terminating, belongs to the stack with configuration path %[4]s: look with --config-path %[4]s\n",
			o.Group, o.Cluster, o.Leaving, o.ConfigPath); err != nil {
			return err
		}
	}
	if len(answer.Instances) == 0 {
		_, err := fmt.Fprintln(w, "no host of a tagged group terminates"+elsewhere(answer))
		return err
	}
	t := table.NewWriter()
	t.SetStyle(table.StyleLight)
	t.Style().Options.SeparateRows = true
	t.AppendHeader(table.Row{"cluster", "group", "instance", "step", "reason", "since", "detail"})
	t.SetColumnConfigs([]table.ColumnConfig{{Name: "detail", WidthMax: whyWidth, WidthMaxEnforcer: text.WrapSoft}})
	for _, s := range answer.Instances {
		since := fmt.Sprintf("%s\n%.0f min", s.Since.UTC().Format("15:04 MST"), answer.Minute.Sub(s.Since).Minutes())
		t.AppendRow(table.Row{s.Cluster, s.Group, s.Instance, s.Action, s.Reason, since, s.Detail})
	}
	t.SetCaption("%s", answer.Minute.Format("2006-01-02 15:04 MST"))
	_, err := fmt.Fprintln(w, t.Render())
	return err
}
