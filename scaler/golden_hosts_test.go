package scaler_test

import (
	"ecs-cluster-scaler/cluster"
	"ecs-cluster-scaler/scaler"
)

// bound makes a service one that is placed through capacity providers.
func bound(providers ...string) func(*cluster.Service, *cluster.Definition) {
	return func(s *cluster.Service, _ *cluster.Definition) { s.Providers = providers }
}

func of(provider string) func(*cluster.Host) {
	return func(h *cluster.Host) { h.Provider = provider }
}

func attribute(name, value string) func(*cluster.Host) {
	return func(h *cluster.Host) { h.Attributes[name] = value }
}

func onlyOn(expression string) func(*cluster.Service, *cluster.Definition) {
	return func(s *cluster.Service, _ *cluster.Definition) {
		s.Constraints = []cluster.Constraint{{Type: cluster.MemberOf, Expression: expression}}
	}
}

// into adds hosts to the named group, which it makes.
func (w *world) into(group string, n int, of cluster.Resources, change ...func(*cluster.Host)) {
	for i := range w.s.Groups {
		if w.s.Groups[i].Name == group {
			w.s.Groups[0], w.s.Groups[i] = w.s.Groups[i], w.s.Groups[0]
			w.host(n, of, change...)
			w.s.Groups[0], w.s.Groups[i] = w.s.Groups[i], w.s.Groups[0]
			return
		}
	}
	w.s.Groups = append(w.s.Groups, cluster.Group{Name: group, Max: 10_000})
	w.into(group, n, of, change...)
}

// marked makes the named group the active one.
func (w *world) marked(group string) {
	for i := range w.s.Groups {
		w.s.Groups[i].TaggedActive = w.s.Groups[i].Name == group
	}
}

// twoProviders are two full hosts of provider od, in the group that follows the signal, and three idle ones of provider spot.
func twoProviders(w *world, desired int) {
	w.s.Groups = nil
	w.s.ProviderGroups = map[string]string{"od": "web-od", "spot": "web-spot"}
	w.into("web-od", 2, size(2048, 3900), of("od"))
	w.into("web-spot", 3, size(2048, 3900), of("spot"))
	w.marked("web-od")
	w.service("db", desired, size(1600, 500), bound("od"))
	w.put(0, 1, "db")
	w.put(1, 1, "db")
}

// Golden cases about what a new host is, and who may run where.
var goldenHosts = []goldenCase{
	{
		name:      "aws/containers-roadmap #1859",
		situation: "Two hosts of capacity provider od with one task of 1600 CPU each, three idle hosts of provider spot; the service names only od.",
		theirs:    "The idle hosts count as room. A host of od is removed, and its task fits nowhere.",
		world:     func(w *world) { twoProviders(w, 2) },
		signal:    0, gap: 0, reasons: []scaler.Reason{scaler.AllBelowScaleIn, scaler.WouldNotFit},
	},
	{
		name:      "aws/containers-roadmap #391",
		situation: "The same hosts; the service wants two tasks more.",
		theirs:    "Three hosts are idle, so nothing is bought. ECS places the tasks on none of them.",
		world:     func(w *world) { twoProviders(w, 4) },
		signal:    1, gap: 2, reasons: []scaler.Reason{scaler.UnplacedTasks},
	},
	{
		name:      "aws/containers-roadmap #391, and the provider's group does not follow the signal",
		situation: "The service names spot, whose group does not follow the signal, and its three hosts are full.",
		theirs:    "Hosts are bought in a group on which ECS never places the task.",
		world: func(w *world) {
			twoProviders(w, 2)
			w.service("batch", 4, size(1600, 500), bound("spot"))
			w.put(2, 1, "batch")
			w.put(3, 1, "batch")
			w.put(4, 1, "batch")
			w.entry.CPU.ScaleOutAt, w.entry.CPU.ScaleInBelow = nil, 70
		},
		signal: 0, gap: 0, reasons: []scaler.Reason{scaler.WithinBand, scaler.TaskFitsNoInstance},
	},
	{
		name:      "aws/amazon-ecs-agent #551",
		situation: "Two idle hosts, on which the agent keeps port 22 for itself; a service maps host port 22.",
		theirs:    "They bought one host after another. Each new one keeps the port as well.",
		world: func(w *world) {
			w.host(2, size(2048, 3900), func(h *cluster.Host) {
				h.Ports = []cluster.Port{{Number: 22}, {Number: 2375}, {Number: 2376}, {Number: 51678}, {Number: 51679}}
			})
			w.service("sftp", 1, size(100, 100), func(_ *cluster.Service, d *cluster.Definition) { d.Ports = []cluster.Port{{Number: 22}} })
		},
		signal: 0, gap: 0, reasons: []scaler.Reason{scaler.AllBelowScaleIn, scaler.WouldNotFit, scaler.TaskFitsNoInstance},
	},
	{
		name:      "aws/containers-roadmap #1717",
		situation: "One host of 8192 CPU with a task of 6144, and two of 2048 that came up since; another such task waits.",
		theirs:    "They assume that a new host is as large as the largest, and buy one small host after another, up to MaxSize.",
		world: func(w *world) {
			w.host(1, size(8192, 30000))
			w.service("big", 2, size(6144, 10000))
			w.put(0, 1, "big")
			w.host(2, size(2048, 7700))
		},
		signal: 0, gap: 0, reasons: []scaler.Reason{scaler.WithinBand, scaler.TaskFitsNoInstance},
	},
	{
		name:      "kubernetes/autoscaler #3869",
		situation: "One group has two hosts of 16384 CPU without a GPU. The active group has one host of 4096 CPU whose GPU is in use. Another task wants a GPU.",
		theirs:    "They assume that a new host has no GPU, and give the task up.",
		world: func(w *world) {
			w.s.Groups = nil
			w.into("web-cpu", 2, size(16384, 30000))
			w.into("web-gpu", 1, cluster.Resources{CPU: 4096, Memory: 15000, GPU: 1})
			w.marked("web-gpu")
			w.service("infer", 2, cluster.Resources{CPU: 1000, Memory: 4000, GPU: 1})
			w.put(2, 1, "infer")
		},
		signal: 1, gap: 1, reasons: []scaler.Reason{scaler.UnplacedTasks},
	},
	{
		name:      "aws/amazon-ecs-agent #2078",
		situation: "A group of t3 and c5 hosts whose newest is a c5. A service that runs only on t3 has filled the t3 hosts and wants one more task.",
		theirs:    "They assume that a new host is like the newest, and give the task up.",
		world: func(w *world) {
			w.host(1, size(2048, 3900), attribute(cluster.TypeAttribute, "t3.medium"))
			w.host(1, size(2048, 3900), attribute(cluster.TypeAttribute, "c5.large"))
			w.service("web", 2, size(1500, 1000), onlyOn("attribute:ecs.instance-type =~ t3.*"))
			w.put(0, 1, "web")
		},
		signal: 1, gap: 1, reasons: []scaler.Reason{scaler.UnplacedTasks},
	},
}
