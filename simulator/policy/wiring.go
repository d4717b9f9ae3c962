package policy

import (
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"time"

	"ecs-cluster-scaler/cluster/ecsreader"
	"ecs-cluster-scaler/internal/alarms"
	"ecs-cluster-scaler/internal/metrics"
	"ecs-cluster-scaler/internal/settings"
	"ecs-cluster-scaler/simulator/aws"
)

// The policies of this project, by what their Auto Scaling group follows: Signal one host at a time both ways, Surge as
// many as are missing and one less at a time, Gap as many as are missing or can be removed.
const (
	Signal = "signal"
	Surge  = "surge"
	Gap    = "gap"
)

// followed are the alarms of each.
var followed = map[string][]string{
	Signal: {alarms.Out, alarms.In},
	Surge:  {alarms.Out, alarms.OutBySize, alarms.In},
	Gap:    {alarms.Out, alarms.OutBySize, alarms.InBySize},
}

const (
	// warmup is what terraform/modules/cluster gives the policies unless told otherwise.
	warmup = 180 * time.Second
	// HookName is the hook that the drainer completes.
	HookName = "ecs-cluster-scaler-drain"
	// ConfigPath is where entries are.
	ConfigPath = "/ecs-cluster-scaler"
	namespace  = "ECSClusterScaler"
)

// Settings are what the two functions run with.
func Settings() settings.Settings {
	return settings.Settings{ConfigPath: ConfigPath, Namespace: namespace, Metrics: metrics.Everything, DrainHooks: []string{HookName}}
}

// EntryName is the SSM parameter of a cluster's entry.
func EntryName(cluster string) string { return ConfigPath + "/clusters/" + cluster }

// Wiring is what Terraform puts around the two functions: tags and hooks on the groups, entries, alarms and step
// policies.
type Wiring struct {
	// Follows is what the groups follow: [Signal], [Surge] or [Gap].
	Follows string
	// Hooks are those of every group.
	Hooks []aws.HookSpec
	// Untagged: the groups do not name their stack, as before Terraform wrote that tag.
	Untagged bool
	// Entry is a cluster's entry, as JSON.
	Entry func(cluster string) []byte
	// Pace is how often the alarm looks that scales out by size; zero is the default.
	Pace alarms.Pace

	world  *aws.World
	active map[string]*aws.Group
}

// Name is what the groups follow.
func (w *Wiring) Name() string { return w.Follows }

// Managed says that ECS does not scale the groups.
func (*Wiring) Managed() bool { return false }

// Prepare gives the group what terraform/modules/capacity gives it.
func (w *Wiring) Prepare(spec *aws.GroupSpec, active bool) {
	tags := map[string]string{ecsreader.ClusterTag: spec.Cluster}
	if !w.Untagged {
		tags[ecsreader.ConfigPathTag] = ConfigPath
	}
	if active {
		tags[ecsreader.ActiveTag] = "true"
	}
	spec.Tags = tags
	spec.Hooks = append(spec.Hooks, w.Hooks...)
}

// connect writes the cluster's entry and makes its alarms. It says whether the world was not known before, so that nothing
// invokes the functions yet.
func (w *Wiring) connect(world *aws.World, c *aws.Cluster, active *aws.Group) (first bool) {
	first = w.world == nil
	if first {
		w.world, w.active = world, map[string]*aws.Group{}
	}
	w.ScaleIn(c, true)
	w.Activate(c, active)
	return first
}

// Install connects a cluster with functions that somebody else invokes.
func (w *Wiring) Install(world *aws.World, c *aws.Cluster, active *aws.Group) {
	w.connect(world, c, active)
}

// ScaleIn overwrites the entry.
func (w *Wiring) ScaleIn(c *aws.Cluster, on bool) {
	entry := w.Entry(c.Name)
	if !on {
		fields := map[string]any{}
		_ = json.Unmarshal(entry, &fields) // whoever gave it has seen that it is JSON; what is wrong with it the publisher says
		fields["scale_in"] = false
		entry, _ = json.Marshal(fields)
	}
	w.world.PutParameter(EntryName(c.Name), string(entry))
}

// Activate moves the tag and the alarms.
func (w *Wiring) Activate(c *aws.Cluster, g *aws.Group) {
	if before := w.active[c.Name]; before != nil {
		before.SetTag(ecsreader.ActiveTag, "")
	}
	w.active[c.Name] = g
	g.SetTag(ecsreader.ActiveTag, "true")
	table := alarms.Contract()
	for _, name := range followed[w.Follows] {
		w.put(c, g, name, table)
	}
}

func (w *Wiring) put(c *aws.Cluster, g *aws.Group, name string, table alarms.Table) {
	alarm, pace := table.Alarms[name], cmp.Or(w.Pace, table.Paces()[0])
	var actions []aws.AlarmAction
	for _, policy := range slices.Sorted(maps.Keys(alarm.Policies)) {
		steps := make([]aws.Step, 0, len(alarm.Policies[policy]))
		for _, s := range alarm.Policies[policy] {
			steps = append(steps, aws.Step{Lower: s.From, Upper: s.To, Change: s.Change})
		}
		policy = "ecs-cluster-scaler-" + alarm.PolicyName(policy, pace)
		g.PutStepPolicy(policy, table.MetricAggregationType, warmup, steps)
		actions = append(actions, aws.AlarmAction{Group: g, Policy: policy})
	}
	w.world.PutAlarm(aws.AlarmSpec{
		Name: "ecs-cluster-scaler-" + c.Name + "-" + name, Namespace: namespace, Metric: alarm.Metric,
		Dimensions: map[string]string{"ClusterName": c.Name},
		Statistic:  table.Statistic, Period: table.Period(alarm, pace),
		Evaluation: alarm.EvaluationPeriods, Datapoints: alarm.DatapointsToAlarm,
		Comparison: alarm.Comparison, Threshold: alarm.Threshold, TreatMissing: table.TreatMissingData,
		Actions: actions,
	})
}
