package simulator

import (
	"maps"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ecs-cluster-scaler/simulator/aws"
	"ecs-cluster-scaler/simulator/policy"
)

// standalone are the tasks of batch clients.
func standalone(h aws.Happened) bool { return h.Service == "" }

var batches = []scenarioClaims{
	{"batch-storm", []claim{
		{"Two hundred standalone tasks at once, every three hours.", func(d *day) {
			storms := map[time.Duration]int{}
			for _, h := range d.happened(aws.TaskWanted, 0, ever) {
				if standalone(h) && h.N > 0 {
					storms[d.since(h)] += h.N
				}
			}
			maps.DeleteFunc(storms, func(_ time.Duration, n int) bool { return n < 10 })
			for n := range 4 {
				assert.InDelta(d, 200, storms[time.Duration(3*n+1)*time.Hour], 1)
			}
			assert.Len(d, storms, 4)
		}},
		{"ECS refuses those that fit nowhere, and only managed scaling has a queue for them.", func(d *day) {
			queue := func(m moment) int {
				n := 0
				for _, task := range m.tasks {
					if task.instance == "" {
						n++
					}
				}
				return n
			}
			assert.Zero(d, most(d.minutes, queue))
			assert.Greater(d, most(d.minutes, func(m moment) int { return m.sample.Unplaced }), 100)
			assert.Greater(d, most(scaledBy(d.T, "batch-storm", "managed-100").minutes, queue), 100)
		}},
		{"Every other policy sees only what is placed.", func(d *day) {
			// A minute's end in a storm: what a reader of the API finds has a host, and most of what is wanted does not.
			m := d.between(61*time.Minute, 62*time.Minute)[0]
			seen, err := d.world.ECS().ListTasks(d.Context(), &ecs.ListTasksInput{Cluster: &d.world.Clusters()[0].Name})
			require.NoError(d, err)
			assert.Less(d, len(seen.TaskArns), 100)
			assert.Greater(d, m.sample.Unplaced, 2*len(m.tasks))
			assert.Greater(d, d.minutes[len(d.minutes)-1].sample.Unplaced, 2*len(seen.TaskArns))
		}},
	}},
	{"long-batch", []claim{
		{"Standalone tasks of three to twenty hours, which nobody moves, beside services that shrink at night.", func(d *day) {
			lasts := map[time.Duration]bool{}
			for _, m := range d.minutes {
				for _, task := range m.tasks {
					if task.Service == nil {
						lasts[task.Lasts] = true
					}
				}
			}
			all := slices.Sorted(maps.Keys(lasts))
			require.Greater(d, len(all), 10)
			assert.GreaterOrEqual(d, all[0], 3*time.Hour)
			assert.Less(d, all[0], 6*time.Hour)
			assert.LessOrEqual(d, all[len(all)-1], 20*time.Hour)
			assert.Greater(d, all[len(all)-1], 14*time.Hour)
			assert.False(d, slices.ContainsFunc(scaledBy(d.T, "long-batch", "alarms-75").happened(aws.TaskMoved, 0, ever), standalone))
			services := func(at time.Duration) (cpu int) {
				for _, s := range d.world.Clusters()[0].Services() {
					if !s.Spec.Daemon {
						cpu += s.Spec.Definition.Resources.CPU * d.between(at-time.Minute, at)[0].desired[s.Spec.Name]
					}
				}
				return cpu
			}
			assert.Less(d, 2*services(25*time.Hour), services(12*time.Hour), "at 3 h of what there is at 14 h")
		}},
		{"A leaving host must wait for them, and hosts must be given back all the same.", func(d *day) {
			assert.Positive(d, scaledBy(d.T, "long-batch", "alarms-75").measured.TasksEndedByScaleIn, "by who waits for a quarter of an hour")
			ours := scaledBy(d.T, "long-batch", policy.Gap).measured
			assert.Zero(d, ours.TasksEndedByScaleIn)
			assert.Greater(d, ours.LongestDrain, time.Hour.Seconds())
			assert.Positive(d, ours.ScaledIn)
		}},
	}},
}
