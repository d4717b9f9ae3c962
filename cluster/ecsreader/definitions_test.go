package ecsreader_test

import (
	"errors"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ecs-cluster-scaler/cluster"
)

func gpu(n string) []types.ResourceRequirement {
	return []types.ResourceRequirement{{Type: types.ResourceTypeGpu, Value: aws.String(n)}, {Type: types.ResourceTypeInferenceAccelerator, Value: aws.String("device")}}
}

var app = types.ContainerDefinition{Name: aws.String("app"), Cpu: 256, Memory: aws.Int32(512)}

func TestSizeOfTask(t *testing.T) {
	sidecar := types.ContainerDefinition{Name: aws.String("sidecar"), Cpu: 64, Memory: aws.Int32(256), MemoryReservation: aws.Int32(128)}
	tests := map[string]struct {
		definition types.TaskDefinition
		want       cluster.Resources
	}{
		"the containers' sums":             {types.TaskDefinition{ContainerDefinitions: []types.ContainerDefinition{app, app}}, cluster.Resources{CPU: 256, Memory: 512}},
		"memoryReservation before memory":  {types.TaskDefinition{ContainerDefinitions: []types.ContainerDefinition{app, sidecar}}, cluster.Resources{CPU: 320, Memory: 640}},
		"the task level before the sums":   {types.TaskDefinition{Cpu: aws.String("1024"), Memory: aws.String("2048"), ContainerDefinitions: []types.ContainerDefinition{app, sidecar}}, cluster.Resources{CPU: 1024, Memory: 2048}},
		"task memory with containers' CPU": {types.TaskDefinition{Memory: aws.String("2048"), ContainerDefinitions: []types.ContainerDefinition{app}}, cluster.Resources{CPU: 256, Memory: 2048}},
		"GPUs are the containers'":         {types.TaskDefinition{Cpu: aws.String("1024"), Memory: aws.String("2048"), ContainerDefinitions: []types.ContainerDefinition{{Name: aws.String("a"), ResourceRequirements: gpu("2")}, {Name: aws.String("b"), ResourceRequirements: gpu("1")}}}, cluster.Resources{CPU: 1024, Memory: 2048, GPU: 3}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if name == "the containers' sums" { // containers have names of their own
				tt.definition.ContainerDefinitions[1].Name = aws.String("other")
				tt.want = cluster.Resources{CPU: 512, Memory: 1024}
			}
			api := &fakeECS{definitions: map[string]types.TaskDefinition{"web:1": tt.definition}}
			s := cluster.Snapshot{Cluster: "web"}
			reader(api, nil).ReadDefinitions(t.Context(), &s, []string{"web:1"})
			assert.Empty(t, s.Unread)
			assert.Equal(t, tt.want, s.Definitions["web:1"].Size)
		})
	}
}

func TestPortsOfTask(t *testing.T) {
	mappings := []types.PortMapping{
		{ContainerPort: aws.Int32(80), HostPort: aws.Int32(8080)},
		{ContainerPort: aws.Int32(53), HostPort: aws.Int32(53), Protocol: types.TransportProtocolUdp},
		{ContainerPort: aws.Int32(9000), HostPort: aws.Int32(0)},
		{ContainerPort: aws.Int32(9001)},
	}
	fixed := []cluster.Port{{Number: 8080}, {Number: 53, UDP: true}}
	tests := map[types.NetworkMode][]cluster.Port{
		types.NetworkModeBridge: fixed,
		"":                      fixed,
		types.NetworkModeHost:   {{Number: 80}, {Number: 53, UDP: true}, {Number: 9000}, {Number: 9001}},
		types.NetworkModeAwsvpc: nil,
		types.NetworkModeNone:   nil,
	}
	for mode, want := range tests {
		t.Run(string(mode), func(t *testing.T) {
			container := app
			container.PortMappings = mappings
			api := &fakeECS{definitions: map[string]types.TaskDefinition{"web:1": {NetworkMode: mode, ContainerDefinitions: []types.ContainerDefinition{container}}}}
			s := cluster.Snapshot{Cluster: "web"}
			reader(api, nil).ReadDefinitions(t.Context(), &s, []string{"web:1"})
			assert.Equal(t, want, s.Definitions["web:1"].Ports)
			assert.Equal(t, mode == types.NetworkModeAwsvpc, s.Definitions["web:1"].Awsvpc)
		})
	}
}

func TestConstraintsOfDefinition(t *testing.T) {
	api := &fakeECS{definitions: map[string]types.TaskDefinition{"web:1": {
		PlacementConstraints: []types.TaskDefinitionPlacementConstraint{{Type: types.TaskDefinitionPlacementConstraintTypeMemberOf, Expression: aws.String("attribute:disk == ssd")}},
		RequiresAttributes:   []types.Attribute{{Name: aws.String("ecs.capability.task-eni")}, {Name: aws.String("stack"), Value: aws.String("prod")}},
	}}}
	s := cluster.Snapshot{Cluster: "web"}
	reader(api, nil).ReadDefinitions(t.Context(), &s, []string{"web:1"})
	assert.Equal(t, cluster.Definition{
		Constraints: []cluster.Constraint{{Type: cluster.MemberOf, Expression: "attribute:disk == ssd"}},
		Requires:    map[string]string{"ecs.capability.task-eni": "", "stack": "prod"},
	}, s.Definitions["web:1"])
}

func TestRevisionIsReadOnce(t *testing.T) {
	api := &fakeECS{definitions: map[string]types.TaskDefinition{"web:1": {ContainerDefinitions: []types.ContainerDefinition{app}}}}
	r := reader(api, nil)
	for range 3 {
		s := cluster.Snapshot{Cluster: "web"}
		r.ReadDefinitions(t.Context(), &s, []string{"web:1", "gone:1"})
		assert.Contains(t, s.Definitions, "web:1")
		assert.NotContains(t, s.Definitions, "gone:1")
		require.Len(t, s.Unread, 1)
		assert.Contains(t, s.Unread[0], "the task definition gone:1: ")
	}
	assert.Equal(t, 1+3, api.calls["DescribeTaskDefinition"], "once, and the missing one each time")
}

func TestMissingRevisionHidesNoOther(t *testing.T) {
	api := &fakeECS{definitions: map[string]types.TaskDefinition{"web:2": {ContainerDefinitions: []types.ContainerDefinition{app}}}}
	s := cluster.Snapshot{Cluster: "web"}
	reader(api, nil).ReadDefinitions(t.Context(), &s, []string{"gone:1", "web:2"})
	assert.Len(t, s.Unread, 1)
	assert.Contains(t, s.Definitions, "web:2")
}

func TestDenialEndsTheSeries(t *testing.T) {
	api := &fakeECS{definitionsErr: errors.New("denied")}
	s := cluster.Snapshot{Cluster: "web"}
	reader(api, nil).ReadDefinitions(t.Context(), &s, []string{"a:1", "b:1", "c:1"})
	assert.Equal(t, []string{"the task definition a:1 and 2 more: denied"}, s.Unread)
	assert.Equal(t, 1, api.calls["DescribeTaskDefinition"])
}

func TestOverridesOfTask(t *testing.T) {
	definition := types.TaskDefinition{ContainerDefinitions: []types.ContainerDefinition{app, {Name: aws.String("log"), Cpu: 32, MemoryReservation: aws.Int32(64)}}}
	size := func(cpu, memory, gpus int64) *cluster.Resources {
		return &cluster.Resources{CPU: cpu, Memory: memory, GPU: gpus}
	}
	tests := map[string]struct {
		override *types.TaskOverride
		want     *cluster.Resources
	}{
		"none":                   {nil, nil},
		"only a command":         {&types.TaskOverride{ContainerOverrides: []types.ContainerOverride{{Name: aws.String("app"), Command: []string{"migrate"}}}}, nil},
		"the task's size":        {&types.TaskOverride{Cpu: aws.String("2048"), Memory: aws.String("4096")}, size(2048, 4096, 0)},
		"one container's CPU":    {&types.TaskOverride{ContainerOverrides: []types.ContainerOverride{{Name: aws.String("app"), Cpu: aws.Int32(1024)}}}, size(1056, 576, 0)},
		"one container's memory": {&types.TaskOverride{ContainerOverrides: []types.ContainerOverride{{Name: aws.String("log"), MemoryReservation: aws.Int32(512)}}}, size(288, 1024, 0)},
		"one container's GPUs":   {&types.TaskOverride{ContainerOverrides: []types.ContainerOverride{{Name: aws.String("app"), ResourceRequirements: gpu("4")}}}, size(288, 576, 4)},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			api := &fakeECS{definitions: map[string]types.TaskDefinition{"job:1": definition}, tasks: []types.Task{{
				TaskArn: aws.String("t"), ContainerInstanceArn: aws.String(arn(1)), DesiredStatus: aws.String("RUNNING"), TaskDefinitionArn: aws.String("job:1"), Overrides: tt.override}}}
			s := cluster.Snapshot{Cluster: "web"}
			reader(api, nil).ReadTasks(t.Context(), &s, []cluster.Host{{ARN: arn(1), Tasks: 1}})
			require.Len(t, s.Tasks, 1)
			assert.Equal(t, tt.want, s.Tasks[0].Size)
		})
	}
}
