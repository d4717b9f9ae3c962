package drainer

import (
	"context"
	"slices"
	"time"

	"ecs-cluster-scaler/cluster"
	"ecs-cluster-scaler/drain"
)

// readTasks reads the tasks of the view's hosts: those known from before, of all hosts together, a hundred a call; then
// host by host, where none is known or all of those have stopped, what ECS lists now.
func (d *Drainer) readTasks(ctx context.Context, v *view, now time.Time) {
	var hosts []cluster.Host
	for i := range v.picture.Terminating {
		if h := &v.picture.Terminating[i]; v.wantsTasks(h, now) {
			hosts = append(hosts, *h.Registration)
		}
	}
	answers, err := d.reader.AskAgain(ctx, v.name, hosts, v.said)
	if err != nil {
		v.fail("", err)
		return
	}
	unsettled := slices.DeleteFunc(hosts, func(r cluster.Host) bool {
		tasks, ok := d.reader.Recall(r, answers, now)
		return ok && v.show(r.InstanceID, tasks)
	})
	all := 0
	for _, h := range v.picture.Hosts {
		all += h.Tasks
	}
	listing, cancel := without(ctx, toCount)
	defer cancel()
	listed, failed := d.reader.ListTasks(listing, v.name, unsettled, all, now)
	for _, r := range unsettled {
		if tasks, read := listed[r.InstanceID]; read {
			v.show(r.InstanceID, tasks)
		}
	}
	for _, err := range failed {
		v.fail("the tasks of hosts that leave: ", err)
	}
}

func (v *view) show(instance string, tasks []cluster.TaskDetail) bool {
	for i := range v.picture.Terminating {
		if h := &v.picture.Terminating[i]; h.Instance == instance {
			h.TasksRead = true
			for _, t := range tasks {
				h.Tasks = append(h.Tasks, drain.Task{TaskDetail: t})
			}
		}
	}
	return true
}

// wantsTasks tells whether the host's step depends on its tasks: one that is ACTIVE is first set DRAINING.
func (v *view) wantsTasks(h *drain.Host, now time.Time) bool {
	r := h.Registration
	return r != nil && h.State != cluster.TerminatingProceed && r.Status != cluster.Registering &&
		(r.Status != cluster.Active || now.Sub(h.Began) >= v.deadline())
}
