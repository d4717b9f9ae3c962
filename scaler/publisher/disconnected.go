package publisher

import (
	"maps"
	"slices"
	"sync"
	"time"

	"ecs-cluster-scaler/cluster"
)

// connected remembers when each host's agent was last connected, which ECS does not tell.
type connected struct {
	mu sync.Mutex
	at map[string]map[string]time.Time // by cluster and ARN
}

// note fills in when disconnected agents were last connected.
func (c *connected) note(s *cluster.Snapshot, minute time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	before, now := c.at[s.Cluster], make(map[string]time.Time, len(s.Hosts))
	if s.HostsUnread {
		maps.Copy(now, before) // a host that ECS did not describe may still be connected
	}
	for i := range s.Hosts {
		h := &s.Hosts[i]
		if h.Connected {
			now[h.ARN] = minute
		} else if last, known := before[h.ARN]; known {
			h.ConnectedAt, now[h.ARN] = last, last
		}
	}
	if c.at == nil {
		c.at = map[string]map[string]time.Time{}
	}
	c.at[s.Cluster] = now
}

// keepOnly drops the clusters that have no entry any more.
func (c *connected) keepOnly(clusters []string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	maps.DeleteFunc(c.at, func(name string, _ map[string]time.Time) bool { return !slices.Contains(clusters, name) })
}
