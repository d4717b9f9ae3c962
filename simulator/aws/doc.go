// Package aws is Amazon ECS on EC2 in memory: virtual time, one account and region, deterministic from a seed. What
// the scheduler, Auto Scaling and CloudWatch do is written here from AWS's documents and imports nothing of ours, so
// that it cannot confirm our own mistakes.
//
// A [World] is stepped by one goroutine with [World.Run]; between two events nothing moves, and an API call takes no
// virtual time. The clients ([World.ECS], [World.AutoScaling], [World.CloudWatch], [World.SSM]) may be called by many
// goroutines at once while an event is under way: they lock, and nothing that they do depends on the order of calls.
//
// Where things are:
//
//	clock.go          the queue of events               random.go       draws that one more call does not shift
//	knob.go           every number, with its source     observe.go      what happened, for whoever measures
//	ec2_*.go          instances: boot, failure, Spot    asg_*.go        groups, hooks, step policies
//	ecs_*.go          hosts, services, tasks            cloudwatch_*.go metrics, alarms
//	ssm_*.go          parameters and their history      eventbridge_*.go schedules, notices, late, lost or doubled
//	api_*.go          the same as SDK calls, with faults
//
// What the halves know of each other is little. Auto Scaling tells ECS of a host with [Cluster.join] when its agent
// comes up and with [Host.gone] when EC2 takes it away; ECS managed scaling tells Auto Scaling a size with
// [Group.setDesired]; CloudWatch runs a policy with [Group.execute] and asks ECS for [Cluster.ownMetrics].
package aws
