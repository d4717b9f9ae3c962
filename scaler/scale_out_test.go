package scaler_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"ecs-cluster-scaler/scaler"
)

// half is four hosts of 2048 CPU, each with a task of half of it: no threshold speaks, a second such task fits.
func half() *world {
	w := newWorld()
	w.host(4, size(2048, 3900))
	w.service("base", 4, size(1100, 1000))
	for i := range 4 {
		w.put(i, 1, "base")
	}
	return w
}

// outCase is what half comes to when it is changed.
type outCase struct {
	world   func(*world)
	signal  scaler.Signal
	gap     int
	reasons []scaler.Reason
	why     string
}

func checkOut(t *testing.T, tests map[string]outCase) {
	t.Helper()
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			w := half()
			tt.world(w)
			v := w.decide()
			assert.Equal(t, tt.signal, v.Signal, v.Why)
			assert.Equal(t, tt.gap, v.InstanceGap, v.Why)
			assert.Equal(t, tt.reasons, v.Reasons, v.Why)
			if tt.why != "" {
				assert.Contains(t, v.Why, tt.why)
			}
		})
	}
}

func TestUnreadGroupsBuyOneHostAtATime(t *testing.T) {
	w := newWorld()
	w.host(1, size(2048, 3900))
	w.service("web", 9, size(1500, 100))
	assert.Equal(t, 8, w.decide().InstanceGap)
	w.s.GroupsUnread = true
	w.s.Unread = []string{"the groups could not be read"}
	v := w.decide()
	assert.Equal(t, []any{scaler.ScaleOut, 1}, []any{v.Signal, v.InstanceGap}, v.Why)
	assert.Contains(t, strings.Join(v.Notes, "; "), "8 hosts are missing")
}
