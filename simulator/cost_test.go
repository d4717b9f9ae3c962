package simulator

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ecs-cluster-scaler/simulator/aws"
	"ecs-cluster-scaler/simulator/workload"
)

// bill is what an hour and a half of nothing costs, with what usage does meanwhile; half an hour of it settles.
func bill(t *testing.T, p Prices, measured Measures, use func(w *aws.World, m *meter)) Cost {
	t.Helper()
	w := aws.New(aws.Defaults())
	m := newMeter(w, 30*time.Minute)
	use(w, m)
	w.Run(w.Knobs.Start.Add(90 * time.Minute))
	c, err := m.cost(p, measured)
	require.NoError(t, err)
	return *c
}

func TestHoursOfEachTypeCostItsPrice(t *testing.T) {
	tell := func(m *meter, kind aws.Kind, minute int, instance, group string) {
		m.observe(aws.Happened{Kind: kind, At: begin.Add(time.Duration(minute) * time.Minute), Instance: instance, Group: group})
	}
	c := bill(t, Prices{"m5.large": 0.1, AnyType: 1}, Measures{Hours: 1, LowerBoundHours: 2}, func(w *aws.World, m *meter) {
		c := w.NewCluster("web").Name
		w.NewGroup(aws.GroupSpec{Name: "blue", Cluster: c, Zones: []string{"a"}, Type: aws.InstanceType{Name: "m5.large"}})
		w.NewGroup(aws.GroupSpec{Name: "green", Cluster: c, Zones: []string{"a"}, Type: aws.InstanceType{Name: "c5.large"}})
		tell(m, aws.HostLaunched, 0, "i-1", "blue")  // 60 minutes are measured
		tell(m, aws.HostLaunched, 10, "i-2", "blue") // 15
		tell(m, aws.HostLaunched, 15, "i-3", "blue") // none
		tell(m, aws.HostGone, 30, "i-3", "blue")
		tell(m, aws.HostGone, 45, "i-2", "blue")
		tell(m, aws.HostGone, 45, "i-9", "blue")      // was never billed
		tell(m, aws.HostLaunched, 60, "i-4", "green") // 30
	})
	assert.InDelta(t, 75.0/60*0.1+30.0/60*1, c.Hosts, 1e-12)
	assert.InDelta(t, 2*0.1, c.LowerBound, 1e-12, "nobody can pay less than by the cheapest type")
	assert.Zero(t, c.Scaler)
	assert.InDelta(t, c.Hosts, c.Total, 0)
	assert.InDelta(t, 730*c.Total, c.PerMonth, 1e-9)
}

func TestNoHostLeavesTheCostOfTheLowerBound(t *testing.T) {
	c := bill(t, Prices{"m5.large": 0.1, AnyType: 1}, Measures{Hours: 1, LowerBoundHours: 2}, func(w *aws.World, _ *meter) {
		c := w.NewCluster("web").Name
		w.NewGroup(aws.GroupSpec{Name: "blue", Cluster: c, Zones: []string{"a"}, Type: aws.InstanceType{Name: "m5.large"}})
	})
	assert.Zero(t, c.Hosts)
	assert.InDelta(t, 2*0.1, c.LowerBound, 1e-12, "a policy that buys nothing makes the work no cheaper")
}

func TestAGroupOfTwoTypesIsPaidByEach(t *testing.T) {
	small := aws.InstanceType{Name: "m5.large", Resources: aws.Resources{CPU: 2048, Memory: 7600}, ENIs: 9}
	large := aws.InstanceType{Name: "c5.xlarge", Resources: aws.Resources{CPU: 4096, Memory: 7000}, ENIs: 20}
	want := 0.0
	c := bill(t, Prices{"m5.large": 0.1, "c5.xlarge": 1}, Measures{Hours: 1}, func(w *aws.World, _ *meter) {
		g := w.NewGroup(aws.GroupSpec{Name: "mixed", Cluster: w.NewCluster("web").Name, Zones: []string{"a"}, Max: 9, Desired: 9, Type: small, Types: []aws.InstanceType{large}})
		w.At(begin.Add(time.Hour), "test", func() {
			for _, i := range g.Instances() {
				want += map[string]float64{"m5.large": 0.1, "c5.xlarge": 1}[i.Type.Name]
			}
			assert.Equal(t, fleet{host: aws.Resources{CPU: 4096, Memory: 7600}, enis: 20, desired: 9}, read(w)["web"].fleet)
		})
	})
	require.True(t, want > 1.8 && want < 9, "both types are there: %g", want)
	assert.InDelta(t, want, c.Hosts, 1e-9)
}

func TestScalersOwnCostIsWhatItUsedAfterSettling(t *testing.T) {
	c := bill(t, Prices{AnyType: 1}, Measures{Hours: 1}, func(w *aws.World, _ *meter) {
		w.Knobs.CloudWatch.Schedule = aws.Uniform{Min: 30 * time.Second, Max: 30 * time.Second}
		w.Schedule("publisher", func(aws.Tick) {})
		w.PutAlarm(aws.AlarmSpec{Name: "out", Evaluation: 1})
		w.At(begin.Add(time.Hour), "test", func() { w.Waited(100 * time.Second) })
	})
	const ticks = 60
	assert.InDelta(t, ticks*(1.00/1e6+0.20/1e6+0.5*0.25*0.0000133334)+100*0.25*0.0000133334, c.Functions, 1e-12)
	assert.InDelta(t, 0.10/730, c.Alarms, 1e-12)
	assert.Zero(t, c.Metrics)
	assert.InDelta(t, c.Functions+c.Alarms, c.Scaler, 1e-15)
	assert.InDelta(t, c.Scaler, c.Total, 1e-15)
}

func TestAMonthOfEachPolicysOwnCost(t *testing.T) {
	for policy, want := range map[string]struct{ functions, metrics, alarms float64 }{
		// Two functions a minute; thirteen metrics of a cluster without GPUs and three of the stack, published once a minute;
		// three metrics of the past read once in these two hours, which count as every two hours here.
		"signal": {2 * 43800 * (1.20/1e6 + 0.5*0.25*0.0000133334), 16*0.30 + 43.8*0.01 + 365*3*0.01/1000, 2 * 0.10},
		// One alarm looks every ten seconds.
		"gap": {2 * 43800 * (1.20/1e6 + 0.5*0.25*0.0000133334), 16*0.30 + 43.8*0.01 + 365*3*0.01/1000, 2*0.10 + 0.30},
		// Its metric, and two alarms.
		"schedulable-2": {43800 * (1.20/1e6 + 0.5*0.25*0.0000133334), 0.30 + 43.8*0.01, 2 * 0.10},
		// AWS's own metrics; a pair of alarms for CPU and one for memory.
		"alarms-75": {0, 0, 4 * 0.10},
	} {
		w, err := workload.Named("quiet-night")
		require.NoError(t, err)
		w.Lasts = w.Settle + 2*time.Hour
		result, err := Simulate(t.Context(), Setup{Workload: w, Policy: policy, Seed: 1, Prices: Prices{"m5.xlarge": 0.192}})
		require.NoError(t, err)
		m := result.Measures
		require.Zero(t, m.Drains)
		c := m.Cost
		assert.InDelta(t, want.functions, c.Functions*365, 0.02*want.functions, policy)
		assert.InDelta(t, want.metrics, c.Metrics*365, 0.02*want.metrics, policy)
		assert.InDelta(t, want.alarms, c.Alarms*365, 1e-9, policy)
		assert.InDelta(t, 0.192*m.InstanceHours, c.Hosts, 1e-9, policy)
		assert.InDelta(t, 0.192*m.LowerBoundHours, c.LowerBound, 1e-9, policy)
	}
}

func TestPeersDrainFunctionsArePaidWhileTheyWait(t *testing.T) {
	w, err := workload.Named("az-outage")
	require.NoError(t, err)
	cost := func(policy string) (functions float64, m Measures) {
		result, err := Simulate(t.Context(), Setup{Workload: w, Policy: policy, Seed: 1, Prices: Prices{AnyType: 0.192}})
		require.NoError(t, err)
		return result.Measures.Cost.Functions, result.Measures
	}
	functions, m := cost("alarms-75")
	require.Positive(t, m.Drains)
	assert.Greater(t, functions, float64(m.Drains)*(0.20/1e6+5*0.25*0.0000133334), "over five seconds each")
}

func TestHostsWithoutAPriceAreRefusedBeforeTheRun(t *testing.T) {
	w, err := workload.Named("gpu")
	require.NoError(t, err)
	_, err = Simulate(t.Context(), Setup{Workload: w, Policy: "gap", Prices: Prices{"m5.xlarge": 1, "c5.large": 2}, Progress: func(time.Duration, time.Duration) {
		t.Error("it runs")
	}})
	assert.EqualError(t, err, "the workload's hosts are of type g4dn.xlarge, and a price is given for c5.large, m5.xlarge alone; add a line for it, or one for any")
}

func TestWithoutPricesThereIsNoMoney(t *testing.T) {
	w, err := workload.Named("quiet-night")
	require.NoError(t, err)
	w.Lasts = w.Settle + time.Hour
	result, err := Simulate(t.Context(), Setup{Workload: w, Policy: "managed-100", Seed: 1})
	require.NoError(t, err)
	assert.Nil(t, result.Measures.Cost)
}
