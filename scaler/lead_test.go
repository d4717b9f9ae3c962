package scaler_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"ecs-cluster-scaler/cluster"
	"ecs-cluster-scaler/scaler"
)

func TestAHostTakesWhatLaunchesShow(t *testing.T) {
	for name, tt := range map[string]struct {
		joins []time.Duration
		want  time.Duration
	}{
		"nothing known":             {[]time.Duration{0}, 4 * time.Minute},
		"with a pass and the alarm": {[]time.Duration{100 * time.Second}, 4 * time.Minute},
		"in whole minutes":          {[]time.Duration{150 * time.Second}, 4 * time.Minute},
		"rounded up":                {[]time.Duration{151 * time.Second}, 5 * time.Minute},
		"never less than three":     {[]time.Duration{20 * time.Second}, 3 * time.Minute},
		"nor more than a quarter":   {[]time.Duration{50 * time.Minute}, 15 * time.Minute},
		"the slower of two groups":  {[]time.Duration{100 * time.Second, 400 * time.Second}, 9 * time.Minute},
		"a group without a launch":  {[]time.Duration{0, 400 * time.Second}, 9 * time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			var s cluster.Snapshot
			for _, join := range tt.joins {
				s.Groups = append(s.Groups, cluster.Group{UsualJoin: join})
			}
			assert.Equal(t, tt.want, scaler.Lead(s))
		})
	}
	assert.Equal(t, 4*time.Minute, scaler.Lead(cluster.Snapshot{}))
	s := cluster.Snapshot{Groups: []cluster.Group{{Name: "a", TaggedActive: true, UsualJoin: time.Minute}, {Name: "b", UsualJoin: time.Hour}}}
	assert.Equal(t, 3*time.Minute, scaler.Lead(s), "only what follows the signal launches")
}
