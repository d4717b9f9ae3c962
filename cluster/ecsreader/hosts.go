package ecsreader

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"ecs-cluster-scaler/cluster"
)

// hostsPerCall is the most that ListContainerInstances returns and DescribeContainerInstances takes
// (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeContainerInstances.html).
const hostsPerCall = 100

// ReadHosts reads the named cluster's hosts alone.
func (r *Reader) ReadHosts(ctx context.Context, name string) (cluster.Snapshot, error) {
	s := cluster.Snapshot{Cluster: name}
	arns, err := r.listHosts(ctx, name, nil)
	if err == nil {
		err = r.describeHosts(ctx, &s, arns)
	}
	if _, missing := errors.AsType[*types.ClusterNotFoundException](err); missing {
		err = ErrNoCluster
	}
	if err != nil {
		return cluster.Snapshot{}, fmt.Errorf("read cluster %s: %w", name, err)
	}
	return s, nil
}

// listHosts lists the hosts that a cluster query selects, nil: all, in every status but INACTIVE. A page of a filtered list
// may be empty and not the last.
func (r *Reader) listHosts(ctx context.Context, name string, query *string) ([]string, error) {
	var arns []string
	pages := ecs.NewListContainerInstancesPaginator(r.ecs, &ecs.ListContainerInstancesInput{
		Cluster:    aws.String(name),
		Filter:     query,
		MaxResults: aws.Int32(hostsPerCall),
	})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, fmt.Errorf("list its hosts: %w", err)
		}
		arns = append(arns, page.ContainerInstanceArns...)
	}
	slices.Sort(arns)
	return slices.Compact(arns), nil // a host that moved between two pages is still one
}

func (r *Reader) describeHosts(ctx context.Context, s *cluster.Snapshot, arns []string) error {
	for batch := range slices.Chunk(arns, hostsPerCall) {
		out, err := r.ecs.DescribeContainerInstances(ctx, &ecs.DescribeContainerInstancesInput{
			Cluster:            aws.String(s.Cluster),
			ContainerInstances: batch,
		})
		if err != nil {
			return fmt.Errorf("describe its hosts: %w", err)
		}
		for _, instance := range out.ContainerInstances {
			if h := r.host(instance); h.Status != cluster.Inactive {
				s.Hosts = append(s.Hosts, h)
			}
		}
		missing := unanswered("host", len(batch), len(out.ContainerInstances), out.Failures)
		s.Unread, s.HostsUnread = append(s.Unread, missing...), s.HostsUnread || len(missing) > 0
	}
	return nil
}

func (r *Reader) host(i types.ContainerInstance) cluster.Host {
	id := aws.ToString(i.Ec2InstanceId)
	return cluster.Host{
		ARN:          aws.ToString(i.ContainerInstanceArn),
		InstanceID:   id,
		Status:       cluster.HostStatus(aws.ToString(i.Status)),
		Connected:    i.AgentConnected,
		External:     strings.HasPrefix(id, "mi-"), // an SSM managed instance: ECS Anywhere
		Registered:   amounts(i.RegisteredResources),
		Remaining:    amounts(i.RemainingResources),
		Tasks:        int(i.RunningTasksCount + i.PendingTasksCount),
		Version:      i.Version,
		RegisteredAt: aws.ToTime(i.RegisteredAt),
		Provider:     aws.ToString(i.CapacityProviderName),
		Attributes:   r.attributesOf(i.Attributes),
		Ports:        ports(i.RemainingResources),
	}
}

func amounts(resources []types.Resource) cluster.Resources {
	var total cluster.Resources
	for _, r := range resources {
		switch aws.ToString(r.Name) {
		case "CPU":
			total.CPU = amount(r)
		case "MEMORY":
			total.Memory = amount(r)
		case "GPU":
			total.GPU = amount(r)
		}
	}
	return total
}

// amount reads a resource of any type. GPUs are a set of device ids, in some accounts an integer.
func amount(r types.Resource) int64 {
	switch aws.ToString(r.Type) {
	case "STRINGSET":
		return int64(len(r.StringSetValue))
	case "LONG":
		return r.LongValue
	case "DOUBLE":
		return int64(r.DoubleValue)
	default:
		return int64(r.IntegerValue)
	}
}

// ports are those in use, which the remaining resources list as taken.
func ports(remaining []types.Resource) []cluster.Port {
	var taken []cluster.Port
	for _, r := range remaining {
		name := aws.ToString(r.Name)
		if name != "PORTS" && name != "PORTS_UDP" {
			continue
		}
		for _, text := range r.StringSetValue {
			if number, err := strconv.Atoi(text); err == nil {
				taken = append(taken, cluster.Port{Number: number, UDP: name == "PORTS_UDP"})
			}
		}
	}
	return taken
}

// instancesPerFilter keeps the filter's text short; its limit is not documented
// (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/cluster-query-language.html).
const instancesPerFilter = 50

// Find reads the cluster's hosts among the given EC2 instances, with one call for 50 if there is none. A cluster that does not
// exist has none. After an error, there may be more.
func (r *Reader) Find(ctx context.Context, name string, instances []string) ([]cluster.Host, error) {
	s := cluster.Snapshot{Cluster: name}
	for some := range slices.Chunk(instances, instancesPerFilter) {
		arns, err := r.listHosts(ctx, name, filter(some))
		if _, missing := errors.AsType[*types.ClusterNotFoundException](err); missing {
			return nil, nil
		}
		before := len(s.Hosts)
		if err == nil {
			err = r.describeHosts(ctx, &s, arns)
		}
		if described := len(s.Hosts) - before; err == nil && described < len(arns) {
			err = fmt.Errorf("ECS lists %d of them and describes %d", len(arns), described)
		}
		if err != nil {
			return s.Hosts, fmt.Errorf("look for instances in cluster %s: %w", name, err)
		}
	}
	return s.Hosts, nil
}

// filter is the cluster query for the instances.
func filter(instances []string) *string {
	if len(instances) == 1 {
		return aws.String("ec2InstanceId == " + instances[0])
	}
	return aws.String("ec2InstanceId in ['" + strings.Join(instances, "', '") + "']")
}
