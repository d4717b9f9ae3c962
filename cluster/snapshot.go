// Package cluster holds what is known of one ECS cluster at one moment: plain values, read elsewhere, and the
// arithmetic that belongs to them.
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
	// Tasks are those on the hosts whose tasks were asked for: see Host.TasksRead.
	Tasks []Task
	// Definitions are the revisions that were asked for, by ARN. One that is missing is not known.
	Definitions map[string]Definition
	// ProviderGroups are the names of the Auto Scaling groups behind the capacity providers that hosts and services name. One
	// that is missing is not known.
	ProviderGroups map[string]string
	// Unread says what could not be read, each as a clause. While anything is left unread, nothing is scaled in.
	Unread []string
	// HostsUnread: ECS listed hosts that it did not describe, so that a host which is not among Hosts may be registered.
	HostsUnread bool
	// GroupsUnread: Groups are as they were some minutes ago, or missing, so that a host which was launched since is not
	// known.
	GroupsUnread bool
	// OutOfTime: something was not read because the pass had no time left for it.
	OutOfTime bool
}
