package scaler

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"ecs-cluster-scaler/cluster"
)

// behind are the Auto Scaling groups of capacity providers, by provider. What ECS was not asked about, the hosts tell that
// came up under it.
func (j *judgement) behind() map[string]string {
	if j.provider != nil {
		return j.provider
	}
	groups, of := map[string]string{}, j.holders()
	for _, h := range j.s.Hosts {
		if g := of[h.InstanceID]; g != "" && h.Provider != "" {
			groups[h.Provider] = g
		}
	}
	maps.Copy(groups, j.s.ProviderGroups)
	j.provider = groups
	return groups
}

// findHomes takes a service whose capacity provider could not be read for one of these hosts, where a host of the cluster's
// groups came up under that provider. It may want a host then; that nothing is scaled in stays so.
func (j *judgement) findHomes() {
	behind := j.behind()
	for i := range j.s.Services {
		s := &j.s.Services[i]
		if s.Home == cluster.Unknown && slices.ContainsFunc(s.ProvidersOf(s.Starts()), func(p string) bool { return behind[p] != "" }) {
			s.Home = cluster.OnEC2
			if j.unsure == nil {
				j.unsure = map[string]bool{}
			}
			j.unsure[s.Name] = true
		}
	}
}

// named are the capacity providers that services name.
func (j *judgement) named() []string {
	var names []string
	for _, s := range j.s.Services {
		names = append(names, s.Providers...)
		for _, d := range s.Deployments {
			names = append(names, d.Providers...)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// providersOf are the capacity providers of which a new host of the group may be: the group's own, which is one
// (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_AutoScalingGroupProvider.html). While nobody knows that,
// it may be any whose group is not known.
func (j *judgement) providersOf(g *cluster.Group, newest *cluster.Host) []string {
	behind := j.behind()
	var own, unknown []string
	for name, group := range behind {
		if g != nil && group == g.Name {
			own = append(own, name)
		}
	}
	for _, name := range j.named() {
		if _, known := behind[name]; !known || g == nil {
			unknown = append(unknown, name)
		}
	}
	switch {
	case len(own) > 0:
		slices.Sort(own)
		return own
	case g != nil && newest != nil && newest.Provider != "":
		return newest.Providers()
	default:
		return unknown
	}
}

// asOne is a list of providers as a kind's name has it: with a zero byte between.
func asOne(providers []string) string { return strings.Join(providers, "\x00") }

func asMany(providers string) []string {
	if providers == "" {
		return nil
	}
	return strings.Split(providers, "\x00")
}

// moved are the kinds of which a task that has to move may turn out to be: that of the capacity provider that it runs on,
// where its service's strategy still names that. Else ECS chooses by base and weight, and it must find room on each.
func (j *judgement) moved(t *cluster.Task, on cluster.Host) []kind {
	providers := j.services[t.Service].ProvidersOf(t.Definition)
	if of := cmp.Or(t.Provider, on.Provider); slices.Contains(providers, of) {
		providers = []string{of}
	}
	return each(t.Service, t.Definition, providers)
}

func each(service, definition string, providers []string) []kind {
	if len(providers) == 0 {
		return []kind{{service, definition, ""}}
	}
	kinds := make([]kind, len(providers))
	for i, p := range providers {
		kinds[i] = kind{service, definition, p}
	}
	return kinds
}

// admits tells whether ECS may place tasks of the service on the host, by its capacity provider.
func admits(s cluster.Service, h cluster.Host) bool {
	providers := s.ProvidersOf(s.Starts())
	return len(providers) == 0 || slices.Contains(providers, h.Provider)
}
