package scaler

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"pgregory.net/rapid"

	"ecs-cluster-scaler/cluster"
	"ecs-cluster-scaler/thresholds"
)

// extreme amounts are those that break sums, beside usual ones.
func amount(label string) func(*rapid.T) int64 {
	g := rapid.OneOf(rapid.Int64Range(0, 8192), rapid.SampledFrom([]int64{math.MinInt64, -1, 0, 1, math.MaxInt32, 1 << 46, math.MaxInt64 - 1, math.MaxInt64}))
	return func(t *rapid.T) int64 { return g.Draw(t, label) }
}

func resourcesOf(t *rapid.T, label string) cluster.Resources {
	draw := amount(label)
	return cluster.Resources{CPU: draw(t), Memory: draw(t), GPU: rapid.SampledFrom([]int64{0, 0, 0, 1, math.MaxInt64, -1}).Draw(t, label+" GPU")}
}

func countOf(t *rapid.T, label string) int {
	return int(rapid.OneOf(rapid.Int64Range(0, 9), rapid.SampledFrom([]int64{-1, 100, 5000, math.MaxInt32, math.MaxInt64, math.MinInt64})).Draw(t, label))
}

func extremeSnapshot(t *rapid.T) cluster.Snapshot {
	s := cluster.Snapshot{Cluster: "any", Definitions: map[string]cluster.Definition{}}
	one := func(label string, in int) bool { return rapid.IntRange(1, in).Draw(t, label) == 1 }
	g := cluster.Group{Name: "g", Min: countOf(t, "min"), Max: countOf(t, "max"), Desired: countOf(t, "desired")}
	for i := range rapid.IntRange(0, 6).Draw(t, "hosts") {
		h := cluster.Host{
			ARN: fmt.Sprint("h", i), InstanceID: fmt.Sprint("i-", i), Status: cluster.Active, Connected: !one("disconnected", 8),
			Registered: resourcesOf(t, "registered"), TasksRead: !one("unread", 6), RegisteredAt: noon.Add(-time.Duration(rapid.IntRange(-5, 90).Draw(t, "age")) * time.Minute),
			Attributes: map[string]string{"ecs.instance-type": "m5.large", "a": strings.Repeat("x", rapid.SampledFrom([]int{0, 5, 300}).Draw(t, "attribute"))},
		}
		h.Remaining = h.Registered
		if one("full", 2) {
			h.Remaining = resourcesOf(t, "remaining")
		}
		if one("draining", 6) {
			h.Status = cluster.Draining
		}
		if !h.TasksRead {
			h.Tasks = countOf(t, "tasks")
		}
		s.Hosts = append(s.Hosts, h)
		g.Instances = append(g.Instances, cluster.Instance{ID: h.InstanceID, Phase: cluster.InService})
	}
	if !one("no group", 4) {
		s.Groups = []cluster.Group{g}
		if one("several", 4) {
			s.Groups = append(s.Groups, cluster.Group{Name: "h", Max: countOf(t, "max")})
		}
	}
	for i := range rapid.IntRange(0, 5).Draw(t, "services") {
		arn := fmt.Sprint("d:", i)
		service := cluster.Service{
			Name: fmt.Sprint("s", i), Active: true, Home: cluster.OnEC2, Daemon: one("daemon", 5), Rollout: rapid.SampledFrom([]cluster.Rollout{cluster.Rolling, cluster.SideBySide}).Draw(t, "rollout"),
			Desired: countOf(t, "desired"), Running: countOf(t, "running"), Pending: countOf(t, "pending"),
			MinimumHealthyPercent: countOf(t, "min %"), MaximumPercent: rapid.SampledFrom([]int{0, 100, 200, math.MaxInt32, math.MaxInt64}).Draw(t, "max %"),
			TaskDefinition: arn,
		}
		for range rapid.IntRange(0, 3).Draw(t, "deployments") {
			service.Deployments = append(service.Deployments, cluster.Deployment{Primary: true, InProgress: true, TaskDefinition: arn, Desired: countOf(t, "wants"), Running: countOf(t, "has"), Pending: countOf(t, "starts")})
		}
		if one("refused", 4) {
			service.Refused = noon.Add(-time.Minute)
		}
		d := cluster.Definition{Size: resourcesOf(t, "size"), Awsvpc: one("awsvpc", 4)}
		if one("port", 5) {
			d.Ports = []cluster.Port{{Number: 80}}
		}
		switch rapid.IntRange(0, 7).Draw(t, "constraint") {
		case 0:
			service.Constraints = []cluster.Constraint{{Type: cluster.DistinctInstance}}
		case 1:
			service.Constraints = []cluster.Constraint{{Type: cluster.MemberOf, Expression: rapid.SampledFrom([]string{
				"attribute:a =~ x*", strings.Repeat("(", 5000), strings.Repeat("!", 1900) + "attribute:a == x", "attribute:a =~ " + strings.Repeat("x{1000}", 200),
				"task:group == service:s0 or not task:group == service:s1",
			}).Draw(t, "expression")}}
		case 2:
			service.Placement = []cluster.Strategy{{Type: cluster.Binpack, Field: "memory"}}
		}
		s.Services = append(s.Services, service)
		if !one("unknown definition", 8) {
			s.Definitions[arn] = d
		}
	}
	for i := range rapid.IntRange(0, 8).Draw(t, "tasks") {
		if len(s.Hosts) == 0 || len(s.Services) == 0 {
			break
		}
		service := s.Services[rapid.IntRange(0, len(s.Services)-1).Draw(t, "of")]
		s.Tasks = append(s.Tasks, cluster.Task{ARN: fmt.Sprint("t", i), Host: s.Hosts[rapid.IntRange(0, len(s.Hosts)-1).Draw(t, "on")].ARN, Service: service.Name, Definition: service.TaskDefinition, WantedRunning: true})
	}
	for range rapid.SampledFrom([]int{0, 0, 0, 1, 40}).Draw(t, "launching") {
		s.Groups = append(slices.Clip(s.Groups), cluster.Group{Name: "l", Instances: []cluster.Instance{{ID: "new", Phase: cluster.Pending, LaunchedAt: noon.Add(-time.Minute)}}})
	}
	return s
}

// validEntry draws over all that the schema allows, its limits above all.
func validEntry(t *rapid.T) thresholds.Entry {
	percent := func(label string, from float64) float64 {
		return rapid.OneOf(rapid.Float64Range(from, 100), rapid.SampledFrom([]float64{max(from, 1), math.Nextafter(max(from, 1), 2), 50, 100})).Draw(t, label)
	}
	fields := map[string]any{}
	for _, name := range []string{"cpu", "memory", "gpu"} {
		out := percent(name+" out", 1)
		fields[name] = map[string]any{"scale_out_at": out, "scale_in_below": min(percent(name+" in", 0), math.Nextafter(out, 0))}
		if rapid.IntRange(0, 3).Draw(t, name+" null") == 0 {
			fields[name] = map[string]any{"scale_out_at": nil, "scale_in_below": percent(name+" in", 0)}
		}
	}
	limit := func(label string, low, high int) int {
		return rapid.OneOf(rapid.IntRange(low, high), rapid.SampledFrom([]int{low, high})).Draw(t, label)
	}
	if rapid.Bool().Draw(t, "headroom") {
		fields["headroom"] = map[string]any{"tasks": limit("tasks", 0, 5000), "cpu": limit("CPU", 0, 1048576), "memory": limit("MiB", 0, 67108864)}
	}
	if rapid.Bool().Draw(t, "instance") {
		fields["instance"] = map[string]any{"cpu": limit("CPU", 1, 1048576), "memory": limit("MiB", 1, 67108864), "gpu": limit("GPUs", 0, 64), "awsvpc_tasks": limit("interfaces", 0, 10000)}
	}
	text, err := json.Marshal(fields)
	if err != nil {
		t.Fatal(err)
	}
	e, err := thresholds.Parse(text, nil)
	if err != nil {
		t.Fatal(err)
	}
	return e
}
