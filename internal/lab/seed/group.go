package seed

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	astypes "github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	ecstypes "github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"ecs-cluster-scaler/internal/lab/moto"
)

const (
	// spareSize is how far below its MaxSize a group stands unless a test says otherwise.
	spareSize = 10
	// protectionPage is SetInstanceProtection's own limit.
	protectionPage = 50
	defaultBeat    = 300
)

// createGroup makes g with an instance for each of its hosts and for each unregistered
// one, and returns their EC2 ids in that order.
func (s *seeding) createGroup(ctx context.Context, g Group) ([]string, error) {
	client := autoscaling.NewFromConfig(s.moto.Config())
	size := len(g.Hosts) + len(g.Unregistered)
	template, err := launchConfiguration(ctx, client, instanceType(g.Hosts))
	if err != nil {
		return nil, err
	}
	ceiling := size + spareSize
	if g.Max != nil {
		ceiling = *g.Max
	}
	_, err = client.CreateAutoScalingGroup(ctx, &autoscaling.CreateAutoScalingGroupInput{
		AutoScalingGroupName:    aws.String(g.Name),
		LaunchConfigurationName: aws.String(template),
		AvailabilityZones:       []string{moto.Region + "a"},
		MinSize:                 aws.Int32(int32(g.Min)),
		MaxSize:                 aws.Int32(int32(ceiling)),
		DesiredCapacity:         aws.Int32(int32(size)),
		Tags:                    g.tags(s.cluster.Name),
	})
	if err != nil {
		return nil, fmt.Errorf("create group %s: %w", g.Name, err)
	}
	if len(g.Suspended) > 0 {
		_, err := client.SuspendProcesses(ctx, &autoscaling.SuspendProcessesInput{
			AutoScalingGroupName: aws.String(g.Name), ScalingProcesses: g.Suspended,
		})
		if err != nil {
			return nil, fmt.Errorf("suspend processes of group %s: %w", g.Name, err)
		}
	}
	found, err := client.DescribeAutoScalingGroups(ctx, &autoscaling.DescribeAutoScalingGroupsInput{
		AutoScalingGroupNames: []string{g.Name},
	})
	if err != nil {
		return nil, fmt.Errorf("read group %s: %w", g.Name, err)
	}
	if len(found.AutoScalingGroups) != 1 || len(found.AutoScalingGroups[0].Instances) != size {
		return nil, fmt.Errorf("read group %s: moto did not start its %d instances", g.Name, size)
	}
	var ids []string
	for _, instance := range found.AutoScalingGroups[0].Instances {
		ids = append(ids, aws.ToString(instance.InstanceId))
	}
	if g.Managed {
		return ids, s.manage(ctx, g.Name, aws.ToString(found.AutoScalingGroups[0].AutoScalingGroupARN))
	}
	return ids, nil
}

func (g Group) tags(cluster string) []astypes.Tag {
	pairs := map[string]string{}
	if !g.Untagged {
		pairs[ClusterTag] = cluster
	}
	if g.Active {
		pairs[ActiveTag] = "true"
	}
	if g.ConfigPath != "" {
		pairs[ConfigPathTag] = g.ConfigPath
	}
	if g.Managed {
		pairs["AmazonECSManaged"] = "true"
	}
	var tags []astypes.Tag
	for key, value := range pairs {
		tags = append(tags, astypes.Tag{
			Key: aws.String(key), Value: aws.String(value), PropagateAtLaunch: aws.Bool(false),
			ResourceId: aws.String(g.Name), ResourceType: aws.String("auto-scaling-group"),
		})
	}
	return tags
}

func launchConfiguration(ctx context.Context, client *autoscaling.Client, kind string) (string, error) {
	name := "lab-" + kind
	_, err := client.CreateLaunchConfiguration(ctx, &autoscaling.CreateLaunchConfigurationInput{
		LaunchConfigurationName: aws.String(name), ImageId: aws.String(image), InstanceType: aws.String(kind),
	})
	var exists *astypes.AlreadyExistsFault
	if err != nil && !errors.As(err, &exists) {
		return "", fmt.Errorf("create launch configuration %s: %w", name, err)
	}
	return name, nil
}

// manage puts the group under ECS managed scaling.
func (s *seeding) manage(ctx context.Context, group, arn string) error {
	_, err := s.ecs.CreateCapacityProvider(ctx, &ecs.CreateCapacityProviderInput{
		Name: aws.String(group),
		AutoScalingGroupProvider: &ecstypes.AutoScalingGroupProvider{
			AutoScalingGroupArn: aws.String(arn),
			ManagedScaling:      &ecstypes.ManagedScaling{Status: ecstypes.ManagedScalingStatusEnabled},
		},
	})
	if err != nil {
		return fmt.Errorf("create a capacity provider for group %s: %w", group, err)
	}
	_, err = s.ecs.PutClusterCapacityProviders(ctx, &ecs.PutClusterCapacityProvidersInput{
		Cluster: aws.String(s.cluster.Name), CapacityProviders: []string{group},
		DefaultCapacityProviderStrategy: []ecstypes.CapacityProviderStrategyItem{},
	})
	if err != nil {
		return fmt.Errorf("give cluster %s the capacity provider %s: %w", s.cluster.Name, group, err)
	}
	return nil
}

// settleGroup brings each instance of g where the test wants it; hosts stand already.
func (s *seeding) settleGroup(ctx context.Context, g Group, ids []string) error {
	for i, instance := range g.Unregistered {
		change := moto.InstanceChange{LaunchedAt: optional(instance.LaunchedAt), State: optional(instance.State)}
		if change == (moto.InstanceChange{}) {
			continue
		}
		if err := s.moto.SetInstance(ctx, ids[len(g.Hosts)+i], change); err != nil {
			return err
		}
	}
	for i, host := range g.Hosts {
		change := moto.InstanceChange{LaunchedAt: optional(host.LaunchedAt)}
		if host.Unhealthy {
			change.Health = aws.String("Unhealthy")
		}
		if change == (moto.InstanceChange{}) {
			continue
		}
		if err := s.moto.SetInstance(ctx, ids[i], change); err != nil {
			return err
		}
	}
	client := autoscaling.NewFromConfig(s.moto.Config())
	if err := protect(ctx, client, g, ids); err != nil {
		return err
	}
	return s.terminate(ctx, client, g, ids)
}

func protect(ctx context.Context, client *autoscaling.Client, g Group, ids []string) error {
	var protected []string
	for i, host := range g.Hosts {
		if host.Protected {
			protected = append(protected, ids[i])
		}
	}
	return inPages(protected, protectionPage, func(page []string) error {
		_, err := client.SetInstanceProtection(ctx, &autoscaling.SetInstanceProtectionInput{
			AutoScalingGroupName: aws.String(g.Name), InstanceIds: page, ProtectedFromScaleIn: aws.Bool(true),
		})
		if err != nil {
			return fmt.Errorf("protect instances of group %s: %w", g.Name, err)
		}
		return nil
	})
}

// terminate gives the group its hook and sends the hosts into it that should wait there.
func (s *seeding) terminate(ctx context.Context, client *autoscaling.Client, g Group, ids []string) error {
	hook := g.Hook
	for _, host := range g.Hosts {
		if host.Terminating && hook == "" {
			hook = HookName
		}
	}
	if hook == "" {
		return nil
	}
	beat := g.Heartbeat
	if beat == 0 {
		beat = defaultBeat
	}
	_, err := client.PutLifecycleHook(ctx, &autoscaling.PutLifecycleHookInput{
		AutoScalingGroupName: aws.String(g.Name), LifecycleHookName: aws.String(hook),
		LifecycleTransition: aws.String("autoscaling:EC2_INSTANCE_TERMINATING"),
		HeartbeatTimeout:    aws.Int32(beat), DefaultResult: aws.String("CONTINUE"),
	})
	if err != nil {
		return fmt.Errorf("put hook %s on group %s: %w", hook, g.Name, err)
	}
	for i, host := range g.Hosts {
		if !host.Terminating {
			continue
		}
		_, err := client.TerminateInstanceInAutoScalingGroup(ctx, &autoscaling.TerminateInstanceInAutoScalingGroupInput{
			InstanceId: aws.String(ids[i]), ShouldDecrementDesiredCapacity: aws.Bool(true),
		})
		if err != nil {
			return fmt.Errorf("terminate instance %s of group %s: %w", ids[i], g.Name, err)
		}
		if !host.Since.IsZero() {
			if err := s.moto.SetInstance(ctx, ids[i], moto.InstanceChange{TerminatingAt: &host.Since}); err != nil {
				return err
			}
		}
	}
	return nil
}
