// Package contract holds what the product relies on of AWS, each with AWS's document. The lab's moto, the simulated AWS and
// the fault wrapper are all held to it, so that a test that passes on one of them says something of AWS.
package contract

import (
	"testing"
	"time"

	"github.com/aws/smithy-go"
	"github.com/stretchr/testify/require"

	"ecs-cluster-scaler/simulator/faulty"
)

// Account is an AWS account as [Check] wants it prepared. Beside what is said here it may hold more.
type Account struct {
	faulty.Clients
	// Now is the account's time.
	Now func() time.Time
	// Settle lets what calls have begun take effect.
	Settle func()

	// Cluster has the Hosts, ACTIVE and connected, and no others. The first one's instance waits in Hook.
	Cluster string
	Hosts   []Host
	// Service has one running task, on the last host. Standalone is a running task of no service, Stopped one that has.
	Service, Task, Standalone, Stopped string
	// Group has the hosts' instances and the tag with TagKey; another group has not. Policy is a step policy of Group that adds 2
	// from the threshold on, with a warm-up of 200 s.
	Group, TagKey, Hook, Policy string
	// Path has more parameters than a page of ten holds. One of them is Parameter, whose second version is in force.
	Path, Parameter string
	Parameters      int
}

// Host is a container instance.
type Host struct{ ARN, Instance string }

// absent is a name that nothing in the account has.
const absent = "absent"

// Check holds an account to the contract. It changes the account: use it once.
func Check(t *testing.T, a Account) {
	t.Helper()
	for _, part := range []struct {
		name string
		hold func(*testing.T, Account)
	}{
		{"clusters", clusters},
		{"hosts are listed", hostsListed},
		{"hosts are described", hostsDescribed},
		{"services", services},
		{"tasks are listed", tasksListed},
		{"tasks are described", tasksDescribed},
		{"protection", protection},
		{"definitions", definitions},
		{"groups", groups},
		{"instances", instances},
		{"activities", activities},
		{"hooks", hooks},
		{"policies", policies},
		{"parameters", parameters},
		{"history", history},
		{"metrics", metrics},
		// These change what the others ask for.
		{"draining", draining},
		{"deregistration", deregistration},
		{"stopping", stopping},
		{"lifecycle actions", lifecycleActions},
	} {
		t.Run(part.name, func(t *testing.T) { part.hold(t, a) })
	}
}

// code is the error code that a call was answered with.
func code(t *testing.T, err error) string {
	t.Helper()
	var api smithy.APIError
	require.ErrorAs(t, err, &api)
	return api.ErrorCode()
}

// arns are those of hosts.
func arns(hosts []Host) []string {
	all := make([]string, len(hosts))
	for i, h := range hosts {
		all[i] = h.ARN
	}
	return all
}
