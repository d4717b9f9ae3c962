package policy

import (
	"time"

	"ecs-cluster-scaler/simulator/aws"
)

// alarmPairs are two alarm pairs on the reservation that ECS publishes, one of CPU and one of memory, each with a step of
// one host out and one of one host in: what terraform modules of the field set up, and what a compound metric replaces.
type alarmPairs struct {
	peer
	out float64
}

func (p *alarmPairs) Name() string { return p.named("alarms", p.out) }

// belowOut is how far the threshold in lies below the one out.
const belowOut = 25

func (p *alarmPairs) Install(w *aws.World, c *aws.Cluster, active *aws.Group) {
	p.install(w)
	p.Activate(c, active)
}

func (p *alarmPairs) Activate(c *aws.Cluster, g *aws.Group) { p.put(c, g, true) }

func (p *alarmPairs) ScaleIn(c *aws.Cluster, on bool) { p.put(c, p.active[c.Name], on) }

func (p *alarmPairs) put(c *aws.Cluster, g *aws.Group, scaleIn bool) {
	p.activate(c, g)
	g.PutStepPolicy("out", "Average", 300*time.Second, []aws.Step{{Lower: new(float64), Change: 1}})
	g.PutStepPolicy("in", "Average", 300*time.Second, []aws.Step{{Upper: new(float64), Change: -1}})
	for _, metric := range []string{"CPUReservation", "MemoryReservation"} {
		alarm := aws.AlarmSpec{
			Name: c.Name + "-" + metric + "-high", Namespace: "AWS/ECS", Metric: metric,
			Dimensions: map[string]string{"ClusterName": c.Name},
			Statistic:  "Average", Period: time.Minute, Evaluation: 1, Datapoints: 1,
			Comparison: "GreaterThanOrEqualToThreshold", Threshold: p.out, TreatMissing: "notBreaching",
			Actions: []aws.AlarmAction{{Group: g, Policy: "out"}},
		}
		p.world.PutAlarm(alarm)
		alarm.Name = c.Name + "-" + metric + "-low"
		if !scaleIn {
			p.world.DeleteAlarm(alarm.Name)
			continue
		}
		alarm.Evaluation, alarm.Datapoints = 15, 15
		alarm.Comparison, alarm.Threshold = "LessThanThreshold", p.out-belowOut
		alarm.Actions = []aws.AlarmAction{{Group: g, Policy: "in"}}
		p.world.PutAlarm(alarm)
	}
}
