package workload

import (
	"fmt"
	"time"

	"ecs-cluster-scaler/simulator/aws"
)

// again is how long a batch client waits when ECS has refused its task.
const again = 30 * time.Second

// client starts standalone tasks, as an honest batch system does: a task that is refused is asked for again and keeps
// its duration; one that was ended from outside is run anew in full.
type client struct {
	town
	name string
	made int
}

func (t town) client(name string) *client { return &client{town: t, name: name} }

// run wants one more task, from now on.
func (c *client) run(d *aws.TaskDefinition, lasts time.Duration) { c.runOn(nil, d, lasts) }

// runOn is run, on a host if the task fits there.
func (c *client) runOn(host *aws.Host, d *aws.TaskDefinition, lasts time.Duration) {
	c.made++
	e := &errand{client: c, key: fmt.Sprintf("workload client %s %06d", c.name, c.made), task: d, lasts: lasts, on: host}
	e.since = e.World.Now()
	e.want()
}

// errand is one task's way to its end.
type errand struct {
	*client
	key   string
	task  *aws.TaskDefinition
	lasts time.Duration
	since time.Time
	on    *aws.Host // where it is to be first
}

func (e *errand) want() {
	e.World.Want(e.cluster.Name, 1, e.task.Resources)
	e.ask()
}

func (e *errand) ask() {
	_, strategy := e.Strategy.chains()
	started, _ := e.cluster.RunTask(aws.TaskRequest{
		Definition: e.task, Group: "family:" + e.task.Family, Managed: e.Policy.Managed(), Strategy: strategy,
		On: e.on, Lasts: e.lasts, Since: e.since, Finished: e.finished,
	})
	e.on = nil
	if started == nil {
		e.World.After(again, e.key, e.ask)
	}
}

func (e *errand) finished(t *aws.Task) {
	switch {
	case t.Host == nil: // a managed provider's queue gave it up: it is wanted again, and has been since the same time
		e.want()
	case t.Cause != "exit":
		e.since = e.World.Now()
		e.want()
	}
}
