package campaign

import (
	"fmt"
	"time"

	"ecs-cluster-scaler/simulator/aws"
	"ecs-cluster-scaler/simulator/workload"
)

// town is a cluster as it was built.
type town struct {
	workload.Site
	plan     Cluster
	cluster  *aws.Cluster
	groups   []*aws.Group
	services []*aws.Service
	first    map[string]*aws.TaskDefinition
	deployed int
	judge    *judge
	story    *story
}

func zones() []string { return []string{"eu-west-1a", "eu-west-1b", "eu-west-1c"} }

func seconds(n int) time.Duration { return time.Duration(n) * time.Second }

// build makes a cluster with all that the plan gives it, and connects it with the functions.
func build(site workload.Site, plan Cluster, j *judge, s *story) *town {
	t := &town{
		Site: site, plan: plan, cluster: site.World.NewCluster(plan.Name), first: map[string]*aws.TaskDefinition{}, judge: j, story: s,
	}
	j.clusters[plan.Name] = t.cluster
	for n, g := range plan.Groups {
		spec := aws.GroupSpec{
			Name: fmt.Sprintf("%s-g%d", plan.Name, n), Cluster: plan.Name, Type: typeOf(g, 1), Zones: zones()[:g.Zones],
			Min: g.Min, Max: g.Max, Desired: g.Desired, Deregistration: seconds(g.TargetGroup), Warmup: -1, Spot: g.Spot,
		}
		if g.Mixed {
			spec.Types = []aws.InstanceType{typeOf(g, 2)}
		}
		made := site.NewGroup(spec, n == 0)
		if g.Provider {
			t.cluster.Provide(made)
		}
		t.groups = append(t.groups, made)
	}
	for _, v := range plan.Services {
		t.serve(v)
	}
	j.edited(plan.Name, plan.Entry)
	site.Policy.Install(site.World, t.cluster, t.groups[0])
	return t
}

// typeOf is a group's instance type, so many times as large.
func typeOf(g Group, times int) aws.InstanceType {
	return aws.InstanceType{
		Name:      fmt.Sprintf("m%d.%d.%d", g.CPU*times, g.Memory*times, g.Interfaces),
		Resources: aws.Resources{CPU: g.CPU * times, Memory: g.Memory * times}, ENIs: g.Interfaces,
	}
}

func (t *town) serve(v Service) {
	d := &aws.TaskDefinition{
		Family: t.plan.Name + "-" + v.Name, Revision: 1, Resources: aws.Resources{CPU: v.CPU, Memory: v.Memory}, Awsvpc: v.Awsvpc,
		Starts: 3 * time.Second, StopTimeout: seconds(v.StopTimeout), Stops: seconds(v.Stops),
	}
	if v.Port > 0 {
		d.Ports = []int{v.Port}
	}
	t.first[v.Name] = d
	var providers []aws.StrategyItem
	for _, n := range v.Providers {
		if n < len(t.groups) && t.plan.Groups[n].Provider {
			providers = append(providers, aws.StrategyItem{Group: t.groups[n], Weight: 1})
		}
	}
	t.services = append(t.services, t.CreateService(t.cluster, aws.ServiceSpec{
		Name: v.Name, Definition: d, Desired: v.Desired, Daemon: v.Daemon, MinPercent: v.MinPercent, MaxPercent: v.MaxPercent,
		Strategy: v.Strategy, DistinctInstance: v.Distinct, LoadBalanced: v.LoadBalanced, TargetHealthy: 20 * time.Second,
		Deregistration: seconds(v.Deregistration), HealthCheck: v.HealthCheck, CircuitBreaker: v.Breaker, Rebalance: v.Rebalance, Providers: providers,
	}))
}

// group, service and instance choose by a drawn number; service and instance are nil where there is none.
func (t *town) group(n int) *aws.Group { return t.groups[n%len(t.groups)] }

func (t *town) service(n int) *aws.Service {
	if len(t.services) == 0 {
		return nil
	}
	s := t.services[n%len(t.services)]
	if s.Status != "ACTIVE" {
		return nil
	}
	return s
}

func (t *town) instance(n int) *aws.Instance {
	all := t.group(n).Instances()
	if len(all) == 0 {
		return nil
	}
	return all[n/len(t.groups)%len(all)]
}
