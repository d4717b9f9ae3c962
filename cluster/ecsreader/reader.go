// Package ecsreader is the only reader of ECS and Auto Scaling. SDK types end here.
package ecsreader

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/ecs"

	"ecs-cluster-scaler/cluster"
	"ecs-cluster-scaler/internal/awsclient"
)

// ECS is what the reader asks of Amazon ECS.
type ECS interface {
	ListContainerInstances(ctx context.Context, in *ecs.ListContainerInstancesInput, opts ...func(*ecs.Options)) (*ecs.ListContainerInstancesOutput, error)
	DescribeContainerInstances(ctx context.Context, in *ecs.DescribeContainerInstancesInput, opts ...func(*ecs.Options)) (*ecs.DescribeContainerInstancesOutput, error)
	ListServices(ctx context.Context, in *ecs.ListServicesInput, opts ...func(*ecs.Options)) (*ecs.ListServicesOutput, error)
	DescribeServices(ctx context.Context, in *ecs.DescribeServicesInput, opts ...func(*ecs.Options)) (*ecs.DescribeServicesOutput, error)
	DescribeCapacityProviders(ctx context.Context, in *ecs.DescribeCapacityProvidersInput, opts ...func(*ecs.Options)) (*ecs.DescribeCapacityProvidersOutput, error)
	ListTasks(ctx context.Context, in *ecs.ListTasksInput, opts ...func(*ecs.Options)) (*ecs.ListTasksOutput, error)
	DescribeTaskDefinition(ctx context.Context, in *ecs.DescribeTaskDefinitionInput, opts ...func(*ecs.Options)) (*ecs.DescribeTaskDefinitionOutput, error)
	DescribeTasks(ctx context.Context, in *ecs.DescribeTasksInput, opts ...func(*ecs.Options)) (*ecs.DescribeTasksOutput, error)
}

// ErrNoCluster means that ECS knows no ACTIVE cluster of that name.
var ErrNoCluster = errors.New("ECS has no such cluster in this account and region; create it, or delete its entry")

// Reader reads clusters. It is made once and used for many passes.
type Reader struct {
	ecs         ECS
	autoscaling AutoScaling
	homes       homes
	attributes  cache[string, map[string]string]
	definitions cache[string, revision]
	tasks       taskMemory
	launched    launched
}

// New returns a reader that asks the two services.
func New(containers ECS, groups AutoScaling) *Reader {
	r := &Reader{ecs: containers, autoscaling: groups}
	r.attributes.most, r.definitions.most = mostAttributeSets, mostDefinitions
	return r
}

// Read reads a cluster's hosts and services. An error means that its capacity is unknown. Unread names all other gaps.
func (r *Reader) Read(ctx context.Context, name string) (cluster.Snapshot, error) {
	s, err := r.ReadHosts(ctx, name)
	if err != nil {
		return cluster.Snapshot{}, err
	}
	if err := r.readServices(ctx, &s); err != nil {
		noteUnread(&s, fmt.Errorf("its services: %w", err))
	}
	r.tasks.of(s.Cluster).keepOnly(s.Hosts)
	return s, nil
}

// Keep forgets what is remembered of all clusters but these. A pass calls it before it reads.
func (r *Reader) Keep(clusters []string) {
	r.tasks.keepOnly(clusters)
	r.launched.keepOnly(func(name string, _ map[string]*groupLaunches) bool { return slices.Contains(clusters, name) })
}

// WithServices returns the snapshot with the named services, ten a call. A service that does not exist is no gap.
func (r *Reader) WithServices(ctx context.Context, s cluster.Snapshot, names []string) (with cluster.Snapshot, unread []string) {
	before := s.Unread
	s.Hosts, s.ProviderGroups, s.Unread = slices.Clone(s.Hosts), maps.Clone(s.ProviderGroups), nil
	if err := r.describeServices(ctx, &s, names); err != nil {
		noteUnread(&s, fmt.Errorf("its services: %w", err))
	}
	unread, s.Unread = s.Unread, slices.Concat(before, s.Unread)
	return s, unread
}

// noteUnread notes in the snapshot what could not be read, and why.
func noteUnread(s *cluster.Snapshot, err error) {
	s.Unread = append(s.Unread, awsclient.Sentence(err))
	s.OutOfTime = s.OutOfTime || awsclient.OutOfTime(err)
}
