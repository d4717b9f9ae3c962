package main

import "ecs-cluster-scaler/internal/mutation"

// rule is a rule of the simulated AWS. The first cell of each row of "AWS as simulated" in docs/simulator.md is one;
// the others are told in AWS's documents alone.
type rule struct {
	name    string
	mutants []mutant
}

// mutant is one line of a rule, broken: what stands there is replaced, and then AWS does what says.
type mutant struct{ says, file, find, replace string }

func (m mutant) mutation() mutation.Mutant {
	return mutation.Mutant{File: m.file, Find: m.find, Replace: m.replace}
}

// survivors are the mutants that no test kills, and why none does.
var survivors = map[string]string{
	"Agents lose their connection: and start a task that was stopped while it waited": "an agent hears of the stop in the moment in which it would start the task, so that nothing of it shows",
}

func rules() []rule {
	var all []rule
	for _, part := range [][]rule{managedScaling(), services(), hosts(), cloudWatch()} {
		all = append(all, part...)
	}
	return all
}

func managedScaling() []rule {
	const scaling, packing, draining, queue = "simulator/aws/managed_scaling.go", "simulator/aws/managed_packing.go", "simulator/aws/managed_draining.go", "simulator/aws/ecs_queue.go"
	return []rule{
		{"Managed scaling acts", []mutant{
			{"its metric comes at once", scaling, "w.after(w.Knobs.CloudWatch.ManagedMetric.of(luck),", "w.after(0*w.Knobs.CloudWatch.ManagedMetric.of(luck),"},
			{"its metric is of the minute that begins", scaling, "minute, read := minuteOf(w.now)-1,", "minute, read := minuteOf(w.now),"},
			{"it acts at once on its alarm", scaling, `c.world.after(delay, "managed "`, `c.world.after(0*delay, "managed "`},
			{"it scales out at the target", scaling, `"GreaterThanThreshold", 1, p.scaleOut`, `"GreaterThanOrEqualToThreshold", 1, p.scaleOut`},
			{"it scales out on two minutes", scaling, `"GreaterThanThreshold", 1, p.scaleOut`, `"GreaterThanThreshold", 2, p.scaleOut`},
			{"a provider that was replaced still acts", scaling, "if c.provider == p {", "if c.provider != nil {"},
		}},
		{"Managed scaling out", []mutant{
			{"rounds down", scaling, "(n*above + below*target - 1) / (below * target)", "n * above / (below * target)"},
			{"starts one instance from nothing", scaling, "wanted := 2", "wanted := 1"},
			{"takes a step beside an instance on its way", scaling, "case autoscaling.LifecycleStatePending:", "case autoscaling.LifecycleStatePendingWait:"},
			{"knows no least step", scaling, "min(max(add, c.provider.MinStep), c.provider.MaxStep)", "min(add, c.provider.MaxStep)"},
		}},
		{"Managed scaling's need", []mutant{
			{"leaves out the room that there is", packing, "for _, one := range *b {", "for _, one := range (*b)[:0] {"},
			{"packs the smallest first", packing, "return -cmp.Compare(share(", "return cmp.Compare(share("},
			{"packs two of a distinctInstance on one new instance", packing, "return distinct && o.group == t.group ||", "return"},
			{"packs two of a distinctInstance on one that runs", packing, " || distinct && b.host.groups[t.group] > 0)", ")"},
			{"packs two with the same port on one new instance", packing, "return slices.Contains(o.Definition.Ports, p)", "return false && slices.Contains(o.Definition.Ports, p)"},
			{"packs onto ports in use", packing, "b.host.taken(t.Definition.Ports) || ", ""},
			{"packs onto hosts whose agent is away", packing, "h.Status == active && h.Connected &&", "h.Status == active &&"},
			{"packs onto the room kept for daemons", packing, ".minus(h.daemonRoom)", ""},
			{"packs onto the interfaces that daemons take of a new instance", packing, "enis: kind.ENIs - enis", "enis: kind.ENIs - 0*enis"},
			{"packs onto the interfaces kept for daemons", packing, " - h.daemonENIs", ""},
		}},
		{"Managed scaling in", []mutant{
			{"takes half", scaling, "n-max(1, (n-1)/2)", "n-max(1, n/2)"},
			{"takes none of two", scaling, "n-max(1, (n-1)/2)", "n-(n-1)/2"},
			{"takes a step each minute", scaling, "p.rests = w.now.Add(w.Knobs.CloudWatch.ManagedPause)", "p.rests = w.now"},
			{"takes hosts for which a task waits", packing, " && !comes[i.Host]", ""},
		}},
		{"Managed termination protection", []mutant{
			{"stays on a host with daemons alone, whatever the knob says", packing, "c.world.Knobs.ECS.DaemonsKeepProtection && i.Host != nil", "i.Host != nil"},
			{"is taken from every host", packing, "setProtection(i, !idle || keeps)", "setProtection(i, idle && keeps)"},
		}},
		{"Managed draining", []mutant{
			{"does not wait for daemons", draining, "len(i.Host.tasks) == 0", "!i.Host.busy()"},
			{"sends no heartbeats", draining, "		i.beat(a)\n", ""},
		}},
		{"Tasks wait in PROVISIONING", []mutant{
			{"and are tried as often as services", queue, "w.boundary(w.now, 0, w.Knobs.ECS.QueueLoop)", "w.boundary(w.now, 0, w.Knobs.ECS.Loop)"},
			{"one more than the quota", queue, "limit > 0 && len(c.queue) >= limit", "limit > 0 && len(c.queue) > limit"},
			{"and the youngest is placed first", queue, "for _, t := range c.queue {", "for _, t := range slices.Backward(c.queue) {"},
			{"on hosts of any group", "simulator/aws/ecs_scheduler.go", "if s.Spec.Managed && s.Cluster.provider != nil {", "if false {"},
		}},
	}
}

func services() []rule {
	const (
		tracker, scheduler, placement, strategies = "simulator/aws/aas_service.go", "simulator/aws/ecs_scheduler.go", "simulator/aws/ecs_placement.go", "simulator/aws/ecs_strategy.go"
		task, stop, host, agent                   = "simulator/aws/ecs_task.go", "simulator/aws/ecs_stop.go", "simulator/aws/ecs_host.go", "simulator/aws/ecs_agent.go"
	)
	return []rule{
		{"Services follow their load", []mutant{
			{"out on one datapoint", tracker, "high := t.all(max(1, k.Out),", "high := t.all(1,"},
			{"in on one datapoint", tracker, "low := t.all(in,", "low := t.all(1,"},
			{"in where they are a little below the target", tracker, "p.load < k.Below*float64(p.desired)-tiny", "p.load < float64(p.desired)-tiny"},
			{"and wait with a step out too", tracker, "case n < s.Desired && w.now.Before(t.cools):", "case w.now.Before(t.cools):"},
			{"in without a cooldown", tracker, "t.cools = w.now.Add(w.Knobs.Services.Cooldown)", "t.cools = w.now"},
			{"by an older datapoint after a newer one", tracker, "|| ended.Before(t.changed) ", ""},
			{"to less than their least", tracker, "max(t.least, int(math.Ceil(", "max(0, int(math.Ceil("},
			{"by metrics of 20 seconds as late as by those of a minute", tracker, "delay = k.SecondDelay", "delay = k.MinuteDelay"},
		}},
		{"A service that fits nowhere", []mutant{
			{"waits after one refusal more", scheduler, "over >= 0 && w.Knobs.ECS.BackOff > 0", "over > 0 && w.Knobs.ECS.BackOff > 0"},
			{"waits as long each time", scheduler, "		d *= 2\n", "		d *= 1\n"},
			{"waits without a limit", scheduler, "return min(d, max(most, 0))", "return d"},
			{"is tried when a host registers, whatever the knob says", scheduler, "if !c.world.Knobs.ECS.RegistrationRetries {", "if false {"},
			{"waits as long after a success", scheduler, "s.refused, s.notBefore = 0, time.Time{}", "s.notBefore = time.Time{}"},
			{"waits on after a roll-out has begun", "simulator/aws/ecs_service.go", "s.refused, s.notBefore, s.trying = 0, time.Time{}, time.Time{}", "s.trying = time.Time{}"},
		}},
		{"Tasks are placed", []mutant{
			{"onto DRAINING hosts too", placement, "if h.Status != active {", "if h.Status == inactive {"},
			{"on a host without an interface left", placement, "r.definition.Awsvpc && enis < 1", "r.definition.Awsvpc && enis < 0"},
			{"on interfaces kept for daemons", placement, "enis -= h.daemonENIs", "enis -= 0"},
			{"twice on a host in spite of distinctInstance", placement, "r.distinct && h.groups[r.group] > 0", "r.distinct && h.groups[r.group] > 1"},
			{"by memberOf on hosts without the attribute", placement, "if h.Attributes[name] != value {", `if h.Attributes[name] != "" && h.Attributes[name] != value {`},
			{"by binpack onto the emptiest host", strategies, "score[i] = h.Total.Memory - h.allocated.Memory", "score[i] = h.allocated.Memory"},
			{"by default over zones alone", strategies, `{{"spread", byZone}, {"spread", byInstance}}`, `{{"spread", byZone}}`},
			{"and balanced only where zones differ by three", "simulator/aws/ecs_rebalance.go", "tasks[heavy]-tasks[light] < 2", "tasks[heavy]-tasks[light] < 3"},
		}},
		{"A load balancer", []mutant{
			{"has a task healthy as soon as no load balancer would", task, "d = max(spec.TargetHealthy, time.Nanosecond)", "d = knobs.Healthy"},
			{"does not wait for the container's health check", task, "d = max(d, knobs.HealthCheck)", "d = max(d, 0)"},
			{"lets a task go at once", stop, "t.next(t.Service.Spec.Deregistration, t.terminate)", "t.next(0, t.terminate)"},
			{"keeps a task that never ran", stop, "deregisters := t.Last == taskRunning && t.Service != nil", "deregisters := t.Service != nil"},
			{"lets an instance go at once", "simulator/aws/asg_hook.go", `g.world.after(g.Spec.Deregistration, "hooks "`, `g.world.after(0, "hooks "`},
		}},
		{"Agents lose their connection", []mutant{
			{"once", agent, "h.blink(n + 1)", "_ = n"},
			{"for the shortest time each", agent, "max(w.Knobs.ECS.Blink.of(luck), time.Millisecond)", "max(w.Knobs.ECS.Blink.Min, time.Millisecond)"},
			{"and a host that ends meanwhile is deregistered", host, "known := h.Connected", "known := true"},
			{"and do meanwhile what ECS wants", agent, "		h.unreached = append(h.unreached, do)\n", "		do()\n"},
			{"and start a task that was stopped while it waited", agent, "if first.Desired == taskRunning {", "if first != nil {"},
			{"and start a task while its interface is still held", agent, "d.Awsvpc && h.heldENIs >= h.ENIs", "d.Awsvpc && h.heldENIs > h.ENIs"},
		}},
		{"Daemons", []mutant{
			{"are stopped first on a DRAINING host", host, "if h.Status != draining || h.ended || slices.ContainsFunc(h.tasks, (*Task).replica) {", "if h.Status != draining || h.ended {"},
			{"are not started again after their end", stop, "		s.lacks(t.Host)\n", ""},
			{"of an older revision stay", "simulator/aws/ecs_daemon.go", "t.Desired != taskRunning || t.Deployment == s.primary() || t.leaving()", "true"},
		}},
		{"Roll-outs", []mutant{
			{"break after as many failures as tasks are desired", "simulator/aws/ecs_rollout.go", "min(max((desired+1)/2, 3), 200)", "min(max(desired, 3), 200)"},
			{"are over while older tasks run", "simulator/aws/ecs_rollout.go", "steady := len(kept) == 1 &&", "steady :="},
		}},
		{"Task protection", []mutant{
			{"does not hold a scale-in", "simulator/aws/ecs_stop_order.go", "		if t.protected() {", "		if false {"},
		}},
	}
}

func hosts() []rule {
	const step, hook, zone, rebalance, group = "simulator/aws/asg_step.go", "simulator/aws/asg_hook.go", "simulator/aws/asg_zone.go", "simulator/aws/asg_rebalance.go", "simulator/aws/asg_group.go"
	return []rule{
		{"Zones are rebalanced", []mutant{
			{"only where they differ by three", rebalance, "full.instances-empty.instances < 2", "full.instances-empty.instances < 3"},
			{"into a zone without capacity", rebalance, "!g.refuses(p.zone) && (empty == nil", "(empty == nil"},
			{"within the maximum", rebalance, "range g.Max + max(1, g.Max/10) - g.Desired", "range g.Max - g.Desired"},
			{"by launching in the fullest", zone, "best == nil || p.instances < best.instances ||", "best == nil || p.instances > best.instances ||"},
			{"by terminating first", group, "surplus = max(min(surplus, 0), surplus-g.moving)", "surplus += 0"},
		}},
		{"Step policies", []mutant{
			{"round less than one instance to none", step, "	case n != 0:\n", "	case n >= 0:\n"},
			{"add up while instances warm up", step, "max(g.Desired, within(current+p.hosts(change, current)))", "within(g.Desired + p.hosts(change, current))"},
			{"know no warm-up of the group", step, "		return g.Spec.Warmup\n", "		return defaultCooldown\n"},
			{"go by the smallest capacity", step, `if by == "" || n > best {`, `if by == "" || n < best {`},
			{"run while AlarmNotification is suspended", step, ` || g.Suspended["AlarmNotification"]`, ""},
		}},
		{"Lifecycle hooks", []mutant{
			{"hold for 48 hours whatever their heartbeat", hook, "min(longestHook, mostHeartbeats*h.Heartbeat)", "longestHook"},
			{"continue where DefaultResult is not set", hook, `if result == abandon || result == "" {`, "if result == abandon {"},
			{"that expire continue whatever their default", hook, "i.complete(a, a.hook.Default)", `i.complete(a, "CONTINUE")`},
			{"wait for the others after ABANDON", hook, "		i.endActions()\n", ""},
		}},
		{"Scale-in protection", []mutant{
			{"does not hold a scale-in", zone, "full[i.Zone] && i.State == inService && !i.Protected", "full[i.Zone] && i.State == inService"},
		}},
		{"Spot interruptions", []mutant{
			{"come without a warning", "simulator/aws/ec2_failure.go", "w.after(w.Knobs.EC2.SpotWarning,", "w.after(0,"},
		}},
	}
}

func cloudWatch() []rule {
	const alarm, evaluate, fast, lists, data, knobs = "simulator/aws/cloudwatch_alarm.go", "simulator/aws/cloudwatch_evaluate.go", "simulator/aws/cloudwatch_fast.go", "simulator/aws/api_ecs_lists.go", "simulator/aws/api_metric_data.go", "simulator/aws/knobs_file.go"
	return []rule{
		{"Alarms", []mutant{
			{"do not breach at the threshold", evaluate, "return v >= s.Threshold", "return v > s.Threshold"},
			{"with too few datapoints that breach stay", evaluate, "breaching+missing >= s.Datapoints", "breaching+missing > s.Datapoints"},
			{"are early where the oldest datapoint is new", evaluate, "onlyBreaching && oldest(points) >= s.Datapoints", "onlyBreaching"},
			{"take periods of five minutes for minutes", evaluate, "		to -= period\n", "		to--\n"},
			{"are evaluated at once", alarm, `w.after(evaluation, "alarm "`, `w.after(0*evaluation, "alarm "`},
			{"act at once", alarm, `w.after(delay, "action "`, `w.after(0*delay, "action "`},
		}},
		{"CPUReservation and MemoryReservation", []mutant{
			{"come at once", "simulator/aws/cloudwatch_metric.go", "w.after(w.Knobs.CloudWatch.OwnMetrics,", "w.after(0,"},
			{"are the last sample", "simulator/aws/ecs_metrics.go", "d.add(datapoint{count: 1, sum: v, low: v, high: v})", "d = datapoint{count: 1, sum: v, low: v, high: v}"},
			{"count tasks that do not run yet", "simulator/aws/ecs_host.go", "switch by.running {", "switch by.placed {"},
		}},
		{"`schedulable-N` counts", []mutant{
			{"hosts whose agent is connected", "simulator/policy/schedulable.go", "ecs.ListContainerInstancesInput{Cluster: &cluster,", `ecs.ListContainerInstancesInput{Cluster: &cluster, Filter: sdk.String("agentConnected == true"),`},
		}},
		{"ListContainerInstances and ListTasks", []mutant{
			{"show hosts that were not there yet", lists, "h.Registered.After(then) || h.statusAt(then) == inactive", "h.statusAt(then) == inactive"},
			{"show a stop before it came", lists, "		return taskRunning\n", "		return taskStopped\n"},
			{"show a host's new status", lists, "		return h.before\n", "		return h.Status\n"},
		}},
		{"PutMetricData", []mutant{
			{"is seen at once, whatever the knob says", "simulator/aws/api_cloudwatch.go", "w.after(late.of(luck),", "w.after(0*late.of(luck),"},
			{"of one minute twice keeps the last", "simulator/aws/cloudwatch_metric.go", "		at.add(d)\n", "		*at = d\n"},
		}},
		{"An alarm of 10 s", []mutant{
			{"is evaluated at once", fast, "w.Knobs.CloudWatch.FastEvaluation.of(luck)", "0*w.Knobs.CloudWatch.FastEvaluation.of(luck)"},
			{"forgets a datum after its period", fast, "min(int(lasts/a.spec.Period), keptTens/int(period))", "1"},
			{"acts once and never again", fast, " || w.Knobs.CloudWatch.FastRepeats || w.now.Sub(a.acted) >= time.Minute", ""},
			{"acts at each evaluation", fast, "w.Knobs.CloudWatch.FastRepeats ||", "true ||"},
			{"sees a datum of a minute at any second", fast, "tenOf(at.Truncate(time.Minute))", "tenOf(at)"},
			{"does not see data of high resolution apart", fast, "return tenOf(at), nil", "return tenOf(at.Truncate(time.Minute)), nil"},
			{"aggregates no data of one period", fast, "at.add(d)", "*at = d"},
			{"forgets when it acted once it is replaced", alarm, "made.acted = true, old.state, old.acted", "made.acted = true, old.state, made.acted"},
		}},
		{"A step policy goes by", []mutant{
			{"the newest datapoint, whatever the knob says", alarm, "if w.Knobs.CloudWatch.NewestAlone {", "if len(values) > 0 {"},
			{"all of them, whatever the knob says", alarm, "		values = values[:1]\n", ""},
		}},
		{"GetMetricData", []mutant{
			{"shows the oldest first", data, "if order != types.ScanByTimestampAscending {", "if order == types.ScanByTimestampAscending {"},
			{"has periods begin where the call says", data, "at := start.Truncate(period)", "at := start"},
			{"shows what was asked for as a part alone", data, "q.ReturnData == nil || *q.ReturnData", "q.ReturnData == nil || !*q.ReturnData"},
		}},
		{"The knobs file", []mutant{
			{"takes the last of two values", knobs, "		case seen[name]:\n", "		case seen[name] && false:\n"},
			{"takes parts of a millisecond", knobs, "case d%time.Millisecond != 0:", "case d%time.Nanosecond != 0:"},
			{"takes a distribution that is upside down", knobs, "if low > high {", "if low > high+time.Hour {"},
			{"takes a number below its bounds", knobs, "float64(n) < k.Least || ", ""},
			{"takes a time above its bounds", knobs, "d < least || d > most", "d < least"},
			{"does not take a byte order mark", knobs, `bytes.TrimPrefix(text, []byte("\ufeff"))`, "text"},
		}},
	}
}
