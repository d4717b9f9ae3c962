package cli

import (
	"time"

	"github.com/spf13/cobra"

	"ecs-cluster-scaler/internal/lambdaevent"
	"ecs-cluster-scaler/internal/settings"
)

func newExplain(s *settings.Settings) *cobra.Command {
	var format output
	cmd := &cobra.Command{
		Use:   "explain [cluster]...",
		Short: "Show each cluster's reservation, signal and reasons, and write nothing",
		Example: `  clusterscaler explain
  clusterscaler explain web batch --output json`,
		RunE: func(cmd *cobra.Command, clusters []string) error {
			pass, err := connect(cmd.Context(), *s, cmd.ErrOrStderr())
			if err != nil {
				return err
			}
			answer, err := pass.Judge(cmd.Context(), lambdaevent.Minute(time.Now()), clusters...)
			if err != nil {
				return err
			}
			return show(cmd.OutOrStdout(), format, answer)
		},
	}
	format.flag(cmd)
	return cmd
}
