// Package publisher runs a pass: it reads every cluster's entry, hosts, services and groups, decides, and publishes
// the metrics.
package publisher

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ssm"

	"ecs-cluster-scaler/cluster"
	"ecs-cluster-scaler/cluster/ecsreader"
	"ecs-cluster-scaler/internal/awsclient"
	"ecs-cluster-scaler/internal/metrics"
	"ecs-cluster-scaler/internal/settings"
	"ecs-cluster-scaler/thresholds/ssmstore"
)

// Clients are the AWS services that a pass uses.
type Clients struct {
	SSM         ssmstore.SSM
	ECS         ecsreader.ECS
	AutoScaling ecsreader.SizingAutoScaling
	CloudWatch  CloudWatch
}

// CloudWatch is what a pass asks of Amazon CloudWatch.
type CloudWatch interface {
	metrics.CloudWatch
	metrics.CloudWatchReader
}

// Connect makes the clients that talk to AWS.
func Connect(cfg aws.Config) Clients {
	return Clients{
		SSM:         ssm.NewFromConfig(cfg),
		ECS:         ecs.NewFromConfig(cfg),
		AutoScaling: autoscaling.NewFromConfig(cfg),
		CloudWatch:  cloudwatch.NewFromConfig(cfg),
	}
}

// Publisher runs passes, one at a time. It remembers between them what cannot have changed, so one is made and kept.
type Publisher struct {
	store      *ssmstore.Store
	reader     *ecsreader.SizingReader
	cloudwatch CloudWatch
	now        func() time.Time
	settings   settings.Settings
	log        *slog.Logger
	groups     lastGroups
	agents     connected
	histories  histories
	departures departures
	judging    sync.Mutex
}

// New returns a publisher that uses clients as s says and logs each verdict. now is the clock by which it publishes.
func New(clients Clients, s settings.Settings, log *slog.Logger, now func() time.Time) *Publisher {
	return &Publisher{
		store:      ssmstore.New(clients.SSM, s.ConfigPath),
		reader:     ecsreader.NewSizing(clients.ECS, clients.AutoScaling),
		cloudwatch: clients.CloudWatch,
		now:        now,
		settings:   s,
		log:        log,
	}
}

// Run is one pass: read, decide, publish, answer. It fails only if nothing could be published; other failures are in the
// answer. Before the deadline of ctx it publishes what it has, and names the clusters that are missing.
func (p *Publisher) Run(ctx context.Context, minute time.Time) (Answer, error) {
	p.departures.begin()
	answer, err := p.judgeAll(ctx, minute, p.departures.note)
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
	default:
		p.departures.publish()
	}
	return answer, nil
}

// Judge reads and decides, and writes nothing. only names the clusters to judge; none named means all. Each is judged as it is
// now, whatever has just left.
func (p *Publisher) Judge(ctx context.Context, minute time.Time, only ...string) (Answer, error) {
	return p.judgeAll(ctx, minute, func(*cluster.Snapshot, time.Time) {}, only...)
}

// judgeAll is Judge. watch is told of each snapshot before it is judged.
func (p *Publisher) judgeAll(ctx context.Context, minute time.Time, watch func(*cluster.Snapshot, time.Time), only ...string) (Answer, error) {
	reading, cancel := timeToRead(ctx)
	found := p.findGroups(reading)
	// No call of a pass outlives it.
	defer func() {
		cancel()
		found()
	}()
	listing, err := p.store.ReadOrLast(reading, minute)
	if err != nil {
		return Answer{}, err
	}
	if listing, err = listing.Only(only); err != nil {
		return Answer{}, err
	}
	if listing.Unread != "" {
		p.log.Error("the entries could not be read", "error", listing.Unread)
	}
	for _, name := range listing.NewStrays {
		p.log.Warn("a parameter below the configuration path is neither the defaults nor an entry", "parameter", name)
	}
	all := p.groups.orLast(found(), minute)
	p.reader.Keep(listing.Names())
	p.agents.keepOnly(listing.Names())
	p.histories.keepOnly(listing.Names())
	p.departures.keepOnly(listing.Names())
	judged := p.judge(reading, listing.Clusters, all, minute, watch, timeToJudge(ctx))
	if errors.Is(ctx.Err(), context.Canceled) {
		return Answer{}, ctx.Err() // the caller is gone; half an answer would mislead
	}
	answer := p.answer(minute, judged)
	answer.expired = listing.Expired
	return answer, nil
}
