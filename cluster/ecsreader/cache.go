package ecsreader

import (
	"maps"
	"sync"
)

// cache remembers values while the process lives. Past most of them it starts again; 0: no bound.
type cache[K comparable, V any] struct {
	mu    sync.Mutex
	known map[K]V
	most  int
}

func (c *cache[K, V]) get(key K) (V, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	value, known := c.known[key]
	return value, known
}

func (c *cache[K, V]) put(key K, value V) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.known == nil || c.most > 0 && len(c.known) >= c.most {
		c.known = map[K]V{}
	}
	c.known[key] = value
}

func (c *cache[K, V]) keepOnly(keep func(K, V) bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	maps.DeleteFunc(c.known, func(key K, value V) bool { return !keep(key, value) })
}
