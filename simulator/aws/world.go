package aws

import (
	"sync"
	"time"
)

// World is one account in one region. Its exported methods lock; what is exported on its parts is for reading between
// two events, by whoever checks or measures.
type World struct {
	Knobs Knobs

	mu        sync.Mutex
	now       time.Time
	queue     queue
	made      uint64
	observers []func(Happened)
	// check is called after every event; tests put the conservation laws there.
	check func()

	// In order of creation, so that every walk over them is the same.
	clusters []*Cluster
	groups   []*Group
	// instances are all that were not gone for an hour.
	instances []*Instance
	byID      map[string]*Instance // the same
	grouped   int                  // groups ever
	// outages are the zones that fail, until when.
	outages map[string]time.Time

	subscribers []subscriber
	noticed     int // events ever

	cloudwatch cloudWatch
	parameters parameters
	calls      calls

	usage Usage
	// metered is each custom metric's last hour that counted.
	metered map[string]int64
}

// New makes an empty world.
func New(k Knobs) *World {
	w := &World{Knobs: k, now: k.Start, byID: map[string]*Instance{}, outages: map[string]time.Time{}, metered: map[string]int64{}}
	w.startCloudWatch()
	return w
}

// Clusters are the clusters, oldest first.
func (w *World) Clusters() []*Cluster { return w.clusters }

// Groups are the Auto Scaling groups, oldest first.
func (w *World) Groups() []*Group { return w.groups }

// Check has f called after every event.
func (w *World) Check(f func()) { w.check = f }
