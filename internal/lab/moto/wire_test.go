package moto_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	astypes "github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	cwtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	ecstypes "github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	ssmtypes "github.com/aws/aws-sdk-go-v2/service/ssm/types"
	"github.com/aws/smithy-go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ecs-cluster-scaler/internal/lab/moto"
	"ecs-cluster-scaler/internal/lab/seed"
)

const namespace = "Lab"

func datum(cluster string, value float64, minute time.Time) cwtypes.MetricDatum {
	return cwtypes.MetricDatum{
		MetricName: aws.String("ScalingSignal"), Value: aws.Float64(value), Timestamp: aws.Time(minute),
		Dimensions: []cwtypes.Dimension{{Name: aws.String("ClusterName"), Value: aws.String(cluster)}},
	}
}

func put(ctx context.Context, m *moto.Server, space string, data ...cwtypes.MetricDatum) error {
	_, err := cloudwatch.NewFromConfig(m.Config()).PutMetricData(ctx, &cloudwatch.PutMetricDataInput{
		Namespace: aws.String(space), MetricData: data,
	})
	return err
}

func TestMetricsRoundTripInCBOR(t *testing.T) {
	m := emptyMoto(t)
	minute := time.Now().Truncate(time.Minute)
	var many []cwtypes.MetricDatum
	for i := range 400 { // some 35 KiB, so gzipped
		many = append(many, datum(fmt.Sprintf("cluster-%d", i), float64(i)-200, minute))
	}
	require.NoError(t, put(t.Context(), m, namespace, many...))
	require.NoError(t, put(t.Context(), m, namespace, cwtypes.MetricDatum{MetricName: aws.String("ClustersRead"), Value: aws.Float64(400), Timestamp: aws.Time(minute)}))
	require.NoError(t, put(t.Context(), m, "Elsewhere", datum("cluster-7", 99, minute)))

	for cluster, want := range map[string]float64{"cluster-0": -200, "cluster-7": -193, "cluster-200": 0, "cluster-399": 199} {
		value, found, err := moto.Metric(t.Context(), m, namespace, "ScalingSignal", cluster, minute)
		require.NoError(t, err)
		assert.True(t, found, cluster)
		assert.InDelta(t, want, value, 0, cluster)
	}
	for name, absent := range map[string]func() (float64, bool, error){
		"another cluster": func() (float64, bool, error) {
			return moto.Metric(t.Context(), m, namespace, "ScalingSignal", "x", minute)
		},
		"another minute": func() (float64, bool, error) {
			return moto.Metric(t.Context(), m, namespace, "ScalingSignal", "cluster-7", minute.Add(-time.Minute))
		},
		"no dimension": func() (float64, bool, error) {
			return moto.Metric(t.Context(), m, namespace, "ScalingSignal", "", minute)
		},
	} {
		_, found, err := absent()
		require.NoError(t, err)
		assert.False(t, found, name)
	}
	value, found, err := moto.Metric(t.Context(), m, namespace, "ClustersRead", "", minute)
	require.NoError(t, err)
	assert.True(t, found)
	assert.InDelta(t, 400, value, 0)
}

func TestMetricsAreRefusedAsAWSRefusesThem(t *testing.T) {
	m := emptyMoto(t)
	now := time.Now()
	for name, err := range map[string]error{
		"namespace of AWS": put(t.Context(), m, "AWS/ECS", datum("web", 1, now)),
		"1001 data":        put(t.Context(), m, namespace, slices.Repeat([]cwtypes.MetricDatum{datum("web", 1, now)}, 1001)...),
		"too old":          put(t.Context(), m, namespace, datum("web", 1, now.AddDate(0, 0, -15))),
		"not yet":          put(t.Context(), m, namespace, datum("web", 1, now.Add(3*time.Hour))),
	} {
		var refused *cwtypes.InvalidParameterValueException
		require.ErrorAs(t, err, &refused, name)
	}
	assert.NoError(t, put(t.Context(), m, namespace, slices.Repeat([]cwtypes.MetricDatum{datum("web", 1, now)}, 1000)...))
}

func TestHostsAreListedByStatusFilterAndCluster(t *testing.T) {
	m := emptyMoto(t)
	world, err := seed.Clusters(t.Context(), m,
		seed.Cluster{Name: "web", Hosts: []seed.Host{{Attributes: map[string]string{"zone": "a"}}, {Draining: true}, {Disconnected: true}}},
		seed.Cluster{Name: "web-2", Hosts: []seed.Host{{Tasks: []seed.Task{{Service: "api", CPU: 1, Memory: 1}}}}},
		seed.Cluster{Name: "empty"})
	require.NoError(t, err)
	client := ecs.NewFromConfig(m.Config())
	web := world.Cluster("web").Hosts
	for name, c := range map[string]struct {
		input ecs.ListContainerInstancesInput
		want  []seed.SeededHost
	}{
		"all":       {ecs.ListContainerInstancesInput{}, web},
		"active":    {ecs.ListContainerInstancesInput{Status: ecstypes.ContainerInstanceStatusActive}, []seed.SeededHost{web[0], web[2]}},
		"draining":  {ecs.ListContainerInstancesInput{Status: ecstypes.ContainerInstanceStatusDraining}, web[1:2]},
		"attribute": {ecs.ListContainerInstancesInput{Filter: aws.String("attribute:zone == a")}, web[:1]},
		"instances": {ecs.ListContainerInstancesInput{Filter: aws.String("ec2InstanceId in [" + web[0].Instance + ", " + web[1].Instance + "]")}, web[:2]},
		"connected": {ecs.ListContainerInstancesInput{Filter: aws.String("agentConnected == true and status == ACTIVE")}, web[:1]},
	} {
		c.input.Cluster = aws.String("web")
		out, err := client.ListContainerInstances(t.Context(), &c.input)
		require.NoError(t, err, name)
		var want []string
		for _, host := range c.want {
			want = append(want, host.ARN)
		}
		assert.ElementsMatch(t, want, out.ContainerInstanceArns, name)
	}
	tasks, err := client.ListTasks(t.Context(), &ecs.ListTasksInput{Cluster: aws.String("web")})
	require.NoError(t, err)
	assert.Empty(t, tasks.TaskArns, "those of web-2 are its own")

	_, err = client.ListContainerInstances(t.Context(), &ecs.ListContainerInstancesInput{Cluster: aws.String("gone")})
	var gone *ecstypes.ClusterNotFoundException
	require.ErrorAs(t, err, &gone)
	missing, err := client.DescribeContainerInstances(t.Context(), &ecs.DescribeContainerInstancesInput{Cluster: aws.String("empty"), ContainerInstances: []string{"x"}})
	require.NoError(t, err)
	assert.Equal(t, "MISSING", aws.ToString(missing.Failures[0].Reason))
}

func TestStoppedTasksGiveBackOnce(t *testing.T) {
	m := emptyMoto(t)
	world, err := seed.Clusters(t.Context(), m, seed.Cluster{Name: "web", Hosts: []seed.Host{{CPU: 1024, Memory: 1024, GPUs: 1, Tasks: []seed.Task{{CPU: 512, Memory: 512, GPUs: 1}}}}})
	require.NoError(t, err)
	host := world.Cluster("web").Hosts[0]
	client := ecs.NewFromConfig(m.Config())
	for range 2 {
		out, err := client.StopTask(t.Context(), &ecs.StopTaskInput{Cluster: aws.String("web"), Task: aws.String(host.Tasks[0])})
		require.NoError(t, err)
		assert.Equal(t, "STOPPED", aws.ToString(out.Task.LastStatus))
		assert.NotNil(t, out.Task.StoppedAt)
	}
	left := describeHost(t, m, "web", host.ARN).RemainingResources
	assert.Equal(t, []int{1024, 1024, 1}, []int{resource(left, "CPU"), resource(left, "MEMORY"), resource(left, "GPU")})
	running, err := client.ListTasks(t.Context(), &ecs.ListTasksInput{Cluster: aws.String("web")})
	require.NoError(t, err)
	assert.Empty(t, running.TaskArns)
}

func TestATerminatingHostWaitsForItsHook(t *testing.T) {
	m := emptyMoto(t)
	world, err := seed.Clusters(t.Context(), m, seed.Cluster{Name: "web", Hosts: []seed.Host{{Terminating: true}, {}}, Group: &seed.Group{}})
	require.NoError(t, err)
	instance := world.Cluster("web").Hosts[0].Instance
	client := autoscaling.NewFromConfig(m.Config())
	_, err = client.RecordLifecycleActionHeartbeat(t.Context(), &autoscaling.RecordLifecycleActionHeartbeatInput{
		AutoScalingGroupName: aws.String("web"), LifecycleHookName: aws.String(seed.HookName), InstanceId: aws.String(instance),
	})
	require.NoError(t, err)
	complete := func() error {
		_, err := client.CompleteLifecycleAction(t.Context(), &autoscaling.CompleteLifecycleActionInput{
			AutoScalingGroupName: aws.String("web"), LifecycleHookName: aws.String(seed.HookName), InstanceId: aws.String(instance),
			LifecycleActionResult: aws.String("CONTINUE"),
		})
		return err
	}
	require.NoError(t, complete())
	require.ErrorContains(t, complete(), "No active Lifecycle Action found")
	actions, err := m.LifecycleActions(t.Context())
	require.NoError(t, err)
	require.Len(t, actions, 1)
	assert.Equal(t, "CONTINUE", actions[0].Result)
	assert.Equal(t, 1, actions[0].Heartbeats)
	events, err := m.LifecycleEvents(t.Context())
	require.NoError(t, err)
	require.Len(t, events, 1)
	assert.Contains(t, string(events[0]), instance)
}

func TestCallsAreCounted(t *testing.T) {
	m := emptyMoto(t)
	require.NoError(t, seed.PutEntry(t.Context(), m, "web", `{"old":1}`, `{}`))
	require.NoError(t, m.ResetCalls(t.Context()))
	_, _ = ecs.NewFromConfig(m.Config()).ListTasks(t.Context(), &ecs.ListTasksInput{Cluster: aws.String("gone")})
	for range 2 {
		_, err := autoscaling.NewFromConfig(m.Config()).DescribeAutoScalingGroups(t.Context(), &autoscaling.DescribeAutoScalingGroupsInput{})
		require.NoError(t, err)
	}
	history, err := ssm.NewFromConfig(m.Config()).GetParameterHistory(t.Context(), &ssm.GetParameterHistoryInput{Name: aws.String(seed.ConfigPath + "/clusters/web")})
	require.NoError(t, err)
	assert.Len(t, history.Parameters, 2)
	require.NoError(t, put(t.Context(), m, namespace, datum("web", 1, time.Now())))

	calls, err := m.Calls(t.Context())
	require.NoError(t, err)
	assert.Equal(t, map[string]int{
		"ecs.ListTasks": 1, "autoscaling.DescribeAutoScalingGroups": 2, "ssm.GetParameterHistory": 1, "cloudwatch.PutMetricData": 1,
	}, calls)
}

func TestFaultsAreErrorsOfEachProtocol(t *testing.T) {
	m := emptyMoto(t)
	entries := func(ctx context.Context) error {
		_, err := ssm.NewFromConfig(m.Config()).GetParametersByPath(ctx, &ssm.GetParametersByPathInput{Path: aws.String(seed.ConfigPath)})
		return err
	}
	groups := func(ctx context.Context) error {
		_, err := autoscaling.NewFromConfig(m.Config()).DescribeAutoScalingGroups(ctx, &autoscaling.DescribeAutoScalingGroupsInput{})
		return err
	}
	clusters := func(ctx context.Context) error {
		_, err := ecs.NewFromConfig(m.Config()).ListClusters(ctx, &ecs.ListClustersInput{})
		return err
	}
	metrics := func(ctx context.Context) error { return put(ctx, m, namespace, datum("web", 1, time.Now())) }
	for name, c := range map[string]struct {
		fault moto.Fault
		call  func(context.Context) error
		typed any // pointer to the SDK's type
	}{
		"ecs, JSON":          {moto.Fault{Action: "ecs.ListClusters", Code: "ServerException", Status: 500, Message: "why"}, clusters, new(*ecstypes.ServerException)},
		"ssm, JSON":          {moto.Fault{Action: "ssm.GetParametersByPath", Code: "InvalidKeyId", Message: "why"}, entries, new(*ssmtypes.InvalidKeyId)},
		"cloudwatch, CBOR":   {moto.Fault{Action: "cloudwatch.PutMetricData", Code: "InternalServiceFault", Status: 500, Message: "why"}, metrics, new(*cwtypes.InternalServiceFault)},
		"autoscaling, XML":   {moto.Fault{Action: "autoscaling.DescribeAutoScalingGroups", Code: "ResourceContention", Message: "why"}, groups, new(*astypes.ResourceContentionFault)},
		"ecs, throttled":     {moto.Fault{Action: "ecs.ListClusters", Code: "ThrottlingException", Message: "why"}, clusters, nil},
		"cloudwatch denied":  {moto.Fault{Action: "cloudwatch.PutMetricData", Code: "AccessDenied", Status: 403, Message: "why"}, metrics, nil},
		"autoscaling denied": {moto.Fault{Action: "autoscaling.DescribeAutoScalingGroups", Code: "AccessDenied", Status: 403, Message: "why <&>"}, groups, nil},
	} {
		t.Run(name, func(t *testing.T) {
			require.NoError(t, m.Fault(t.Context(), c.fault))
			err := c.call(t.Context())
			require.Error(t, err)
			if c.typed != nil {
				require.ErrorAs(t, err, c.typed)
			}
			var api smithy.APIError
			require.ErrorAs(t, err, &api)
			assert.Contains(t, []string{c.fault.Code, c.fault.Code + "Fault"}, api.ErrorCode())
			assert.Equal(t, c.fault.Message, api.ErrorMessage())
			assert.NoError(t, c.call(t.Context()), "one call fails, no more")
		})
	}
}

func TestFaultsHitOnlyWhatTheyName(t *testing.T) {
	m := emptyMoto(t)
	_, err := seed.Clusters(t.Context(), m, seed.Cluster{Name: "web"}, seed.Cluster{Name: "batch"})
	require.NoError(t, err)
	client := ecs.NewFromConfig(m.Config())
	list := func(cluster string) error {
		_, err := client.ListServices(t.Context(), &ecs.ListServicesInput{Cluster: aws.String(cluster)})
		return err
	}
	require.NoError(t, m.Fault(t.Context(), moto.Fault{Action: "ecs.ListServices", Cluster: "web", Skip: 1, Times: 2, Code: "ServerException"}))
	require.NoError(t, list("batch"))
	require.NoError(t, list("web"), "the first passes")
	require.Error(t, list("web"))
	require.NoError(t, list("batch"))
	require.Error(t, list("arn:aws:ecs:eu-west-1:123456789012:cluster/web"))
	require.NoError(t, list("web"))

	require.NoError(t, m.Fault(t.Context(), moto.Denied("ecs.ListServices", "ecs:ListServices")))
	for range 3 {
		require.ErrorContains(t, list("batch"), "is not authorized to perform: ecs:ListServices")
	}
	require.NoError(t, m.Reset(t.Context()))
	var gone *ecstypes.ClusterNotFoundException
	require.ErrorAs(t, list("batch"), &gone, "a reset ends faults and worlds")
}

func TestASlowCallOutlastsTheCallersPatience(t *testing.T) {
	m := emptyMoto(t)
	require.NoError(t, m.Fault(t.Context(), moto.Fault{Action: "ecs.ListClusters", Delay: time.Second}))
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err := ecs.NewFromConfig(m.Config()).ListClusters(ctx, &ecs.ListClustersInput{})
	require.ErrorIs(t, err, context.DeadlineExceeded)
}

func TestEntriesKeepTheirHistoryAndKind(t *testing.T) {
	m := emptyMoto(t)
	_, err := seed.Clusters(t.Context(), m, seed.Cluster{Name: "web", Entry: `{"enabled":true}`, History: []string{`{}`, `broken`}, Secure: true})
	require.NoError(t, err)
	require.NoError(t, seed.PutDefaults(t.Context(), m, `{"scale_in":false}`))
	client := ssm.NewFromConfig(m.Config())
	out, err := client.GetParametersByPath(t.Context(), &ssm.GetParametersByPathInput{
		Path: aws.String(seed.ConfigPath), Recursive: aws.Bool(true), WithDecryption: aws.Bool(true),
	})
	require.NoError(t, err)
	found := map[string]ssmtypes.Parameter{}
	for _, p := range out.Parameters {
		found[aws.ToString(p.Name)] = p
	}
	web := found[seed.ConfigPath+"/clusters/web"]
	assert.Equal(t, `{"enabled":true}`, aws.ToString(web.Value))
	assert.Equal(t, int64(3), web.Version)
	assert.Equal(t, ssmtypes.ParameterTypeSecureString, web.Type)
	assert.Equal(t, `{"scale_in":false}`, aws.ToString(found[seed.ConfigPath+"/defaults"].Value))
	require.NoError(t, seed.DeleteEntry(t.Context(), m, "web"))
}

func TestTheTestPlaysAgentAndScheduler(t *testing.T) {
	m := emptyMoto(t)
	world, err := seed.Clusters(t.Context(), m, seed.Cluster{Name: "web", Hosts: []seed.Host{{Tasks: []seed.Task{{Service: "api", CPU: 1, Memory: 1}}}}})
	require.NoError(t, err)
	host := world.Cluster("web").Hosts[0]
	require.NoError(t, m.SetHost(t.Context(), "web", host.Instance, moto.HostChange{AgentConnected: aws.Bool(false), Version: aws.Int64(3), CapacityProvider: aws.String("spot")}))
	described := describeHost(t, m, "web", host.ARN)
	assert.False(t, described.AgentConnected)
	assert.Equal(t, int64(3), described.Version)
	assert.Equal(t, "spot", aws.ToString(described.CapacityProviderName))

	require.NoError(t, m.SetTask(t.Context(), "web", host.Tasks[0], moto.TaskChange{LastStatus: aws.String("STOPPING"), DesiredStatus: aws.String("STOPPED")}))
	client := ecs.NewFromConfig(m.Config())
	for range 2 { // describing does not move it on
		tasks, err := client.DescribeTasks(t.Context(), &ecs.DescribeTasksInput{Cluster: aws.String("web"), Tasks: host.Tasks})
		require.NoError(t, err)
		assert.Equal(t, "STOPPING", aws.ToString(tasks.Tasks[0].LastStatus))
	}
	require.NoError(t, m.SetService(t.Context(), "web", "api", moto.ServiceChange{Desired: aws.Int(5), Running: aws.Int(1), Pending: aws.Int(2)}))
	services, err := client.DescribeServices(t.Context(), &ecs.DescribeServicesInput{Cluster: aws.String("web"), Services: []string{"api"}})
	require.NoError(t, err)
	assert.Equal(t, []int32{5, 1, 2}, []int32{services.Services[0].DesiredCount, services.Services[0].RunningCount, services.Services[0].PendingCount})

	require.ErrorContains(t, m.SetHost(t.Context(), "web", "i-0", moto.HostChange{}), "no container instance i-0")
	require.ErrorContains(t, m.SetInstance(t.Context(), "i-0", moto.InstanceChange{}), "no Auto Scaling group has instance i-0")
	require.ErrorContains(t, m.Fault(t.Context(), moto.Fault{}), "needs an")
}
