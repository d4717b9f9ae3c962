package cluster_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"ecs-cluster-scaler/cluster"
)

func TestCapacityAndSpareHosts(t *testing.T) {
	weighing := func(weights ...int) (in []cluster.Instance) {
		for n, weight := range weights {
			in = append(in, cluster.Instance{ID: string(rune('a' + n)), Phase: cluster.InService, Weight: weight})
		}
		return in
	}
	protected := func(i cluster.Instance) cluster.Instance { i.Protected = true; return i }
	aside := func(i cluster.Instance) cluster.Instance { i.Phase = cluster.Aside; return i }
	tests := map[string]struct {
		group cluster.Group
		want  cluster.Capacity
		spare int
	}{
		"instances":                              {cluster.Group{Min: 1, Desired: 3, Instances: weighing(0, 0, 0)}, cluster.Capacity{InService: 3, Lightest: 1, Heaviest: 1, Known: true}, 2},
		"instances, one on its way out":          {cluster.Group{Min: 1, Desired: 2, Instances: weighing(0, 0, 0)}, cluster.Capacity{InService: 3, Lightest: 1, Heaviest: 1, Known: true}, 1},
		"instances, one on its way in":           {cluster.Group{Min: 3, Desired: 4, Instances: weighing(0, 0, 0)}, cluster.Capacity{InService: 3, Lightest: 1, Heaviest: 1, Known: true}, 0},
		"instances have no weight":               {cluster.Group{Min: 1, Desired: 2, Instances: weighing(4, 4)}, cluster.Capacity{InService: 2, Lightest: 1, Heaviest: 1, Known: true}, 1},
		"the least is one host":                  {cluster.Group{Unit: cluster.Weights, Min: 4, Desired: 16, Instances: weighing(4, 4, 4, 4)}, cluster.Capacity{InService: 16, Lightest: 4, Heaviest: 4, Known: true}, 3},
		"the least is below one host":            {cluster.Group{Unit: cluster.Weights, Min: 2, Desired: 24, Instances: weighing(8, 8, 8)}, cluster.Capacity{InService: 24, Lightest: 8, Heaviest: 8, Known: true}, 2},
		"the least is just above":                {cluster.Group{Unit: cluster.Weights, Min: 13, Desired: 16, Instances: weighing(4, 4, 4, 4)}, cluster.Capacity{InService: 16, Lightest: 4, Heaviest: 4, Known: true}, 0},
		"more stands than is desired, for good":  {cluster.Group{Unit: cluster.Weights, Min: 12, Desired: 13, Instances: weighing(4, 4, 4, 4)}, cluster.Capacity{InService: 16, Lightest: 4, Heaviest: 4, Known: true}, 1},
		"more stands, because a host is leaving": {cluster.Group{Unit: cluster.Weights, Min: 12, Desired: 12, Instances: weighing(4, 4, 4, 4)}, cluster.Capacity{InService: 16, Lightest: 4, Heaviest: 4, Known: true}, 0},
		"mixed: the heaviest may be the one":     {cluster.Group{Unit: cluster.Weights, Min: 5, Desired: 12, Instances: weighing(4, 8)}, cluster.Capacity{InService: 12, Lightest: 4, Heaviest: 8, Known: true}, 0},
		"mixed: either can go":                   {cluster.Group{Unit: cluster.Weights, Min: 4, Desired: 12, Instances: weighing(4, 8)}, cluster.Capacity{InService: 12, Lightest: 4, Heaviest: 8, Known: true}, 1},
		"mixed: the heaviest is protected":       {cluster.Group{Unit: cluster.Weights, Min: 5, Desired: 12, Instances: append(weighing(4), protected(weighing(8)[0]))}, cluster.Capacity{InService: 12, Lightest: 4, Heaviest: 4, Known: true}, 1},
		"one in standby counts nothing":          {cluster.Group{Unit: cluster.Weights, Min: 4, Desired: 4, Instances: append(weighing(4), aside(weighing(8)[0]))}, cluster.Capacity{InService: 4, Lightest: 4, Heaviest: 4, Known: true}, 0},
		"all protected":                          {cluster.Group{Unit: cluster.Weights, Min: 1, Desired: 4, Instances: []cluster.Instance{protected(weighing(4)[0])}}, cluster.Capacity{InService: 4, Known: true}, 3},
		"one of unknown weight":                  {cluster.Group{Unit: cluster.Weights, Min: 4, Desired: 16, Instances: weighing(4, 0, 4, 4)}, cluster.Capacity{}, 12},
		"vCPUs that AWS shows":                   {cluster.Group{Unit: cluster.VCPUs, Min: 2, Desired: 4, Instances: weighing(2, 2)}, cluster.Capacity{InService: 4, Lightest: 2, Heaviest: 2, Known: true}, 1},
		"vCPUs as the hosts registered them":     {cluster.Group{Unit: cluster.VCPUs, Min: 4, Desired: 12, Instances: weighing(0, 0)}, cluster.Capacity{InService: 12, Lightest: 4, Heaviest: 8, Known: true}, 1},
		"vCPUs of one that is not registered":    {cluster.Group{Unit: cluster.VCPUs, Min: 4, Desired: 12, Instances: weighing(0, 0, 0)}, cluster.Capacity{}, 8},
		"memory that AWS does not show":          {cluster.Group{Unit: cluster.MiB, Min: 4, Desired: 12, Instances: weighing(0, 0)}, cluster.Capacity{}, 8},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			s := cluster.Snapshot{Hosts: []cluster.Host{
				{InstanceID: "a", Registered: cluster.Resources{CPU: 4096, Memory: 15400}}, {InstanceID: "b", Registered: cluster.Resources{CPU: 8192, Memory: 30800}}}}
			assert.Equal(t, tt.want, s.CapacityOf(tt.group))
			if tt.want.Known {
				assert.Equal(t, tt.spare, tt.group.Spare(tt.want))
			}
		})
	}
}
