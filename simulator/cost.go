package simulator

import (
	"maps"
	"math"
	"slices"
	"time"

	"ecs-cluster-scaler/simulator/aws"
)

// Cost is a run in money.
type Cost struct {
	// Total is Hosts and Scaler; PerMonth is the same for a month at this rate.
	Total    float64 `json:"total"`
	PerMonth float64 `json:"per_month"`
	// Hosts are the instance-hours. LowerBound is what no policy can go below, by the cheapest type that ran; where no host
	// ran, by the cheapest that a group launches.
	Hosts      float64 `json:"hosts"`
	LowerBound float64 `json:"lower_bound"`
	// Scaler is what the policy itself needs: Functions with their schedules, custom Metrics, Alarms.
	Scaler    float64 `json:"scaler"`
	Functions float64 `json:"functions"`
	Metrics   float64 `json:"metrics"`
	Alarms    float64 `json:"alarms"`
}

// meter reads off what a world is billed for, from a time on.
type meter struct {
	world  *aws.World
	from   time.Time
	before aws.Usage
	// now is each running host's type; since is when the hours were last added up.
	now   map[string]string
	since time.Time
	count map[string]int
	hours map[string]float64
}

// newMeter begins to read when the settling ends.
func newMeter(w *aws.World, settle time.Duration) *meter {
	m := &meter{world: w, from: w.Now().Add(settle), since: w.Now(), now: map[string]string{}, count: map[string]int{}, hours: map[string]float64{}}
	w.Observe(m.observe)
	w.At(m.from, "meter", func() { m.before = w.Usage() })
	return m
}

func (m *meter) observe(h aws.Happened) {
	switch h.Kind {
	case aws.HostLaunched:
		m.advance(h.At)
		kind := m.typeOf(h)
		m.now[h.Instance] = kind
		m.count[kind]++
	case aws.HostGone:
		if kind, billed := m.now[h.Instance]; billed {
			m.advance(h.At)
			m.count[kind]--
			delete(m.now, h.Instance)
		}
	default: // is not billed
	}
}

// typeOf is a host's type. It is called while the world tells something, and so may only look.
func (m *meter) typeOf(h aws.Happened) string {
	for _, g := range m.world.Groups() {
		if g.Spec.Name != h.Group {
			continue
		}
		for _, i := range g.Instances() {
			if i.ID == h.Instance {
				return i.Type.Name
			}
		}
		return g.Spec.Type.Name
	}
	return ""
}

// advance adds up the hours until to, as far as they are measured.
func (m *meter) advance(to time.Time) {
	since := m.since
	if since.Before(m.from) {
		since = m.from
	}
	m.since = to
	if to.After(since) {
		for kind, n := range m.count {
			m.hours[kind] += float64(n) * to.Sub(since).Hours()
		}
	}
}

// check says whether every group's hosts have a price.
func (m *meter) check(p Prices) error {
	for _, g := range m.world.Groups() {
		for _, t := range types(g) {
			if _, err := p.of(t.Name); err != nil {
				return err
			}
		}
	}
	return nil
}

// cost is the bill at the end of a run.
func (m *meter) cost(p Prices, measured Measures) (*Cost, error) {
	m.advance(m.world.Now())
	u := m.world.Usage().Since(m.before)
	invocations := float64(u.Ticks + u.Notices)
	c := Cost{
		Functions: float64(u.Ticks)/1e6*PriceScheduledMillion + invocations/1e6*PriceLambdaMillion +
			(invocations*functionSeconds+u.Waited.Seconds())*functionGB*PriceLambdaGBSecond,
		Metrics: float64(u.MetricHours)/HoursOfMonth*PriceMetricMonth + float64(u.Puts)/1e3*PricePutThousand + float64(u.MetricsRead)/1e3*PriceReadThousand,
		Alarms:  (float64(u.AlarmMinutes)*PriceAlarmMonth + float64(u.FastAlarmMinutes)*PriceFastAlarmMonth) / 60 / HoursOfMonth,
	}
	least := math.Inf(1)
	for _, kind := range slices.Sorted(maps.Keys(m.hours)) { // sums of one order, byte for byte
		usd, err := p.of(kind)
		if err != nil {
			return nil, err
		}
		c.Hosts += m.hours[kind] * usd
		least = min(least, usd)
	}
	if len(m.hours) == 0 {
		for _, g := range m.world.Groups() {
			for _, t := range types(g) {
				usd, err := p.of(t.Name)
				if err != nil {
					return nil, err
				}
				least = min(least, usd)
			}
		}
	}
	if measured.LowerBoundHours > 0 {
		c.LowerBound = measured.LowerBoundHours * least
	}
	c.Scaler = c.Functions + c.Metrics + c.Alarms
	c.Total = c.Hosts + c.Scaler
	c.PerMonth = ratio(c.Total, measured.Hours) * HoursOfMonth
	return &c, nil
}
