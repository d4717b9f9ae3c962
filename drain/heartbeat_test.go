package drain_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"ecs-cluster-scaler/drain"
)

func TestHeartbeatsForEveryPossibleHook(t *testing.T) {
	for name, c := range map[string]struct {
		hook drain.Hook
		want []string
	}{
		"the entry's":                     {drain.Hook{Found: true}, []string{defaults().Hook}},
		"by another name":                 {drain.Hook{Name: "mine", Found: true}, []string{"mine"}},
		"unread":                          {drain.Hook{Unread: true, Others: []string{"a", "b"}}, []string{defaults().Hook, "a", "b"}},
		"others, where that is not there": {drain.Hook{Others: []string{"a"}}, []string{"a"}},
	} {
		h := host(task("api"))
		h.Hook = c.hook
		s := drain.Next(clusterOf(h, service("api", 2, 50, 200)), defaults(), at(30))[0]
		assert.True(t, s.Heartbeat, name)
		assert.Equal(t, c.want, s.Beats, name)
		h.Hook = drain.Hook{}
		assert.False(t, drain.Next(clusterOf(h), defaults(), at(30))[0].Heartbeat, "no hook of ours")
	}
}
