package ecsreader

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"ecs-cluster-scaler/cluster"
)

// Healthy counts running tasks of services.
type Healthy struct {
	// Running is how many tasks of a service count, by name. A service that is missing could not be counted.
	Running map[string]int
	// Definitions are the revisions that were asked for a health check.
	Definitions map[string]cluster.Definition
	// Unread says what could not be read.
	Unread []error
}

// Healthy counts the services' running tasks on the given hosts, by ARN, page by page until the floor is reached. If a
// revision has a health check, only HEALTHY tasks count. A task that says UNKNOWN does not tell; another task of the revision
// does, or its definition. A load balancer's checks are not included. reports are the revisions whose tasks report health.
func (r *LeavingReader) Healthy(ctx context.Context, clusterName string, services []cluster.Service, on, reports map[string]bool) Healthy {
	read := Healthy{Running: map[string]int{}, Definitions: map[string]cluster.Definition{}}
	reports = maps.Collect(maps.All(reports))
	for _, s := range services {
		n, err := r.countHealthy(ctx, clusterName, s, on, reports, &read)
		if err != nil {
			read.Unread = append(read.Unread, fmt.Errorf("the running tasks of service %s: %w", s.Name, err))
			continue
		}
		read.Running[s.Name] = n
	}
	return read
}

func (r *LeavingReader) countHealthy(ctx context.Context, clusterName string, s cluster.Service, on, reports map[string]bool, read *Healthy) (int, error) {
	var running []cluster.TaskDetail
	for page, err := range r.taskPages(ctx, taskQuery{cluster: clusterName, service: s.Name, desired: types.DesiredStatusRunning}) {
		if err != nil {
			return 0, err
		}
		tasks, err := r.describeTasks(ctx, clusterName, page)
		if err != nil {
			return 0, err
		}
		for _, t := range tasks.tasks {
			reports[t.Definition] = reports[t.Definition] || t.ReportsHealth
			if t.LastStatus == "RUNNING" && on[t.Host] {
				running = append(running, t)
			}
		}
		if counting(running, reports) >= s.Floor() {
			r.readHealthChecks(ctx, s.Name, running, reports, read)
		}
		if n := counting(running, reports); n >= s.Floor() {
			return n, nil
		}
	}
	return counting(running, reports), nil
}

// readHealthChecks notes which silent revisions have a health check. One that cannot be read may have one; the floor then
// holds the host for 10 minutes.
func (r *LeavingReader) readHealthChecks(ctx context.Context, service string, running []cluster.TaskDetail, reports map[string]bool, read *Healthy) {
	var silent []string
	for _, t := range running {
		if !reports[t.Definition] {
			silent = append(silent, t.Definition)
		}
	}
	slices.Sort(silent)
	silent = slices.Compact(silent)
	definitions, unread := r.Definitions(ctx, silent)
	for _, err := range unread {
		read.Unread = append(read.Unread, fmt.Errorf("whether tasks of service %s report health: %w", service, err))
	}
	maps.Copy(read.Definitions, definitions)
	for _, arn := range silent {
		d, known := definitions[arn]
		reports[arn] = !known || d.HealthChecked
	}
}

// counting is how many of the tasks count: all, or the HEALTHY ones of a revision that reports health.
func counting(tasks []cluster.TaskDetail, reports map[string]bool) int {
	n := 0
	for _, t := range tasks {
		if t.Healthy || !reports[t.Definition] {
			n++
		}
	}
	return n
}
