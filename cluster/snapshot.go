// Package cluster holds the values that describe one ECS cluster at one moment, and the arithmetic on them. Other packages
// read them from AWS.
package cluster

// Snapshot is one ECS cluster as a pass saw it.
type Snapshot struct {
	// Cluster is the ECS cluster's short name.
	Cluster string
	// Hosts are the cluster's container instances in every status but INACTIVE.
	Hosts []Host
	// Services are the cluster's.
	Services []Service
	// Groups are the Auto Scaling groups that are tagged as this cluster's.
	Groups []Group
	// Tasks are those of the hosts whose tasks were read: see Host.TasksRead.
	Tasks []Task
	// Definitions are the revisions that were read, by ARN. A missing one is not known.
	Definitions map[string]Definition
	// ProviderGroups are the names of the capacity providers' Auto Scaling groups, by provider, for the providers that hosts
	// and services name. A missing one is not known.
	ProviderGroups map[string]string
	// Past is what was seen of its demand before.
	Past Past
	// Departed counts the instances of the active group that have begun to leave, or have left, since this process last published
	// of the cluster.
	Departed int
	// Unwatched: this process has not published of the cluster for minutes, or never, so that instances may have left unseen.
	Unwatched bool
	// Unread says what could not be read, one clause each. While it is not empty, nothing is scaled in.
	Unread []string
	// HostsUnread: ECS listed hosts that it did not describe, so a host may be registered without being in Hosts.
	HostsUnread bool
	// GroupsUnread: Groups are missing or some minutes old, so hosts that were launched since are not known.
	GroupsUnread bool
	// OutOfTime: something was not read because the pass had no time left for it.
	OutOfTime bool
}
