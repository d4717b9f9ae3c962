package ecsreader

import (
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

// mostAttributeSets keeps a process that sees ever new hosts from growing: past it the sets start anew.
const mostAttributeSets = 5000

// trunkAttribute is another on each host, and nothing that a constraint goes by.
const trunkAttribute = "ecs.awsvpc-trunk-id"

// attributeSets lets hosts of one make share one map: an agent registers some thirty attributes, and a pass over
// thousands of hosts would hold as many copies of the same.
type attributeSets struct {
	mu    sync.Mutex
	known map[string]map[string]string
}

func (a *attributeSets) of(attributes []types.Attribute) map[string]string {
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
	a.mu.Lock()
	defer a.mu.Unlock()
	if same, ok := a.known[key.String()]; ok {
		return same
	}
	if a.known == nil || len(a.known) >= mostAttributeSets {
		a.known = map[string]map[string]string{}
	}
	a.known[key.String()] = set
	return set
}
