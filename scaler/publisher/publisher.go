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
	"golang.org/x/sync/errgroup"

	"ecs-cluster-scaler/cluster"
	"ecs-cluster-scaler/cluster/ecsreader"
	"ecs-cluster-scaler/internal/awsclient"
	"ecs-cluster-scaler/internal/metrics"
	"ecs-cluster-scaler/internal/settings"
	"ecs-cluster-scaler/scaler"
	"ecs-cluster-scaler/thresholds/ssmstore"
)

const (
	// sideBySide is how many clusters are read at once. At 20 ms a call, eight readers make more calls a second than
	// our share of AWS's limits allows on end, so that more would only wait.
	sideBySide = 8
	// besides is for how many clusters more is read at once. All lanes draw on one bucket for hosts and tasks, in turn,
	// so that these get a quarter of it while clusters are still to be read.
	besides = 3
	// toFindGroups is how long a pass waits for Auto Scaling. Without it the clusters are judged by what ECS says.
	toFindGroups = 10 * time.Second
	// groupsFor is how long groups are believed while they cannot be read: a few passes. Without them a pass would not know
	// what was bought a minute before, and buy it again.
	groupsFor = 5 * time.Minute
	// toPublish is what is kept of the function's time for all that comes after reading, toSend for what comes after judging.
	// What is read last has still to be judged.
	toPublish, toSend = 5 * time.Second, 3 * time.Second
)

// Clients are the AWS services that a pass uses.
type Clients struct {
	SSM         ssmstore.SSM
	ECS         ecsreader.ECS
	AutoScaling ecsreader.AutoScaling
	CloudWatch  metrics.CloudWatch
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

// Publisher runs passes, one at a time. It is made once and used for many, and remembers between them what cannot
// have changed.
type Publisher struct {
	store      *ssmstore.Store
	reader     *ecsreader.Reader
	cloudwatch metrics.CloudWatch
	settings   settings.Settings
	log        *slog.Logger
	groups     lastGroups
	agents     connected
	judging    sync.Mutex
}

// New returns a publisher that uses clients as s says and logs each verdict.
func New(clients Clients, s settings.Settings, log *slog.Logger) *Publisher {
	return &Publisher{
		store:      ssmstore.New(clients.SSM, s.ConfigPath),
		reader:     ecsreader.New(clients.ECS, clients.AutoScaling),
		cloudwatch: clients.CloudWatch,
		settings:   s,
		log:        log,
	}
}

// Run is one pass: read, decide, publish, answer. It fails only when nothing could be published; what failed beside
// that is in the answer. When ctx has a deadline, it publishes before it what it has by then, and names the rest.
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
	reading, cancel := timeToRead(ctx)
	found := p.findGroups(reading)
	// Nothing of a pass goes on when it has ended.
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
	judged := p.judge(reading, listing.Clusters, all, minute, timeToJudge(ctx))
	if errors.Is(ctx.Err(), context.Canceled) {
		return Answer{}, ctx.Err() // whoever asked is gone; half an answer would only mislead
	}
	answer := p.answer(minute, judged)
	answer.expired = listing.Expired
	return answer, nil
}

// timeToRead is ctx without the time that publishing will need.
func timeToRead(ctx context.Context) (context.Context, context.CancelFunc) {
	if deadline, ok := ctx.Deadline(); ok {
		return context.WithDeadline(ctx, deadline.Add(-toPublish))
	}
	return context.WithCancel(ctx)
}

// timeToJudge says when judging must end, so that what was judged is still published. One cluster takes some seconds at
// its bound of steps, and many may be at theirs.
func timeToJudge(ctx context.Context) scaler.Until {
	deadline, ok := ctx.Deadline()
	if !ok {
		return nil
	}
	end := deadline.Add(-toSend)
	return func() bool { return !time.Now().Before(end) }
}

// groups are the Auto Scaling groups of all clusters; err says why they are not known.
type groups struct {
	of  map[string][]cluster.Group
	err error
}

// lastGroups are the groups as this process last read them.
type lastGroups struct {
	of map[string][]cluster.Group
	at time.Time
}

// orLast takes the last groups where they cannot be read now. That nothing is scaled in on them is what err is for.
func (l *lastGroups) orLast(now groups, minute time.Time) groups {
	switch {
	case now.err == nil:
		l.of, l.at = now.of, minute
	case l.of != nil && minute.Sub(l.at) <= groupsFor:
		now.of = l.of
	}
	return now
}

// findGroups reads the groups of all clusters beside whatever else goes on; the function it returns waits for them.
func (p *Publisher) findGroups(ctx context.Context) func() groups {
	var found groups
	var group errgroup.Group
	group.Go(func() error {
		ctx, cancel := context.WithTimeout(ctx, toFindGroups)
		defer cancel()
		found.of, found.err = p.reader.ReadGroups(ctx)
		return nil
	})
	return func() groups {
		_ = group.Wait() // found holds the error
		return found
	}
}
