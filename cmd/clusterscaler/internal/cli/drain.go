package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
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
		Short: "Show every terminating host, what it waits for, and since when",
		Long: "drain shows every host that Auto Scaling is terminating in the groups tagged ecs-cluster-scaler:cluster: its " +
			"next step, what it waits for, and since when. It writes nothing.\n\n" +
			"With --run it does one tick, as the Lambda function does each minute: every host moves at most one step. It is safe to run " +
			"beside the function.\n\nIt leaves alone the hosts of a group whose tag ecs-cluster-scaler:config-path names another " +
			"configuration path. If a group has no such tag and its cluster has no entry below --config-path, it stops no task " +
			"there.\n\nSet DRAIN_HOOKS to the function's value, the names of lifecycle hooks separated by commas: --run then " +
			"completes only these hooks. Without it, --run may complete any hook that an entry names.",
		Example: `  clusterscaler drain
  clusterscaler drain --run --dry-run`,
		Args: nothing,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if dryRun && !run {
				return errors.New("--dry-run needs --run; without --run, drain writes nothing anyway")
			}
			return drainOnce(cmd, *s, format, run && !dryRun, dryRun)
		},
	}
	format.flag(cmd)
	cmd.Flags().BoolVar(&run, "run", false, "do one tick: move every terminating host by one step at most")
	cmd.Flags().BoolVar(&dryRun, "dry-run", false, "with --run: show what the tick would do, but write nothing")
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
	tick, done := d.Plan, ""
	switch {
	case run:
		tick, done = d.Run, "one tick was done"
	case dryRun:
		done = "dry run: nothing was written"
	}
	answer, err := tick(ctx, minute)
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

// tickTime is how long a tick by hand may take. The function can finish in its next minute; a person has only this tick.
const tickTime = 5 * time.Minute

func showDrain(w io.Writer, format output, answer drainer.Answer) error {
	if format == asJSON {
		return indented(w, answer)
	}
	for _, o := range answer.OtherStacks {
		if _, err := fmt.Fprintf(w, "group %s of cluster %s (%d terminating) belongs to the stack with configuration path %[4]s; to see it, use --config-path %[4]s\n",
			o.Group, o.Cluster, o.Leaving, o.ConfigPath); err != nil {
			return err
		}
	}
	if len(answer.Instances) == 0 {
		none := "no host of a tagged group is terminating"
		if len(answer.OtherStacks) > 0 {
			none += " in this stack"
		}
		_, err := fmt.Fprintln(w, none)
		return err
	}
	t := newTable(whyWidth, "cluster", "group", "instance", "step", "reason", "since", "detail")
	for _, s := range answer.Instances {
		since := fmt.Sprintf("%s\n%.0f min", s.Since.UTC().Format("15:04 MST"), answer.Minute.Sub(s.Since).Minutes())
		t.AppendRow(table.Row{s.Cluster, s.Group, s.Instance, s.Action, s.Reason, since, s.Detail})
	}
	t.SetCaption("%s", answer.Minute.Format("2006-01-02 15:04 MST"))
	_, err := fmt.Fprintln(w, t.Render())
	return err
}
