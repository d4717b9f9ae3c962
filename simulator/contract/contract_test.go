package contract_test

import (
	"context"
	"fmt"
	"os"
	"testing"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/stretchr/testify/require"

	"ecs-cluster-scaler/internal/lab/moto"
	"ecs-cluster-scaler/internal/lab/seed"
	"ecs-cluster-scaler/simulator/aws"
	"ecs-cluster-scaler/simulator/contract"
	"ecs-cluster-scaler/simulator/faulty"
)

const (
	hook = seed.HookName
	// entries is how many entries the accounts have.
	entries = 23
)

func entryOf(n int) string { return fmt.Sprintf("%s/clusters/c%02d", seed.ConfigPath, n) }

// simulated is an account of simulator/aws.
func simulated(t *testing.T) contract.Account {
	t.Helper()
	k := aws.Defaults()
	k.ECS.AgentBlinksPerHour = 0
	w := aws.New(k)
	c := w.NewCluster("web")
	spec := aws.GroupSpec{
		Name: "web-blue", Cluster: c.Name, Zones: []string{"eu-west-1a"}, Max: 10, Desired: 4,
		Type:  aws.InstanceType{Name: "m5.large", Resources: aws.Resources{CPU: 2048, Memory: 7680}},
		Tags:  map[string]string{seed.ClusterTag: "web"},
		Hooks: []aws.HookSpec{{Name: hook, Heartbeat: 15 * time.Minute, Default: "CONTINUE"}},
	}
	g := w.NewGroup(spec)
	g.PutStepPolicy("out", "Maximum", 200*time.Second, []aws.Step{{Lower: new(float64), Change: 2}})
	spec.Name, spec.Desired, spec.Tags = "other", 0, nil
	w.NewGroup(spec)
	for n := range entries {
		w.PutParameter(entryOf(n), `{"min_instances": 1}`)
	}
	w.PutParameter(entryOf(7), `{}`)
	run := func(d time.Duration) { w.Run(w.Now().Add(d)) }
	run(time.Hour)

	a := contract.Account{
		Clients: faulty.Clients{SSM: w.SSM(), ECS: w.ECS(), AutoScaling: w.AutoScaling(), CloudWatch: w.CloudWatch()},
		Now:     w.Now, Settle: func() { run(2 * time.Minute) },
		Cluster: c.Name, Group: g.Spec.Name, TagKey: seed.ClusterTag, Hook: hook, Policy: "out",
		Service: "api", Path: seed.ConfigPath, Parameter: entryOf(7), Parameters: entries,
	}
	d := &aws.TaskDefinition{Family: "api", Revision: 1, Resources: aws.Resources{CPU: 256, Memory: 512}}
	s := c.CreateService(aws.ServiceSpec{Name: "api", Definition: d, Desired: 1, MinPercent: 100, MaxPercent: 200})
	alone, failure := c.RunTask(aws.TaskRequest{Definition: d})
	require.Empty(t, failure)
	short, failure := c.RunTask(aws.TaskRequest{Definition: d, Lasts: time.Second})
	require.Empty(t, failure)
	run(5 * time.Minute)
	a.Task, a.Standalone, a.Stopped = s.Tasks()[0].ARN, alone.ARN, short.ARN

	used := s.Tasks()[0].Host
	g.SetProtection(used.Instance, true)
	g.SetDesired(3)
	run(time.Minute)
	var last contract.Host
	for _, i := range g.Instances() {
		switch h := (contract.Host{ARN: i.Host.ARN, Instance: i.ID}); {
		case i.State == "Terminating:Wait":
			a.Hosts = append([]contract.Host{h}, a.Hosts...)
		case i.Host == used:
			last = h
		default:
			a.Hosts = append(a.Hosts, h)
		}
	}
	a.Hosts = append(a.Hosts, last)
	return a
}

// onMoto is an account of the lab.
func onMoto(t *testing.T) contract.Account {
	t.Helper()
	ctx := t.Context()
	m, err := moto.Start(context.WithoutCancel(ctx))
	require.NoError(t, err)
	t.Cleanup(func() { _ = m.Close() })
	size := seed.Task{CPU: 256, Memory: 512}
	of := size
	of.Service = "api"
	world, err := seed.Clusters(ctx, m, seed.Cluster{
		Name:   "web",
		Group:  &seed.Group{Name: "web-blue"},
		Hosts:  []seed.Host{{Terminating: true}, {}, {Tasks: []seed.Task{size, size}}, {Tasks: []seed.Task{of}}},
		Groups: []seed.Group{{Name: "other", Untagged: true}},
	})
	require.NoError(t, err)
	for n := range entries {
		require.NoError(t, seed.PutParameter(ctx, m, entryOf(n), false, `{"min_instances": 1}`))
	}
	require.NoError(t, seed.PutParameter(ctx, m, entryOf(7), false, `{}`))
	config := m.Config()
	a := contract.Account{
		Clients: faulty.Clients{
			SSM: ssm.NewFromConfig(config), ECS: ecs.NewFromConfig(config),
			AutoScaling: autoscaling.NewFromConfig(config), CloudWatch: cloudwatch.NewFromConfig(config),
		},
		Now: time.Now, Settle: func() {},
		Cluster: "web", Group: "web-blue", TagKey: seed.ClusterTag, Hook: hook, Policy: "out",
		Service: "api", Path: seed.ConfigPath, Parameter: entryOf(7), Parameters: entries,
	}
	_, err = autoscaling.NewFromConfig(config).PutScalingPolicy(ctx, &autoscaling.PutScalingPolicyInput{
		AutoScalingGroupName: sdk.String("web-blue"), PolicyName: sdk.String("out"), PolicyType: sdk.String("StepScaling"),
		AdjustmentType: sdk.String("ChangeInCapacity"), EstimatedInstanceWarmup: sdk.Int32(200),
		StepAdjustments: []types.StepAdjustment{{MetricIntervalLowerBound: sdk.Float64(0), ScalingAdjustment: sdk.Int32(2)}},
	})
	require.NoError(t, err)
	hosts := world.Cluster("web").Hosts
	for _, h := range hosts {
		a.Hosts = append(a.Hosts, contract.Host{ARN: h.ARN, Instance: h.Instance})
	}
	a.Task, a.Standalone, a.Stopped = hosts[3].Tasks[0], hosts[2].Tasks[0], hosts[2].Tasks[1]
	_, err = a.ECS.StopTask(ctx, &ecs.StopTaskInput{Cluster: sdk.String("web"), Task: sdk.String(a.Stopped)})
	require.NoError(t, err)
	return a
}

func TestMain(m *testing.M) {
	_ = os.Unsetenv("AWS_CA_BUNDLE")
	os.Exit(m.Run())
}

func TestSimulatedAWSKeepsTheContract(t *testing.T) { contract.Check(t, simulated(t)) }

func TestMotoKeepsTheContract(t *testing.T) { contract.Check(t, onMoto(t)) }

func TestFaultWrapperKeepsTheContract(t *testing.T) {
	a := simulated(t)
	f := faulty.Wrap(a.Clients)
	a.Clients = faulty.Clients{SSM: f.SSM, ECS: f.ECS, AutoScaling: f.AutoScaling, CloudWatch: f.CloudWatch}
	contract.Check(t, a)
}
