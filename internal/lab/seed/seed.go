package seed

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	ecstypes "github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"ecs-cluster-scaler/internal/lab/moto"
)

// ECS's own limits for one call.
const (
	startTaskPage   = 10
	updateStatePage = 10
)

// Clusters makes clusters in moto through the SDK, as they would come to be on AWS, and
// returns the ids they got. A task that does not fit its host is an error.
func Clusters(ctx context.Context, m *moto.Server, clusters ...Cluster) (*World, error) {
	world := &World{Clusters: map[string]*Seeded{}}
	for _, cluster := range clusters {
		s := &seeding{moto: m, ecs: ecs.NewFromConfig(m.Config()), cluster: cluster, made: &Seeded{}, definitions: map[string]string{}}
		if err := s.run(ctx); err != nil {
			return nil, fmt.Errorf("seed cluster %s: %w", cluster.Name, err)
		}
		world.Clusters[cluster.Name] = s.made
	}
	return world, nil
}

// Cluster is what Clusters made of the cluster of that name.
func (w *World) Cluster(name string) *Seeded { return w.Clusters[name] }

// seeding makes one cluster.
type seeding struct {
	moto        *moto.Server
	ecs         *ecs.Client
	cluster     Cluster
	made        *Seeded
	definitions map[string]string // task definition ARN by what it says
}

func (s *seeding) run(ctx context.Context) error {
	c := s.cluster
	created, err := s.ecs.CreateCluster(ctx, &ecs.CreateClusterInput{ClusterName: aws.String(c.Name)})
	if err != nil {
		return fmt.Errorf("create it: %w", err)
	}
	s.made.ARN = aws.ToString(created.Cluster.ClusterArn)
	versions := c.History
	if c.Entry != "" {
		versions = append(slices.Clone(versions), c.Entry)
	}
	if err := PutParameter(ctx, s.moto, ConfigPath+"/clusters/"+c.Name, c.Secure, versions...); err != nil {
		return err
	}
	groups := slices.Clone(c.Groups)
	if c.Group != nil {
		group := *c.Group
		group.Hosts = c.Hosts
		groups = slices.Insert(groups, 0, group)
	} else if err := s.standalone(ctx); err != nil {
		return err
	}
	hosts := slices.Clone(c.Hosts)
	instances := make([][]string, len(groups))
	for i := range groups {
		if groups[i].Name == "" {
			groups[i].Name = c.Name
		}
		if instances[i], err = s.createGroup(ctx, groups[i]); err != nil {
			return err
		}
		if err := s.register(ctx, groups[i].Hosts, instances[i], groups[i].Name); err != nil {
			return err
		}
		s.made.Unregistered = append(s.made.Unregistered, instances[i][len(groups[i].Hosts):]...)
		if c.Group == nil || i > 0 {
			hosts = append(hosts, groups[i].Hosts...)
		}
	}
	if err := s.services(ctx, hosts); err != nil {
		return err
	}
	if err := s.settleHosts(ctx, hosts); err != nil {
		return err
	}
	for i, group := range groups {
		if err := s.settleGroup(ctx, group, instances[i]); err != nil {
			return err
		}
	}
	return nil
}

// standalone makes the cluster's hosts outside any group, one RunInstances per type.
func (s *seeding) standalone(ctx context.Context) error {
	hosts := s.cluster.Hosts
	ids := make([]string, len(hosts))
	byType := map[string][]int{}
	for i := range hosts {
		kind := instanceType(hosts[i : i+1])
		byType[kind] = append(byType[kind], i)
	}
	for kind, places := range byType {
		started, err := runInstances(ctx, s.moto, kind, len(places))
		if err != nil {
			return err
		}
		for i, place := range places {
			ids[place] = started[i]
		}
	}
	return s.register(ctx, hosts, ids, "")
}

func instanceType(hosts []Host) string {
	for _, host := range hosts {
		if host.InstanceType != "" {
			return host.InstanceType
		}
	}
	return "m5.large"
}

func (s *seeding) register(ctx context.Context, hosts []Host, ids []string, group string) error {
	for i, host := range hosts {
		attributes := map[string]string{"ecs.os-type": "linux", "ecs.instance-type": instanceType(hosts[i : i+1])}
		maps.Copy(attributes, host.Attributes)
		input := &ecs.RegisterContainerInstanceInput{
			Cluster:                  aws.String(s.cluster.Name),
			InstanceIdentityDocument: aws.String(`{"instanceId":"` + ids[i] + `"}`),
			TotalResources:           host.resources(),
		}
		for name, value := range attributes {
			input.Attributes = append(input.Attributes, ecstypes.Attribute{Name: aws.String(name), Value: aws.String(value)})
		}
		out, err := s.ecs.RegisterContainerInstance(ctx, input)
		if err != nil {
			return fmt.Errorf("register host %d: %w", i, err)
		}
		s.made.Hosts = append(s.made.Hosts, SeededHost{
			ARN: aws.ToString(out.ContainerInstance.ContainerInstanceArn), Instance: ids[i], Group: group,
		})
	}
	return nil
}

func (h Host) resources() []ecstypes.Resource {
	if h.CPU == 0 && h.Memory == 0 {
		h.CPU, h.Memory = 2048, 7680
	}
	integer := func(name string, value int) ecstypes.Resource {
		return ecstypes.Resource{Name: aws.String(name), Type: aws.String("INTEGER"), IntegerValue: int32(value)}
	}
	resources := []ecstypes.Resource{integer("CPU", h.CPU), integer("MEMORY", h.Memory)}
	switch {
	case h.GPUs > 0 && h.GPUInteger:
		resources = append(resources, integer("GPU", h.GPUs))
	case h.GPUs > 0:
		var ids []string
		for i := range h.GPUs {
			ids = append(ids, "GPU-"+strconv.Itoa(i))
		}
		resources = append(resources, ecstypes.Resource{Name: aws.String("GPU"), Type: aws.String("STRINGSET"), StringSetValue: ids})
	}
	return resources
}

// settleHosts starts the hosts' tasks, then drains and disconnects those that should
// be: a host takes no task afterwards.
func (s *seeding) settleHosts(ctx context.Context, hosts []Host) error {
	if err := s.startTasks(ctx, hosts); err != nil {
		return err
	}
	var draining []string
	for i, host := range hosts {
		if host.Draining {
			draining = append(draining, s.made.Hosts[i].ARN)
		}
	}
	err := inPages(draining, updateStatePage, func(page []string) error {
		_, err := s.ecs.UpdateContainerInstancesState(ctx, &ecs.UpdateContainerInstancesStateInput{
			Cluster: aws.String(s.cluster.Name), ContainerInstances: page,
			Status: ecstypes.ContainerInstanceStatusDraining,
		})
		if err != nil {
			return fmt.Errorf("drain hosts: %w", err)
		}
		return nil
	})
	if err != nil {
		return err
	}
	for i, host := range hosts {
		change := moto.HostChange{RegisteredAt: optional(host.RegisteredAt), Version: optional(host.Version), CapacityProvider: optional(host.CapacityProvider)}
		if host.Disconnected {
			change.AgentConnected = aws.Bool(false)
		}
		if change == (moto.HostChange{}) {
			continue
		}
		if err := s.moto.SetHost(ctx, s.cluster.Name, s.made.Hosts[i].ARN, change); err != nil {
			return err
		}
	}
	return nil
}

// started is one task to start: on which host, as which of its tasks, and how it
// should then stand.
type started struct {
	host, place int
	task        Task
}

func (s *seeding) startTasks(ctx context.Context, hosts []Host) error {
	// Equal tasks go together, ten hosts per call, so that a large cluster takes seconds.
	type batch struct{ definition, group, startedBy string }
	batches := map[batch][]started{}
	var order []batch
	for i, host := range hosts {
		for _, task := range host.Tasks {
			task = s.sized(task)
			definition, err := s.define(ctx, task)
			if err != nil {
				return err
			}
			key := batch{definition: definition, startedBy: task.StartedBy}
			if task.Service != "" {
				key.group, key.startedBy = "service:"+task.Service, cmp.Or(task.StartedBy, "ecs-svc/1")
			}
			if batches[key] == nil {
				order = append(order, key)
			}
			for range max(task.Count, 1) {
				place := len(s.made.Hosts[i].Tasks)
				s.made.Hosts[i].Tasks = append(s.made.Hosts[i].Tasks, "")
				batches[key] = append(batches[key], started{host: i, place: place, task: task})
			}
		}
	}
	for _, key := range order {
		err := inPages(batches[key], startTaskPage, func(page []started) error {
			return s.startPage(ctx, key.definition, key.group, key.startedBy, page)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (s *seeding) startPage(ctx context.Context, definition, group, startedBy string, page []started) error {
	input := &ecs.StartTaskInput{Cluster: aws.String(s.cluster.Name), TaskDefinition: aws.String(definition)}
	if group != "" {
		input.Group = aws.String(group)
	}
	if startedBy != "" {
		input.StartedBy = aws.String(startedBy)
	}
	if page[0].task.AwsVPC {
		input.NetworkConfiguration = awsvpc()
	}
	for _, one := range page {
		input.ContainerInstances = append(input.ContainerInstances, s.made.Hosts[one.host].ARN)
	}
	out, err := s.ecs.StartTask(ctx, input)
	if err != nil {
		return fmt.Errorf("start tasks of %s: %w", definition, err)
	}
	for _, failure := range out.Failures {
		return fmt.Errorf("start a task of %s: host %s has no room (%s)", definition, aws.ToString(failure.Arn), aws.ToString(failure.Reason))
	}
	for i, task := range out.Tasks {
		arn := aws.ToString(task.TaskArn)
		s.made.Hosts[page[i].host].Tasks[page[i].place] = arn
		wanted := page[i].task
		change := moto.TaskChange{LastStatus: optional(wanted.LastStatus), DesiredStatus: optional(wanted.DesiredStatus), Health: optional(wanted.Health)}
		if change == (moto.TaskChange{}) {
			continue
		}
		if err := s.moto.SetTask(ctx, s.cluster.Name, arn, change); err != nil {
			return err
		}
	}
	return nil
}

func awsvpc() *ecstypes.NetworkConfiguration {
	return &ecstypes.NetworkConfiguration{AwsvpcConfiguration: &ecstypes.AwsVpcConfiguration{Subnets: []string{"subnet-lab"}}}
}

// sized gives a task its service's sizes where it has none.
func (s *seeding) sized(task Task) Task {
	if task.CPU != 0 || task.Memory != 0 || task.GPUs != 0 {
		return task
	}
	for _, service := range s.cluster.Services {
		if service.Name == task.Service {
			task.CPU, task.Memory, task.GPUs = service.CPU, service.Memory, service.GPUs
			task.HostPorts, task.AwsVPC = service.HostPorts, service.AwsVPC
		}
	}
	return task
}

// define registers a task definition of task's size, once.
func (s *seeding) define(ctx context.Context, task Task) (string, error) {
	family := s.cluster.Name + "-" + task.Service
	if task.Service == "" {
		family = s.cluster.Name + "-standalone"
	}
	key := fmt.Sprint(family, task.CPU, task.Memory, task.GPUs, task.HostPorts, task.AwsVPC)
	if arn, ok := s.definitions[key]; ok {
		return arn, nil
	}
	container := ecstypes.ContainerDefinition{
		Name: aws.String("app"), Image: aws.String("app"), Essential: aws.Bool(true),
		Cpu: int32(task.CPU), Memory: aws.Int32(int32(task.Memory)),
	}
	if task.GPUs > 0 {
		container.ResourceRequirements = []ecstypes.ResourceRequirement{{
			Type: ecstypes.ResourceTypeGpu, Value: aws.String(strconv.Itoa(task.GPUs)),
		}}
	}
	for _, port := range task.HostPorts {
		container.PortMappings = append(container.PortMappings, ecstypes.PortMapping{
			ContainerPort: aws.Int32(port), HostPort: aws.Int32(port), Protocol: ecstypes.TransportProtocolTcp,
		})
	}
	mode := ecstypes.NetworkModeBridge
	if task.AwsVPC {
		mode = ecstypes.NetworkModeAwsvpc
	}
	out, err := s.ecs.RegisterTaskDefinition(ctx, &ecs.RegisterTaskDefinitionInput{
		Family: aws.String(strings.TrimSuffix(family, "-")), NetworkMode: mode,
		ContainerDefinitions: []ecstypes.ContainerDefinition{container},
	})
	if err != nil {
		return "", fmt.Errorf("register task definition %s: %w", family, err)
	}
	arn := aws.ToString(out.TaskDefinition.TaskDefinitionArn)
	s.definitions[key] = arn
	return arn, nil
}

func inPages[T any](items []T, size int, do func(page []T) error) error {
	for page := range slices.Chunk(items, size) {
		if err := do(page); err != nil {
			return err
		}
	}
	return nil
}

// optional is nil for a zero value, which in a seed means "as moto has it".
func optional[T comparable](value T) *T {
	var zero T
	if value == zero {
		return nil
	}
	return &value
}

// Populate registers cluster.Hosts on instances that Auto Scaling started, in a cluster that stands already, with their
// tasks and with services that are new. Groups, entry and what only hosts of a group have are not its business.
func Populate(ctx context.Context, m *moto.Server, cluster Cluster, group string, instances []string) (*Seeded, error) {
	s := &seeding{moto: m, ecs: ecs.NewFromConfig(m.Config()), cluster: cluster, made: &Seeded{}, definitions: map[string]string{}}
	for _, step := range []func() error{
		func() error { return s.register(ctx, cluster.Hosts, instances, group) },
		func() error { return s.services(ctx, cluster.Hosts) },
		func() error { return s.settleHosts(ctx, cluster.Hosts) },
	} {
		if err := step(); err != nil {
			return nil, fmt.Errorf("populate cluster %s: %w", cluster.Name, err)
		}
	}
	return s.made, nil
}
