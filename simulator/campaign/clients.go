package campaign

import (
	"maps"
	"reflect"
	"slices"
	"strings"
	"sync"

	"ecs-cluster-scaler/drain/drainer"
	"ecs-cluster-scaler/scaler/publisher"
	"ecs-cluster-scaler/simulator/aws"
	"ecs-cluster-scaler/simulator/faulty"
)

// Actions are all that publisher and drainer call, by the interfaces of their clients.
var Actions = sync.OnceValue(func() []string {
	names := map[string]bool{}
	for _, clients := range []any{publisher.Clients{}, drainer.Clients{}} {
		for _, field := range reflect.VisibleFields(reflect.TypeOf(clients)) {
			for method := range field.Type.Methods() {
				names[method.Name] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(names))
})

// wrap is the world's clients, each call with the fate that the plan gives it.
func (f *functions) wrap(w *aws.World) *faulty.AWS {
	return faulty.Wrap(faulty.Clients{SSM: w.SSM(), ECS: w.ECS(), AutoScaling: w.AutoScaling(), CloudWatch: w.CloudWatch()}, f.fate)
}

// clusterOf is the cluster that something is named after: clusters' ARNs end in their names; groups, capacity providers and
// task definitions of a plan begin with them.
func clusterOf(name string) string {
	cluster, _, _ := strings.Cut(strings.TrimPrefix(name[strings.LastIndexByte(name, '/')+1:], "provider-"), "-")
	return cluster
}
