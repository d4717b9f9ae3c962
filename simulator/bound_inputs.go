package simulator

import "ecs-cluster-scaler/simulator/aws"

// facts are what the lower bound must know of a cluster and no event tells.
type facts struct {
	fleet fleet
	// services have what each of a service's tasks asks for beside its size, where it does; daemons are the cluster's.
	services map[string]wanted
	daemons  []wanted
}

// read is called while the world tells something, and so may only look.
func read(w *aws.World) map[string]facts {
	clusters := map[string]facts{}
	for _, c := range w.Clusters() {
		f := facts{services: map[string]wanted{}}
		for _, s := range c.Services() {
			d := s.Spec.Definition
			switch {
			case s.Spec.Daemon:
				f.daemons = append(f.daemons, wanted{size: d.Resources, everywhere: true})
			case d.Awsvpc || s.Spec.DistinctInstance: // the rest is not worth a week's memory
				f.services[s.Spec.Name] = wanted{interfaces: d.Awsvpc, apart: s.Spec.DistinctInstance}
			}
		}
		clusters[c.Name] = f
	}
	for _, g := range w.Groups() {
		f := clusters[g.Spec.Cluster]
		f.fleet.add(g)
		clusters[g.Spec.Cluster] = f
	}
	return clusters
}

func (f *fleet) add(g *aws.Group) {
	for _, t := range types(g) {
		f.host.CPU = max(f.host.CPU, t.Resources.CPU)
		f.host.Memory = max(f.host.Memory, t.Resources.Memory)
		f.host.GPU = max(f.host.GPU, t.Resources.GPU)
		f.enis = max(f.enis, t.ENIs)
	}
	f.least += g.Min
	f.desired += g.Desired
}

// types are what a group may launch.
func types(g *aws.Group) []aws.InstanceType {
	return append([]aws.InstanceType{g.Spec.Type}, g.Spec.Types...)
}
