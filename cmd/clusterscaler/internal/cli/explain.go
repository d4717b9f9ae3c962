package cli

import (
	"context"
	"time"

	"github.com/spf13/cobra"

	"ecs-cluster-scaler/internal/settings"
	"ecs-cluster-scaler/scaler/publisher"
)

func newExplain(s *settings.Settings) *cobra.Command {
	var format output
	cmd := &cobra.Command{
		Use:   "explain [cluster]...",
		Short: "Show each cluster's reservation, signal and reasons; write nothing",
		Long: "explain reads and decides as a pass does, and writes nothing. It shows the clusters that you name, or all that " +
			"have an entry: how much of their hosts is reserved, the signal, and the sentence that says why.",
		Example: `  clusterscaler explain
  clusterscaler explain web batch --output json`,
		RunE: func(cmd *cobra.Command, clusters []string) error {
			return onePass(cmd, *s, format, func(ctx context.Context, p *publisher.Publisher, minute time.Time) (publisher.Answer, error) {
				return p.Judge(ctx, minute, clusters...)
			})
		},
	}
	format.flag(cmd)
	return cmd
}
