package scaler_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"ecs-cluster-scaler/cluster"
	"ecs-cluster-scaler/scaler"
)

// providers is a cluster with a group for each of two capacity providers, hosts of 2048 CPU, and od's group marked.
func providers(od, spot int) *world {
	w := newWorld()
	w.s.Groups = nil
	w.s.ProviderGroups = map[string]string{"od": "web-od", "spot": "web-spot"}
	w.into("web-od", od, size(2048, 3900), of("od"))
	w.into("web-spot", spot, size(2048, 3900), of("spot"))
	w.marked("web-od")
	return w
}

// on says through which provider every task on a host was placed.
func (w *world) on(host int, provider string) {
	for i := range w.s.Tasks {
		if w.s.Tasks[i].Host == w.s.Hosts[host].ARN {
			w.s.Tasks[i].Provider = provider
		}
	}
}

func TestTaskMovesToItsProvidersHosts(t *testing.T) {
	type service = func(*cluster.Service, *cluster.Definition)
	for name, tt := range map[string]struct {
		service  service
		provider string // of the task
		od, spot int
		removed  bool
	}{
		"the provider has another host":                  {bound("od"), "od", 2, 1, true},
		"only another provider has one":                  {bound("od"), "od", 1, 3, false},
		"launch type EC2 runs anywhere":                  {bound(), "", 1, 3, true},
		"of two it stays with its own, which has room":   {bound("od", "spot"), "od", 2, 1, true},
		"of two it stays with its own, which has none":   {bound("od", "spot"), "od", 1, 3, false},
		"the strategy has changed, to one with room":     {bound("spot"), "od", 1, 3, true},
		"the strategy has changed, to one without hosts": {bound("new"), "od", 3, 3, false},
		"to two, of which one has no room":               {bound("spot", "new"), "od", 3, 3, false},
	} {
		t.Run(name, func(t *testing.T) {
			w := providers(tt.od, tt.spot)
			w.s.ProviderGroups["new"] = "web-new"
			w.service("web", 1, size(500, 500), tt.service)
			w.put(0, 1, "web")
			w.on(0, tt.provider)
			assert.Equal(t, tt.removed, w.decide().Signal == scaler.ScaleIn, w.decide().Why)
		})
	}
	t.Run("a waiting task must find room on each provider before a host is removed", func(t *testing.T) {
		w := providers(3, 1)
		w.service("base", 1, size(1900, 500), bound("spot"))
		w.put(3, 1, "base")
		w.service("web", 1, size(500, 500), bound("od", "spot"))
		v := w.decide()
		assert.Equal(t, scaler.Stay, v.Signal, v.Why)
		assert.Contains(t, v.Reasons, scaler.WouldNotFit)
	})
}

func TestTaskWaitsForItsProvidersHosts(t *testing.T) {
	for name, tt := range map[string]struct {
		providers   []string
		full        string // the provider whose hosts are full
		signal      scaler.Signal
		unplaceable bool
	}{
		"its provider is full":                 {[]string{"od"}, "od", scaler.ScaleOut, false},
		"another is full":                      {[]string{"od"}, "spot", scaler.Stay, false},
		"one of two has room":                  {[]string{"od", "spot"}, "od", scaler.Stay, false},
		"both are full":                        {[]string{"od", "spot"}, "odspot", scaler.ScaleOut, false},
		"launch type EC2 has room on any":      {nil, "od", scaler.Stay, false},
		"its provider's group does not follow": {[]string{"spot"}, "spot", scaler.Stay, true},
		"nobody knows the provider's group":    {[]string{"new"}, "od", scaler.Stay, true},
	} {
		t.Run(name, func(t *testing.T) {
			w := providers(2, 2)
			w.entry.CPU.ScaleOutAt, w.entry.ScaleIn = nil, false
			for i, h := range w.s.Hosts {
				if strings.Contains(tt.full, h.Provider) {
					w.s.Hosts[i].Remaining.CPU = 100
				}
			}
			w.service("web", 1, size(500, 500), bound(tt.providers...))
			v := w.decide()
			assert.Equal(t, tt.signal, v.Signal, v.Why)
			assert.Equal(t, tt.unplaceable, v.Has(scaler.TaskFitsNoInstance), v.Why)
		})
	}
	t.Run("a provider of which nothing is known may be that of a group without one", func(t *testing.T) {
		w := newWorld()
		w.host(2, size(2048, 3900))
		w.service("web", 1, size(500, 500), bound("new"))
		v := w.decide()
		assert.Equal(t, []any{scaler.ScaleOut, 1}, []any{v.Signal, v.InstanceGap}, v.Why)
		w.s.ProviderGroups = map[string]string{"new": "web-green"}
		assert.Contains(t, w.decide().Reasons, scaler.TaskFitsNoInstance)
		w.s.ProviderGroups = map[string]string{"new": "web-blue"}
		assert.Equal(t, scaler.ScaleOut, w.decide().Signal, "its hosts joined before it was made; new ones are of it")
	})
	t.Run("a task set has its own", func(t *testing.T) {
		w := providers(2, 2)
		w.s.Hosts[2].Remaining.CPU, w.s.Hosts[3].Remaining.CPU = 0, 0
		w.service("web", 2, size(500, 500), func(s *cluster.Service, _ *cluster.Definition) {
			s.Rollout = cluster.SideBySide
			s.Deployments = []cluster.Deployment{
				{Primary: true, Desired: 1, TaskDefinition: "web:1", Home: cluster.OnEC2, Providers: []string{"od"}},
				{Desired: 1, TaskDefinition: "web:1", Home: cluster.OnEC2, Providers: []string{"spot"}},
			}
		})
		assert.Contains(t, w.decide().Reasons, scaler.TaskFitsNoInstance, "spot is full, and the other set's room is not its own")
		w.marked("web-spot")
		assert.Equal(t, []any{scaler.ScaleOut, 1}, []any{w.decide().Signal, w.decide().InstanceGap})
	})
}

func TestUnreadProviderMayWantAHost(t *testing.T) {
	w := providers(1, 1)
	w.s.ProviderGroups = nil
	w.s.Unread = []string{"where services with a capacity provider run: denied"}
	w.service("web", 2, size(1500, 500), bound("od"), func(s *cluster.Service, _ *cluster.Definition) { s.Home = cluster.Unknown })
	w.put(0, 1, "web")
	v := w.decide()
	assert.Equal(t, []any{scaler.ScaleOut, 1}, []any{v.Signal, v.InstanceGap}, v.Why)
	w.find("web").Desired, w.find("web").Deployments[0].Desired = 1, 1
	w.s.Unread = nil
	assert.Contains(t, w.decide().Reasons, scaler.TasksUnread)
}

func TestDaemonComesToItsProvidersHosts(t *testing.T) {
	for provider, gap := range map[string]int{"od": 2, "spot": 1} {
		w := providers(1, 0)
		w.entry.CPU.ScaleOutAt, w.entry.Memory.ScaleOutAt = nil, nil
		w.s.Hosts[0].Remaining.CPU = 0
		w.service("logs", 1, size(100, 100), bound(provider), func(s *cluster.Service, _ *cluster.Definition) { s.Daemon = true })
		w.service("web", 2, size(1000, 500))
		assert.Equal(t, gap, w.decide().InstanceGap, provider)
	}
}
