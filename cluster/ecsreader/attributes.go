package ecsreader

import (
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

// mostAttributeSets bounds the memory of a process that sees ever new hosts.
const mostAttributeSets = 5000

// trunkAttribute differs on each host. No constraint uses it.
const trunkAttribute = "ecs.awsvpc-trunk-id"

// attributesOf returns one map for all hosts with the same attributes, some thirty each. A list that was converted before is
// looked up. The host's version cannot be the key, because AWS names no event for attributes that an operator puts on a host
// (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_container_instance_events.html).
func (r *Reader) attributesOf(attributes []types.Attribute) map[string]string {
	listed := keyOf(attributes)
	if same, known := r.attributes.get(listed); known {
		return same
	}
	byName := keyOf(slices.SortedStableFunc(slices.Values(attributes), func(a, b types.Attribute) int {
		return strings.Compare(aws.ToString(a.Name), aws.ToString(b.Name))
	}))
	set, known := r.attributes.get(byName)
	if !known {
		set = make(map[string]string, len(attributes))
		for _, attribute := range attributes {
			if name := aws.ToString(attribute.Name); name != trunkAttribute {
				set[name] = aws.ToString(attribute.Value)
			}
		}
		r.attributes.put(byName, set)
	}
	r.attributes.put(listed, set)
	return set
}

func keyOf(attributes []types.Attribute) string {
	key := make([]byte, 0, 2048)
	for _, attribute := range attributes {
		if name := aws.ToString(attribute.Name); name != trunkAttribute {
			key = append(append(append(append(key, name...), 0), aws.ToString(attribute.Value)...), 0)
		}
	}
	return string(key)
}
