package aws

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

// DescribeTaskDefinition describes a revision by ARN or family:revision, or a family's newest.
func (e *ECS) DescribeTaskDefinition(_ context.Context, in *ecs.DescribeTaskDefinitionInput, _ ...func(*ecs.Options)) (*ecs.DescribeTaskDefinitionOutput, error) {
	const op = "DescribeTaskDefinition"
	w := e.world
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := w.fault(op, aws.ToString(in.TaskDefinition)); err != nil {
		return nil, err
	}
	name := last(aws.ToString(in.TaskDefinition))
	var found *TaskDefinition
	for _, c := range w.clusters {
		if d := c.known[arnOf("task-definition", name)]; d != nil {
			found = d
		}
		if strings.Contains(name, ":") {
			continue
		}
		for _, d := range c.known { // in any order: the newest
			if d.Family == name && (found == nil || d.Revision > found.Revision) {
				found = d
			}
		}
	}
	if found == nil {
		return nil, &types.ClientException{Message: aws.String("Unable to describe task definition.")}
	}
	shown := found.describe()
	if w.checks(found) {
		shown.ContainerDefinitions[0].HealthCheck = &types.HealthCheck{Command: []string{"CMD-SHELL", "true"}}
	}
	return &ecs.DescribeTaskDefinitionOutput{TaskDefinition: shown}, nil
}

// checks tells whether tasks of the revision report health. Here a service says so, in ECS its definition
// (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_HealthCheck.html).
func (w *World) checks(d *TaskDefinition) bool {
	for _, c := range w.clusters {
		if c.known[d.ARN()] == d && slices.ContainsFunc(c.services, func(s *Service) bool {
			return s.Spec.HealthCheck && slices.ContainsFunc(s.deployments, func(of *Deployment) bool { return of.Definition.Family == d.Family })
		}) {
			return true
		}
	}
	return false
}

// describe is the definition with one container, which has the task's size.
func (d *TaskDefinition) describe() *types.TaskDefinition {
	cpu, memory := strconv.Itoa(d.Resources.CPU), strconv.Itoa(d.Resources.Memory)
	container := types.ContainerDefinition{
		Name: aws.String("app"), Image: aws.String(d.name()), Essential: aws.Bool(true),
		Cpu: int32(d.Resources.CPU), Memory: aws.Int32(int32(d.Resources.Memory)),
	}
	if d.StopTimeout > 0 {
		container.StopTimeout = aws.Int32(int32(d.StopTimeout.Seconds()))
	}
	if d.Resources.GPU > 0 {
		container.ResourceRequirements = []types.ResourceRequirement{{Type: types.ResourceTypeGpu, Value: aws.String(strconv.Itoa(d.Resources.GPU))}}
	}
	for _, p := range d.Ports {
		container.PortMappings = append(container.PortMappings, types.PortMapping{
			ContainerPort: aws.Int32(int32(p)), HostPort: aws.Int32(int32(p)), Protocol: types.TransportProtocolTcp,
		})
	}
	shown := &types.TaskDefinition{
		TaskDefinitionArn: aws.String(d.ARN()), Family: aws.String(d.Family), Revision: int32(d.Revision),
		Status: types.TaskDefinitionStatusActive, NetworkMode: types.NetworkModeBridge, Cpu: aws.String(cpu), Memory: aws.String(memory),
		ContainerDefinitions: []types.ContainerDefinition{container}, RequiresCompatibilities: []types.Compatibility{types.CompatibilityEc2},
	}
	if d.Awsvpc {
		shown.NetworkMode = types.NetworkModeAwsvpc
	}
	return shown
}

// DescribeCapacityProviders shows Fargate's two and the managed ones of the cluster, or of all clusters without one.
func (e *ECS) DescribeCapacityProviders(_ context.Context, in *ecs.DescribeCapacityProvidersInput, _ ...func(*ecs.Options)) (*ecs.DescribeCapacityProvidersOutput, error) {
	const op = "DescribeCapacityProviders"
	w := e.world
	w.mu.Lock()
	defer w.mu.Unlock()
	key := aws.ToString(in.Cluster) + " " + strings.Join(in.CapacityProviders, ",")
	if err := w.fault(op, key+" "+aws.ToString(in.NextToken)); err != nil {
		return nil, err
	}
	var all []types.CapacityProvider
	for _, name := range []string{"FARGATE", "FARGATE_SPOT"} {
		all = append(all, types.CapacityProvider{
			Name: aws.String(name), CapacityProviderArn: aws.String(arnOf("capacity-provider", name)), Status: types.CapacityProviderStatusActive,
		})
	}
	// A provider of an Auto Scaling group belongs to the account, whatever cluster uses it.
	for _, c := range w.clusters {
		if c.provider != nil {
			all = append(all, c.provider.describe())
		}
		for _, g := range c.providing() {
			all = append(all, describeProvider(g))
		}
	}
	out := &ecs.DescribeCapacityProvidersOutput{}
	if len(in.CapacityProviders) > 0 {
		for _, asked := range in.CapacityProviders {
			at := slices.IndexFunc(all, func(p types.CapacityProvider) bool { return *p.Name == last(asked) })
			if at < 0 {
				out.Failures = append(out.Failures, missed(asked))
				continue
			}
			out.CapacityProviders = append(out.CapacityProviders, all[at])
		}
		return out, nil
	}
	from, to, next := w.page(op, key, in.NextToken, len(all), limit(in.MaxResults, providersAtOnce, providersAtOnce))
	out.CapacityProviders, out.NextToken = all[from:to], next
	return out, nil
}

func (p *CapacityProvider) name() string { return "managed-" + p.Group.Spec.Name }

func (p *CapacityProvider) describe() types.CapacityProvider {
	protection, drains := types.ManagedTerminationProtectionDisabled, types.ManagedDrainingDisabled
	if p.Protection {
		protection = types.ManagedTerminationProtectionEnabled
	}
	if p.Draining {
		drains = types.ManagedDrainingEnabled
	}
	return types.CapacityProvider{
		Name: aws.String(p.name()), CapacityProviderArn: aws.String(arnOf("capacity-provider", p.name())), Status: types.CapacityProviderStatusActive,
		Type: types.CapacityProviderTypeEc2Autoscaling,
		AutoScalingGroupProvider: &types.AutoScalingGroupProvider{
			AutoScalingGroupArn: aws.String(p.Group.arn()), ManagedDraining: drains, ManagedTerminationProtection: protection,
			ManagedScaling: &types.ManagedScaling{
				Status: types.ManagedScalingStatusEnabled, TargetCapacity: aws.Int32(int32(p.Target)),
				MinimumScalingStepSize: aws.Int32(int32(p.MinStep)), MaximumScalingStepSize: aws.Int32(int32(p.MaxStep)),
				InstanceWarmupPeriod: aws.Int32(int32(p.Warmup.Seconds())),
			},
		},
	}
}

func sortedKeys(m map[string]string) []string { return slices.Sorted(maps.Keys(m)) }
