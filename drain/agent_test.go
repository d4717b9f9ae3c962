package drain_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"ecs-cluster-scaler/cluster"
	"ecs-cluster-scaler/drain"
)

func TestWhenAnAgentIsGone(t *testing.T) {
	here, lost := &cluster.Host{Connected: true}, &cluster.Host{}
	for name, c := range map[string]struct {
		seen  []*cluster.Host // minute by minute; nil: the host was not read
		byEC2 bool
		dead  bool
	}{
		"EC2 says so itself":               {[]*cluster.Host{here}, true, true},
		"even unseen":                      {[]*cluster.Host{nil}, true, true},
		"disconnected for three minutes":   {[]*cluster.Host{lost, lost, lost, lost}, false, true},
		"for two":                          {[]*cluster.Host{lost, lost, lost}, false, false},
		"it blinked":                       {[]*cluster.Host{lost, lost, here, lost, lost, lost}, false, false},
		"a minute that nobody saw counts":  {[]*cluster.Host{lost, nil, lost, lost}, false, true},
		"two do not":                       {[]*cluster.Host{lost, nil, nil, lost}, false, false},
		"unread now, nothing is known":     {[]*cluster.Host{lost, lost, lost, lost, nil}, false, false},
		"read again, it is as long as was": {[]*cluster.Host{lost, lost, lost, nil, lost}, false, true},
	} {
		var agent drain.Absence
		for minute, h := range c.seen {
			agent = agent.Observe(h, at(minute))
		}
		last := len(c.seen) - 1
		assert.Equal(t, c.dead, drain.Dead(c.byEC2, c.seen[last], agent, at(last)), name)
	}
}

func TestWhichRegistrationHasTheTasks(t *testing.T) {
	of := func(arn, instance string, connected bool, minute int) cluster.Host {
		return cluster.Host{ARN: arn, InstanceID: instance, Connected: connected, RegisteredAt: at(minute)}
	}
	for name, c := range map[string]struct {
		hosts []cluster.Host
		want  string
	}{
		"its own":                     {[]cluster.Host{of("b", "i-2", true, 1), of("a", "i-1", true, 1)}, "a"},
		"none":                        {[]cluster.Host{of("b", "i-2", true, 1)}, ""},
		"the connected one":           {[]cluster.Host{of("old", "i-1", true, 1), of("new", "i-1", false, 2)}, "old"},
		"wherever it stands":          {[]cluster.Host{of("new", "i-1", false, 2), of("old", "i-1", true, 1)}, "old"},
		"the newer of two that blink": {[]cluster.Host{of("new", "i-1", false, 2), of("old", "i-1", false, 1)}, "new"},
	} {
		found := drain.Registration(c.hosts, "i-1")
		if c.want == "" {
			assert.Nil(t, found, name)
			continue
		}
		assert.Equal(t, c.want, found.ARN, name)
	}
}
