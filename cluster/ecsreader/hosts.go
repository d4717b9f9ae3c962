package ecsreader

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"ecs-cluster-scaler/cluster"
)

// hostsPerCall is the most that ListContainerInstances returns and DescribeContainerInstances takes
// (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeContainerInstances.html).
const hostsPerCall = 100

// readHosts lists hosts in every status but INACTIVE, which is what the call does without a status, and describes them.
func (r *Reader) readHosts(ctx context.Context, s *cluster.Snapshot) error {
	var arns []string
	pages := ecs.NewListContainerInstancesPaginator(r.ecs, &ecs.ListContainerInstancesInput{
		Cluster:    aws.String(s.Cluster),
		MaxResults: aws.Int32(hostsPerCall),
	})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return fmt.Errorf("list its hosts: %w", err)
		}
		arns = append(arns, page.ContainerInstanceArns...)
	}
	for batch := range slices.Chunk(arns, hostsPerCall) {
		out, err := r.ecs.DescribeContainerInstances(ctx, &ecs.DescribeContainerInstancesInput{
			Cluster:            aws.String(s.Cluster),
			ContainerInstances: batch,
		})
		if err != nil {
			return fmt.Errorf("describe its hosts: %w", err)
		}
		for _, instance := range out.ContainerInstances {
			if h := host(instance); h.Status != cluster.Inactive {
				s.Hosts = append(s.Hosts, h)
			}
		}
		s.Unread = append(s.Unread, unanswered(batch, out)...)
	}
	return nil
}

// unanswered names the hosts that ECS listed but did not describe. MISSING ones went between the two calls, which is
// no gap in what is known.
func unanswered(asked []string, out *ecs.DescribeContainerInstancesOutput) []string {
	var unread []string
	gone := 0
	for _, failure := range out.Failures {
		if aws.ToString(failure.Reason) == "MISSING" {
			gone++
			continue
		}
		unread = append(unread, fmt.Sprintf("ECS did not describe host %s: %s", shortID(aws.ToString(failure.Arn)), aws.ToString(failure.Reason)))
	}
	if lost := len(asked) - len(out.ContainerInstances) - gone - len(unread); lost > 0 {
		unread = append(unread, fmt.Sprintf("ECS described only %d of %d hosts", len(out.ContainerInstances), len(asked)))
	}
	return unread
}

func shortID(arn string) string {
	return arn[strings.LastIndexByte(arn, '/')+1:]
}

func host(i types.ContainerInstance) cluster.Host {
	id := aws.ToString(i.Ec2InstanceId)
	return cluster.Host{
		ARN:          aws.ToString(i.ContainerInstanceArn),
		InstanceID:   id,
		Status:       cluster.HostStatus(aws.ToString(i.Status)),
		Connected:    i.AgentConnected,
		External:     strings.HasPrefix(id, "mi-"), // an SSM managed instance: ECS Anywhere
		Registered:   amounts(i.RegisteredResources),
		Remaining:    amounts(i.RemainingResources),
		RegisteredAt: aws.ToTime(i.RegisteredAt),
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

// amount reads a resource of any type. The agent registers GPUs as a set of device ids, so a set counts its members;
// some accounts show a plain integer.
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
