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

// ListContainerInstances lists hosts, without a status in every one but INACTIVE.
func (e *ECS) ListContainerInstances(_ context.Context, in *ecs.ListContainerInstancesInput, _ ...func(*ecs.Options)) (*ecs.ListContainerInstancesOutput, error) {
	const op = "ListContainerInstances"
	w := e.world
	w.mu.Lock()
	defer w.mu.Unlock()
	key := aws.ToString(in.Cluster) + " " + string(in.Status) + " " + aws.ToString(in.Filter)
	if err := w.fault(op, key+" "+aws.ToString(in.NextToken)); err != nil {
		return nil, err
	}
	c, err := w.find(in.Cluster)
	if err != nil {
		return nil, err
	}
	matches, err := query(aws.ToString(in.Filter))
	if err != nil {
		return nil, err
	}
	then := w.shown(op, key+" "+aws.ToString(in.NextToken))
	all := c.hostsAt(then)
	found := all
	if in.Status != "" || in.Filter != nil {
		found = nil
		for _, h := range all {
			if (in.Status == "" || in.Status == h.statusAt(then)) && matches(h) {
				found = append(found, h)
			}
		}
	}
	page, next := pageAfter(w, op, key, found, func(h *Host) int { return h.sequence }, in.NextToken, limit(in.MaxResults, ecsPage, ecsPage))
	out := &ecs.ListContainerInstancesOutput{NextToken: next, ContainerInstanceArns: make([]string, 0, len(page))}
	for _, h := range page {
		out.ContainerInstanceArns = append(out.ContainerInstanceArns, h.ARN)
	}
	return out, nil
}

// DescribeContainerInstances describes hosts, INACTIVE ones too while they are remembered.
func (e *ECS) DescribeContainerInstances(_ context.Context, in *ecs.DescribeContainerInstancesInput, _ ...func(*ecs.Options)) (*ecs.DescribeContainerInstancesOutput, error) {
	const op = "DescribeContainerInstances"
	w := e.world
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := w.fault(op, aws.ToString(in.Cluster)+" "+strings.Join(in.ContainerInstances, ",")); err != nil {
		return nil, err
	}
	c, err := w.find(in.Cluster)
	if err != nil {
		return nil, err
	}
	if err := atMost(len(in.ContainerInstances), describedAtOnce, "Container instances"); err != nil {
		return nil, err
	}
	out := &ecs.DescribeContainerInstancesOutput{ContainerInstances: make([]types.ContainerInstance, 0, len(in.ContainerInstances))}
	for _, arn := range in.ContainerInstances {
		if h := c.host(arn); h != nil {
			out.ContainerInstances = append(out.ContainerInstances, *h.describe())
		} else {
			out.Failures = append(out.Failures, missed(arn))
		}
	}
	return out, nil
}

// host finds a host by ARN or id.
func (c *Cluster) host(arn string) *Host {
	return c.byARN[arnOf("container-instance", c.Name+"/"+last(arn))]
}

// describe is the host as ECS shows it; the same until it changes.
//
// AWS defines runningTasksCount by desiredStatus RUNNING, and pendingTasksCount by status PENDING
// (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerInstance.html). Read so, a task in PENDING would
// be in both; here it is in the second only. A task that stops is in neither.
func (h *Host) describe() *types.ContainerInstance {
	if h.described != nil && h.describedAt == h.version {
		return h.described
	}
	left := h.Total.minus(h.allocated)
	h.described = &types.ContainerInstance{
		ContainerInstanceArn: aws.String(h.ARN),
		Ec2InstanceId:        aws.String(h.Instance.ID),
		Status:               aws.String(string(h.Status)),
		AgentConnected:       h.Connected,
		RegisteredAt:         aws.Time(h.Registered),
		RegisteredResources:  h.resources(h.Total, nil),
		RemainingResources:   h.resources(left, slices.Sorted(maps.Keys(h.ports))),
		RunningTasksCount:    int32(h.running),
		PendingTasksCount:    int32(h.tasked - h.running),
		Version:              h.version,
		Attributes:           h.attributes(),
	}
	if p := h.Cluster.provider; p != nil && p.Group == h.Instance.Group {
		h.described.CapacityProviderName = aws.String(p.name())
	} else if h.Cluster.provided[h.Instance.Group] {
		h.described.CapacityProviderName = aws.String(providerOf(h.Instance.Group))
	}
	h.describedAt = h.version
	return h.described
}

// resources are in the agent's shape: GPUs are a set of device ids, ports the set of those in use
// (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Resource.html).
func (h *Host) resources(r Resources, ports []int) []types.Resource {
	// The agent takes these for itself when it registers: SSH, Docker, its own API.
	taken := []string{"22", "2376", "2375", "51678", "51679"}
	for _, p := range ports {
		if h.ports[p] > 0 {
			taken = append(taken, strconv.Itoa(p))
		}
	}
	all := []types.Resource{
		{Name: aws.String("CPU"), Type: aws.String("INTEGER"), IntegerValue: int32(r.CPU)},
		{Name: aws.String("MEMORY"), Type: aws.String("INTEGER"), IntegerValue: int32(r.Memory)},
		{Name: aws.String("PORTS"), Type: aws.String("STRINGSET"), StringSetValue: taken},
		{Name: aws.String("PORTS_UDP"), Type: aws.String("STRINGSET"), StringSetValue: []string{}},
	}
	if h.Total.GPU > 0 {
		devices := make([]string, r.GPU)
		for i := range devices {
			devices[i] = "GPU-" + h.Instance.ID + "-" + strconv.Itoa(i)
		}
		all = append(all, types.Resource{Name: aws.String("GPU"), Type: aws.String("STRINGSET"), StringSetValue: devices})
	}
	return all
}

func (h *Host) attributes() []types.Attribute {
	if h.shown == nil {
		for _, name := range slices.Sorted(maps.Keys(h.Attributes)) {
			h.shown = append(h.shown, types.Attribute{Name: aws.String(name), Value: aws.String(h.Attributes[name])})
		}
	}
	return h.shown
}

// UpdateContainerInstancesState sets hosts DRAINING or ACTIVE. Only an ACTIVE host can be set DRAINING. What follows from
// it comes after the calls of this moment, so that their order has no say.
func (e *ECS) UpdateContainerInstancesState(_ context.Context, in *ecs.UpdateContainerInstancesStateInput, _ ...func(*ecs.Options)) (*ecs.UpdateContainerInstancesStateOutput, error) {
	const op = "UpdateContainerInstancesState"
	w := e.world
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := w.fault(op, aws.ToString(in.Cluster)+" "+strings.Join(in.ContainerInstances, ",")); err != nil {
		return nil, err
	}
	c, err := w.find(in.Cluster)
	if err != nil {
		return nil, err
	}
	if err := atMost(len(in.ContainerInstances), statesAtOnce, "Container instances"); err != nil {
		return nil, err
	}
	if in.Status != active && in.Status != draining {
		return nil, invalidParameter("Container instances status should be one of [ACTIVE,DRAINING]")
	}
	out := &ecs.UpdateContainerInstancesStateOutput{}
	for _, arn := range in.ContainerInstances {
		h := c.host(arn)
		switch {
		case h == nil:
			out.Failures = append(out.Failures, missed(arn))
		case h.Status == inactive:
			out.Failures = append(out.Failures, types.Failure{Arn: aws.String(h.ARN), Reason: aws.String(inactive)})
		default:
			if h.Status != in.Status {
				h.setStatus(in.Status)
				w.after(0, "drain "+h.ARN, h.drain)
			}
			out.ContainerInstances = append(out.ContainerInstances, *h.describe())
		}
	}
	return out, nil
}

// DeregisterContainerInstance makes a host INACTIVE. With force, the tasks on it are orphaned: ECS knows them no more, and
// services start others.
func (e *ECS) DeregisterContainerInstance(_ context.Context, in *ecs.DeregisterContainerInstanceInput, _ ...func(*ecs.Options)) (*ecs.DeregisterContainerInstanceOutput, error) {
	const op = "DeregisterContainerInstance"
	w := e.world
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := w.fault(op, aws.ToString(in.Cluster)+" "+aws.ToString(in.ContainerInstance)); err != nil {
		return nil, err
	}
	c, err := w.find(in.Cluster)
	if err != nil {
		return nil, err
	}
	h := c.host(aws.ToString(in.ContainerInstance))
	switch {
	case h == nil:
		return nil, &types.ClientException{Message: aws.String("Referenced container instance " + last(aws.ToString(in.ContainerInstance)) + " not found.")}
	case h.Status != inactive && !aws.ToBool(in.Force) && h.tasked > 0:
		return nil, invalidParameter("Found running tasks on the instance.")
	case h.Status != inactive:
		h.forget()
	}
	return &ecs.DeregisterContainerInstanceOutput{ContainerInstance: h.describe()}, nil
}
