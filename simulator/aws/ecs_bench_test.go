package aws

import (
	"fmt"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
)

// BenchmarkDay is a day of a cluster whose services grow and shrink, roll out and crash, read each minute as a publisher
// does. The hosts stay.
func BenchmarkDay(b *testing.B) {
	for _, size := range []struct{ hosts, services, tasks int }{{100, 20, 50}, {1000, 100, 100}} {
		b.Run(fmt.Sprintf("%d hosts, %d tasks", size.hosts, size.services*size.tasks), func(b *testing.B) {
			for b.Loop() {
				day(b, size.hosts, size.services, size.tasks)
			}
		})
	}
}

func day(tb testing.TB, hosts, services, tasks int) {
	tb.Helper()
	w := New(Defaults())
	c := w.NewCluster("web")
	g := &Group{Spec: GroupSpec{Name: "g", Cluster: "web", Type: InstanceType{Name: "m5.2xlarge", Resources: Resources{CPU: 8192, Memory: 31000}, ENIs: 20}}, world: w}
	w.mu.Lock()
	for n := range hosts {
		c.join(&Instance{ID: fmt.Sprintf("i-%08d", n), Zone: "eu-central-1" + string(rune('a'+n%3)), Powered: true, Group: g, Type: g.Spec.Type})
	}
	w.mu.Unlock()
	events := 0
	w.Observe(func(Happened) { events++ })
	var all []*Service
	for n := range services {
		d := &TaskDefinition{Family: fmt.Sprint("app", n), Revision: 1, Resources: Resources{CPU: 256, Memory: 512}, Stops: 5 * time.Second}
		all = append(all, c.CreateService(ServiceSpec{Name: d.Family, Definition: d, Desired: tasks, MinPercent: 100, MaxPercent: 200}))
	}
	for hour := range 24 {
		for n, s := range all {
			w.After(time.Duration(hour)*time.Hour+time.Duration(n)*time.Second, "hour", func() { s.SetDesired(tasks * (6 + (hour+n)%5) / 10) })
			if hour%8 == n%8 {
				w.After(time.Duration(hour)*time.Hour+30*time.Minute, "roll-out", func() {
					d := *s.primary().Definition
					d.Revision++
					s.Deploy(&d)
				})
			}
		}
	}
	e := w.ECS()
	for minute := range 24 * 60 {
		w.After(time.Duration(minute)*time.Minute, "pass", func() { pass(tb, e) })
	}
	w.Run(w.Now().Add(24 * time.Hour))
	if b, ok := tb.(*testing.B); ok {
		b.ReportMetric(float64(events), "events/op")
	}
}

// pass reads all hosts and services.
func pass(tb testing.TB, e *ECS) {
	tb.Helper()
	ctx, cluster := tb.Context(), aws.String("web")
	hosts := ecs.NewListContainerInstancesPaginator(e, &ecs.ListContainerInstancesInput{Cluster: cluster})
	for hosts.HasMorePages() {
		page, err := hosts.NextPage(ctx)
		if err != nil {
			tb.Fatal(err)
		}
		if _, err := e.DescribeContainerInstances(ctx, &ecs.DescribeContainerInstancesInput{Cluster: cluster, ContainerInstances: page.ContainerInstanceArns}); err != nil {
			tb.Fatal(err)
		}
	}
	services := ecs.NewListServicesPaginator(e, &ecs.ListServicesInput{Cluster: cluster})
	for services.HasMorePages() {
		page, err := services.NextPage(ctx)
		if err != nil {
			tb.Fatal(err)
		}
		if _, err := e.DescribeServices(ctx, &ecs.DescribeServicesInput{Cluster: cluster, Services: page.ServiceArns}); err != nil {
			tb.Fatal(err)
		}
	}
}
