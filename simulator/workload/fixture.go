package workload

import (
	"fmt"
	"time"

	"ecs-cluster-scaler/simulator/aws"
)

// general is what groups launch unless a scenario says otherwise: m5.xlarge, with what its agent registers. 20 is its
// limit of awsvpc tasks with trunking
// (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/eni-trunking-supported-instance-types.html).
var general = aws.InstanceType{Name: "m5.xlarge", Resources: aws.Resources{CPU: 4096, Memory: 15400}, ENIs: 20}

// zones are those of every group.
func zones() []string { return []string{"eu-west-1a", "eu-west-1b", "eu-west-1c"} }

// town is a site with one cluster on it.
type town struct {
	Site
	cluster *aws.Cluster
	group   *aws.Group
}

// town makes a cluster and its first group, whose name, cluster, type and zones need not be given.
func (s Site) town(spec aws.GroupSpec) town {
	const name = "town"
	spec.Name, spec.Cluster = name+"-blue", name
	if spec.Type.Name == "" {
		spec.Type = general
	}
	if spec.Zones == nil {
		spec.Zones = zones()
	}
	c := s.World.NewCluster(name)
	return town{Site: s, cluster: c, group: s.NewGroup(spec, true)}
}

// scaled begins to scale the town, which has all its groups by now.
func (t town) scaled() { t.Policy.Install(t.World, t.cluster, t.group) }

// at has do done so long after the beginning. name is what it is about.
func (t town) at(after time.Duration, name string, do func()) {
	t.World.At(t.World.Knobs.Start.Add(t.history+after), "workload "+name, do)
}

// task is the first revision of a task definition for an ordinary web server or worker.
func task(family string, cpu, memory int) *aws.TaskDefinition {
	return &aws.TaskDefinition{
		Family: family, Revision: 1, Resources: aws.Resources{CPU: cpu, Memory: memory},
		Starts: 3 * time.Second, StopTimeout: 30 * time.Second, Stops: 5 * time.Second,
	}
}

// next is the revision after d, changed.
func next(d *aws.TaskDefinition, change func(*aws.TaskDefinition)) *aws.TaskDefinition {
	n := *d
	n.Revision++
	if change != nil {
		change(&n)
	}
	return &n
}

// web is a service behind a load balancer.
func web(d *aws.TaskDefinition, desired int) aws.ServiceSpec {
	s := worker(d, desired)
	s.LoadBalanced = true
	return s
}

// worker is a service without one. Like all services here it spreads over zones and fills hosts within them, as AWS
// advises where a cluster is to give hosts up (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/cluster-auto-scaling.html):
// what spreads over hosts leaves none empty, and managed scaling takes only empty ones.
func worker(d *aws.TaskDefinition, desired int) aws.ServiceSpec {
	return aws.ServiceSpec{
		Name: d.Family, Definition: d, Desired: desired, MinPercent: 100, MaxPercent: 200,
		Strategy: []string{"spread:attribute:ecs.availability-zone", "binpack:memory"},
	}
}

// logs adds what runs on every host of a real cluster.
func (t town) logs() {
	t.service(aws.ServiceSpec{Name: "logs", Definition: task("logs", 128, 256), Daemon: true, MaxPercent: 100})
}

func (t town) service(spec aws.ServiceSpec) *aws.Service { return t.CreateService(t.cluster, spec) }

// follow makes a service whose desired count follows a demand.
func (t town) follow(spec aws.ServiceSpec, least int, wanted demand) {
	spec.Desired = max(least, ceil(wanted(t.since())))
	t.scale(t.service(spec), least, wanted)
}

// rollout deploys the next revision of a service's definition, changed, and returns it.
func rollout(s *aws.Service, d *aws.TaskDefinition, change func(*aws.TaskDefinition)) *aws.TaskDefinition {
	n := next(d, change)
	s.Deploy(n)
	return n
}

// name numbers things of a kind.
func name(kind string, n int) string { return fmt.Sprintf("%s-%02d", kind, n) }
