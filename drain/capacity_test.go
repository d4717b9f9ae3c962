package drain_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"ecs-cluster-scaler/cluster"
	"ecs-cluster-scaler/drain"
)

// Its tasks count no more as running elsewhere, whoever drains it.
func TestOtherStacksLeavingHostIsNoRoom(t *testing.T) {
	p := clusterOf(host(task("api")), service("api", 1, 50, 200))
	p.Groups = append(p.Groups, cluster.Group{Name: "theirs", Max: 10, Instances: []cluster.Instance{{ID: "i-9", Phase: cluster.Terminating}}})
	assert.Equal(t, drain.NoRoom, drain.Next(p, defaults(), began.Add(10*time.Minute))[0].Reason)
}

func TestOtherProvidersHostIsNoRoom(t *testing.T) {
	for name, tt := range map[string]struct {
		strategy []string
		provider string // of the other host
		want     drain.Reason
	}{
		"its own provider's is room":           {[]string{"od"}, "od", drain.TasksRunning},
		"another's is none":                    {[]string{"od"}, "spot", drain.NoRoom},
		"nor is one of no provider":            {[]string{"od"}, "", drain.NoRoom},
		"of several, each one's is":            {[]string{"od", "spot"}, "spot", drain.TasksRunning},
		"launch type EC2 has room on any host": {nil, "spot", drain.TasksRunning},
	} {
		t.Run(name, func(t *testing.T) {
			api := service("api", 2, 100, 200)
			api.Providers = tt.strategy
			p := clusterOf(host(task("api")), api)
			for i := range p.Hosts {
				p.Hosts[i].Provider = tt.provider
			}
			assert.Equal(t, tt.want, drain.Next(p, defaults(), began.Add(5*time.Minute))[0].Reason)
		})
	}
}
