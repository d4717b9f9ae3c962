package policy_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ecs-cluster-scaler/cluster/ecsreader"
	"ecs-cluster-scaler/internal/alarms"
	"ecs-cluster-scaler/simulator/aws"
	"ecs-cluster-scaler/simulator/policy"
	"ecs-cluster-scaler/simulator/workload"
)

// stage is a cluster of hosts with 4000 CPU and 16000 MiB, scaled by a policy.
type stage struct {
	world  *aws.World
	policy workload.Policy
	site   workload.Site
	c      *aws.Cluster
	group  *aws.Group
	told   []aws.Happened
}

func newStage(t *testing.T, name string, hosts int) *stage {
	t.Helper()
	p, err := policy.New(name, policy.Options{})
	require.NoError(t, err)
	k := aws.Defaults()
	k.ECS.AgentBlinksPerHour = 0
	s := &stage{world: aws.New(k), policy: p}
	s.world.Observe(func(h aws.Happened) { s.told = append(s.told, h) })
	s.site = workload.Site{World: s.world, Policy: p}
	s.c = s.world.NewCluster("web")
	s.group = s.newGroup("web-blue", hosts, true)
	p.Install(s.world, s.c, s.group)
	return s
}

func (s *stage) newGroup(name string, hosts int, active bool) *aws.Group {
	return s.site.NewGroup(aws.GroupSpec{
		Name: name, Cluster: "web", Zones: []string{"a", "b"}, Min: 0, Max: 50, Desired: hosts, Warmup: -1,
		Type: aws.InstanceType{Name: "m5.xlarge", Resources: aws.Resources{CPU: 4000, Memory: 16000}, ENIs: 20},
	}, active)
}

func (s *stage) service(cpu, memory, desired int) {
	s.site.CreateService(s.c, aws.ServiceSpec{Name: "app", Desired: desired, MinPercent: 100, MaxPercent: 200, Definition: definition(cpu, memory)})
}

func definition(cpu, memory int) *aws.TaskDefinition {
	return &aws.TaskDefinition{Family: "app", Revision: 1, Resources: aws.Resources{CPU: cpu, Memory: memory}, Stops: 5 * time.Second}
}

func (s *stage) run(d time.Duration) { s.world.Run(s.world.Now().Add(d)) }

// sizes are the desired capacities that policies set, in order.
func (s *stage) sizes() []int {
	var to []int
	for _, h := range s.told {
		if h.Kind == aws.DesiredChanged && strings.HasPrefix(h.Cause, "policy:") {
			to = append(to, h.To)
		}
	}
	return to
}

func (s *stage) count(k aws.Kind) int {
	n := 0
	for _, h := range s.told {
		if h.Kind == k {
			n++
		}
	}
	return n
}

var follows = map[string][]string{
	policy.Signal: {alarms.In, alarms.Out},
	policy.Surge:  {alarms.In, alarms.Out, alarms.OutBySize},
	policy.Gap:    {alarms.InBySize, alarms.Out, alarms.OutBySize},
}

func TestOurAlarmsAndStepsAreTheTables(t *testing.T) {
	table := alarms.Contract()
	require.Equal(t, "ChangeInCapacity", table.AdjustmentType)
	for name, followed := range follows {
		t.Run(name, func(t *testing.T) {
			s := newStage(t, name, 2)
			put := map[string]aws.StepPolicy{}
			for _, p := range s.group.Policies() {
				put[p.Name] = p
			}
			all := s.world.Alarms()
			require.Len(t, all, len(followed))
			for i, alarm := range all {
				want := table.Alarms[followed[i]]
				assert.Equal(t, "ecs-cluster-scaler-web-"+followed[i], alarm.Name)
				assert.Equal(t, []any{"ECSClusterScaler", want.Metric, map[string]string{"ClusterName": "web"}}, []any{alarm.Namespace, alarm.Metric, alarm.Dimensions})
				assert.Equal(t, []any{table.Statistic, table.Period(want, table.Paces()[0]), table.TreatMissingData}, []any{alarm.Statistic, alarm.Period, alarm.TreatMissing})
				assert.Equal(t, []any{want.Comparison, want.Threshold, want.EvaluationPeriods, want.DatapointsToAlarm}, []any{alarm.Comparison, alarm.Threshold, alarm.Evaluation, alarm.Datapoints})
				require.Len(t, alarm.Actions, len(want.Policies))
				for _, action := range alarm.Actions {
					assert.Same(t, s.group, action.Group)
					p, steps := put[action.Policy], want.Policies[strings.TrimSuffix(strings.TrimPrefix(action.Policy, "ecs-cluster-scaler-"), "-10s")]
					assert.Equal(t, len(want.Paces) > 0, strings.HasSuffix(action.Policy, "-10s"))
					delete(put, action.Policy)
					assert.Equal(t, table.MetricAggregationType, p.Aggregation)
					assert.Equal(t, time.Duration(table.LeastWarmupSeconds)*time.Second, p.Warmup)
					assert.False(t, p.Percent)
					require.Len(t, p.Steps, len(steps))
					for n, step := range steps {
						assert.Equal(t, aws.Step{Lower: step.From, Upper: step.To, Change: step.Change}, p.Steps[n])
					}
				}
			}
			assert.Empty(t, put, "each is an alarm's")
		})
	}
}

func TestActivatingAnotherGroupMovesTheTagAndEveryAlarm(t *testing.T) {
	s := newStage(t, policy.Surge, 2)
	green := s.newGroup("web-green", 0, false)
	require.Empty(t, green.Spec.Tags[ecsreader.ActiveTag])
	s.policy.Activate(s.c, green)
	assert.Empty(t, s.group.Spec.Tags[ecsreader.ActiveTag])
	assert.Equal(t, "true", green.Spec.Tags[ecsreader.ActiveTag])
	for _, alarm := range s.world.Alarms() {
		assert.Same(t, green, alarm.Actions[0].Group, alarm.Name)
	}
}

func TestScalingInIsSwitchedOffInTheEntry(t *testing.T) {
	s := newStage(t, policy.Gap, 6)
	s.policy.ScaleIn(s.c, false)
	s.run(time.Hour)
	assert.Empty(t, s.sizes())
	s.policy.ScaleIn(s.c, true)
	s.run(2 * time.Hour)
	assert.NotEmpty(t, s.sizes())
}

func TestANumberChangesTheKnobAndNonsenseIsRefused(t *testing.T) {
	for name, want := range map[string]string{"managed-85": "managed-85", "alarms-60": "alarms-60", "schedulable-3": "schedulable-3", "gap": "gap",
		"alarms-60-drain-ends-early": "alarms-60-drain-ends-early", "schedulable-3-drain-stops-after-16": "schedulable-3-drain-stops-after-16"} {
		p, err := policy.New(name, policy.Options{})
		require.NoError(t, err)
		assert.Equal(t, want, p.Name())
	}
	for _, name := range []string{"", "managed", "managed-0", "managed-101", "alarms-25", "gap-1", "other-5", "schedulable-x",
		"alarms-75-", "alarms-75-drain", "alarms-drain-ends-early", "managed-90-drain-ends-early", "gap-drain-ends-early"} {
		_, err := policy.New(name, policy.Options{})
		require.ErrorContains(t, err, "take gap, surge, signal", name)
	}
	_, err := policy.New("gap", policy.Options{Entry: json.RawMessage("{")})
	assert.Error(t, err)
}

// The textbook case: CPU says in, memory says out, and both are right by themselves.
func TestTwoAlarmPairsFightWhereOneVerdictHolds(t *testing.T) {
	run := func(name string) []int {
		s := newStage(t, name, 4)
		s.service(300, 3100, 16) // 30 % of CPU, 78 % of memory of four hosts
		s.run(6 * time.Hour)
		return s.sizes()
	}
	fight := run("alarms-75")
	require.GreaterOrEqual(t, len(fight), 6)
	turns := 0
	for i := 2; i < len(fight); i++ {
		if (fight[i] > fight[i-1]) != (fight[i-1] > fight[i-2]) {
			turns++
		}
	}
	assert.GreaterOrEqual(t, turns, 3, "%v", fight)
	assert.Equal(t, []int{5}, run(policy.Signal), "one host more clears memory, and none goes while it would be missed")
}

func TestSchedulableTasksAddAQuarterBelowTheLeastAndTakeOneWhenTenFit(t *testing.T) {
	s := newStage(t, "schedulable-2", 8)
	s.service(2000, 4000, 16) // full
	s.run(10 * time.Minute)
	require.NotEmpty(t, s.sizes())
	assert.Equal(t, 10, s.sizes()[0], "a quarter of eight")

	s = newStage(t, "schedulable-2", 8)
	s.service(2000, 4000, 7) // nine more fit
	s.run(time.Hour)
	assert.Empty(t, s.sizes())

	s = newStage(t, "schedulable-2", 8)
	s.service(2000, 4000, 6) // ten more fit
	s.run(time.Hour)
	assert.Equal(t, []int{6}, s.sizes(), "a quarter of eight, after a quarter of an hour")
}

// http://garbe.io/blog/2017/04/12/a-better-solution-to-ecs-autoscaling/: the function does not ask for agentConnected, so that
// an agent that is away makes no shortage.
func TestSchedulableTasksCountHostsWhoseAgentIsAway(t *testing.T) {
	s := newStage(t, "schedulable-2", 8)
	s.service(2000, 4000, 9) // seven more fit
	s.run(5 * time.Minute)
	for _, i := range s.group.Instances()[:4] {
		s.world.KillAgent(i)
	}
	s.run(10 * time.Minute)
	assert.Empty(t, s.sizes())
}

func TestManagedScalingBuysForTheQueueAndKeepsBusyHosts(t *testing.T) {
	s := newStage(t, "managed-100", 0)
	s.service(2000, 4000, 6)
	s.run(20 * time.Minute)
	assert.Len(t, s.c.Hosts(), 3, "two a host")
	assert.Equal(t, 6, s.c.Services()[0].Running())
	for _, i := range s.group.Instances() {
		assert.True(t, i.Protected, "managed termination protection: %s is busy", i.ID)
	}
	s.c.Services()[0].SetDesired(2)
	s.run(3 * time.Hour)
	assert.LessOrEqual(t, len(s.c.Hosts()), 2, "empty hosts go")
	assert.Zero(t, s.count(aws.TaskEndedByHost))
}
