package recorder

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"ecs-cluster-scaler/cluster"
	"ecs-cluster-scaler/simulator/recording"
)

// hosts are the instances that were seen.
type hosts struct {
	all   []*recording.Host
	by    map[string]*recording.Host // by instance
	types map[string]recording.InstanceType
	// registration is which instance a container instance is, by its ARN.
	registration map[string]string
	// vanished ended when a look no longer saw them, so they may come back.
	vanished map[string]bool
	// undated were in service when somebody began to look.
	undated map[string]bool
}

func (h *hosts) index(before []recording.Host, types []recording.InstanceType) {
	*h = hosts{by: map[string]*recording.Host{}, types: map[string]recording.InstanceType{}, registration: map[string]string{}, vanished: map[string]bool{}, undated: map[string]bool{}}
	for _, t := range types {
		h.types[t.Name] = t
	}
	for i := range before {
		h.all = append(h.all, &before[i])
		h.by[before[i].Instance] = &before[i]
	}
}

// of returns the host that an instance is, and begins it where it was not seen before.
func (h *hosts) of(instance string) *recording.Host {
	known := h.by[instance]
	if known == nil {
		known = &recording.Host{Instance: instance}
		h.by[instance] = known
		h.all = append(h.all, known)
	}
	return known
}

// sees notes that an instance is there.
func (h *hosts) sees(instance string) *recording.Host {
	host := h.of(instance)
	if h.vanished[instance] {
		delete(h.vanished, instance)
		host.Ended = time.Time{}
	}
	return host
}

// readHosts notes the registered instances. Hosts that no Auto Scaling group can add are left out.
func (r *Recorder) readHosts(l *look) {
	for _, seen := range l.Hosts {
		if seen.External || !strings.HasPrefix(seen.InstanceID, "i-") {
			continue
		}
		r.hosts.registration[seen.ARN] = seen.InstanceID
		host := r.hosts.sees(seen.InstanceID)
		host.Type, host.Zone = seen.Type(), seen.Attributes[cluster.ZoneAttribute]
		if host.Registered.IsZero() {
			host.Registered = r.moment(&seen.RegisteredAt)
		}
		if seen.Status == cluster.Draining && host.Draining.IsZero() {
			host.Draining = l.at
		}
		if _, known := r.hosts.types[host.Type]; !known && host.Type != "" {
			r.hosts.types[host.Type] = recording.InstanceType{
				Name: host.Type, CPU: int(seen.Registered.CPU), Memory: int(seen.Registered.Memory), GPUs: int(seen.Registered.GPU),
			}
		}
		connected(host, seen.Connected, l.at)
	}
}

// connected notes whether a host's agent is connected.
func connected(host *recording.Host, now bool, at time.Time) {
	n := len(host.Disconnected)
	away := n > 0 && host.Disconnected[n-1].To.IsZero()
	switch {
	case !now && !away:
		host.Disconnected = append(host.Disconnected, recording.Span{From: at})
	case now && away:
		host.Disconnected[n-1].To = at
	}
}

// gone ends the hosts that neither ECS nor a group shows any more.
func (r *Recorder) gone(l *look) {
	if !l.whole() {
		return
	}
	there := maps.Clone(r.groups.instances)
	for _, h := range l.Hosts {
		there[h.InstanceID] = true
	}
	for _, h := range r.hosts.all {
		if h.Ended.IsZero() && !there[h.Instance] {
			h.Ended, r.hosts.vanished[h.Instance] = l.at, true
		}
	}
	maps.DeleteFunc(r.hosts.registration, func(_, instance string) bool {
		h := r.hosts.by[instance]
		return !h.Ended.IsZero() && l.at.Sub(h.Ended) > stoppedKept
	})
}

// instanceTypes are the types whose size is known, by name.
func (h hosts) instanceTypes() []recording.InstanceType {
	all := []recording.InstanceType{}
	for _, name := range slices.Sorted(maps.Keys(h.types)) {
		if t := h.types[name]; t.CPU > 0 && t.Memory > 0 {
			all = append(all, t)
		}
	}
	return all
}

func (h hosts) sized(name string) bool { return h.types[name].CPU > 0 && h.types[name].Memory > 0 }

// known are the hosts whose type and zone are known, oldest first. A type is known when one of its hosts has registered.
func (h hosts) known(groups groups, to time.Time) []recording.Host {
	all := make([]recording.Host, 0, len(h.all))
	for _, host := range h.all {
		if !h.sized(host.Type) || host.Zone == "" {
			continue
		}
		shown := *host
		if g := groups.by[shown.Group]; g == nil || !g.whole(h) {
			shown.Group = ""
		}
		shown.Disconnected = within(host.Disconnected, shown.Ended)
		inOrder(&shown, to)
		all = append(all, shown)
	}
	slices.SortFunc(all, func(a, b recording.Host) int {
		return cmp.Or(began(a).Compare(began(b)), strings.Compare(a.Instance, b.Instance))
	})
	return all
}

func began(h recording.Host) time.Time {
	if h.Launched.IsZero() {
		return h.Registered
	}
	return h.Launched
}

// within ends what is still open with the host.
func within(spans []recording.Span, ended time.Time) []recording.Span {
	spans = slices.Clone(spans)
	if n := len(spans); n > 0 && spans[n-1].To.IsZero() && !ended.IsZero() {
		if spans[n-1].To = ended; !ended.After(spans[n-1].From) {
			return spans[:n-1]
		}
	}
	return spans
}

// inOrder drops times that cannot be: clocks of two services, or a look's time beside one of AWS's, differ by seconds.
func inOrder(h *recording.Host, to time.Time) {
	if !h.Ended.IsZero() && h.Ended.After(to) {
		h.Ended = to
	}
	for _, at := range []*time.Time{&h.Registered, &h.InService, &h.Leaving, &h.Draining} {
		if !at.IsZero() && !h.Ended.IsZero() && at.After(h.Ended) {
			*at = h.Ended
		}
		if !at.IsZero() && at.Before(h.Launched) {
			h.Launched = time.Time{}
		}
	}
	if !h.Ended.IsZero() && h.Launched.After(h.Ended) {
		h.Launched = time.Time{}
	}
}
