package ecsreader

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"ecs-cluster-scaler/cluster"
)

// mostDefinitions bounds the memory of a process that sees ever new revisions. A revision never changes
// (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_TaskDefinition.html).
const mostDefinitions = 10_000

// revision is a definition with the parts that a task may override.
type revision struct {
	cluster.Definition
	parts parts
}

// ReadDefinitions adds the given revisions to the snapshot. What cannot be read is named in the snapshot's Unread.
func (r *Reader) ReadDefinitions(ctx context.Context, s *cluster.Snapshot, arns []string) {
	read, unread := r.Definitions(ctx, arns)
	if s.Definitions == nil {
		s.Definitions = map[string]cluster.Definition{}
	}
	maps.Copy(s.Definitions, read)
	for _, err := range unread {
		noteUnread(s, err)
	}
}

// Definitions reads the given revisions, by ARN; each is read once while the process lives.
func (r *Reader) Definitions(ctx context.Context, arns []string) (read map[string]cluster.Definition, unread []error) {
	read = map[string]cluster.Definition{}
	for i, arn := range arns {
		known, err := r.definition(ctx, arn)
		if err == nil {
			read[arn] = known.Definition
			continue
		}
		if _, ofThisOne := errors.AsType[*types.ClientException](err); ofThisOne {
			unread = append(unread, fmt.Errorf("the task definition %s: %w", arn, err)) // it may be gone; the others are not
			continue
		}
		// What denies or throttles one does so to the next.
		return read, append(unread, fmt.Errorf("the task definition %s%s: %w", arn, andMore(len(arns)-i-1), err))
	}
	return read, unread
}

func (r *Reader) definition(ctx context.Context, arn string) (revision, error) {
	if known, ok := r.definitions.get(arn); ok {
		return known, nil
	}
	out, err := r.ecs.DescribeTaskDefinition(ctx, &ecs.DescribeTaskDefinitionInput{TaskDefinition: aws.String(arn)})
	if err != nil {
		return revision{}, err
	}
	if out.TaskDefinition == nil {
		return revision{}, errors.New("ECS answered without it")
	}
	read, err := revisionOf(out.TaskDefinition)
	if err != nil {
		return revision{}, err
	}
	r.definitions.put(arn, read)
	return read, nil
}

func revisionOf(d *types.TaskDefinition) (revision, error) {
	p, err := partsOf(d)
	if err != nil {
		return revision{}, err
	}
	read := revision{parts: p, Definition: cluster.Definition{
		Size: p.size(), Awsvpc: d.NetworkMode == types.NetworkModeAwsvpc,
		StopTimeout: stopTimeout(d.ContainerDefinitions), HealthChecked: slices.ContainsFunc(d.ContainerDefinitions, healthChecked),
	}}
	for _, c := range d.ContainerDefinitions {
		for _, m := range c.PortMappings {
			if number := hostPort(d.NetworkMode, m); number > 0 {
				read.Ports = append(read.Ports, cluster.Port{Number: number, UDP: m.Protocol == types.TransportProtocolUdp})
			}
		}
	}
	for _, c := range d.PlacementConstraints {
		read.Constraints = append(read.Constraints, cluster.Constraint{Type: cluster.ConstraintType(c.Type), Expression: aws.ToString(c.Expression)})
	}
	for _, a := range d.RequiresAttributes {
		if read.Requires == nil {
			read.Requires = map[string]string{}
		}
		read.Requires[aws.ToString(a.Name)] = aws.ToString(a.Value)
	}
	return read, nil
}

// hostPort is the fixed port that a mapping takes on its host; 0: none. In network mode host it is the container's port. In
// awsvpc each task has its own interface
// (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_PortMapping.html).
func hostPort(mode types.NetworkMode, m types.PortMapping) int {
	switch mode {
	case types.NetworkModeHost:
		return int(aws.ToInt32(m.ContainerPort))
	case types.NetworkModeAwsvpc, types.NetworkModeNone:
		return 0
	default:
		return int(aws.ToInt32(m.HostPort))
	}
}

// parts are what a task's size is made of.
type parts struct {
	// cpu and memory are the task level's; 0: not set there.
	cpu, memory int64
	containers  map[string]container
}

type container struct{ cpu, memory, reservation, gpus int64 }

func partsOf(d *types.TaskDefinition) (parts, error) {
	whole := &types.TaskOverride{Cpu: d.Cpu, Memory: d.Memory}
	for _, c := range d.ContainerDefinitions {
		whole.ContainerOverrides = append(whole.ContainerOverrides, types.ContainerOverride{
			Name: c.Name, Cpu: aws.Int32(c.Cpu), Memory: c.Memory, MemoryReservation: c.MemoryReservation, ResourceRequirements: c.ResourceRequirements,
		})
	}
	return parts{}.overridden(whole)
}

// size is what ECS reserves: the task level's, or the sum of its containers, where memoryReservation comes before memory
// (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_definition_parameters.html).
func (p parts) size() cluster.Resources {
	var sum cluster.Resources
	for _, c := range p.containers {
		memory := c.memory
		if c.reservation > 0 {
			memory = c.reservation
		}
		sum = sum.Plus(cluster.Resources{CPU: c.cpu, Memory: memory, GPU: c.gpus})
	}
	if p.cpu > 0 {
		sum.CPU = p.cpu
	}
	if p.memory > 0 {
		sum.Memory = p.memory
	}
	return sum
}

// overridden is p with what run-task changed
// (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_TaskOverride.html).
func (p parts) overridden(o *types.TaskOverride) (parts, error) {
	changed := parts{containers: map[string]container{}}
	var err error
	if changed.cpu, err = units(o.Cpu, p.cpu); err != nil {
		return parts{}, err
	}
	if changed.memory, err = units(o.Memory, p.memory); err != nil {
		return parts{}, err
	}
	maps.Copy(changed.containers, p.containers)
	for _, override := range o.ContainerOverrides {
		c := changed.containers[aws.ToString(override.Name)]
		if override.Cpu != nil {
			c.cpu = int64(*override.Cpu)
		}
		if override.Memory != nil {
			c.memory = int64(*override.Memory)
		}
		if override.MemoryReservation != nil {
			c.reservation = int64(*override.MemoryReservation)
		}
		if c.gpus, err = gpus(override.ResourceRequirements, c.gpus); err != nil {
			return parts{}, err
		}
		changed.containers[aws.ToString(override.Name)] = c
	}
	return changed, nil
}

// changesSize tells whether an override changes what a task reserves. Most set a command or the environment.
func changesSize(o *types.TaskOverride) bool {
	return o != nil && (o.Cpu != nil || o.Memory != nil || slices.ContainsFunc(o.ContainerOverrides, func(c types.ContainerOverride) bool {
		return c.Cpu != nil || c.Memory != nil || c.MemoryReservation != nil || len(c.ResourceRequirements) > 0
	}))
}

func units(text *string, otherwise int64) (int64, error) {
	if aws.ToString(text) == "" {
		return otherwise, nil
	}
	n, err := strconv.ParseInt(*text, 10, 64)
	if err != nil {
		return 0, fmt.Errorf("its size %q is not a number of CPU units or MiB", *text)
	}
	return n, nil
}

func gpus(requirements []types.ResourceRequirement, otherwise int64) (int64, error) {
	for _, r := range requirements {
		if r.Type == types.ResourceTypeGpu {
			return units(r.Value, 0) // a container names them once
		}
	}
	return otherwise, nil
}
