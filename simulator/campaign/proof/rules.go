package main

import (
	"ecs-cluster-scaler/internal/mutation"
	"ecs-cluster-scaler/simulator/campaign"
)

// rule is one of the product's rules, and how it is broken.
type rule struct {
	name string
	mutation.Mutant
	// breaks are the promises of which at least one must then be broken.
	breaks []campaign.Promise
}

// rules are those that a campaign must miss when they are gone.
var rules = []rule{
	{
		name:   "a host is released only when every task is STOPPED, not merely told to stop",
		Mutant: mutation.Mutant{File: "drain/waiting.go", Find: "		case t.Stopped():\n", Replace: "		case t.Stopped() || !t.WantedRunning:\n"},
		breaks: []campaign.Promise{campaign.CompletedEarly, campaign.TaskEndedEarly},
	},
	{
		name:   "tasks that stop are listed too",
		Mutant: mutation.Mutant{File: "cluster/ecsreader/leaving_tasks.go", Find: "{types.DesiredStatusRunning, types.DesiredStatusStopped}", Replace: "{types.DesiredStatusRunning}"},
		breaks: []campaign.Promise{campaign.CompletedEarly, campaign.TaskEndedEarly},
	},
	{
		name:   "a host is released only when the services that lost a task there are at their floors",
		Mutant: mutation.Mutant{File: "drain/shortfall.go", Find: "!counted || running < floor", Replace: "!counted && running < floor"},
		breaks: []campaign.Promise{campaign.CompletedBelowFloor},
	},
	{
		name:   "a host that waits gets heartbeats",
		Mutant: mutation.Mutant{File: "drain/next.go", Find: "	s.Heartbeat = ", Replace: "	s.Heartbeat = false && "},
		breaks: []campaign.Promise{campaign.HookExpired},
	},
	{
		name:   "no -1 while hosts come",
		Mutant: mutation.Mutant{File: "scaler/scale_in.go", Find: "n := arriving(f.s, f.now);", Replace: "n := 0;"},
		breaks: []campaign.Promise{campaign.InWhileComing},
	},
	{
		name:   "the first pass that sees hosts leave says 0",
		Mutant: mutation.Mutant{File: "scaler/leaving.go", Find: "	case s.Departed > 0:", Replace: "	case s.Departed > 1000:"},
		breaks: []campaign.Promise{campaign.InOnSpentProof},
	},
	{
		name:   "as many go together as find room, whichever they are",
		Mutant: mutation.Mutant{File: "scaler/removal.go", Find: "	return mostThat(least, mostThat(least, most, listed), all)\n", Replace: "	_, _ = least, all\n	return most\n"},
		breaks: []campaign.Promise{campaign.InWouldNotFit},
	},
	{
		name:   "no -1 unless what runs finds room elsewhere",
		Mutant: mutation.Mutant{File: "scaler/scale_in.go", Find: "		objection = m.objection()\n", Replace: "		_ = m.objection()\n"},
		breaks: []campaign.Promise{campaign.InWouldNotFit},
	},
	{
		name:   "no -1 on what could not be read",
		Mutant: mutation.Mutant{File: "scaler/scale_in.go", Find: "	if len(f.s.Unread) > 0 {", Replace: "	if len(f.s.Unread) > 1000 {"},
		breaks: []campaign.Promise{campaign.InOnUnread},
	},
	{
		name:   "what is on its way is not bought again",
		Mutant: mutation.Mutant{File: "scaler/launching.go", Find: "func launching(s cluster.Snapshot, groups []cluster.Group, now time.Time) int {\n", Replace: "func launching(cluster.Snapshot, []cluster.Group, time.Time) int { return 0 }\n\nfunc _(s cluster.Snapshot, groups []cluster.Group, now time.Time) int {\n"},
		breaks: []campaign.Promise{campaign.TooManyHosts},
	},
}
