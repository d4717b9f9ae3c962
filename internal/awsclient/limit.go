package awsclient

import (
	"context"
	"errors"
	"fmt"

	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/smithy-go/middleware"
	"golang.org/x/time/rate"
)

// Bucket is one of AWS's token buckets. It is per account and region, and deployments and consoles draw on it too.
type Bucket struct {
	Name string
	// Burst is how many calls AWS allows at once, PerSecond how many it allows in the long run.
	Burst, PerSecond int
	// Actions are the calls that draw on it, as SERVICE.Operation.
	Actions []string
	// Alone: only the drainer draws on it, so it may use the whole half.
	Alone bool
}

// Share is the part of each bucket that one function may use. Together they use half; the other half is for deployments.
type Share float64

// The functions' shares. The publisher reads every cluster each minute. The drainer reads only clusters from which a host
// leaves, and can finish a minute later.
const (
	PublisherShare Share = 0.4
	DrainerShare   Share = 0.1
	half                 = PublisherShare + DrainerShare
)

// Buckets are the buckets that this project draws on.
//
// ECS: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/request-throttling.html.
// SSM: 40 a second for GetParametersByPath and its like by default,
// https://docs.aws.amazon.com/general/latest/gr/ssm.html.
// CloudWatch: 50 a second for GetMetricData,
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_limits.html.
// EC2 Auto Scaling publishes no figures: these are our guess, kept low.
var Buckets = []Bucket{
	{"ECS cluster resource read", 100, 20, []string{"ECS.ListContainerInstances", "ECS.DescribeContainerInstances", "ECS.ListTasks", "ECS.DescribeTasks"}, false},
	{"ECS service read", 100, 20, []string{"ECS.ListServices", "ECS.DescribeServices"}, false},
	{"ECS task definition read", 50, 20, []string{"ECS.DescribeTaskDefinition"}, false},
	{"ECS capacity provider read", 50, 20, []string{"ECS.DescribeCapacityProviders"}, false},
	{"SSM parameter read", 40, 40, []string{"SSM.GetParametersByPath", "SSM.GetParameterHistory"}, false},
	{"EC2 Auto Scaling read", 20, 10, []string{"Auto Scaling.DescribeAutoScalingGroups", "Auto Scaling.DescribeScalingActivities", "Auto Scaling.DescribePolicies", "Auto Scaling.DescribeAutoScalingInstances"}, false},
	{"CloudWatch metric data read", 50, 50, []string{"CloudWatch.GetMetricData"}, false},
	{"ECS cluster resource modify", 100, 40, []string{"ECS.UpdateContainerInstancesState", "ECS.StopTask", "ECS.DeregisterContainerInstance"}, true},
	{"ECS task protection", 200, 80, []string{"ECS.GetTaskProtection"}, true},
	{"EC2 Auto Scaling hooks", 20, 10, []string{"Auto Scaling.DescribeLifecycleHooks", "Auto Scaling.RecordLifecycleActionHeartbeat", "Auto Scaling.CompleteLifecycleAction"}, true},
}

// NoTimeError means that there was not enough time to wait for the bucket of a call.
type NoTimeError struct{ Bucket string }

// Error names the bucket.
func (e *NoTimeError) Error() string {
	return fmt.Sprintf("our share of AWS's limit %q allows no more calls in the time that is left", e.Bucket)
}

// OutOfTime tells whether err means that time ran out: at a deadline, or in waiting for a bucket.
func OutOfTime(err error) bool {
	var noTime *NoTimeError
	return errors.As(err, &noTime) || errors.Is(err, context.DeadlineExceeded)
}

// limits is client middleware that makes each attempt of a call wait for its bucket. It runs inside the retry loop, so
// retries wait too. One value serves all clients of a process.
type limits struct {
	byAction map[string]*limited
}

type limited struct {
	bucket  string
	limiter *rate.Limiter
}

func newLimits(share Share) *limits {
	l := &limits{byAction: map[string]*limited{}}
	for _, b := range Buckets {
		of := float64(share)
		if b.Alone {
			of = float64(half)
		}
		one := &limited{b.Name, rate.NewLimiter(rate.Limit(float64(b.PerSecond)*of), int(float64(b.Burst)*of))}
		for _, action := range b.Actions {
			l.byAction[action] = one
		}
	}
	return l
}

// ID names the middleware.
func (*limits) ID() string { return "ecs-cluster-scaler:limits" }

// HandleFinalize waits before each attempt.
func (l *limits) HandleFinalize(ctx context.Context, in middleware.FinalizeInput, next middleware.FinalizeHandler) (middleware.FinalizeOutput, middleware.Metadata, error) {
	action := awsmiddleware.GetServiceID(ctx) + "." + awsmiddleware.GetOperationName(ctx)
	if one, ok := l.byAction[action]; ok {
		if err := one.limiter.Wait(ctx); err != nil {
			if ctx.Err() != nil {
				return middleware.FinalizeOutput{}, middleware.Metadata{}, ctx.Err()
			}
			return middleware.FinalizeOutput{}, middleware.Metadata{}, &NoTimeError{one.bucket}
		}
	}
	return next.HandleFinalize(ctx, in)
}

func (l *limits) add(stack *middleware.Stack) error {
	return stack.Finalize.Insert(l, "Retry", middleware.After)
}
