package aws

// shortage is why a host takes no task. The later a check comes the closer the host is to taking it.
type shortage int

const (
	fits shortage = iota
	noAgent
	noCPU
	noMemory
	noGPU
	noENI
	noPorts
	noMember
	notDistinct
)

// refusal is why no host takes a task, by the one that comes closest; without one there is no ACTIVE host at all.
type refusal struct {
	why  shortage
	host *Host
}

// shortages are AWS's words: of a RunTask's failure
// (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/api_failures_messages.html), and of a service's event
// (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-event-messages-list.html).
var shortages = map[shortage]struct{ failure, event string }{
	noAgent:     {"AGENT", `encountered error "AGENT".`},
	noCPU:       {"RESOURCE:CPU", "has insufficient CPU units available."},
	noMemory:    {"RESOURCE:MEMORY", "has insufficient memory available."},
	noGPU:       {"RESOURCE:GPU", "has insufficient GPU resource available."},
	noENI:       {"RESOURCE:ENI", `encountered error "RESOURCE:ENI".`},
	noPorts:     {"RESOURCE:PORTS", "is already using a port required by your task."},
	noMember:    {"MemberOf placement constraint unsatisfied.", `encountered error "MemberOf placement constraint unsatisfied".`},
	notDistinct: {"DistinctInstance placement constraint unsatisfied.", `encountered error "DistinctInstance placement constraint unsatisfied".`},
}

// failure is the reason of a RunTask's failure. In an empty cluster the call itself fails, with these words.
func (r refusal) failure() string {
	if r.host == nil {
		return "No Container Instances were found in your cluster."
	}
	return shortages[r.why].failure
}

func (r refusal) event(service string) string {
	text := "(service " + service + ") was unable to place a task because no container instance met all of its requirements. "
	if r.host == nil {
		return text + "Reason: No Container Instances were found in your cluster. For more information, see the Troubleshooting section of the Amazon ECS Developer Guide."
	}
	return text + "The closest matching (container-instance " + r.host.id() + ") " + shortages[r.why].event +
		" For more information, see the Troubleshooting section of the Amazon ECS Developer Guide."
}

func (h *Host) id() string { return h.ARN[len(h.ARN)-32:] }
