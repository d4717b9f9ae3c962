package workload

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ecs-cluster-scaler/simulator/aws"
)

// used is how many of six hosts, in three zones, hold six tasks of a service and six standalone ones.
func used(t *testing.T, by Strategy) (services, standalone int) {
	t.Helper()
	k := aws.Defaults()
	k.ECS.AgentBlinksPerHour = 0
	site := Site{World: aws.New(k), Policy: nobody{}, Strategy: by}
	town := site.town(aws.GroupSpec{Min: 6, Max: 6, Desired: 6})
	site.World.Run(k.Start.Add(10 * time.Minute))
	town.logs()
	town.service(worker(task("web", 256, 512), 6))
	jobs := town.client("batch")
	for range 6 {
		jobs.run(task("batch", 256, 512), time.Hour)
	}
	site.World.Run(k.Start.Add(20 * time.Minute))
	on := map[string]map[string]bool{}
	for _, running := range town.cluster.Tasks() {
		family := running.Definition.Family
		if on[family] == nil {
			on[family] = map[string]bool{}
		}
		on[family][running.Host.ARN] = true
	}
	require.Len(t, on["logs"], 6, "a daemon has no strategy")
	return len(on["web"]), len(on["batch"])
}

func TestTasksAreOnAsManyHostsAsTheStrategyWants(t *testing.T) {
	services, standalone := used(t, Binpack)
	assert.Equal(t, []int{1, 1}, []int{services, standalone})
	services, standalone = used(t, Spread)
	assert.Equal(t, []int{6, 6}, []int{services, standalone})
	services, standalone = used(t, AWSDefault)
	assert.Equal(t, 6, services)
	assert.True(t, standalone > 1 && standalone < 6, "at random: %d", standalone)
	services, standalone = used(t, "")
	assert.Equal(t, 3, services, "a host in each zone")
	assert.True(t, standalone > 1 && standalone < 6, "at random: %d", standalone)
}
