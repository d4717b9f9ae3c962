package scaler

import (
	"maps"
	"slices"
	"strings"

	"ecs-cluster-scaler/cluster"
)

// groupsOfProviders maps capacity providers to their Auto Scaling groups: as ECS says, or else as the hosts tell that
// came up under them.
func groupsOfProviders(s cluster.Snapshot, holder map[string]string) map[string]string {
	groups := map[string]string{}
	for _, h := range s.Hosts {
		if g := holder[h.InstanceID]; g != "" && h.Provider != "" {
			groups[h.Provider] = g
		}
	}
	maps.Copy(groups, s.ProviderGroups)
	return groups
}

// inferHomes takes a service whose capacity provider could not be read for one of these hosts, if a host came up under
// that provider. Such a service may want a host, but nothing is scaled in.
func inferHomes(services []cluster.Service, groupOf map[string]string) (unsure map[string]bool) {
	for i := range services {
		s := &services[i]
		if s.Home == cluster.Unknown && slices.ContainsFunc(s.ProvidersOf(s.Starts()), func(p string) bool { return groupOf[p] != "" }) {
			s.Home = cluster.OnEC2
			if unsure == nil {
				unsure = map[string]bool{}
			}
			unsure[s.Name] = true
		}
	}
	return unsure
}

// namedProviders are the capacity providers that services name.
func namedProviders(services []cluster.Service) []string {
	var names []string
	for _, s := range services {
		names = append(names, s.Providers...)
		for _, d := range s.Deployments {
			names = append(names, d.Providers...)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// providersOf returns the capacity providers of which a new host of the group may be: its own, which is one
// (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_AutoScalingGroupProvider.html). If that is not known,
// it may be any provider whose group is not known.
func (f *facts) providersOf(g *cluster.Group, newest *cluster.Host) []string {
	var own, unknown []string
	for name, group := range f.groupOf {
		if g != nil && group == g.Name {
			own = append(own, name)
		}
	}
	for _, name := range f.providers {
		if _, known := f.groupOf[name]; !known || g == nil {
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

// kindsOf returns one kind for each capacity provider: ECS chooses by base and weight, so room is needed on each.
func kindsOf(service, definition string, providers []string) []kind {
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
