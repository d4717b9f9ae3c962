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

// peerHook is the terminating hook of every peer's groups.
const peerHook = "drain"

// drainFunction is a drain function that people run: it sets the host DRAINING, looks now and then whether the host is
// done, and completes the hook. None of them knows services' floors.
type drainFunction struct {
	// name is what the policy's name ends with. The best of the field has none.
	name string
	hook aws.HookSpec
	// first is how long after the event it looks, poll how often from then on.
	first, poll time.Duration
	// bound is when it completes the hook, done or not; 0: never.
	bound time.Duration
	// invocations is how many of one chain Lambda allows; 0: it invokes itself by no message, or is done before that.
	invocations int
	// sleeps says that it waits inside an invocation, which is paid, and heartbeats that it extends the hook at each look.
	sleeps, heartbeats bool
	done               func(*drain) bool
}

// drainFunctions are those of the field, its best first. A function that ends early goes by desiredStatus RUNNING, which a
// task has no more while its load balancer lets it go and while it has its SIGTERM
// (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-lifecycle-explanation.html).
var drainFunctions = []drainFunction{
	{
		// https://github.com/getsocial-rnd/ecs-drain-lambda, and
		// https://github.com/aws/aws-cdk/tree/main/packages/aws-cdk-lib/aws-ecs/lib/drain-hook with a drainTime of 15 minutes,
		// not its 5: one invocation that waits inside as long as one may
		// (https://docs.aws.amazon.com/lambda/latest/dg/configuration-timeout.html), for every task to be STOPPED.
		hook: aws.HookSpec{Name: peerHook, Heartbeat: 16 * time.Minute, Default: "CONTINUE"},
		poll: 10 * time.Second, bound: 15 * time.Minute, sleeps: true, done: (*drain).allStopped,
	}, {
		// https://github.com/widdix/aws-cf-templates, ecs/cluster.yaml: a message a minute, for ten minutes unless told
		// otherwise, so that it is done before Lambda stops it; ListTasks without a status. The same check:
		// https://github.com/claranet/terraform-aws-ecs-container-instances (pendingTasksCount and runningTasksCount, a message
		// each 30 seconds).
		name:  "drain-ends-early",
		hook:  aws.HookSpec{Name: peerHook, Heartbeat: 10 * time.Minute, Default: "CONTINUE"},
		first: time.Minute, poll: time.Minute, bound: 10 * time.Minute, heartbeats: true, done: (*drain).noneListed,
	}, {
		// https://github.com/aws-samples/ecs-cid-sample, cform/ecs.yaml: runningTasksCount, five seconds of sleep, and a message
		// to its own SNS topic. Lambda drops the invocation after some 16 of one chain
		// (https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html), and then the hook waits for its end. The same
		// chain: https://github.com/btisdall/ecs-cid, and every 10 seconds
		// https://github.com/xero-oss/ecs-cluster-update-lambda (both by ListTasks).
		name: "drain-stops-after-16",
		hook: aws.HookSpec{Name: peerHook, Heartbeat: 15 * time.Minute, Default: "ABANDON"},
		poll: 5 * time.Second, invocations: 16, sleeps: true, done: (*drain).noneRunning,
	},
}

// Drains are the ends of names with which alarms-N and schedulable-N drain as less careful functions do.
func Drains() []string {
	var names []string
	for _, f := range drainFunctions[1:] {
		names = append(names, f.name)
	}
	return names
}

// peer is what the policies that are not ours share: a drain function.
type peer struct {
	function drainFunction
	world    *aws.World
	active   map[string]*aws.Group
}

// named is the policy's name, with its knob and its drain function.
func (p *peer) named(kind string, knob float64) string {
	name := named(kind, knob)
	if p.function.name != "" {
		name += "-" + p.function.name
	}
	return name
}

func (*peer) Managed() bool { return false }

// Prepare gives the group its hook.
func (p *peer) Prepare(spec *aws.GroupSpec, _ bool) { spec.Hooks = append(spec.Hooks, p.function.hook) }

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
	d := drain{drainFunction: p.function, world: p.world, instance: event.Detail.Instance, group: event.Detail.Group, began: p.world.Now()}
	for _, c := range p.world.Clusters() {
		if d.find(c.Name) {
			break
		}
	}
	if d.host == "" || d.first == 0 {
		d.look()
	} else {
		d.world.After(d.first, "drain "+d.instance, d.look)
	}
}

// drain is a host's, by a function.
type drain struct {
	drainFunction
	world                          *aws.World
	instance, group, cluster, host string
	began                          time.Time
	// invoked is how many invocations in the chain there were before this one.
	invoked int
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
	waited := d.world.Now().Sub(d.began)
	if d.host == "" || d.bound > 0 && waited >= d.bound || d.done(d) {
		d.complete()
		return
	}
	if d.heartbeats {
		_, _ = d.world.AutoScaling().RecordLifecycleActionHeartbeat(context.Background(), &autoscaling.RecordLifecycleActionHeartbeatInput{
			AutoScalingGroupName: &d.group, LifecycleHookName: sdk.String(peerHook), InstanceId: &d.instance,
		})
	}
	if d.sleeps {
		d.world.Waited(d.poll)
	}
	d.invoked++
	if d.invocations > 0 && d.invoked >= d.invocations {
		return // nobody looks again
	}
	d.world.After(d.poll, "drain "+d.instance, d.look)
}

func (d *drain) complete() {
	_, _ = d.world.AutoScaling().CompleteLifecycleAction(context.Background(), &autoscaling.CompleteLifecycleActionInput{
		AutoScalingGroupName: &d.group, LifecycleHookName: sdk.String(peerHook),
		InstanceId: &d.instance, LifecycleActionResult: sdk.String("CONTINUE"),
	}) // what fails here expires with the hook, as it does where such functions run
}

// noneListed says whether ListTasks, which lists desiredStatus RUNNING unless told otherwise, has nothing.
// https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ListTasks.html
func (d *drain) noneListed() bool {
	out, err := d.world.ECS().ListTasks(context.Background(), &ecs.ListTasksInput{Cluster: &d.cluster, ContainerInstance: &d.host})
	return err == nil && len(out.TaskArns) == 0
}

// noneRunning says whether runningTasksCount is 0. Tasks that are PENDING are not in it, nor those that stop.
// https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerInstance.html
func (d *drain) noneRunning() bool {
	out, err := d.world.ECS().DescribeContainerInstances(context.Background(), &ecs.DescribeContainerInstancesInput{
		Cluster: &d.cluster, ContainerInstances: []string{d.host},
	})
	return err == nil && len(out.ContainerInstances) == 1 && out.ContainerInstances[0].RunningTasksCount == 0
}

// allStopped says whether every task of the host is STOPPED.
func (d *drain) allStopped() bool {
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
