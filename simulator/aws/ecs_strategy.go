package aws

import (
	"slices"
	"strings"
)

// mostStrategies is how many a service may have
// (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CreateService.html).
const mostStrategies = 5

const (
	zoneAttribute = "ecs.availability-zone"
	byZone        = "attribute:" + zoneAttribute
	byInstance    = "instanceId"
)

// strategy is one of a chain, as spread by instanceId.
type strategy struct{ kind, field string }

// byDefault is what a service without a strategy has: the zone, then the host with the fewest of its tasks
// (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_services.html).
var byDefault = []strategy{{"spread", byZone}, {"spread", byInstance}}

// strategies reads a chain; what is not known of AWS is a mistake of whoever wrote it.
func strategies(chain []string) []strategy {
	var read []strategy
	for _, text := range chain {
		kind, field, _ := strings.Cut(text, ":")
		if field == "host" {
			field = byInstance
		}
		known := kind == "random" || kind == "binpack" && (field == "cpu" || field == "memory") ||
			kind == "spread" && (field == byInstance || strings.HasPrefix(field, "attribute:"))
		if !known || len(read) == mostStrategies {
			panic("no placement strategy of ECS: " + text)
		}
		read = append(read, strategy{kind, field})
	}
	return read
}

// values are a group's tasks by value of the attributes, other than the zone, that a chain spreads over.
func (c *Cluster) values(chain []strategy, group *taskGroup) map[string]map[string]int {
	var all map[string]map[string]int
	for _, s := range chain {
		name, ok := strings.CutPrefix(s.field, "attribute:")
		if !ok || name == zoneAttribute {
			continue
		}
		if all == nil {
			all = map[string]map[string]int{}
		}
		counts := map[string]int{}
		for _, h := range c.hosts {
			counts[h.Attributes[name]] += h.groups[group]
		}
		all[name] = counts
	}
	return all
}

// score is a host's standing by each strategy of the chain: the lowest takes a task, and from the highest
// scaling in takes one away
// (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-placement-strategies.html).
func (h *Host) score(chain []strategy, group *taskGroup, values map[string]map[string]int) [mostStrategies]int {
	var score [mostStrategies]int
	for i, s := range chain {
		switch {
		case s.kind == "random":
		case s.field == "cpu":
			score[i] = h.Total.CPU - h.allocated.CPU
		case s.field == "memory":
			score[i] = h.Total.Memory - h.allocated.Memory
		case s.field == byInstance:
			score[i] = h.groups[group]
		case s.field == byZone:
			score[i] = group.zones[h.zone]
		default:
			name := strings.TrimPrefix(s.field, "attribute:")
			score[i] = values[name][h.Attributes[name]]
		}
	}
	return score
}

func compare(a, b [mostStrategies]int) int { return slices.Compare(a[:], b[:]) }
