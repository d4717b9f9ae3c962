package cli

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"ecs-cluster-scaler/internal/awsclient"
	"ecs-cluster-scaler/internal/lambdaevent"
	"ecs-cluster-scaler/internal/settings"
	"ecs-cluster-scaler/scaler/publisher"
)

func newPublish(s *settings.Settings) *cobra.Command {
	var format output
	var dryRun bool
	var often period
	cmd := &cobra.Command{
		Use:   "publish",
		Short: "Run one pass, or one every minute: judge every cluster and publish its metrics",
		Long: "publish runs one pass, as the Lambda function does each minute. It judges every cluster that has an entry and " +
			"publishes the metrics for the current minute.\n\n" +
			"With --every it runs until it is stopped, in place of the Lambda function: one pass at a time, one JSON log line per " +
			"verdict. After SIGTERM it finishes the pass that is running. Do not run it beside the function: both would use the " +
			"same AWS limits.",
		Example: `  clusterscaler publish --dry-run
  clusterscaler publish --every 1m`,
		Args: nothing,
		RunE: func(cmd *cobra.Command, _ []string) error {
			switch {
			case often != 0 && dryRun:
				return errors.New("--every and --dry-run cannot be combined; to write nothing, run explain every minute")
			case often != 0 && cmd.Flags().Changed("output"):
				return errors.New("--every always writes JSON log lines; leave --output out")
			case often != 0:
				return publishEvery(cmd, *s, time.Duration(often))
			default:
				return publishOnce(cmd, *s, format, dryRun)
			}
		},
	}
	format.flag(cmd)
	cmd.Flags().BoolVar(&dryRun, "dry-run", false, "read and decide, but write nothing")
	cmd.Flags().Var(&often, "every", "run a pass at the start of every minute, until stopped; the value must be 1m")
	cmd.Flags().StringVar(&s.Namespace, "namespace", s.Namespace, "CloudWatch namespace to publish to ($METRIC_NAMESPACE)")
	return cmd
}

func publishOnce(cmd *cobra.Command, s settings.Settings, format output, dryRun bool) error {
	done := "published to namespace " + s.Namespace
	if dryRun {
		done = "dry run: nothing was written"
	}
	err := onePass(cmd, s, format, func(ctx context.Context, p *publisher.Publisher, minute time.Time) (publisher.Answer, error) {
		if dryRun {
			return p.Judge(ctx, minute)
		}
		return p.Run(ctx, minute)
	})
	if err == nil {
		fmt.Fprintln(cmd.ErrOrStderr(), done)
	}
	return err
}

// onePass runs a pass and shows its answer.
func onePass(cmd *cobra.Command, s settings.Settings, format output, run func(context.Context, *publisher.Publisher, time.Time) (publisher.Answer, error)) error {
	ctx, cancel := context.WithTimeout(cmd.Context(), passTime)
	defer cancel()
	p, err := connect(ctx, s, warnings(cmd.ErrOrStderr()))
	if err != nil {
		return err
	}
	answer, err := run(ctx, p, lambdaevent.Minute(time.Now()))
	if err != nil {
		return err
	}
	return show(cmd.OutOrStdout(), format, answer)
}

// publishEvery logs as the function does. A pass that fails is logged and followed by the next.
func publishEvery(cmd *cobra.Command, s settings.Settings, often time.Duration) error {
	log := s.Logger(cmd.OutOrStdout())
	pass, err := connect(cmd.Context(), s, log)
	if err != nil {
		return err
	}
	log.Info("started", "every", often.String(), "config_path", s.ConfigPath, "namespace", s.Namespace)
	every(cmd.Context(), often, func(ctx context.Context, minute time.Time) {
		answer, err := pass.Run(ctx, minute)
		if err != nil {
			log.Error("the pass failed", "minute", minute, "error", awsclient.Sentence(err))
			return
		}
		log.Info("pass", "minute", minute, "clusters", len(answer.Clusters), "failed", answer.Failed)
	})
	log.Info("stopped")
	return nil
}
