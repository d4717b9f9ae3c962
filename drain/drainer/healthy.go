package drainer

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"ecs-cluster-scaler/cluster"
	"ecs-cluster-scaler/drain"
)

// readHealthy counts the running tasks of the services whose floors decide whether a host may go.
func (d *Drainer) readHealthy(ctx context.Context, v *view, now time.Time) {
	lost := map[string]bool{}
	reports := map[string]bool{}
	for _, h := range v.picture.Terminating {
		if slices.ContainsFunc(h.Tasks, func(t drain.Task) bool { return !t.Stopped() }) {
			continue
		}
		for _, name := range h.Lost(now) {
			lost[name] = true
		}
		for _, t := range h.Tasks {
			reports[t.Service] = reports[t.Service] || t.ReportsHealth
		}
	}
	v.picture.Healthy = map[string]int{}
	for _, name := range slices.Sorted(maps.Keys(lost)) {
		i := slices.IndexFunc(v.picture.Services, func(s cluster.Service) bool { return s.Name == name })
		if i < 0 || !v.picture.Services[i].WantsHosts() || v.picture.Services[i].Desired == 0 {
			continue
		}
		service := v.picture.Services[i]
		if service.Running < service.Floor() {
			// Its own count has the tasks on every host in it: whichever are left out, it is too few.
			v.picture.Healthy[name] = service.Running
			continue
		}
		if n, err := d.countHealthy(ctx, v, service, reports[name]); err != nil {
			v.fail("the running tasks of service "+name+": ", err)
		} else {
			v.picture.Healthy[name] = n
		}
	}
}

// countHealthy counts the service's tasks that run on ACTIVE hosts which do not leave, page by page until its floor is
// reached. Of a service of which any task reports health, only HEALTHY ones count; UNKNOWN is what tasks without a health
// check say, and tasks whose first check is still to come
// (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Task.html).
func (d *Drainer) countHealthy(ctx context.Context, v *view, service cluster.Service, reports bool) (int, error) {
	taking := v.taking()
	running, healthy := 0, 0
	pages := ecs.NewListTasksPaginator(d.ecs, &ecs.ListTasksInput{
		Cluster: aws.String(v.name), ServiceName: aws.String(service.Name), DesiredStatus: types.DesiredStatusRunning, MaxResults: aws.Int32(tasksPerCall),
	})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return 0, err
		}
		tasks, err := d.describe(ctx, v, page.TaskArns)
		if err != nil {
			return 0, err
		}
		for _, t := range tasks.tasks {
			reports = reports || t.ReportsHealth
			if t.LastStatus != "RUNNING" || !taking[t.Host] {
				continue
			}
			running++
			if t.Healthy {
				healthy++
			}
		}
		if healthy >= service.Floor() || !reports && running >= service.Floor() {
			break
		}
	}
	if reports {
		return healthy, nil
	}
	return running, nil
}
