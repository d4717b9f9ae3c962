package aws

import (
	"context"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

// ListServices lists services that are not INACTIVE, ten a page unless it says otherwise.
func (e *ECS) ListServices(_ context.Context, in *ecs.ListServicesInput, _ ...func(*ecs.Options)) (*ecs.ListServicesOutput, error) {
	const op = "ListServices"
	w := e.world
	w.mu.Lock()
	defer w.mu.Unlock()
	key := aws.ToString(in.Cluster)
	if err := w.fault(op, key+" "+aws.ToString(in.NextToken)); err != nil {
		return nil, err
	}
	c, err := w.find(in.Cluster)
	if err != nil {
		return nil, err
	}
	var found []*Service
	for _, s := range c.services {
		daemon := in.SchedulingStrategy == types.SchedulingStrategyDaemon
		if s.Status != inactive && (in.SchedulingStrategy == "" || daemon == s.Spec.Daemon) {
			found = append(found, s)
		}
	}
	from, to, next := w.page(op, key, in.NextToken, len(found), limit(in.MaxResults, servicesPage, ecsPage))
	out := &ecs.ListServicesOutput{NextToken: next}
	for _, s := range found[from:to] {
		out.ServiceArns = append(out.ServiceArns, s.ARN())
	}
	return out, nil
}

// DescribeServices describes services, INACTIVE ones too.
func (e *ECS) DescribeServices(_ context.Context, in *ecs.DescribeServicesInput, _ ...func(*ecs.Options)) (*ecs.DescribeServicesOutput, error) {
	const op = "DescribeServices"
	w := e.world
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := w.fault(op, aws.ToString(in.Cluster)+" "+strings.Join(in.Services, ",")); err != nil {
		return nil, err
	}
	c, err := w.find(in.Cluster)
	if err != nil {
		return nil, err
	}
	if err := atMost(len(in.Services), servicesAtOnce, "Services"); err != nil {
		return nil, err
	}
	out := &ecs.DescribeServicesOutput{Services: make([]types.Service, 0, len(in.Services))}
	for _, arn := range in.Services {
		if s := c.service(last(arn)); s != nil {
			out.Services = append(out.Services, *s.describe())
		} else {
			out.Failures = append(out.Failures, missed(arnOf("service", c.Name+"/"+last(arn))))
		}
	}
	return out, nil
}

// service finds the newest service of a name.
func (c *Cluster) service(name string) *Service { return c.named[name] }

// describe is the service as ECS shows it; the same until it changes.
func (s *Service) describe() *types.Service {
	if s.described != nil && s.describedAt == s.version {
		return s.described
	}
	spec := &s.Spec
	d := &types.Service{
		ServiceArn: aws.String(s.ARN()), ServiceName: aws.String(spec.Name), ClusterArn: aws.String(s.Cluster.ARN()),
		Status: aws.String(s.Status), CreatedAt: aws.Time(s.Created),
		DesiredCount: int32(s.Desired), RunningCount: int32(s.running), PendingCount: int32(s.Pending()),
		TaskDefinition:       aws.String(s.primary().Definition.ARN()),
		SchedulingStrategy:   types.SchedulingStrategyReplica,
		DeploymentController: &types.DeploymentController{Type: types.DeploymentControllerTypeEcs},
		DeploymentConfiguration: &types.DeploymentConfiguration{
			MinimumHealthyPercent: aws.Int32(int32(spec.MinPercent)), MaximumPercent: aws.Int32(int32(spec.MaxPercent)),
			DeploymentCircuitBreaker: &types.DeploymentCircuitBreaker{Enable: spec.CircuitBreaker},
			Strategy:                 types.DeploymentStrategyRolling,
		},
		PlacementConstraints: s.placementConstraints(), PlacementStrategy: s.placementStrategy(),
		Deployments: s.describeDeployments(), Events: s.describeEvents(),
		AvailabilityZoneRebalancing: types.AvailabilityZoneRebalancingDisabled,
	}
	if spec.Daemon {
		d.SchedulingStrategy = types.SchedulingStrategyDaemon
	}
	if spec.Rebalance {
		d.AvailabilityZoneRebalancing = types.AvailabilityZoneRebalancingEnabled
	}
	if spec.LoadBalanced {
		d.LoadBalancers = []types.LoadBalancer{{ContainerName: aws.String("app"), ContainerPort: aws.Int32(80)}}
	}
	if strategy := s.providers(); strategy != nil {
		d.CapacityProviderStrategy = strategy
	} else {
		d.LaunchType = types.LaunchTypeEc2
	}
	s.described, s.describedAt = d, s.version
	return d
}

// providers is the capacity provider strategy of a service that uses one; it then has no launch type.
func (s *Service) providers() []types.CapacityProviderStrategyItem {
	if p := s.Cluster.provider; p != nil && s.Spec.Managed {
		return []types.CapacityProviderStrategyItem{{CapacityProvider: aws.String(p.name()), Weight: 1}}
	}
	var items []types.CapacityProviderStrategyItem
	for _, i := range s.Spec.Providers {
		items = append(items, types.CapacityProviderStrategyItem{CapacityProvider: aws.String(providerOf(i.Group)), Base: int32(i.Base), Weight: int32(i.Weight)})
	}
	return items
}

func (s *Service) placementConstraints() []types.PlacementConstraint {
	var all []types.PlacementConstraint
	if s.Spec.DistinctInstance {
		all = append(all, types.PlacementConstraint{Type: types.PlacementConstraintTypeDistinctInstance})
	}
	for _, name := range sortedKeys(s.Spec.MemberOf) {
		all = append(all, types.PlacementConstraint{
			Type: types.PlacementConstraintTypeMemberOf, Expression: aws.String("attribute:" + name + " == " + s.Spec.MemberOf[name]),
		})
	}
	return all
}

func (s *Service) placementStrategy() []types.PlacementStrategy {
	var all []types.PlacementStrategy
	for _, text := range s.Spec.Strategy {
		kind, field, _ := strings.Cut(text, ":")
		shown := types.PlacementStrategy{Type: types.PlacementStrategyType(kind)}
		if field != "" {
			shown.Field = aws.String(field)
		}
		all = append(all, shown)
	}
	return all
}

// describeDeployments shows an older deployment's desired count as what it still has: AWS does not say.
func (s *Service) describeDeployments() []types.Deployment {
	all := make([]types.Deployment, 0, len(s.deployments))
	for i, d := range s.deployments {
		status, desired := "PRIMARY", s.Desired
		if i > 0 {
			status, desired = active, d.live
		}
		shown := types.Deployment{
			Id: aws.String(d.ID), Status: aws.String(status), TaskDefinition: aws.String(d.Definition.ARN()),
			DesiredCount: int32(desired), RunningCount: int32(d.running), PendingCount: int32(d.live - d.running), FailedTasks: int32(d.failed),
			CreatedAt: aws.Time(d.Created), UpdatedAt: aws.Time(d.changed),
			RolloutState: types.DeploymentRolloutState(d.Rollout), RolloutStateReason: aws.String(d.reason),
		}
		if strategy := s.providers(); strategy != nil {
			shown.CapacityProviderStrategy = strategy
		} else {
			shown.LaunchType = types.LaunchTypeEc2
		}
		all = append(all, shown)
	}
	return all
}

// describeEvents shows the newest hundred, newest first.
func (s *Service) describeEvents() []types.ServiceEvent {
	n := min(len(s.events), eventsKept)
	all := make([]types.ServiceEvent, n)
	for i := range all {
		e := &s.events[len(s.events)-1-i]
		all[i] = types.ServiceEvent{Id: &e.id, CreatedAt: &e.at, Message: &e.message}
	}
	return all
}
