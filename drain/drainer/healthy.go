package drainer

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

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
	var toCount []cluster.Service
	for _, s := range v.picture.Services {
		switch {
		case !lost[s.Name] || !s.WantsHosts() || s.Desired == 0:
		case s.Running < s.Floor():
			// Its own count has the tasks on every host in it: whichever are left out, it is too few.
			v.picture.Healthy[s.Name] = s.Running
		default:
			toCount = append(toCount, s)
		}
	}
	slices.SortFunc(toCount, func(a, b cluster.Service) int { return strings.Compare(a.Name, b.Name) })
	read := d.reader.Healthy(ctx, v.name, toCount, v.taking(), reports)
	maps.Copy(v.picture.Healthy, read.Running)
	if v.picture.Definitions == nil {
		v.picture.Definitions = map[string]cluster.Definition{}
	}
	maps.Copy(v.picture.Definitions, read.Definitions)
	for _, err := range read.Unread {
		v.fail("", err)
	}
}
