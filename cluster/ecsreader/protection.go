package ecsreader

import (
	"context"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
)

// protectionPerCall is the most that GetTaskProtection takes
// (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_GetTaskProtection.html).
const protectionPerCall = 100

// cannotBeProtected are the failures of tasks that are gone, or of no service
// (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/api_failures_messages.html).
var cannotBeProtected = []string{"MISSING", "TASK_NOT_VALID"}

// Protection is whether a task is protected from scale-in, and until when; zero: that is not known.
type Protection struct {
	Protected bool
	Until     time.Time
}

// Protection reads whether tasks are protected, by ARN. A task that is missing could not be read. With an error comes what was
// read before it.
func (r *LeavingReader) Protection(ctx context.Context, clusterName string, arns []string, now time.Time) (map[string]Protection, error) {
	read := map[string]Protection{}
	for batch := range slices.Chunk(arns, protectionPerCall) {
		out, err := r.ecs.GetTaskProtection(ctx, &ecs.GetTaskProtectionInput{Cluster: aws.String(clusterName), Tasks: batch})
		if err != nil {
			r.noProtection.put(clusterName, now)
			return read, err
		}
		for _, p := range out.ProtectedTasks {
			read[aws.ToString(p.TaskArn)] = Protection{p.ProtectionEnabled, aws.ToTime(p.ExpirationDate)}
		}
		for _, f := range out.Failures {
			if slices.Contains(cannotBeProtected, aws.ToString(f.Reason)) {
				read[aws.ToString(f.Arn)] = Protection{}
			}
		}
	}
	return read, nil
}

// ProtectionRefused tells whether Protection failed for the cluster a short time ago.
func (r *LeavingReader) ProtectionRefused(clusterName string, now time.Time) bool {
	return lately(&r.noProtection, clusterName, now)
}
