package policy

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"ecs-cluster-scaler/simulator/aws"
)

const (
	peerHook = "drain"
	// peerDeadline is how long a drain function that waits inside one invocation can wait, 15 minutes
	// (https://docs.aws.amazon.com/lambda/latest/dg/configuration-timeout.html); peerPoll is how often it looks.
	peerDeadline, peerPoll = 15 * time.Minute, 10 * time.Second
)

// peer is what the policies that are not ours share: a drain function as the better ones of the field are written. It
// sets the host DRAINING, looks every ten seconds whether all its tasks are STOPPED, and completes the hook then or after
// a quarter of an hour. It does not know services' floors.
type peer struct {
	world  *aws.World
	active map[string]*aws.Group
}

func (*peer) Managed() bool { return false }

func (*peer) Prepare(spec *aws.GroupSpec, _ bool) {
	spec.Hooks = append(spec.Hooks, aws.HookSpec{Name: peerHook, Heartbeat: peerDeadline + time.Minute, Default: "CONTINUE"})
}

// install begins to drain; it says whether it was the first to.
func (p *peer) install(w *aws.World) bool {
	if p.world != nil {
		return false
	}
	p.world, p.active = w, map[string]*aws.Group{}
	w.Subscribe("drain", func(n aws.Notice) { p.leave(n) })
	return true
}

// activate makes g the group of c, and takes the policies off the one before.
func (p *peer) activate(c *aws.Cluster, g *aws.Group) { p.active[c.Name] = g }

func (p *peer) leave(n aws.Notice) {
	var event struct {
		Detail struct {
			Instance string `json:"EC2InstanceId"`
			Group    string `json:"AutoScalingGroupName"`
		} `json:"detail"`
	}
	if json.Unmarshal(n.Body, &event) != nil || event.Detail.Instance == "" {
		return // a Spot warning: these functions do not know it
	}
	now := p.world.Now()
	d := drain{world: p.world, instance: event.Detail.Instance, group: event.Detail.Group, began: now, until: now.Add(peerDeadline)}
	for _, c := range p.world.Clusters() {
		if d.find(c.Name) {
			break
		}
	}
	d.look()
}

// drain is one invocation.
type drain struct {
	world                          *aws.World
	instance, group, cluster, host string
	began, until                   time.Time
}

func (d *drain) find(cluster string) bool {
	out, err := d.world.ECS().ListContainerInstances(context.Background(), &ecs.ListContainerInstancesInput{
		Cluster: sdk.String(cluster), Filter: sdk.String("ec2InstanceId == " + d.instance),
	})
	if err != nil || len(out.ContainerInstanceArns) == 0 {
		return false
	}
	d.cluster, d.host = cluster, out.ContainerInstanceArns[0]
	_, err = d.world.ECS().UpdateContainerInstancesState(context.Background(), &ecs.UpdateContainerInstancesStateInput{
		Cluster: &d.cluster, ContainerInstances: []string{d.host}, Status: types.ContainerInstanceStatusDraining,
	})
	return err == nil
}

func (d *drain) look() {
	if d.host != "" && d.world.Now().Before(d.until) && !d.empty() {
		d.world.After(peerPoll, "drain "+d.instance, d.look)
		return
	}
	d.world.Waited(d.world.Now().Sub(d.began))
	_, _ = d.world.AutoScaling().CompleteLifecycleAction(context.Background(), &autoscaling.CompleteLifecycleActionInput{
		AutoScalingGroupName: &d.group, LifecycleHookName: sdk.String(peerHook),
		InstanceId: &d.instance, LifecycleActionResult: sdk.String("CONTINUE"),
	}) // what fails here expires with the hook, as it does where such functions run
}

// empty says whether every task of the host is STOPPED.
func (d *drain) empty() bool {
	var arns []string
	for _, desired := range []types.DesiredStatus{types.DesiredStatusRunning, types.DesiredStatusStopped} {
		out, err := d.world.ECS().ListTasks(context.Background(), &ecs.ListTasksInput{
			Cluster: &d.cluster, ContainerInstance: &d.host, DesiredStatus: desired,
		})
		if err != nil {
			return false
		}
		arns = append(arns, out.TaskArns...)
	}
	if len(arns) == 0 {
		return true
	}
	out, err := d.world.ECS().DescribeTasks(context.Background(), &ecs.DescribeTasksInput{Cluster: &d.cluster, Tasks: arns})
	if err != nil {
		return false
	}
	for _, t := range out.Tasks {
		if sdk.ToString(t.LastStatus) != "STOPPED" {
			return false
		}
	}
	return true
}

func named(kind string, knob float64) string { return fmt.Sprintf("%s-%g", kind, knob) }
