package aws

import (
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

// Sizes of pages and of batches (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Operations.html).
const (
	ecsPage          = 100
	servicesPage     = 10 // ListServices without maxResults
	describedAtOnce  = 100
	servicesAtOnce   = 10
	statesAtOnce     = 10
	providersAtOnce  = 10
	missing          = "MISSING"
	longestReason    = 1024
	notValidForATask = "TASK_NOT_VALID"
)

// ECS is a client of ECS.
type ECS struct{ world *World }

// ECS is a client of ECS.
func (w *World) ECS() *ECS { return &ECS{w} }

// find is the cluster of a name or an ARN. The caller holds the lock.
func (w *World) find(cluster *string) (*Cluster, error) {
	name := last(aws.ToString(cluster))
	if name == "" {
		name = "default"
	}
	for _, c := range w.clusters {
		if c.Name == name {
			return c, nil
		}
	}
	return nil, &types.ClusterNotFoundException{Message: aws.String("Cluster not found.")}
}

// last is the last part of an ARN, which may stand for it.
func last(arn string) string { return arn[strings.LastIndexByte(arn, '/')+1:] }

func invalidParameter(message string) error {
	return &types.InvalidParameterException{Message: aws.String(message)}
}

// atMost checks a batch's size.
func atMost(n, most int, what string) error {
	switch {
	case n == 0:
		return invalidParameter(what + " cannot be empty.")
	case n > most:
		return invalidParameter(what + " can have at most " + strconv.Itoa(most) + " items.")
	}
	return nil
}

func missed(arn string) types.Failure {
	return types.Failure{Arn: aws.String(arn), Reason: aws.String(missing)}
}

// pageAfter cuts what a list call returns out of all, which is in order of number. The token is the last number of the
// page before, so that what comes and goes between two pages shifts nothing.
func pageAfter[T any](w *World, op, key string, all []T, number func(T) int, token *string, most int) ([]T, *string) {
	if token != nil {
		after, _ := strconv.Atoi(*token)
		from, _ := slices.BinarySearchFunc(all, after+1, func(t T, n int) int { return number(t) - n })
		all = all[from:]
		key += " " + *token
	}
	n := min(w.pageSize(op, key, most), len(all))
	if n == len(all) || n == 0 {
		return all[:n], nil
	}
	next := strconv.Itoa(number(all[n-1]))
	return all[:n], &next
}
