// Package ecsreader reads one ECS cluster into a cluster.Snapshot. SDK types end here.
package ecsreader

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"ecs-cluster-scaler/cluster"
)

// ECS is what the reader asks of Amazon ECS.
type ECS interface {
	ListContainerInstances(ctx context.Context, in *ecs.ListContainerInstancesInput, opts ...func(*ecs.Options)) (*ecs.ListContainerInstancesOutput, error)
	DescribeContainerInstances(ctx context.Context, in *ecs.DescribeContainerInstancesInput, opts ...func(*ecs.Options)) (*ecs.DescribeContainerInstancesOutput, error)
}

// ErrNoCluster means that ECS knows no ACTIVE cluster of that name.
var ErrNoCluster = errors.New("ECS has no such cluster in this account and region; create it, or delete its entry")

// Reader reads clusters.
type Reader struct {
	ecs ECS
}

// New returns a reader that asks api.
func New(api ECS) *Reader {
	return &Reader{ecs: api}
}

// Read reads the named cluster. An error means that its capacity is unknown; whatever else could not be read is named
// in the snapshot's Unread.
func (r *Reader) Read(ctx context.Context, name string) (cluster.Snapshot, error) {
	s := cluster.Snapshot{Cluster: name}
	err := r.readHosts(ctx, &s)
	var missing *types.ClusterNotFoundException
	if errors.As(err, &missing) {
		err = ErrNoCluster
	}
	if err != nil {
		return cluster.Snapshot{}, fmt.Errorf("read cluster %s: %w", name, err)
	}
	return s, nil
}
