package cli

import (
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/spf13/cobra"

	"ecs-cluster-scaler/cluster/ecsreader"
	"ecs-cluster-scaler/internal/awsclient"
	"ecs-cluster-scaler/internal/plural"
	"ecs-cluster-scaler/simulator/recorder"
)

// recordPast reads the past of a cluster. It replaces no file: what it reads now, it can read again for a price.
func recordPast(cmd *cobra.Command, f recordFlags) error {
	if err := vacant(f.out); err != nil {
		return err
	}
	ctx, since := cmd.Context(), time.Duration(f.since)
	cfg, err := awsclient.Config(ctx, awsclient.DrainerShare)
	if err != nil {
		return err
	}
	p := newProgress(cmd.ErrOrStderr(), time.Now)
	calls := 0
	read, err := recorder.ReadPast(ctx, f.cluster, recorder.Connect(cfg), time.Now(), since, recorder.Steps{
		Costs: func(c recorder.Cost) {
			calls += c.Calls
			p.end()
			fmt.Fprintf(p.out, "reading %s of %s, a datapoint every %s, in about %s: at most $%s by AWS's list price\n",
				plural.Count(c.Metrics, "metric"), inDays(since), inDays(recorder.PeriodOf(since)), plural.Count(c.Calls, "call"), cents(c.USD))
		},
		Read: func(done int) {
			if p.terminal && p.due(time.Now()) {
				p.say(fmt.Sprintf("read %d of about %s", done, plural.Count(calls, "call")))
			}
		},
	})
	p.end()
	switch {
	case errors.Is(err, ecsreader.ErrNoCluster):
		return noCluster(f.cluster, cfg.Region)
	case errors.Is(err, recorder.ErrNoPast):
		return fmt.Errorf("%w: Container Insights is off, and no other metric counts their tasks; watch the cluster instead with --for 24h, or turn Container Insights on (aws ecs update-cluster-settings --cluster %s --settings name=containerInsights,value=enabled) and come back after some days", err, f.cluster)
	case err != nil:
		return denied(err)
	}
	for _, note := range read.Notes {
		fmt.Fprintln(p.out, "note:", note)
	}
	if f.anonymous {
		read.Recording = read.Anonymised()
	}
	if err := writeRecording("--out", f.out, read.Recording); err != nil {
		return err
	}
	_, err = fmt.Fprintln(cmd.OutOrStdout(), summary(f.out, read.Recording))
	return err
}

// cents writes an amount with the digits that it takes, rounded up.
func cents(usd float64) string {
	return fmt.Sprintf("%.2f", max(0.01, math.Ceil(usd*100)/100))
}
