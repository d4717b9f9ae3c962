package recorder

import (
	"context"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"ecs-cluster-scaler/cluster/ecsreader"
)

// CloudWatch is what a reader of the past asks of Amazon CloudWatch.
type CloudWatch interface {
	GetMetricData(ctx context.Context, in *cloudwatch.GetMetricDataInput, opts ...func(*cloudwatch.Options)) (*cloudwatch.GetMetricDataOutput, error)
	ListMetrics(ctx context.Context, in *cloudwatch.ListMetricsInput, opts ...func(*cloudwatch.Options)) (*cloudwatch.ListMetricsOutput, error)
}

// Clients are the AWS clients that a recorder reads with. CloudWatch is asked for the past alone.
type Clients struct {
	ECS         ecsreader.ECS
	AutoScaling ecsreader.LeavingAutoScaling
	CloudWatch  CloudWatch
}

// Connect makes the clients of an account and region.
func Connect(cfg aws.Config) Clients {
	return Clients{ECS: ecs.NewFromConfig(cfg), AutoScaling: autoscaling.NewFromConfig(cfg), CloudWatch: cloudwatch.NewFromConfig(cfg)}
}

// listener hands calls on and keeps what ECS says of services and tasks. ecsreader makes the calls, and its values leave out
// what only a recording asks for, such as events and when a task was pulled.
type listener struct {
	ecsreader.ECS

	mu       sync.Mutex
	services map[string]types.Service // by name
	tasks    map[string]types.Task    // by ARN
}

// DescribeServices keeps the services.
func (l *listener) DescribeServices(ctx context.Context, in *ecs.DescribeServicesInput, opts ...func(*ecs.Options)) (*ecs.DescribeServicesOutput, error) {
	out, err := l.ECS.DescribeServices(ctx, in, opts...)
	if err != nil {
		return nil, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, s := range out.Services {
		l.services[aws.ToString(s.ServiceName)] = s
	}
	return out, nil
}

// DescribeTasks keeps the tasks.
func (l *listener) DescribeTasks(ctx context.Context, in *ecs.DescribeTasksInput, opts ...func(*ecs.Options)) (*ecs.DescribeTasksOutput, error) {
	out, err := l.ECS.DescribeTasks(ctx, in, opts...)
	if err != nil {
		return nil, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, t := range out.Tasks {
		l.tasks[aws.ToString(t.TaskArn)] = t
	}
	return out, nil
}

// heard returns what was kept, and keeps no more of it.
func (l *listener) heard() (services map[string]types.Service, tasks map[string]types.Task) {
	l.mu.Lock()
	defer l.mu.Unlock()
	services, tasks = l.services, l.tasks
	l.services, l.tasks = map[string]types.Service{}, map[string]types.Task{}
	return services, tasks
}
