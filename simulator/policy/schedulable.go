package policy

import (
	"context"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	cwtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"ecs-cluster-scaler/simulator/aws"
)

// schedulable publishes each minute how many more of the largest task the cluster could take, the sum over its hosts,
// and scales by a quarter: out below least for a minute, in at least+8 for a quarter of an hour.
type schedulable struct {
	peer
	least float64
	// largest is the size that counts in each cluster. Where this runs it is a setting; here it is the most that any
	// task wanted so far, as one would set it.
	largest map[string]aws.Resources
}

func (p *schedulable) Name() string { return p.named("schedulable", p.least) }

func (p *schedulable) Install(w *aws.World, c *aws.Cluster, active *aws.Group) {
	if p.install(w) {
		p.largest = map[string]aws.Resources{}
		w.Observe(p.see)
		w.Schedule("schedulable", func(t aws.Tick) { p.publish(t.Scheduled) })
	}
	p.Activate(c, active)
}

// see keeps the largest size of a wanted task.
func (p *schedulable) see(h aws.Happened) {
	if h.Kind == aws.TaskWanted && h.N > 0 {
		l := p.largest[h.Cluster]
		p.largest[h.Cluster] = aws.Resources{CPU: max(l.CPU, h.Size.CPU), Memory: max(l.Memory, h.Size.Memory)}
	}
}

func (p *schedulable) Activate(c *aws.Cluster, g *aws.Group) { p.put(c, g, true) }

func (p *schedulable) ScaleIn(c *aws.Cluster, on bool) { p.put(c, p.active[c.Name], on) }

// excess over least is what lets a host go.
const excess = 8

func (p *schedulable) put(c *aws.Cluster, g *aws.Group, scaleIn bool) {
	p.activate(c, g)
	g.PutPercentPolicy("out", "Average", 300*time.Second, []aws.Step{{Upper: new(float64), Change: 25}})
	g.PutPercentPolicy("in", "Average", 300*time.Second, []aws.Step{{Lower: new(float64), Change: -25}})
	alarm := aws.AlarmSpec{
		Name: c.Name + "-shortage", Namespace: "Schedulable", Metric: "SchedulableContainers",
		Dimensions: map[string]string{"ClusterName": c.Name},
		Statistic:  "Minimum", Period: time.Minute, Evaluation: 1, Datapoints: 1,
		Comparison: "LessThanOrEqualToThreshold", Threshold: p.least, TreatMissing: "notBreaching",
		Actions: []aws.AlarmAction{{Group: g, Policy: "out"}},
	}
	p.world.PutAlarm(alarm)
	alarm.Name = c.Name + "-excess"
	if !scaleIn {
		p.world.DeleteAlarm(alarm.Name)
		return
	}
	alarm.Evaluation, alarm.Datapoints = 15, 15
	alarm.Comparison, alarm.Threshold = "GreaterThanOrEqualToThreshold", p.least+excess
	alarm.Actions = []aws.AlarmAction{{Group: g, Policy: "in"}}
	p.world.PutAlarm(alarm)
}

// publish is one run of the function that counts schedulable tasks.
func (p *schedulable) publish(minute time.Time) {
	for _, c := range p.world.Clusters() {
		count, err := p.count(c.Name)
		if err != nil {
			continue
		}
		_, _ = p.world.CloudWatch().PutMetricData(context.Background(), &cloudwatch.PutMetricDataInput{
			Namespace: sdk.String("Schedulable"),
			MetricData: []cwtypes.MetricDatum{{
				MetricName: sdk.String("SchedulableContainers"), Timestamp: &minute, Value: sdk.Float64(float64(count)),
				Dimensions: []cwtypes.Dimension{{Name: sdk.String("ClusterName"), Value: sdk.String(c.Name)}},
			}},
		})
	}
}

// count is the sum over the ACTIVE hosts of how many of the largest task each has room for, as in the original, which does
// not ask whether a host's agent is connected. The original has that task's size as a setting; here it is the largest that
// the cluster's services and tasks have.
func (p *schedulable) count(cluster string) (int, error) {
	var hosts []types.ContainerInstance
	list := ecs.ListContainerInstancesInput{Cluster: &cluster, Status: types.ContainerInstanceStatusActive}
	for {
		page, err := p.world.ECS().ListContainerInstances(context.Background(), &list)
		if err != nil {
			return 0, err
		}
		if len(page.ContainerInstanceArns) > 0 {
			described, err := p.world.ECS().DescribeContainerInstances(context.Background(), &ecs.DescribeContainerInstancesInput{
				Cluster: &cluster, ContainerInstances: page.ContainerInstanceArns,
			})
			if err != nil {
				return 0, err
			}
			hosts = append(hosts, described.ContainerInstances...)
		}
		if page.NextToken == nil {
			break
		}
		list.NextToken = page.NextToken
	}
	largest := p.largest[cluster]
	count := 0
	for _, h := range hosts {
		count += fits(h.RemainingResources, largest)
	}
	return count, nil
}

func fits(remaining []types.Resource, largest aws.Resources) int {
	count := 1 << 20
	for _, r := range remaining {
		switch sdk.ToString(r.Name) {
		case "CPU":
			count = min(count, int(r.IntegerValue)/max(1, largest.CPU))
		case "MEMORY":
			count = min(count, int(r.IntegerValue)/max(1, largest.Memory))
		}
	}
	return max(0, count)
}
