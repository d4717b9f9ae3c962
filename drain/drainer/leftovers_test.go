package drainer_test

import (
	"slices"
	"testing"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	astypes "github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ecs-cluster-scaler/drain/drainer"
	"ecs-cluster-scaler/simulator/aws"
	"ecs-cluster-scaler/simulator/faulty"
)

// finish sets the one leaving host DRAINING and completes its hook. From then on its agent is disconnected, or not.
func finish(t *testing.T, a *account, d *drainer.Drainer, disconnected bool) {
	t.Helper()
	tick(t, a, d)
	a.pass(3 * time.Minute)
	_, err := d.Run(t.Context(), a.Now())
	require.NoError(t, err)
	require.Equal(t, 1, a.count("CompleteLifecycleAction"))
	if disconnected {
		a.connect("i-1", false)
	}
	a.pass(0)
}

// blinking is an account in which a registration has outlived its instance.
func blinking(t *testing.T) *account {
	t.Helper()
	a := newAccount().host("i-1", wait)
	d := a.process()
	finish(t, a, d, true)
	// The tick that would see it in Terminating:Proceed is lost.
	a.pass(2 * time.Minute)
	require.NotContains(t, a.blue.Instances(), a.instances["i-1"])
	require.True(t, a.registered("i-1"), "ECS keeps it")
	a.calls.Forget()
	tick(t, a, d)
	return a
}

func TestOutlivedRegistrationIsRemoved(t *testing.T) {
	a := blinking(t)
	assert.False(t, a.registered("i-1"))
	assert.Equal(t, []string{"DescribeAutoScalingGroups", "ListContainerInstances", "DescribeContainerInstances", "DeregisterContainerInstance"}, a.actions())
	assert.Empty(t, a.broken)
}

func TestRemovedHostIsAskedForOnce(t *testing.T) {
	a := newAccount().host("i-1", wait)
	d := a.process()
	finish(t, a, d, false)
	a.pass(time.Minute)
	a.calls.Forget()
	ticks(t, a, 5, d)
	assert.Equal(t, 1, a.count("ListContainerInstances"), "%v", a.actions())
	assert.Equal(t, 5, a.count("DescribeAutoScalingGroups"))
	assert.Len(t, a.actions(), 6)
}

// connected shows a host as ECS has it that takes its time to deregister it.
func (a *account) connected(t *testing.T, name string) (shown []faulty.Fate) {
	t.Helper()
	arn := a.hostNamed(name).ARN
	out, err := a.ECS().DescribeContainerInstances(t.Context(), &ecs.DescribeContainerInstancesInput{Cluster: sdk.String("web"), ContainerInstances: []string{arn}})
	require.NoError(t, err)
	as := out.ContainerInstances[0]
	return []faulty.Fate{
		faulty.Rewrite(func(_ faulty.Call, out *ecs.ListContainerInstancesOutput) {
			if !slices.Contains(out.ContainerInstanceArns, arn) {
				out.ContainerInstanceArns = append(slices.Clone(out.ContainerInstanceArns), arn)
			}
		}),
		faulty.Rewrite(func(_ faulty.Call, out *ecs.DescribeContainerInstancesOutput) {
			for n, h := range out.ContainerInstances {
				if sdk.ToString(h.ContainerInstanceArn) == arn {
					out.ContainerInstances[n] = as
				}
			}
		}),
	}
}

func TestConnectedRegistrationIsLeftToECS(t *testing.T) {
	a := newAccount().host("i-1", wait)
	d := a.process()
	tick(t, a, d)
	a.spoil(a.connected(t, "i-1")...)
	a.pass(3 * time.Minute)
	tick(t, a, d)
	require.Equal(t, 1, a.count("CompleteLifecycleAction"))
	a.pass(time.Minute)
	ticks(t, a, 12, d)
	assert.Zero(t, a.count("DeregisterContainerInstance"))
	a.calls.Forget()
	tick(t, a, d)
	assert.Equal(t, []string{"DescribeAutoScalingGroups"}, a.actions(), "it was forgotten after ten minutes")
}

// A process that dies knows nothing of it any more. The registration stays, DRAINING and disconnected; no verdict and no
// step follows it.
func TestLeftoverOfDeadProcessHoldsNothing(t *testing.T) {
	a := newAccount().host("i-1", wait)
	finish(t, a, a.process(), true)
	a.pass(time.Minute)
	a.calls.Forget()
	answer := tick(t, a, a.process())
	assert.Empty(t, answer.Instances)
	assert.Empty(t, answer.Failed)
	assert.Equal(t, []string{"DescribeAutoScalingGroups"}, a.actions())
}

func TestFailedRemovalIsTriedAgain(t *testing.T) {
	a := newAccount().host("i-1", wait)
	d := a.process()
	finish(t, a, d, true)
	a.pass(time.Minute)
	a.deny["DeregisterContainerInstance"] = true
	assert.Len(t, ticks(t, a, 1, d).Failed, 1)
	a.deny["DeregisterContainerInstance"] = false
	tick(t, a, d)
	assert.False(t, a.registered("i-1"))
}

// orphaned is a host with a task that leaves under a process that sees it, and that AWS, or somebody else, ends while its
// agent is disconnected.
func orphaned(t *testing.T) (*account, *drainer.Drainer) {
	t.Helper()
	a := stubborn()
	d := a.process()
	ticks(t, a, 2, d)
	a.connect("i-1", false)
	a.Knobs.EC2.ShutDown = aws.Uniform{}
	a.complete(t, "i-1", ours)
	require.NotContains(t, a.blue.Instances(), a.instances["i-1"])
	return a, d
}

// Its task would count as running, and want room, for as long as the registration is there.
func TestRegistrationIsRemovedWhoeverEndsHost(t *testing.T) {
	a, d := orphaned(t)
	ticks(t, a, 2, d)
	require.True(t, a.registered("i-1"), "a list may lose an instance for a moment")
	ticks(t, a, 2, d)
	assert.False(t, a.registered("i-1"))
	assert.Equal(t, 1, a.count("DeregisterContainerInstance"))
	assert.Empty(t, a.broken)
}

// listing is where the lists of groups show an instance; an empty group: nowhere.
type listing struct{ group, state string }

// listed shows an instance as the listing says.
func (a *account) listed(name string, as *listing) faulty.Fate {
	return faulty.Rewrite(func(_ faulty.Call, out *autoscaling.DescribeAutoScalingGroupsOutput) {
		for n, g := range out.AutoScalingGroups {
			instances := slices.DeleteFunc(slices.Clone(g.Instances), func(i astypes.Instance) bool { return *i.InstanceId == a.id(name) })
			if sdk.ToString(g.AutoScalingGroupName) == as.group {
				instances = append(instances, astypes.Instance{
					InstanceId: sdk.String(a.id(name)), LifecycleState: astypes.LifecycleState(as.state), HealthStatus: sdk.String("Healthy"),
				})
			}
			out.AutoScalingGroups[n].Instances = instances
		}
	})
}

// unlisted is a host with a task and a disconnected agent. The lists have lost it, though its instance may run.
func unlisted(t *testing.T) (*account, *drainer.Drainer, *listing) {
	t.Helper()
	a := newAccount()
	a.takes = 24 * time.Hour
	a.blue.Spec.Hooks[0].Heartbeat = 2 * time.Hour
	a.group("theirs", "web").SetTag("ecs-cluster-scaler:config-path", "/theirs")
	a.service("api", 1, 100, 100).host("i-1", wait, "api")
	as := &listing{"web-blue", wait}
	a.spoil(a.listed("i-1", as))
	d := a.process()
	ticks(t, a, 2, d)
	a.connect("i-1", false)
	as.group = ""
	return a, d, as
}

func TestRegistrationIsKeptIfHostMayRun(t *testing.T) {
	for name, change := range map[string]func(a *account, as *listing){
		"it is listed again":            func(_ *account, as *listing) { *as = listing{"web-blue", wait} },
		"its agent is back":             func(a *account, _ *listing) { a.connect("i-1", true) },
		"its group has lost its tag":    func(a *account, _ *listing) { a.blue.SetTag("ecs-cluster-scaler:cluster", "") },
		"it stands in another's group":  func(_ *account, as *listing) { *as = listing{"theirs", "InService"} },
		"it was put back into service":  func(_ *account, as *listing) { *as = listing{"web-blue", "InService"} },
		"it waits in a group of others": func(_ *account, as *listing) { *as = listing{"theirs", wait} },
	} {
		a, d, as := unlisted(t)
		ticks(t, a, 1, d)
		change(a, as)
		ticks(t, a, 20, d)
		assert.True(t, a.registered("i-1"), name)
	}
	a, d, as := unlisted(t)
	*as = listing{"web-blue", "InService"}
	ticks(t, a, 2, d)
	*as = listing{} // detached
	ticks(t, a, 20, d)
	assert.True(t, a.registered("i-1"), "it runs on outside its group")

	a, d, _ = unlisted(t)
	a.blamed["i-1"] = "nobody: it is gone"
	ticks(t, a, 20, d)
	assert.False(t, a.registered("i-1"), "one that stays disconnected in all respects is removed")
}
