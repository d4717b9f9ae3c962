package ecsreader_test

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ecs-cluster-scaler/cluster"
	"ecs-cluster-scaler/cluster/ecsreader"
	"ecs-cluster-scaler/internal/lab/moto"
)

// AWS's own example payloads, in AWS's own protocols, decode into the right snapshot. Nobody here wrote them.
func TestAWSExamplesDecode(t *testing.T) {
	moto, err := moto.Start(t.Context())
	require.NoError(t, err)
	defer moto.Close()
	for _, action := range []string{
		"ecs.ListServices", "ecs.DescribeServices", "ecs.ListTasks", "ecs.DescribeTasks",
	} {
		require.NoError(t, moto.Example(t.Context(), action, nil))
	}
	// What one example lists and the other describes differ, and the example's group has no tags.
	require.NoError(t, moto.Example(t.Context(), "ecs.ListContainerInstances", map[string]any{
		"containerInstanceArns": []string{"arn:aws:ecs:us-east-1:012345678910:container-instance/f2756532-8f13-4d53-87c9-aed50dc94cd7"}}))
	require.NoError(t, moto.Example(t.Context(), "ecs.DescribeContainerInstances", nil))
	require.NoError(t, moto.Example(t.Context(), "autoscaling.DescribeAutoScalingGroups", map[string]any{
		"AutoScalingGroups.0.Tags": []map[string]any{{"Key": "ecs-cluster-scaler:cluster", "Value": "default"}}}))
	require.NoError(t, moto.Example(t.Context(), "autoscaling.DescribeScalingActivities", map[string]any{
		"Activities.0.Description": "Launching a new EC2 instance: i-05b4f7d5be44822a6"}))

	cfg := moto.Config()
	reader := ecsreader.New(ecs.NewFromConfig(cfg), autoscaling.NewFromConfig(cfg))
	s, err := reader.Read(t.Context(), "default")
	require.NoError(t, err)
	assert.Empty(t, s.Unread)

	require.Len(t, s.Hosts, 1)
	h := s.Hosts[0]
	assert.Equal(t, "arn:aws:ecs:us-east-1:012345678910:container-instance/f2756532-8f13-4d53-87c9-aed50dc94cd7", h.ARN)
	assert.Equal(t, "i-807f3249", h.InstanceID)
	assert.True(t, h.IsCapacity())
	assert.Equal(t, cluster.Resources{CPU: 2048, Memory: 3768}, h.Registered)
	assert.Equal(t, cluster.Resources{CPU: 100, Memory: 100}, h.Reserved())
	assert.Equal(t, 1, h.Tasks)

	require.Len(t, s.Services, 1)
	web := s.Services[0]
	assert.Equal(t, "ecs-simple-service", web.Name)
	assert.True(t, web.Active)
	assert.Equal(t, cluster.OnEC2, web.Home)
	assert.Equal(t, cluster.Rolling, web.Rollout)
	assert.Equal(t, 1, web.Unplaced(0), "the example's one task is not placed")
	assert.Equal(t, time.Date(2016, 8, 29, 16, 25, 58, 520e6, time.UTC), web.Refused.UTC(), "and its event says so")
	assert.Equal(t, 100, web.MinimumHealthyPercent)
	assert.Equal(t, 200, web.MaximumPercent)

	groups, err := reader.ReadGroups(t.Context())
	require.NoError(t, err)
	require.Len(t, groups["default"], 1)
	g := groups["default"][0]
	assert.Equal(t, "my-auto-scaling-group", g.Name)
	assert.Equal(t, []int{1, 5, 2}, []int{g.Min, g.Max, g.Desired})
	assert.Equal(t, 2, g.InService())
	assert.False(t, g.AllProtected())

	s.Groups = groups["default"]
	reader.ReadLaunches(t.Context(), &s, time.Date(2013, 8, 19, 21, 0, 0, 0, time.UTC))
	launched := map[string]time.Time{}
	for _, i := range s.Unregistered() {
		launched[i.ID] = i.LaunchedAt.UTC()
	}
	assert.Equal(t, map[string]time.Time{
		"i-05b4f7d5be44822a6": time.Date(2013, 8, 19, 20, 53, 29, 930e6, time.UTC),
		"i-0c20ac468fa3049e8": {}, // no activity names it
	}, launched)

	reader.ReadTasks(t.Context(), &s, s.Hosts)
	require.Len(t, s.Tasks, 1)
	assert.True(t, s.Tasks[0].WantedRunning)
	assert.Empty(t, s.Tasks[0].Service, "the example has no group")
	require.NoError(t, moto.Example(t.Context(), "ecs.DescribeTaskDefinition", nil))
	reader.ReadDefinitions(t.Context(), &s, []string{"hello_world:8"})
	assert.Equal(t, cluster.Resources{CPU: 20, Memory: 1000}, s.Definitions["hello_world:8"].Size)
	assert.Equal(t, []string{"ECS described only 1 of 2 tasks"}, s.Unread, "the example lists one task more than it describes")
}
