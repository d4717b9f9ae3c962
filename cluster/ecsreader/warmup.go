package ecsreader

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"

	"ecs-cluster-scaler/cluster"
	"ecs-cluster-scaler/internal/alarms"
	"ecs-cluster-scaler/internal/awsclient"
)

const (
	// warmupFor is how long warm-ups are remembered. Somebody may make one shorter, and would buy too much until then.
	warmupFor = 10 * time.Minute
	// toReadPolicies and toReadArrivals are how long a pass waits for them. Other calls of Auto Scaling say what was bought, and
	// are needed more; without these, hosts are bought late.
	toReadPolicies, toReadArrivals = 5 * time.Second, time.Second
)

// SizingAutoScaling is what a SizingReader asks of Amazon EC2 Auto Scaling.
type SizingAutoScaling interface {
	AutoScaling
	DescribePolicies(ctx context.Context, in *autoscaling.DescribePoliciesInput, opts ...func(*autoscaling.Options)) (*autoscaling.DescribePoliciesOutput, error)
}

// SizingReader reads what step policies count, too.
type SizingReader struct {
	*Reader
	policies SizingAutoScaling
	warmups  policyWarmups
}

// NewSizing returns a reader of sizes that asks the two services.
func NewSizing(containers ECS, groups SizingAutoScaling) *SizingReader {
	return &SizingReader{Reader: New(containers, groups), policies: groups}
}

// ReadWarmup fills in how long instances of the active group warm up, and when those that came lately came into service.
// ReadLaunches comes first. What cannot be read is named in the group, and counts as warm.
func (r *SizingReader) ReadWarmup(ctx context.Context, s *cluster.Snapshot, now time.Time) {
	g := s.ActiveGroup()
	remembered, _ := r.launched.get(s.Cluster)
	if g == nil || remembered[g.Name] == nil {
		return
	}
	m := remembered[g.Name]
	g.WarmupRead, g.WarmupUnread = true, ""
	warmups, err := r.warmupsOf(ctx, g.Name, now)
	if err != nil {
		g.WarmupUnread = awsclient.Sentence(err)
		return
	}
	g.Warmup, g.WarmupKnown = warmups.of(g.Warmup), true
	g.ActsWithin = alarms.Contract().PaceOf(warmups.policies).Within()
	if asked := m.unsure(g); len(asked) > 0 {
		ctx, cancel := context.WithTimeout(ctx, toReadArrivals)
		defer cancel()
		started, err := r.launches(ctx, g.Name, asked, now)
		if err != nil {
			g.WarmupUnread = awsclient.Sentence(err)
		}
		m.arrived(started, asked, err == nil, now)
	}
	m.showArrivals(g, now)
}

// warmups are those of a group's step policies that add hosts.
type warmups struct {
	// shortest is that of those that set one, if set. inherits: another does not, or there is none.
	shortest      time.Duration
	set, inherits bool
	// policies are the names of all those.
	policies []string
}

func (w *warmups) add(p types.ScalingPolicy) {
	adds := slices.ContainsFunc(p.StepAdjustments, func(s types.StepAdjustment) bool { return aws.ToInt32(s.ScalingAdjustment) > 0 })
	if off := p.Enabled != nil && !*p.Enabled; off || !adds {
		return
	}
	w.policies = append(w.policies, aws.ToString(p.PolicyName))
	if p.EstimatedInstanceWarmup == nil {
		w.inherits = true
		return
	}
	if of := time.Duration(*p.EstimatedInstanceWarmup) * time.Second; !w.set || of < w.shortest {
		w.shortest, w.set = of, true
	}
}

// of is the shortest warm-up, by which most hosts count, in a group with a default of its own
// (https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_PutScalingPolicy.html: EstimatedInstanceWarmup).
func (w warmups) of(group time.Duration) time.Duration {
	switch {
	case !w.set:
		return group
	case w.inherits:
		return min(w.shortest, group)
	default:
		return w.shortest
	}
}

// policyWarmups remembers the warm-ups of all groups, by their names.
type policyWarmups struct {
	mu          sync.Mutex
	of          map[string]*warmups
	read, tried time.Time
	err         error
}

// warmupsOf returns those of a group. All groups' are read at once, because many clusters may buy in the same minute; if
// that fails, not again in this pass.
func (r *SizingReader) warmupsOf(ctx context.Context, group string, now time.Time) (warmups, error) {
	m := &r.warmups
	m.mu.Lock()
	defer m.mu.Unlock()
	if now.Sub(m.read) >= warmupFor {
		if !m.tried.Equal(now) {
			m.tried = now
			if m.of, m.err = r.readWarmups(ctx); m.err == nil {
				m.read = now
			}
		}
		if m.err != nil {
			return warmups{}, m.err
		}
	}
	if of := m.of[group]; of != nil {
		return *of, nil
	}
	return warmups{}, nil
}

// readWarmups reads those of all groups.
func (r *SizingReader) readWarmups(ctx context.Context) (map[string]*warmups, error) {
	ctx, cancel := context.WithTimeout(ctx, toReadPolicies)
	defer cancel()
	pages := autoscaling.NewDescribePoliciesPaginator(r.policies, &autoscaling.DescribePoliciesInput{
		PolicyTypes: []string{"StepScaling"}, MaxRecords: aws.Int32(100),
	})
	all := map[string]*warmups{}
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, fmt.Errorf("read the scaling policies: %w", err)
		}
		for _, p := range page.ScalingPolicies {
			group := aws.ToString(p.AutoScalingGroupName)
			all[group] = cmp.Or(all[group], &warmups{})
			all[group].add(p)
		}
	}
	return all, nil
}
