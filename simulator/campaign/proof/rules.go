package main

import "ecs-cluster-scaler/simulator/campaign"

// rule is one of the product's rules, and how it is broken: what stands once in a file is replaced.
type rule struct {
	name, file, find, replace string
	// breaks are the promises of which at least one must then be broken.
	breaks []campaign.Promise
}

// rules are those that a campaign must miss when they are gone.
var rules = []rule{
	{
		name: "a host is released only when every task is STOPPED, not merely told to stop",
		file: "drain/waiting.go", find: "		case t.Stopped():\n", replace: "		case t.Stopped() || !t.WantedRunning:\n",
		breaks: []campaign.Promise{campaign.CompletedEarly, campaign.TaskEndedEarly},
	},
	{
		name: "tasks that stop are listed too",
		file: "cluster/ecsreader/leaving_tasks.go",
		find: "{types.DesiredStatusRunning, types.DesiredStatusStopped}", replace: "{types.DesiredStatusRunning}",
		breaks: []campaign.Promise{campaign.CompletedEarly, campaign.TaskEndedEarly},
	},
	{
		name: "a host is released only when the services that lost a task there are at their floors",
		file: "drain/shortfall.go", find: "!counted || running < floor", replace: "!counted && running < floor",
		breaks: []campaign.Promise{campaign.CompletedBelowFloor},
	},
	{
		name: "a host that waits gets heartbeats",
		file: "drain/next.go", find: "	s.Heartbeat = ", replace: "	s.Heartbeat = false && ",
		breaks: []campaign.Promise{campaign.HookExpired},
	},
	{
		name: "no -1 while hosts come",
		file: "scaler/scale_in.go", find: "n := arriving(f.s, f.now);", replace: "n := 0;",
		breaks: []campaign.Promise{campaign.InWhileComing},
	},
	{
		name: "no -1 while hosts leave",
		file: "scaler/scale_in.go", find: "n := leaving(f.s);", replace: "n := 0;",
		breaks: []campaign.Promise{campaign.InWhileLeaving},
	},
	{
		name: "no -1 unless what runs finds room elsewhere",
		file: "scaler/scale_in.go", find: "		objection = m.objection()\n", replace: "		_ = m.objection()\n",
		breaks: []campaign.Promise{campaign.InWouldNotFit},
	},
	{
		name: "no -1 on what could not be read",
		file: "scaler/scale_in.go", find: "	if len(f.s.Unread) > 0 {", replace: "	if len(f.s.Unread) > 1000 {",
		breaks: []campaign.Promise{campaign.InOnUnread},
	},
	{
		name: "what is on its way is not bought again",
		file: "scaler/launching.go",
		find: "func launching(s cluster.Snapshot, groups []cluster.Group, now time.Time) int {\n", replace: "func launching(cluster.Snapshot, []cluster.Group, time.Time) int { return 0 }\n\nfunc _(s cluster.Snapshot, groups []cluster.Group, now time.Time) int {\n",
		breaks: []campaign.Promise{campaign.TooManyHosts},
	},
}
