package seed

import (
	"context"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	ecstypes "github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"ecs-cluster-scaler/internal/lab/moto"
)

// services makes the cluster's services, and those that only its hosts' tasks name.
func (s *seeding) services(ctx context.Context, hosts []Host) error {
	placed := map[string]int{}
	services := slices.Clone(s.cluster.Services)
	for _, host := range hosts {
		for _, task := range host.Tasks {
			if task.Service == "" {
				continue
			}
			placed[task.Service] += max(task.Count, 1)
			known := slices.ContainsFunc(services, func(service Service) bool { return service.Name == task.Service })
			if !known {
				services = append(services, Service{
					Name: task.Service, Desired: -1, CPU: task.CPU, Memory: task.Memory, GPUs: task.GPUs,
					HostPorts: task.HostPorts, AwsVPC: task.AwsVPC,
				})
			}
		}
	}
	for _, service := range services {
		if service.Running == 0 {
			service.Running = placed[service.Name]
		}
		if service.Desired < 0 {
			service.Desired = service.Running
		}
		if err := s.createService(ctx, service); err != nil {
			return fmt.Errorf("service %s: %w", service.Name, err)
		}
	}
	return nil
}

func (s *seeding) createService(ctx context.Context, service Service) error {
	definition, err := s.define(ctx, Task{
		Service: service.Name, CPU: service.CPU, Memory: service.Memory, GPUs: service.GPUs,
		HostPorts: service.HostPorts, AwsVPC: service.AwsVPC,
	})
	if err != nil {
		return err
	}
	if _, err := s.ecs.CreateService(ctx, s.serviceInput(service, definition)); err != nil {
		return fmt.Errorf("create it: %w", err)
	}
	change := moto.ServiceChange{
		Desired: &service.Desired, Running: &service.Running, Pending: &service.Pending, Status: optional(service.Status),
		Deployments: service.Deployments, TaskSets: service.TaskSets, Events: service.Events,
	}
	return s.moto.SetService(ctx, s.cluster.Name, service.Name, change)
}

func (s *seeding) serviceInput(service Service, definition string) *ecs.CreateServiceInput {
	input := &ecs.CreateServiceInput{
		Cluster:              aws.String(s.cluster.Name),
		ServiceName:          aws.String(service.Name),
		TaskDefinition:       aws.String(definition),
		SchedulingStrategy:   ecstypes.SchedulingStrategyReplica,
		PlacementConstraints: service.Constraints,
		PlacementStrategy:    service.Placement,
	}
	if service.Strategy != "" {
		input.SchedulingStrategy = ecstypes.SchedulingStrategy(service.Strategy)
	}
	if input.SchedulingStrategy == ecstypes.SchedulingStrategyReplica {
		input.DesiredCount = aws.Int32(int32(service.Desired))
	}
	if service.Controller != "" {
		input.DeploymentController = &ecstypes.DeploymentController{Type: ecstypes.DeploymentControllerType(service.Controller)}
	}
	if service.MinimumHealthyPercent != nil || service.MaximumPercent != nil {
		input.DeploymentConfiguration = &ecstypes.DeploymentConfiguration{
			MinimumHealthyPercent: service.MinimumHealthyPercent, MaximumPercent: service.MaximumPercent,
		}
	}
	for _, provider := range service.CapacityProviders {
		input.CapacityProviderStrategy = append(input.CapacityProviderStrategy, ecstypes.CapacityProviderStrategyItem{
			CapacityProvider: aws.String(provider), Weight: 1,
		})
	}
	if len(service.CapacityProviders) == 0 {
		input.LaunchType = ecstypes.LaunchTypeEc2
		if service.LaunchType != "" {
			input.LaunchType = ecstypes.LaunchType(service.LaunchType)
		}
	}
	return input
}
