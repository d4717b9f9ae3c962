package placement

import (
	"math"
	"slices"

	"ecs-cluster-scaler/cluster"
)

// MostHosts is the most that Fewest returns: twice what ECS lets a cluster have
// (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-quotas.html). A group stops at its MaxSize
// before.
const MostHosts = 10_000

// Fewest is how many hosts like this one first fit opens for the batches, stage by stage, and for the spare tasks; at
// most MostHosts. Out of steps, it is the fewest known to be needed. An empty host must take each kind and a spare
// task.
func Fewest(like Host, kinds []Kind, config Config, order Order, spare int, stages ...[]Batch) int {
	most := 0
	for _, stage := range stages {
		for _, b := range stage {
			most = min(MostHosts, most+min(max(b.Tasks, 0), MostHosts))
		}
	}
	f := newFleet(slices.Repeat([]Host{like}, most), kinds, config, true)
	f.begin(order)
	opened := 0
	for _, stage := range stages {
		for _, b := range stage {
			f.want(b)
		}
		f.placeWanted(order, func(host int32) { opened = max(opened, int(host)+1) })
	}
	if f.Steps.Spent() {
		opened = max(opened, atLeast(like, kinds, stages))
	}
	for host, free := range f.free[:min(opened, len(f.free))] {
		spare -= f.spareOn(int32(host), free)
	}
	if each := New([]Host{like}, nil, config).spareRoom; spare > 0 && each > 0 {
		opened += (spare-1)/each + 1
	}
	return min(opened, MostHosts)
}

// atLeast is how many hosts the batches need in any packing: by their sum, and by how many of a kind one host takes.
func atLeast(like Host, kinds []Kind, stages [][]Batch) int {
	fewest := int64(0)
	need := func(n, each int64) {
		if n > 0 && each > 0 {
			fewest = max(fewest, (min(n, math.MaxInt32)-1)/each+1)
		}
	}
	sum := cluster.Resources{}
	for _, stage := range stages {
		for _, b := range stage {
			k := &kinds[b.Kind]
			sum = sum.Plus(k.Size.Times(int64(b.Tasks)))
			each := times(like.Free, k.Size, mostOfAKind)
			if len(k.Ports) > 0 || k.Distinct {
				each = min(each, 1)
			}
			if k.Awsvpc && like.AwsvpcLimit >= 0 {
				each = min(each, like.AwsvpcLimit-like.Awsvpc)
			}
			need(int64(b.Tasks), int64(each))
		}
	}
	need(sum.CPU, like.Free.CPU)
	need(sum.Memory, like.Free.Memory)
	need(sum.GPU, like.Free.GPU)
	return int(min(fewest, MostHosts))
}

// TakesEmpty tells whether the host would take a task of the kind if empty. Out of steps, it may.
func TakesEmpty(host Host, k Kind, config Config) bool {
	f := New([]Host{host}, []Kind{k}, config)
	return f.room(&f.kinds[0], 0, 1) > 0 || f.Steps.Spent()
}

// Suits tells whether the host's attributes and tasks let a task of the kind run there, however full it is. Unless
// strict, unknown means yes.
func Suits(host Host, k Kind, config Config) bool {
	if config.Steps != nil {
		config.Steps.take(k.cost)
	}
	allowed := k.allows(&host)
	return allowed == yes || allowed == unknown && !config.Strict
}
