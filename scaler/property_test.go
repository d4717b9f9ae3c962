package scaler_test

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"ecs-cluster-scaler/cluster"
	"ecs-cluster-scaler/placement"
	"ecs-cluster-scaler/scaler"
	"ecs-cluster-scaler/thresholds"
)

func anyHost(t *rapid.T) cluster.Host {
	registered := cluster.Resources{
		CPU:    rapid.Int64Range(1, 16).Draw(t, "vCPU") * 1024,
		Memory: rapid.Int64Range(1, 64).Draw(t, "GiB") * 1000,
		GPU:    rapid.SampledFrom([]int64{0, 0, 0, 4}).Draw(t, "GPUs"),
	}
	// Half of the hosts are nearly idle, so that scale-ins are common enough to be tested.
	fullest := rapid.SampledFrom([]int64{2, 1}).Draw(t, "at most one part in")
	free := func(of int64, label string) int64 { return rapid.Int64Range(of-of/fullest, of).Draw(t, label) }
	return cluster.Host{
		Status:     rapid.SampledFrom([]cluster.HostStatus{cluster.Active, cluster.Active, cluster.Active, cluster.Draining, cluster.Registering}).Draw(t, "status"),
		Connected:  rapid.Float64().Draw(t, "connected") < 0.9,
		Registered: registered,
		Remaining:  cluster.Resources{CPU: free(registered.CPU, "CPU left"), Memory: free(registered.Memory, "MiB left"), GPU: free(registered.GPU, "GPUs left")},
	}
}

func anySnapshot(t *rapid.T) cluster.Snapshot {
	s := cluster.Snapshot{Cluster: "any", Hosts: rapid.SliceOfN(rapid.Custom(anyHost), 0, 30).Draw(t, "hosts")}
	for i := range s.Hosts {
		s.Hosts[i].ARN = fmt.Sprintf("host-%d", i)
	}
	if rapid.Float64().Draw(t, "doubt") < 0.2 {
		s.Unread = []string{"something"}
	}
	return s
}

func anyEntry(t *rapid.T) thresholds.Entry {
	e := builtin
	for _, band := range []*thresholds.Band{&e.CPU, &e.Memory, &e.GPU} {
		out := rapid.Float64Range(1, 100).Draw(t, "out")
		band.ScaleInBelow = rapid.Float64Range(0, out*0.99).Draw(t, "in")
		band.ScaleOutAt = &out
		if rapid.Float64().Draw(t, "null") < 0.1 {
			band.ScaleOutAt = nil
		}
	}
	e.MinInstances = rapid.IntRange(0, 5).Draw(t, "min_instances")
	e.ScaleIn = rapid.Float64().Draw(t, "scale_in") < 0.8
	e.Enabled = rapid.Float64().Draw(t, "enabled") < 0.9
	return e
}

func TestGapsSignIsTheSignals(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := scaler.Decide(anyEntry(t), anySnapshot(t), now)
		if sign(v.InstanceGap) != int(v.Signal) {
			t.Fatalf("signal %d with gap %d", v.Signal, v.InstanceGap)
		}
	})
}

func TestNothingIsScaledInOnDoubtOrBelowTheMinimum(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e, s := anyEntry(t), anySnapshot(t)
		v := scaler.Decide(e, s, now)
		if v.Signal != scaler.ScaleIn {
			return
		}
		if len(s.Unread) > 0 || !e.ScaleIn || !e.Enabled || v.Hosts.Active <= e.MinInstances || v.Hosts.Draining > 0 {
			t.Fatalf("scaled in against %+v with %+v unread %v", e, v.Hosts, s.Unread)
		}
	})
}

func TestOneHostLessNeverAsksForItBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e, s := anyEntry(t), anySnapshot(t)
		if scaler.Decide(e, s, now).Signal != scaler.ScaleIn {
			return
		}
		// Whichever host goes, its reservation moves to those that stay.
		_, reserved := s.Capacity()
		for gone, h := range s.Hosts {
			if !h.IsCapacity() {
				continue
			}
			left := cluster.Snapshot{Cluster: s.Cluster}
			for i, stays := range s.Hosts {
				if i != gone {
					left.Hosts = append(left.Hosts, stays)
				}
			}
			registered, _ := left.Capacity()
			pooled := cluster.Host{Status: cluster.Active, Connected: true, Registered: registered, Remaining: registered.Minus(reserved)}
			if v := scaler.Decide(e, cluster.Snapshot{Cluster: "pooled", Hosts: []cluster.Host{pooled}}, now); v.Signal == scaler.ScaleOut {
				t.Fatalf("without host %d: %v", gone, v.Why)
			}
		}
	})
}

func TestAddingTheGapClearsEveryThreshold(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e, s := anyEntry(t), anySnapshot(t)
		v := scaler.Decide(e, s, now)
		size, known := s.LargestHost()
		if v.Signal != scaler.ScaleOut || !known || size.GPU == 0 && v.Reservation.GPU != nil {
			return
		}
		if v.InstanceGap == placement.MostHosts {
			return // there it ends: 56 GiB of small hosts' memory below 1 % takes more
		}
		for range v.InstanceGap {
			s.Hosts = append(s.Hosts, cluster.Host{Status: cluster.Active, Connected: true, Registered: size, Remaining: size})
		}
		if after := scaler.Decide(e, s, now); after.Signal == scaler.ScaleOut {
			t.Fatalf("%d hosts added, still: %v", v.InstanceGap, after.Why)
		}
	})
}

func sign(n int) int {
	switch {
	case n > 0:
		return 1
	case n < 0:
		return -1
	default:
		return 0
	}
}
