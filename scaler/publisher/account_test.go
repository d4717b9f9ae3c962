package publisher_test

import (
	"bytes"
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/stretchr/testify/require"

	"ecs-cluster-scaler/internal/metrics"
	"ecs-cluster-scaler/internal/settings"
	"ecs-cluster-scaler/scaler"
	"ecs-cluster-scaler/scaler/publisher"
	"ecs-cluster-scaler/simulator/aws"
	"ecs-cluster-scaler/simulator/faulty"
)

// minute is when the passes of these tests begin. The world stands still then.
var minute = time.Date(2026, 11, 22, 4, 38, 0, 0, time.UTC)

// account is a simulated AWS account. What stands in it an hour before minute has come to rest by then.
type account struct {
	*aws.World
	calls *faulty.AWS
}

func newAccount() account {
	k := aws.Defaults()
	k.Start, k.ECS.AgentBlinksPerHour, k.ECS.Loop = minute.Add(-time.Hour), 0, time.Minute
	w := aws.New(k)
	return account{w, faulty.Wrap(faulty.Clients{SSM: w.SSM(), ECS: w.ECS(), AutoScaling: w.AutoScaling(), CloudWatch: w.CloudWatch()})}
}

// with adds a cluster with an empty entry and hosts of 1000 CPU units, each with a task that reserves some of them.
func (a account) with(name string, hosts, reserved int) account {
	a.hosts(name, hosts)
	a.load(name, "web", hosts, reserved)
	return a
}

// hosts adds a cluster with an empty entry and hosts of 1000 CPU units, whose group has these tags.
func (a account) hosts(name string, hosts int, tags ...string) *aws.Group {
	a.enter(name, `{}`)
	a.NewCluster(name)
	return a.group(name, name, hosts, tags...)
}

// group adds a group to a cluster.
func (a account) group(cluster, name string, hosts int, tags ...string) *aws.Group {
	tagged := map[string]string{}
	for i := 0; i < len(tags); i += 2 {
		tagged[tags[i]] = tags[i+1]
	}
	return a.NewGroup(aws.GroupSpec{
		Name: name, Cluster: cluster, Type: aws.InstanceType{Name: "m5.large", Resources: aws.Resources{CPU: 1000, Memory: 1000}},
		Zones: []string{"eu-west-1a"}, Max: 9, Desired: hosts, Tags: tagged,
	})
}

// load adds a service to a cluster.
func (a account) load(cluster, name string, tasks, cpu int, providers ...aws.StrategyItem) {
	a.cluster(cluster).CreateService(aws.ServiceSpec{
		Name: name, Definition: &aws.TaskDefinition{Family: cluster + name, Revision: 1, Resources: aws.Resources{CPU: cpu, Memory: 10}},
		Desired: tasks, MinPercent: 100, MaxPercent: 200, Strategy: []string{"spread:instanceId"}, Providers: providers,
	})
}

func (a account) enter(cluster, entry string) { a.PutParameter("/s/clusters/"+cluster, entry) }

func (a account) cluster(name string) *aws.Cluster {
	all := a.Clusters()
	return all[slices.IndexFunc(all, func(c *aws.Cluster) bool { return c.Name == name })]
}

// empty is the host of a cluster on which no task runs.
func (a account) empty(cluster string) string {
	a.Run(minute)
	c := a.cluster(cluster)
	hosts := c.Hosts()
	return hosts[slices.IndexFunc(hosts, func(h *aws.Host) bool {
		return !slices.ContainsFunc(c.Tasks(), func(t *aws.Task) bool { return t.Host == h })
	})].ARN
}

func (a account) publisher() *publisher.Publisher { return a.logging(&bytes.Buffer{}) }

func (a account) logging(log *bytes.Buffer) *publisher.Publisher {
	a.Run(minute)
	s := settings.Settings{ConfigPath: "/s", Namespace: "Ours", Metrics: metrics.Everything}
	clients := publisher.Clients{SSM: a.calls.SSM, ECS: a.calls.ECS, AutoScaling: a.calls.AutoScaling, CloudWatch: a.calls.CloudWatch}
	return publisher.New(clients, s, s.Logger(log), a.Now)
}

// pass is one of a new process.
func (a account) pass(t *testing.T) publisher.Answer {
	t.Helper()
	return pass(t, a.publisher(), 0)
}

// judge is what a new process says without publishing it.
func (a account) judge(t *testing.T) publisher.Answer {
	t.Helper()
	answer, err := a.publisher().Judge(t.Context(), minute)
	require.NoError(t, err)
	return answer
}

func pass(t *testing.T, p *publisher.Publisher, after time.Duration) publisher.Answer {
	t.Helper()
	answer, err := p.Run(t.Context(), minute.Add(after))
	require.NoError(t, err)
	return answer
}

func verdict(t *testing.T, a publisher.Answer, cluster string) scaler.Verdict {
	t.Helper()
	i := slices.IndexFunc(a.Clusters, func(v scaler.Verdict) bool { return v.Cluster == cluster })
	require.GreaterOrEqual(t, i, 0, "%s has a verdict", cluster)
	return a.Clusters[i]
}

// puts are what was to be published since the calls were last forgotten.
func (a account) puts() []*cloudwatch.PutMetricDataInput {
	var puts []*cloudwatch.PutMetricDataInput
	for _, c := range a.calls.Calls() {
		if in, ok := c.Input.(*cloudwatch.PutMetricDataInput); ok {
			puts = append(puts, in)
		}
	}
	return puts
}

// published looks a value up; cluster is empty for metrics without dimension.
func (a account) published(metric, cluster string) (value float64, found bool) {
	for _, put := range a.puts() {
		for _, d := range put.MetricData {
			var of []string
			for _, dimension := range d.Dimensions {
				of = append(of, *dimension.Value)
			}
			if *d.MetricName == metric && strings.Join(of, ",") == cluster {
				return *d.Value, true
			}
		}
	}
	return 0, false
}

// of gives a fate to an action on one cluster.
func of(cluster, action string, fate faulty.Fate) faulty.Fate {
	return faulty.Where(func(c faulty.Call) bool { return c.Action == action && c.Resource == cluster }, fate)
}

func panics(context.Context, faulty.Call, func() (any, error)) (any, error) {
	panic("index out of range")
}

// undescribed leaves a host out of what ECS describes.
func undescribed(arn string) faulty.Fate {
	return faulty.Rewrite(func(_ faulty.Call, out *ecs.DescribeContainerInstancesOutput) {
		kept := out.ContainerInstances[:0:0]
		for _, h := range out.ContainerInstances {
			if *h.ContainerInstanceArn != arn {
				kept = append(kept, h)
			}
		}
		out.ContainerInstances = kept
	})
}

// disconnected takes a host's agent away.
func disconnected(arn string) faulty.Fate {
	return faulty.Rewrite(func(_ faulty.Call, out *ecs.DescribeContainerInstancesOutput) {
		out.ContainerInstances = slices.Clone(out.ContainerInstances)
		for i := range out.ContainerInstances {
			if sdk.ToString(out.ContainerInstances[i].ContainerInstanceArn) == arn {
				out.ContainerInstances[i].AgentConnected = false
			}
		}
	})
}
