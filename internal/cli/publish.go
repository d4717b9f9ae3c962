package cli

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"ecs-cluster-scaler/internal/lambdaevent"
	"ecs-cluster-scaler/internal/settings"
	"ecs-cluster-scaler/scaler/publisher"
)

func newPublish(s *settings.Settings) *cobra.Command {
	var format output
	var dryRun bool
	cmd := &cobra.Command{
		Use:   "publish",
		Short: "Run one pass: score every cluster and publish its metrics",
		Long: "publish runs one pass, as the Lambda function does each minute: it scores every cluster that has an entry " +
			"and publishes the metrics, stamped with the present minute.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			pass, err := connect(cmd.Context(), *s, cmd.ErrOrStderr())
			if err != nil {
				return err
			}
			minute, done := lambdaevent.Minute(time.Now()), "published to namespace "+s.Namespace
			var answer publisher.Answer
			if dryRun {
				done = "dry run: nothing was written"
				answer, err = pass.Judge(cmd.Context(), minute)
			} else {
				answer, err = pass.Run(cmd.Context(), minute)
			}
			if err != nil {
				return err
			}
			if err := show(cmd.OutOrStdout(), format, answer); err != nil {
				return err
			}
			fmt.Fprintln(cmd.ErrOrStderr(), done)
			return nil
		},
	}
	format.flag(cmd)
	cmd.Flags().BoolVar(&dryRun, "dry-run", false, "read and decide, but write nothing")
	cmd.Flags().StringVar(&s.Namespace, "namespace", s.Namespace, "CloudWatch namespace to publish to ($METRIC_NAMESPACE)")
	return cmd
}
