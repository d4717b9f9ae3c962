package cli_test

import (
	"encoding/json"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	ecstypes "github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ecs-cluster-scaler/cluster/ecsreader"
	"ecs-cluster-scaler/internal/lab/moto"
	"ecs-cluster-scaler/internal/lab/seed"
)

func TestExplainShowsSumsAndWhy(t *testing.T) {
	seeded(t,
		seed.Cluster{Name: "api", Entry: `{"cpu": {"scale_out_at": 90, "scale_in_below": 60}}`, Hosts: append(loaded(3, 700, 1200), seed.Host{CPU: 1000, Memory: 2000, Draining: true})},
		seed.Cluster{Name: "hot", Entry: `{}`, Hosts: loaded(3, 800, 600)},
		seed.Cluster{Name: "idle", Entry: `{}`, Hosts: loaded(3, 100, 100)},
		seed.Cluster{Name: "faulty", Entry: `{"scale_in": "no"}`},
	)
	require.NoError(t, seed.PutEntry(t.Context(), server, "gone", `{}`))
	got := clusterscaler(t, nil, "explain")
	assert.Zero(t, got.code)
	assert.Empty(t, got.stderr)
	want, err := os.ReadFile("testdata/explain.txt")
	require.NoError(t, err)
	assert.Equal(t, string(want), stamp.ReplaceAllString(got.stdout, "<minute>"))
	assert.Zero(t, written(t), "explain writes nothing")
}

func TestExplainAsJSONIsTheAnswer(t *testing.T) {
	seeded(t, seed.Cluster{Name: "hot", Entry: `{}`, Hosts: loaded(3, 800, 600)}, seed.Cluster{Name: "idle", Entry: `{}`, Hosts: loaded(3, 100, 100)})
	got := clusterscaler(t, nil, "explain", "idle", "--output", "json")
	require.Zero(t, got.code, got.stderr)
	var answer struct {
		Clusters []struct {
			Cluster string   `json:"cluster"`
			Signal  int      `json:"signal"`
			Reasons []string `json:"reasons"`
		} `json:"clusters"`
		Failed []struct{} `json:"failed"`
	}
	require.NoError(t, json.Unmarshal([]byte(got.stdout), &answer))
	require.Len(t, answer.Clusters, 1)
	assert.Equal(t, "idle", answer.Clusters[0].Cluster)
	assert.Equal(t, -1, answer.Clusters[0].Signal)
	assert.NotNil(t, answer.Failed)
}

// Any denied action but those that list clusters and hosts costs scale-ins, never tasks, and is named.
func TestExplainNamesEachDeniedRead(t *testing.T) {
	web := seed.Host{CPU: 2048, Memory: 4000, RegisteredAt: time.Now().Add(-time.Hour), CapacityProvider: "spot", Tasks: []seed.Task{{Service: "web", CPU: 200, Memory: 200}}}
	idle := seed.Cluster{
		Name: "idle", Entry: `{}`, Hosts: []seed.Host{web, web, web, web, web, web},
		Services: []seed.Service{{Name: "web", Desired: 6, CPU: 200, Memory: 200, CapacityProviders: []string{"spot"}}},
		// So that its launch is asked for; one hour later it is no capacity to come.
		Group: &seed.Group{Unregistered: []seed.Instance{{LaunchedAt: time.Now().Add(-time.Hour)}}},
	}
	seedIt := func(t *testing.T) {
		t.Helper()
		seeded(t, idle)
		_, err := ecs.NewFromConfig(server.Config()).CreateCapacityProvider(t.Context(), &ecs.CreateCapacityProviderInput{
			Name: aws.String("spot"),
			AutoScalingGroupProvider: &ecstypes.AutoScalingGroupProvider{
				AutoScalingGroupArn: aws.String("arn:aws:autoscaling:eu-west-1:123456789012:autoScalingGroup:1:autoScalingGroupName/idle"),
				ManagedScaling:      &ecstypes.ManagedScaling{Status: ecstypes.ManagedScalingStatusDisabled},
			},
		})
		require.NoError(t, err)
	}
	seedIt(t)
	explained := func(t *testing.T) (signal int, whole string) {
		t.Helper()
		got := clusterscaler(t, nil, "explain", "idle", "--output", "json")
		require.Zero(t, got.code, got.stderr)
		var answer struct {
			Clusters []struct{ Signal int }
		}
		require.NoError(t, json.Unmarshal([]byte(got.stdout), &answer))
		require.Len(t, answer.Clusters, 1)
		return answer.Clusters[0].Signal, got.stdout
	}
	signal, whole := explained(t)
	require.Equal(t, -1, signal, "with every right one can go: %s", whole)

	for service, client := range map[string]reflect.Type{"ecs": reflect.TypeFor[ecsreader.ECS](), "autoscaling": reflect.TypeFor[ecsreader.AutoScaling]()} {
		for method := range client.Methods() {
			t.Run(method.Name, func(t *testing.T) {
				iam := service + ":" + method.Name
				seedIt(t)
				require.NoError(t, server.Fault(t.Context(), moto.Denied(service+"."+method.Name, iam)))
				signal, whole := explained(t)
				assert.Zero(t, signal, whole)
				assert.Contains(t, whole, "AWS denies "+iam)
				table := clusterscaler(t, nil, "explain", "idle")
				assert.Contains(t, strings.Join(strings.FieldsFunc(table.stdout, func(r rune) bool { return strings.ContainsRune(" │\n", r) }), " "), "AWS denies "+iam)
			})
		}
	}
}
