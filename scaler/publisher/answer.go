package publisher

import (
	"time"

	"ecs-cluster-scaler/cluster"
	"ecs-cluster-scaler/internal/metrics"
	"ecs-cluster-scaler/scaler"
)

// Answer is what a pass says of itself: one verdict per entry, and what failed.
type Answer struct {
	// Minute is the scheduled minute that the metrics are stamped with.
	Minute   time.Time        `json:"minute"`
	Clusters []scaler.Verdict `json:"clusters"`
	Failed   []Failure        `json:"failed"`

	// at is when it was put together, which is just before it is published.
	at      time.Time
	invalid int
	// expired: the entries have been unread for too long to be believed.
	expired bool
}

// answer gathers the verdicts and logs each.
func (p *Publisher) answer(minute time.Time, judged []*candidate) Answer {
	a := Answer{Minute: minute, Clusters: []scaler.Verdict{}, Failed: []Failure{}, at: p.now()}
	for _, c := range judged {
		v := c.verdict.Sized(a.at)
		p.log.Info("verdict", "verdict", v)
		a.Clusters = append(a.Clusters, v)
		if c.invalid {
			a.invalid++
		}
		if c.failure != "" {
			a.Failed = append(a.Failed, Failure{Cluster: v.Cluster, Error: c.failure})
		}
	}
	return a
}

// Failure is one cluster that could not be read; without a cluster, metrics that could not be published.
type Failure struct {
	Cluster string `json:"cluster,omitempty"`
	Error   string `json:"error"`
}

// data are the metrics of the whole pass. A cluster that could not be judged gets an explicit 0: a datapoint that is
// merely missing would let an alarm go on with an older one
// (https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/AlarmThatSendsEmail.html#alarms-and-missing-data).
func (a Answer) data() []metrics.Datum {
	var data []metrics.Datum
	read := 0
	for _, v := range a.Clusters {
		add := func(m metrics.Metric, value float64) {
			data = append(data, metrics.Datum{Metric: m, Cluster: v.Cluster, Value: value})
		}
		add(metrics.ScalingSignal, float64(v.Signal))
		add(metrics.InstanceGap, float64(v.InstanceGap))
		data = append(data, metrics.Datum{Metric: metrics.CapacityChange, Cluster: v.Cluster, Value: float64(v.CapacityChange), At: a.at})
		add(metrics.ScaleOutBlocked, oneIf(v.ScaleOutBlocked))
		if !v.Judged {
			continue
		}
		read++
		add(metrics.InstancesWanted, float64(v.InstancesWanted))
		percent := func(m metrics.Metric, p *cluster.Percent) {
			if p != nil {
				add(m, float64(*p))
			}
		}
		percent(metrics.CPUReservation, v.Reservation.CPU)
		percent(metrics.MemoryReservation, v.Reservation.Memory)
		percent(metrics.GPUReservation, v.Reservation.GPU)
		if d := v.Demand; d != nil {
			add(metrics.CPUDemand, float64(d.CPU))
			add(metrics.MemoryDemand, float64(d.Memory))
			if d.GPU > 0 || v.Reservation.GPU != nil {
				add(metrics.GPUDemand, float64(d.GPU))
			}
		}
		add(metrics.UnplacedTasks, float64(v.UnplacedTasks))
		add(metrics.DrainingInstances, float64(v.Hosts.Draining))
		add(metrics.UnregisteredInstances, float64(v.Instances.Unregistered))
		add(metrics.DisconnectedInstances, float64(v.Hosts.Disconnected))
	}
	total := func(m metrics.Metric, value int) {
		data = append(data, metrics.Datum{Metric: m, Value: float64(value)})
	}
	if !a.expired { // left out, so that the alarm for a silent publisher fires: nothing scales any more
		total(metrics.ClustersRead, read)
	}
	total(metrics.ClustersFailed, len(a.Failed))
	total(metrics.InvalidEntries, a.invalid)
	return data
}

func oneIf(condition bool) float64 {
	if condition {
		return 1
	}
	return 0
}
