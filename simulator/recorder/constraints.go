package recorder

import (
	"regexp"
	"slices"
	"strings"

	"ecs-cluster-scaler/cluster"
	"ecs-cluster-scaler/simulator/recording"
)

// equals is a memberOf constraint that a replay can keep
// (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/cluster-query-language.html).
var equals = regexp.MustCompile(`^\s*attribute:([^\s()]+)\s*(?:==|equals)\s*"?([^\s"()]+)"?\s*$`)

// constrain notes the constraints of a service and of the definition that it starts.
func (s *service) constrain(constraints []cluster.Constraint) {
	s.DistinctInstance, s.MemberOf, s.OtherConstraints = false, nil, 0
	for _, c := range constraints {
		found := equals.FindStringSubmatch(c.Expression)
		switch {
		case c.Type == cluster.DistinctInstance:
			s.DistinctInstance = true
		case c.Type == cluster.MemberOf && found != nil && (s.MemberOf[found[1]] == "" || s.MemberOf[found[1]] == found[2]):
			if s.MemberOf == nil {
				s.MemberOf = map[string]string{}
			}
			s.MemberOf[found[1]] = found[2]
		default:
			s.OtherConstraints++
		}
	}
}

// custom are the attributes of an operator's own that constraints and strategies name.
func (s *services) custom() []string {
	var names []string
	for _, one := range s.all {
		for name := range one.MemberOf {
			names = append(names, name)
		}
		for _, p := range one.Placement {
			if name, found := strings.CutPrefix(p, "spread:attribute:"); found {
				names = append(names, name)
			}
		}
	}
	slices.Sort(names)
	return slices.DeleteFunc(slices.Compact(names), func(name string) bool { return strings.HasPrefix(name, "ecs.") })
}

// readAttributes notes which of these attributes all hosts of a group have.
func (r *Recorder) readAttributes(l *look) {
	custom := r.services.custom()
	if len(custom) == 0 {
		return
	}
	hosts := map[string][]cluster.Host{}
	for _, h := range l.Hosts {
		if host := r.hosts.by[h.InstanceID]; host != nil && r.groups.by[host.Group] != nil {
			hosts[host.Group] = append(hosts[host.Group], h)
		}
	}
	for name, of := range hosts {
		shared := map[string]string{}
		for _, attribute := range custom {
			value, has := of[0].Attributes[attribute]
			if has && !slices.ContainsFunc(of, func(h cluster.Host) bool { other, too := h.Attributes[attribute]; return !too || other != value }) {
				shared[attribute] = value
			}
		}
		r.groups.by[name].Attributes = nil
		if len(shared) > 0 {
			r.groups.by[name].Attributes = shared
		}
	}
}

// sizeOf is what a task of a definition needs, where it reserves so much.
func sizeOf(d cluster.Definition, reserves cluster.Resources) recording.Size {
	size := recording.Size{CPU: int(reserves.CPU), Memory: int(reserves.Memory), GPUs: int(reserves.GPU), Awsvpc: d.Awsvpc}
	for _, p := range d.Ports {
		if !slices.Contains(size.HostPorts, p.Number) {
			size.HostPorts = append(size.HostPorts, p.Number)
		}
	}
	return size
}
