package ecsreader

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"ecs-cluster-scaler/cluster"
)

const (
	// servicesPerList is the most that ListServices returns; its default is 10
	// (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ListServices.html).
	servicesPerList = 100
	// servicesPerDescribe is the most that DescribeServices takes
	// (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeServices.html).
	servicesPerDescribe = 10
)

func (r *Reader) readServices(ctx context.Context, s *cluster.Snapshot) error {
	var arns []string
	pages := ecs.NewListServicesPaginator(r.ecs, &ecs.ListServicesInput{
		Cluster:    aws.String(s.Cluster),
		MaxResults: aws.Int32(servicesPerList),
	})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return fmt.Errorf("list them: %w", err)
		}
		arns = append(arns, page.ServiceArns...)
	}
	slices.Sort(arns)
	return r.describeServices(ctx, s, slices.Compact(arns))
}

// describeServices adds the services with these names or ARNs. A deleted one is no gap.
func (r *Reader) describeServices(ctx context.Context, s *cluster.Snapshot, named []string) error {
	var described []types.Service
	for batch := range slices.Chunk(named, servicesPerDescribe) {
		out, err := r.ecs.DescribeServices(ctx, &ecs.DescribeServicesInput{Cluster: aws.String(s.Cluster), Services: batch})
		if err != nil {
			return fmt.Errorf("describe them: %w", err)
		}
		described = append(described, out.Services...)
		s.Unread = append(s.Unread, unanswered("service", len(batch), len(out.Services), out.Failures)...)
	}
	r.readProviders(ctx, s, described)
	for _, d := range described {
		s.Services = append(s.Services, service(s.Cluster, d, &r.homes))
	}
	return nil
}

func service(clusterName string, s types.Service, homes *homes) cluster.Service {
	described := cluster.Service{
		Name:                  aws.ToString(s.ServiceName),
		Active:                aws.ToString(s.Status) == "ACTIVE",
		Daemon:                s.SchedulingStrategy == types.SchedulingStrategyDaemon,
		Home:                  homes.of(clusterName, s.LaunchType, s.CapacityProviderStrategy),
		Providers:             strategyOf(s.CapacityProviderStrategy),
		Desired:               int(s.DesiredCount),
		Running:               int(s.RunningCount),
		Pending:               int(s.PendingCount),
		MinimumHealthyPercent: 100,
		MaximumPercent:        200,
		TaskDefinition:        aws.ToString(s.TaskDefinition),
		Rollout:               cluster.Rolling,
		Refused:               newestOf(s.Events, refusal),
		Crashed:               newestOf(s.Events, crashing),
	}
	for _, c := range s.PlacementConstraints {
		described.Constraints = append(described.Constraints, cluster.Constraint{Type: cluster.ConstraintType(c.Type), Expression: aws.ToString(c.Expression)})
	}
	for _, p := range s.PlacementStrategy {
		described.Placement = append(described.Placement, cluster.Strategy{Type: cluster.StrategyType(p.Type), Field: aws.ToString(p.Field)})
	}
	if c := s.DeploymentConfiguration; c != nil {
		described.MinimumHealthyPercent = int(aws.ToInt32(cmp.Or(c.MinimumHealthyPercent, aws.Int32(100))))
		described.MaximumPercent = int(aws.ToInt32(cmp.Or(c.MaximumPercent, aws.Int32(200))))
		if c.Strategy != "" && c.Strategy != types.DeploymentStrategyRolling {
			described.Rollout = cluster.SideBySide
		}
	}
	if c := s.DeploymentController; c != nil && c.Type != types.DeploymentControllerTypeEcs {
		described.Rollout = cluster.SideBySide
		for _, set := range s.TaskSets {
			d := taskSet(set)
			d.Home, d.Providers = own(clusterName, set.LaunchType, set.CapacityProviderStrategy, homes)
			described.Deployments = append(described.Deployments, d)
		}
		// An EXTERNAL service has no launch type of its own: its task sets have.
		if s.LaunchType == "" && len(s.CapacityProviderStrategy) == 0 {
			described.Home = homeOf(described)
		}
		return described
	}
	for _, d := range s.Deployments {
		launchType := d.LaunchType
		if len(s.CapacityProviderStrategy) > 0 {
			launchType = "" // a service has one or the other; its strategy tells more
		}
		home, providers := own(clusterName, launchType, d.CapacityProviderStrategy, homes)
		described.Deployments = append(described.Deployments, cluster.Deployment{
			Home:           home,
			Providers:      providers,
			Primary:        aws.ToString(d.Status) == "PRIMARY",
			Failed:         d.RolloutState == types.DeploymentRolloutStateFailed,
			Stopping:       aws.ToString(d.Status) == "INACTIVE",
			InProgress:     d.RolloutState == types.DeploymentRolloutStateInProgress,
			Desired:        int(d.DesiredCount),
			Running:        int(d.RunningCount),
			Pending:        int(d.PendingCount),
			TaskDefinition: aws.ToString(d.TaskDefinition),
		})
	}
	return described
}

// own is where a deployment or task set says that it runs; empty: it does not say.
func own(clusterName string, launchType types.LaunchType, strategy []types.CapacityProviderStrategyItem, homes *homes) (cluster.Home, []string) {
	if launchType == "" && len(strategy) == 0 {
		return "", nil
	}
	return homes.of(clusterName, launchType, strategy), strategyOf(strategy)
}

// homeOf is where a service runs if only its task sets say so. A stopping task set does not tell where the next task runs. One
// unknown home makes the service's unknown.
func homeOf(s cluster.Service) cluster.Home {
	home := cluster.Home("")
	for _, d := range s.Deployments {
		switch {
		case d.Home == "" || d.Stopping:
		case home == "" || d.Home == cluster.Unknown || home == cluster.Elsewhere:
			home = d.Home
		}
	}
	return cmp.Or(home, s.Home)
}

func taskSet(s types.TaskSet) cluster.Deployment {
	return cluster.Deployment{
		Primary:        aws.ToString(s.Status) == "PRIMARY",
		Stopping:       aws.ToString(s.Status) == "DRAINING",
		InProgress:     s.StabilityStatus == types.StabilityStatusStabilizing,
		Desired:        int(s.ComputedDesiredCount),
		Running:        int(s.RunningCount),
		Pending:        int(s.PendingCount),
		TaskDefinition: aws.ToString(s.TaskDefinition),
	}
}

// What ECS's messages say of a task that fits nowhere, between the service's name and the missing resource, and of tasks that
// stop one after another, after the name
// (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-event-messages-list.html).
const (
	refusal  = "was unable to place a task because no container instance met all of its requirements"
	crashing = "is unable to consistently start tasks successfully"
)

// newestOf is the time of the newest message among the service's last hundred events.
func newestOf(events []types.ServiceEvent, message string) time.Time {
	var newest time.Time
	for _, e := range events {
		if at := aws.ToTime(e.CreatedAt); at.After(newest) && strings.Contains(aws.ToString(e.Message), message) {
			newest = at
		}
	}
	return newest
}
