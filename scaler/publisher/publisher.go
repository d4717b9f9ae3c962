// Package publisher runs a pass: it reads every cluster's entry and reservation, decides, and publishes the metrics.
package publisher

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"golang.org/x/sync/errgroup"

	"ecs-cluster-scaler/cluster/ecsreader"
	"ecs-cluster-scaler/internal/awsclient"
	"ecs-cluster-scaler/internal/metrics"
	"ecs-cluster-scaler/internal/settings"
	"ecs-cluster-scaler/scaler"
	"ecs-cluster-scaler/thresholds/ssmstore"
)

// sideBySide is how many clusters are read at once. A call takes some 20 ms, so that eight keep a pass over hundreds
// of clusters within AWS's own rates and far from its bursts.
const sideBySide = 8

// Clients are the AWS services that a pass uses.
type Clients struct {
	SSM        ssmstore.SSM
	ECS        ecsreader.ECS
	CloudWatch metrics.CloudWatch
}

// Connect makes the clients that talk to AWS.
func Connect(cfg aws.Config) Clients {
	return Clients{SSM: ssm.NewFromConfig(cfg), ECS: ecs.NewFromConfig(cfg), CloudWatch: cloudwatch.NewFromConfig(cfg)}
}

// Publisher runs passes. It is made once and used for many.
type Publisher struct {
	store      *ssmstore.Store
	reader     *ecsreader.Reader
	cloudwatch metrics.CloudWatch
	settings   settings.Settings
	log        *slog.Logger
}

// New returns a publisher that uses clients as s says and logs each verdict.
func New(clients Clients, s settings.Settings, log *slog.Logger) *Publisher {
	return &Publisher{
		store:      ssmstore.New(clients.SSM, s.ConfigPath),
		reader:     ecsreader.New(clients.ECS),
		cloudwatch: clients.CloudWatch,
		settings:   s,
		log:        log,
	}
}

// Run is one pass: read, decide, publish, answer. It fails only when nothing could be published; what failed beside
// that is in the answer.
func (p *Publisher) Run(ctx context.Context, minute time.Time) (Answer, error) {
	answer, err := p.Judge(ctx, minute)
	if err != nil {
		return Answer{}, err
	}
	published, err := metrics.Put(ctx, p.cloudwatch, p.settings.Namespace, minute, p.settings.Metrics, answer.data())
	switch {
	case err != nil && published == 0:
		return Answer{}, err
	case err != nil:
		p.log.Error("some metrics were not published", "error", awsclient.Sentence(err))
		answer.Failed = append(answer.Failed, Failure{Error: awsclient.Sentence(err)})
	}
	return answer, nil
}

// Judge reads and decides, and writes nothing. only names the clusters to judge; none named means all.
func (p *Publisher) Judge(ctx context.Context, minute time.Time, only ...string) (Answer, error) {
	listing, err := p.store.Read(ctx)
	if err != nil {
		return Answer{}, err
	}
	if listing, err = listing.Only(only); err != nil {
		return Answer{}, err
	}
	for _, name := range listing.Strays {
		p.log.Warn("a parameter below the configuration path is neither the defaults nor an entry", "parameter", name)
	}
	outcomes := make([]outcome, len(listing.Clusters))
	var group errgroup.Group
	group.SetLimit(sideBySide)
	for i, listed := range listing.Clusters {
		group.Go(func() error {
			outcomes[i] = p.judge(ctx, listed)
			return nil
		})
	}
	_ = group.Wait() // every outcome holds its own error

	answer := Answer{Minute: minute, Failed: []Failure{}}
	for _, o := range outcomes {
		p.log.Info("verdict", "verdict", o.verdict)
		answer.Clusters = append(answer.Clusters, o.verdict)
		if o.err != nil {
			answer.Failed = append(answer.Failed, Failure{Cluster: o.verdict.Cluster, Error: awsclient.Sentence(o.err)})
		}
	}
	return answer, nil
}

// outcome is what became of one cluster; err means that it could not be read.
type outcome struct {
	verdict scaler.Verdict
	err     error
}

func (p *Publisher) judge(ctx context.Context, listed ssmstore.Listed) outcome {
	if listed.Invalid != nil {
		return outcome{verdict: scaler.Invalid(listed.Cluster, fmt.Sprintf("%s/clusters/%s: %v", p.settings.ConfigPath, listed.Cluster, listed.Invalid))}
	}
	snapshot, err := p.reader.Read(ctx, listed.Cluster)
	if err != nil {
		return outcome{verdict: scaler.Unread(listed.Cluster, awsclient.Sentence(err)), err: err}
	}
	return outcome{verdict: scaler.Decide(listed.Entry, snapshot)}
}
