package campaign

import (
	"fmt"
	"slices"
	"time"

	"ecs-cluster-scaler/simulator/aws"
	"ecs-cluster-scaler/simulator/policy"
)

// editEntry is the kind of act that needs an entry.
const editEntry = "edit entry"

// actKinds are the kinds of acts, each as often as it is drawn: what happens daily more often than disasters.
var actKinds = []string{
	"set desired", "set desired", "set desired", "set desired", "roll out", "roll out", "roll out", "run tasks", "run tasks", "run tasks",
	"lower group", "lower group", "kill agent", "break host", "fail zone", "interrupt", "bad image", "no capacity", "suspend",
	"protect host", "protect tasks", "scale to zero", "delete service", "faulty edit", editEntry, "switch colour", "larger task", "other type",
}

// disturbing are the kinds after which more hosts than the demand needs are legitimate.
var disturbing = []string{"kill agent", "break host", "fail zone", "interrupt", "bad image", "no capacity", "suspend", "other type"}

// acts are what each kind does.
var acts = map[string]func(*town, Act){
	"set desired": func(t *town, a Act) {
		if s := t.service(a.A); s != nil && !s.Spec.Daemon {
			s.SetDesired(a.B % 14)
		}
	},
	"roll out":    (*town).rollOut,
	"larger task": (*town).rollOut,
	"run tasks":   (*town).runTasks,
	"lower group": func(t *town, a Act) {
		g := t.group(a.A)
		g.SetDesired(g.Desired - 1 - a.B%3)
	},
	"kill agent":  onInstance((*aws.World).KillAgent),
	"break host":  onInstance((*aws.World).Fail),
	"interrupt":   onInstance((*aws.World).Interrupt),
	"fail zone":   func(t *town, _ Act) { t.World.FailZone(zones()[0], 20*time.Minute) },
	"bad image":   func(t *town, a Act) { t.forAWhile(a, t.group(a.A).SetBadImage) },
	"no capacity": func(t *town, a Act) { t.forAWhile(a, func(on bool) { t.group(a.A).SetNoCapacity("*", on) }) },
	"suspend":     (*town).suspend,
	"other type": func(t *town, a Act) {
		n := a.A % len(t.groups)
		t.groups[n].SetType(typeOf(t.plan.Groups[n], 1+a.B%2))
	},
	"protect host":   (*town).protectHost,
	"protect tasks":  (*town).protectTasks,
	"scale to zero":  func(t *town, _ Act) { t.limitAll(0, 0) },
	"delete service": func(t *town, a Act) { t.deleteService(a) },
	"faulty edit": func(t *town, _ Act) {
		t.World.PutParameter(policy.EntryName(t.plan.Name), `{"cpu": {"scale_out_at": "high"}}`)
	},
	editEntry:       (*town).edit,
	"switch colour": (*town).switchColour,
}

// do does an act and tells of it.
func (t *town) do(a Act) {
	t.story.note(fmt.Sprintf("%s: %s (%d, %d)", t.plan.Name, a.Kind, a.A, a.B))
	if slices.Contains(disturbing, a.Kind) {
		t.judge.disturbed[t.plan.Name] = true
	}
	acts[a.Kind](t, a)
}

// forAWhile switches something on, and off again.
func (t *town) forAWhile(a Act, switched func(on bool)) {
	switched(true)
	t.World.After(time.Duration(5+a.B%40)*time.Minute, "plan end "+a.Kind+" "+t.plan.Name, func() { switched(false) })
}

func onInstance(do func(*aws.World, *aws.Instance)) func(*town, Act) {
	return func(t *town, a Act) {
		if i := t.instance(a.B); i != nil {
			do(t.World, i)
		}
	}
}

// rollOut deploys the next revision, which may crash, never get healthy, or be larger.
func (t *town) rollOut(a Act) {
	s := t.service(a.A)
	if s == nil {
		return
	}
	d := *t.first[s.Spec.Name]
	t.deployed++
	d.Revision += t.deployed
	if a.B%9 == 0 {
		d.Crashes = 20 * time.Second
	}
	d.NeverHealthy = a.B%10 == 0
	if a.B%4 == 0 || a.Kind == "larger task" {
		d.Resources.CPU += 128 * (1 + a.B%3)
	}
	s.Deploy(&d)
}

func (t *town) runTasks(a Act) {
	for n := range 1 + a.B%5 {
		d := &aws.TaskDefinition{
			Family: t.plan.Name + "-job", Revision: 1 + a.A%3, Resources: aws.Resources{CPU: 256 + a.A%3*256, Memory: 512},
			Starts: time.Second, StopTimeout: 30 * time.Second, Stops: 5 * time.Second,
		}
		t.World.Want(t.plan.Name, 1, d.Resources)
		t.ask(fmt.Sprintf("plan ask %s %d %d %d", t.plan.Name, a.Minute, a.B, n), d, time.Duration(1+a.B%100)*time.Minute)
	}
}

// ask runs a task, and again each half minute while ECS refuses it.
func (t *town) ask(key string, d *aws.TaskDefinition, lasts time.Duration) {
	started, _ := t.cluster.RunTask(aws.TaskRequest{Definition: d, Group: "family:" + d.Family, Lasts: lasts})
	if started == nil {
		t.World.After(30*time.Second, key, func() { t.ask(key, d, lasts) })
	}
}

func (t *town) suspend(a Act) {
	g := t.group(a.A)
	process := []string{"Launch", "Terminate", "AlarmNotification", "HealthCheck", ""}[a.B%5]
	t.forAWhile(a, func(on bool) { g.Suspend(process, on) })
}

func (t *town) protectHost(a Act) {
	if i := t.instance(a.B); i != nil {
		i.Group.SetProtection(i, true)
	}
}

func (t *town) protectTasks(a Act) {
	if s := t.service(a.A); s != nil {
		for _, task := range s.Tasks() {
			if s.Spec.Daemon || task.Desired != "RUNNING" {
				continue // daemons go with their hosts, and what was told to stop cannot be protected
			}
			task.Protect(time.Duration(10+a.B%100) * time.Minute)
		}
	}
}

func (t *town) deleteService(a Act) {
	if s := t.service(a.A); s != nil {
		s.Delete()
	}
}

func (t *town) limitAll(least, most int) {
	for _, g := range t.groups {
		g.SetLimits(least, most)
	}
}

func (t *town) edit(a Act) {
	t.World.PutParameter(policy.EntryName(t.plan.Name), string(a.Entry.text()))
	t.judge.edited(t.plan.Name, *a.Entry)
}

// switchColour makes the second group the active one and empties the first ten minutes later.
func (t *town) switchColour(Act) {
	if len(t.groups) < 2 {
		return
	}
	old, next := t.groups[0], t.groups[1]
	next.SetLimits(old.Min, old.Max)
	next.SetDesired(old.Desired)
	t.Policy.Activate(t.cluster, next)
	t.World.After(10*time.Minute, "plan empty "+t.plan.Name, func() {
		old.SetLimits(0, old.Max)
		old.SetDesired(0)
	})
}
