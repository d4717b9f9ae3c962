package scaler_test

import (
	"time"

	"ecs-cluster-scaler/cluster"
	"ecs-cluster-scaler/scaler"
)

// Golden cases: failures that people met with other tools, each named after the thread that tells of it. docs/cases.md
// shows the same table.
type goldenCase struct {
	name string
	// situation and theirs stand in the documentation.
	situation, theirs string
	world             func(*world)
	signal            scaler.Signal
	gap               int
	reasons           []scaler.Reason
}

var golden = []goldenCase{
	{
		name:      "fragmentation",
		situation: "Three hosts, CPU 56 % and memory 62 % reserved, 1792 CPU free on each; a service wants one task of 2048 CPU.",
		theirs:    "Reservation alarms did nothing, because all is within the band. Schedulable-containers metrics showed 0.",
		world: func(w *world) {
			w.host(3, size(4096, 7800))
			w.service("base", 3, size(2304, 4800))
			for i := range 3 {
				w.put(i, 1, "base")
			}
			w.service("web", 1, size(2048, 1024))
		},
		signal: 1, gap: 1, reasons: []scaler.Reason{scaler.UnplacedTasks},
	},
	{
		name:      "fragmentation, asked the other way",
		situation: "The same hosts at 45 %, each with one task of 1900 CPU. By every reservation a host can be removed, but its task would fit nowhere.",
		theirs:    "Reservation alarms scaled in, the task found no room, and they scaled out again.",
		world: func(w *world) {
			w.entry.CPU.ScaleOutAt = nil
			w.host(3, size(4096, 7800))
			w.service("wide", 3, size(1900, 100))
			w.service("tall", 3, size(100, 3000))
			for i := range 3 {
				w.put(i, 1, "wide")
				w.put(i, 1, "tall")
			}
			w.service("half", 3, size(300, 200))
			for i := range 3 {
				w.put(i, 1, "half")
			}
			w.entry.CPU.ScaleInBelow, w.entry.Memory.ScaleInBelow = 60, 60
		},
		signal: 0, gap: 0, reasons: []scaler.Reason{scaler.AllBelowScaleIn, scaler.WouldNotFit},
	},
	{
		name:      "atlassian/escalator #285",
		situation: "Four hosts at 45 %. One is drained, and its tasks are not placed yet.",
		theirs:    "The ratio lost the drained capacity but kept its demand: 48 % became 74.5 % in one scan, and the host just removed was bought back.",
		world: func(w *world) {
			w.host(4, size(1000, 1000))
			w.service("web", 36, size(50, 50))
			for i := range 4 {
				w.put(i, 9, "web")
			}
			w.drain(3)
		},
		signal: 0, gap: 0, reasons: []scaler.Reason{scaler.AllBelowScaleIn, scaler.WouldBounce},
	},
	{
		name:      "atlassian/escalator #285, and no room",
		situation: "As before, but the tasks on the draining host fit on none of the others.",
		theirs:    "If the drained demand is left out everywhere, as the fix can be read, nobody sees that the drain is stuck.",
		world: func(w *world) {
			w.host(4, size(1000, 1000))
			w.service("web", 4, size(600, 200))
			for i := range 4 {
				w.put(i, 1, "web")
			}
			w.drain(3)
		},
		signal: 1, gap: 1, reasons: []scaler.Reason{scaler.UnplacedTasks},
	},
	{
		name:      "aws/containers-roadmap #653",
		situation: "A cluster without hosts and without tasks.",
		theirs:    "No tasks and no hosts are 100 % by definition. With a target below 100, two hosts were created and deleted in a loop.",
		world:     func(*world) {},
		signal:    0, gap: 0, reasons: []scaler.Reason{scaler.NoInstances},
	},
	{
		name:      "aws/containers-roadmap #900",
		situation: "One host, and one task of a tenth of it. Nothing changes from minute to minute.",
		theirs:    "A cluster with one task scaled out and in every 15 to 20 minutes.",
		world: func(w *world) {
			w.host(1, size(2048, 3900))
			w.service("web", 1, size(204, 390))
			w.put(0, 1, "web")
		},
		signal: 0, gap: 0, reasons: []scaler.Reason{scaler.AllBelowScaleIn, scaler.WouldBounce},
	},
	{
		name:      "aws/containers-roadmap #960",
		situation: "Two sizes of hosts in three zones; 14 tasks of 1000 CPU wait, a new host has 2048.",
		theirs:    "With several types or zones they add one minimum step at a time (M = N + 1), however many tasks wait.",
		world: func(w *world) {
			w.entry.Instance.CPU, w.entry.Instance.Memory = new(int64(2048)), new(int64(3900))
			w.host(2, size(2048, 3900))
			w.host(1, size(4096, 7800))
			w.service("full", 4, size(2048, 1000))
			w.put(0, 1, "full")
			w.put(1, 1, "full")
			w.put(2, 2, "full")
			w.service("web", 14, size(1000, 100))
		},
		// Beside 8192 CPU in use, 22192 of 8192 + 2048 n stay below 75 %: n = 11.
		signal: 1, gap: 11, reasons: []scaler.Reason{scaler.CPUAtScaleOut, scaler.UnplacedTasks},
	},
	{
		name:      "aws/containers-roadmap #961",
		situation: "No hosts; one task of half a host waits.",
		theirs:    "From zero they always add two hosts (M > 0 and N = 0 is 200 %).",
		world: func(w *world) {
			w.entry.Instance.CPU, w.entry.Instance.Memory = new(int64(2048)), new(int64(3900))
			w.service("web", 1, size(1000, 1000))
		},
		signal: 1, gap: 1, reasons: []scaler.Reason{scaler.UnplacedTasks},
	},
	{
		name:      "aws/containers-roadmap #1716",
		situation: "No hosts; 14 tasks of 1000 CPU wait, a new host has 2048: 7 by packing, 10 to stay under 75 %.",
		theirs:    "From zero they always add two hosts, and the rest minutes later.",
		world: func(w *world) {
			w.entry.Instance.CPU, w.entry.Instance.Memory = new(int64(2048)), new(int64(3900))
			w.service("web", 14, size(1000, 100))
		},
		signal: 1, gap: 10, reasons: []scaler.Reason{scaler.UnplacedTasks},
	},
	{
		name:      "aws/containers-roadmap #1150",
		situation: "26 nearly idle hosts.",
		theirs:    "It took hours to get from 26 hosts to 2, one at a time.",
		world: func(w *world) {
			w.host(26, size(2048, 3900))
			w.service("web", 26, size(64, 64))
			for i := range 26 {
				w.put(i, 1, "web")
			}
		},
		signal: -1, gap: -13, reasons: []scaler.Reason{scaler.AllBelowScaleIn},
	},
	{
		name:      "aws/amazon-ecs-agent #731",
		situation: "One host, one task of 1100 of its 2048 CPU, and a new revision of it: desired 1, running 1, none of the new deployment.",
		theirs:    "The roll-out waited for ever: the old task runs, so nothing seems to be missing, and the new one fits nowhere.",
		world: func(w *world) {
			w.host(1, size(2048, 3900))
			w.service("web", 1, size(1100, 1000))
			w.put(0, 1, "web")
			s := w.find("web")
			s.Deployments[0].Primary = false
			s.Deployments = append(s.Deployments, cluster.Deployment{Primary: true, InProgress: true, Desired: 1, TaskDefinition: "web:2"})
			w.s.Definitions["web:2"] = w.s.Definitions["web:1"]
		},
		signal: 1, gap: 1, reasons: []scaler.Reason{scaler.UnplacedTasks},
	},
	{
		name:      "a roll-out with room (aws/amazon-ecs-agent #731)",
		situation: "The same on a host of twice the size: the next task fits.",
		theirs:    "ECS places it.",
		world: func(w *world) {
			w.host(1, size(4096, 7800))
			w.service("web", 1, size(1100, 1000))
			w.put(0, 1, "web")
			s := w.find("web")
			s.Deployments[0].Primary = false
			s.Deployments = append(s.Deployments, cluster.Deployment{Primary: true, InProgress: true, Desired: 1, TaskDefinition: "web:2"})
			w.s.Definitions["web:2"] = w.s.Definitions["web:1"]
		},
		signal: 0, gap: 0, reasons: []scaler.Reason{scaler.AllBelowScaleIn, scaler.WouldBounce},
	},
	{
		name:      "consolidation (aws/containers-roadmap #42, #105)",
		situation: "Six hosts with one small task and a daemon each. None is empty, but three would do.",
		theirs:    "Only hosts without a task were ever removed; six stayed six for years.",
		world: func(w *world) {
			w.host(6, size(2048, 3900))
			w.service("log", 0, size(128, 128), func(s *cluster.Service, _ *cluster.Definition) { s.Daemon = true })
			w.service("web", 6, size(300, 300))
			for i := range 6 {
				w.put(i, 1, "log")
				w.put(i, 1, "web")
			}
		},
		signal: -1, gap: -3, reasons: []scaler.Reason{scaler.AllBelowScaleIn},
	},
	{
		name:      "omerxx/ecscale #6",
		situation: "A minimum of two. Two of four idle hosts drain already.",
		theirs:    "Draining hosts counted towards the minimum, and the next run drained one of the last two.",
		world: func(w *world) {
			w.s.Groups[0].Min = 2
			w.host(4, size(2048, 3900))
			w.drain(2)
			w.drain(3)
		},
		signal: 0, gap: 0, reasons: []scaler.Reason{scaler.AllBelowScaleIn, scaler.AtMinInstances},
	},
	{
		name:      "convox/rack #2724",
		situation: "A service's task is larger than a host: it needs 4096 CPU, and an instance has 2048.",
		theirs:    "They scaled out without end.",
		world: func(w *world) {
			w.host(2, size(2048, 3900))
			w.service("web", 2, size(1100, 1000))
			w.put(0, 1, "web")
			w.put(1, 1, "web")
			w.service("wide", 1, size(4096, 1000))
		},
		signal: 0, gap: 0, reasons: []scaler.Reason{scaler.WithinBand, scaler.TaskFitsNoInstance},
	},
	{
		name:      "slow boot (aws/containers-roadmap #945)",
		situation: "8 tasks wait for a host each; 8 hosts were launched 400 seconds ago and have not registered.",
		theirs:    "Launching hosts were not counted, so they were bought again.",
		world: func(w *world) {
			w.entry.Instance.CPU, w.entry.Instance.Memory = new(int64(2048)), new(int64(3900))
			w.service("web", 8, size(1500, 100))
			w.launch(8, cluster.InService, 400*time.Second)
		},
		signal: 0, gap: 0, reasons: []scaler.Reason{scaler.UnplacedTasks, scaler.InstancesLaunching},
	},
	{
		name:      "a task set that is deleted (aws/containers-roadmap #969)",
		situation: "Two hosts with one task of 1600 CPU each; the service's PRIMARY task set has its two tasks, and a DRAINING one still counts two as desired.",
		theirs:    "The desired tasks of the task set that was being deleted still counted.",
		world: func(w *world) {
			w.host(2, size(2048, 3900))
			w.service("web", 2, size(1600, 100), func(s *cluster.Service, _ *cluster.Definition) {
				s.Rollout = cluster.SideBySide
				s.Deployments = append(s.Deployments, cluster.Deployment{Stopping: true, Desired: 2, TaskDefinition: "web:0"})
			})
			w.s.Definitions["web:0"] = w.s.Definitions["web:1"]
			w.put(0, 1, "web")
			w.put(1, 1, "web")
		},
		signal: 1, gap: 1, reasons: []scaler.Reason{scaler.CPUAtScaleOut},
	},
	{
		name:      "a task that can never move (aws/containers-roadmap #2467)",
		situation: "Two nearly idle hosts; one has the task of a service with desired 1 and minimum and maximum of 100 %.",
		theirs:    "The host that was chosen drained until the deadline stopped the task, and the service had none.",
		world: func(w *world) {
			w.host(2, size(2048, 3900))
			w.service("web", 1, size(100, 100), func(s *cluster.Service, _ *cluster.Definition) { s.MaximumPercent = 100 })
			w.put(0, 1, "web")
		},
		signal: 0, gap: 0, reasons: []scaler.Reason{scaler.AllBelowScaleIn, scaler.CannotMove},
	},
	{
		name:      "a host kept aside (aws/amazon-ecs-agent #818)",
		situation: "Four nearly idle hosts, and a fifth that is DRAINING and that its group keeps in standby, for a person to look at.",
		theirs:    "The scaler waited for the draining host for days.",
		world: func(w *world) {
			w.host(5, size(2048, 3900))
			w.service("web", 4, size(200, 200))
			for i := range 4 {
				w.put(i, 1, "web")
			}
			w.s.Hosts[4].Status = cluster.Draining
			w.s.Groups[0].Desired--
			w.s.Groups[0].Instances[4].Phase, w.s.Groups[0].Instances[4].State = cluster.Aside, "Standby"
		},
		signal: -1, gap: -2, reasons: []scaler.Reason{scaler.AllBelowScaleIn},
	},
	{
		name:      "a registration that outlived its instance (aws/amazon-ecs-agent #300)",
		situation: "Four nearly idle hosts; a fifth ended while its agent was disconnected. Its registration is still ACTIVE, in no group, with a task of nearly a whole host that ECS calls RUNNING.",
		theirs:    "The task counted as running for ever, and as a task that must find another host.",
		world: func(w *world) {
			w.host(5, size(2048, 3900))
			w.service("web", 4, size(200, 200))
			for i := range 4 {
				w.put(i, 1, "web")
			}
			w.service("large", 1, size(2000, 3800))
			w.put(4, 1, "large")
			w.s.Hosts[4].Connected = false
			w.s.Groups[0].Desired--
			w.s.Groups[0].Instances = w.s.Groups[0].Instances[:4]
		},
		signal: -1, gap: -2, reasons: []scaler.Reason{scaler.AllBelowScaleIn},
	},
	{
		name:      "two instances that are no hosts any more (aws/amazon-ecs-agent #125)",
		situation: "Six hosts with one task of 1500 CPU each; two more tasks are wanted. Two instances of the group, launched hours ago, are not registered: one was deregistered and kept, and the agent of the other never started.",
		theirs:    "They looked like hosts that cannot join because of a bad image.",
		world: func(w *world) {
			w.host(6, size(2048, 3900))
			w.service("web", 8, size(1500, 1000))
			for i := range 6 {
				w.put(i, 1, "web")
			}
			w.entry.CPU.ScaleOutAt = nil
			w.launch(2, cluster.InService, 5*time.Hour)
		},
		signal: 1, gap: 2, reasons: []scaler.Reason{scaler.UnplacedTasks},
	},
	{
		name:      "hosts that take 13 minutes (aws/amazon-ecs-agent #3130)",
		situation: "One full host, one task waits; a host was launched 11 minutes ago. The group's hosts were seen to take 13 minutes to register, as Windows does.",
		theirs:    "After a fixed time the host was given up and bought again.",
		world: func(w *world) {
			w.host(1, size(2048, 3900))
			w.service("web", 2, size(1500, 1000))
			w.put(0, 1, "web")
			w.entry.CPU.ScaleOutAt = nil
			w.s.Groups[0].SlowestJoin = 13 * time.Minute
			w.launch(1, cluster.InService, 11*time.Minute)
		},
		signal: 0, gap: 0, reasons: []scaler.Reason{scaler.UnplacedTasks, scaler.InstancesLaunching},
	},
	{
		name:      "the image was mended (aws/amazon-ecs-agent #688)",
		situation: "One full host, one task waits; two hosts were launched 31 minutes ago, were watched, and never registered.",
		theirs:    "They went on buying without end. Where that was stopped, a person had to end the dead hosts.",
		world: func(w *world) {
			w.host(1, size(2048, 3900))
			w.service("web", 4, size(1500, 1000))
			w.put(0, 1, "web")
			w.entry.CPU.ScaleOutAt = nil
			w.launch(2, cluster.InService, 31*time.Minute)
			for i := range w.s.Groups[0].Instances {
				w.s.Groups[0].Instances[i].Watched = true
			}
		},
		signal: 1, gap: 1, reasons: []scaler.Reason{scaler.UnplacedTasks, scaler.InstancesNotJoining},
	},
	{
		name:      "interfaces that nobody sees (aws/containers-roadmap #1545)",
		situation: "Four hosts hold three awsvpc tasks each, at 19 % of their CPU; the service steps up by twelve, and ECS refuses one of them.",
		theirs:    "They did not consider network interfaces, and no reservation shows them.",
		world: func(w *world) {
			w.host(4, size(4096, 15000))
			w.service("edge", 24, size(256, 512), awsvpc)
			for i := range 4 {
				w.put(i, 3, "edge")
			}
			w.find("edge").Refused = now.Add(-time.Minute)
		},
		signal: 1, gap: 4, reasons: []scaler.Reason{scaler.UnplacedTasks},
	},
	{
		name:      "interfaces, and a host that has just been filled (aws/containers-roadmap #1545)",
		situation: "The same, eight tasks missing; the newest host registered 6 minutes ago and is full, and ECS refused again 1 minute ago.",
		theirs:    "As before.",
		world: func(w *world) {
			w.host(4, size(4096, 15000))
			w.service("edge", 20, size(256, 512), awsvpc)
			for i := range 4 {
				w.put(i, 3, "edge")
			}
			w.s.Hosts[3].RegisteredAt = now.Add(-6 * time.Minute)
			w.find("edge").Refused = now.Add(-time.Minute)
		},
		signal: 1, gap: 3, reasons: []scaler.Reason{scaler.UnplacedTasks},
	},
	{
		name:      "weights (aws/containers-roadmap #76)",
		situation: "Four nearly idle hosts that weigh 4 each; the group's sizes are units: MinSize 4 is one host, desired 16, MaxSize 40.",
		theirs:    "They compared a number of hosts with a size in units, and never went below four hosts.",
		world: func(w *world) {
			w.host(4, size(4096, 15000))
			w.service("web", 4, size(200, 200))
			g := &w.s.Groups[0]
			g.Unit, g.Min, g.Desired, g.Max = cluster.Weights, 4, 16, 40
			for i := range 4 {
				w.put(i, 1, "web")
				g.Instances[i].Weight = 4
			}
		},
		signal: -1, gap: -2, reasons: []scaler.Reason{scaler.AllBelowScaleIn},
	},
}
