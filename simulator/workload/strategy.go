package workload

// Strategy is how tasks are placed, where it overrides what a workload does by itself: services spread over zones and fill
// hosts within them, as AWS advises for cluster auto scaling, and standalone tasks go to any host.
type Strategy string

// Strategies (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-placement-strategies.html).
const (
	// AWSDefault is what AWS does for whoever asks for nothing: services spread over zones, then over hosts, and standalone
	// tasks go to any host.
	AWSDefault Strategy = "aws-default"
	// Binpack fills hosts by memory, with services and standalone tasks, and spreads neither over zones.
	Binpack Strategy = "binpack"
	// Spread spreads both over zones, then over hosts.
	Spread Strategy = "spread"
)

// chains are the strategies of services and of standalone tasks; none is what ECS does by default.
func (s Strategy) chains() (services, standalone []string) {
	switch s {
	case Binpack:
		chain := []string{"binpack:memory"}
		return chain, chain
	case Spread:
		chain := []string{"spread:attribute:ecs.availability-zone", "spread:instanceId"}
		return chain, chain
	default:
		return nil, nil
	}
}
