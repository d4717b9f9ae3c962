package ecsreader

import (
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

// mostAttributeSets keeps a process that sees ever new hosts from growing: past it the sets start anew.
const mostAttributeSets = 5000

// trunkAttribute is another on each host, and nothing that a constraint goes by.
const trunkAttribute = "ecs.awsvpc-trunk-id"

// attributesOf returns the same map for hosts of one make: an agent registers some thirty attributes, and a pass over
// thousands of hosts would hold as many copies of the same.
func (r *Reader) attributesOf(attributes []types.Attribute) map[string]string {
	set := make(map[string]string, len(attributes))
	for _, attribute := range attributes {
		if aws.ToString(attribute.Name) == trunkAttribute {
			continue
		}
		set[aws.ToString(attribute.Name)] = aws.ToString(attribute.Value)
	}
	var key strings.Builder
	for _, name := range slices.Sorted(maps.Keys(set)) {
		key.WriteString(name + "\x00" + set[name] + "\x00")
	}
	if same, known := r.attributes.get(key.String()); known {
		return same
	}
	r.attributes.put(key.String(), set)
	return set
}
