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
	reports := map[string]bool{} // by revision
	for _, h := range v.picture.Terminating {
		if slices.ContainsFunc(h.Tasks, func(t drain.Task) bool { return !t.Stopped() }) {
			continue
		}
		for _, name := range h.Lost(now) {
			lost[name] = true
		}
		for _, t := range h.Tasks {
			reports[t.Definition] = reports[t.Definition] || t.ReportsHealth
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
		if n, err := d.countHealthy(ctx, v, service, reports); err != nil {
			v.fail("the running tasks of service "+name+": ", err)
		} else {
			v.picture.Healthy[name] = n
		}
	}
}

// countHealthy counts the service's tasks that run on ACTIVE hosts which do not leave, page by page until its floor is
// reached. Of a revision with a health check only HEALTHY ones count. UNKNOWN is what tasks without one say, and tasks whose
// first check is still to come: either another task of the revision tells, or its definition
// (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Task.html). A load balancer's checks are not in it.
func (d *Drainer) countHealthy(ctx context.Context, v *view, service cluster.Service, reports map[string]bool) (int, error) {
	taking := v.taking()
	count := counted{}
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
			reports[t.Definition] = reports[t.Definition] || t.ReportsHealth
			if t.LastStatus == "RUNNING" && taking[t.Host] {
				count.add(t)
			}
		}
		if count.sum(reports) >= service.Floor() {
			d.readHealthChecks(ctx, v, service.Name, count, reports)
		}
		if n := count.sum(reports); n >= service.Floor() {
			return n, nil
		}
	}
	return count.sum(reports), nil
}

// counted are running tasks by the ARN of their revision.
type counted map[string]tally

type tally struct{ running, healthy int }

func (c counted) add(t drain.Task) {
	n := c[t.Definition]
	n.running++
	if t.Healthy {
		n.healthy++
	}
	c[t.Definition] = n
}

// sum is how many count: of revisions that report health the HEALTHY ones.
func (c counted) sum(reports map[string]bool) int {
	all := 0
	for definition, n := range c {
		if reports[definition] {
			all += n.healthy
		} else {
			all += n.running
		}
	}
	return all
}

// readHealthChecks notes which of the revisions report health though no task of theirs has done so yet: those with a
// health check. One whose definition cannot be read may have one; the floor then holds the host for 10 minutes.
func (d *Drainer) readHealthChecks(ctx context.Context, v *view, service string, count counted, reports map[string]bool) {
	var silent []string
	for _, definition := range slices.Sorted(maps.Keys(count)) {
		if !reports[definition] {
			silent = append(silent, definition)
		}
	}
	before := len(v.picture.Unread)
	d.reader.ReadDefinitions(ctx, &v.picture.Snapshot, silent)
	for _, what := range v.picture.Unread[before:] {
		v.failed = append(v.failed, Failure{Cluster: v.name, Error: "whether tasks of service " + service + " report health: " + what})
	}
	for _, definition := range silent {
		read, known := v.picture.Definitions[definition]
		reports[definition] = !known || read.HealthChecked
	}
}
