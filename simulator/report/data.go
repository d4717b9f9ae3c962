package report

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"

	"ecs-cluster-scaler/cluster"
	"ecs-cluster-scaler/scaler"
	"ecs-cluster-scaler/simulator"
	"ecs-cluster-scaler/thresholds"
)

// pageData is what the plots are drawn from: every sample and verdict of every run, by columns.
type pageData struct {
	// From is the first sample's time, in Unix seconds; Steps is the time from each to the next.
	From  int64  `json:"from"`
	Steps column `json:"steps"`
	// Settled is where measuring begins, in Unix seconds.
	Settled int64     `json:"settled"`
	Runs    []runData `json:"runs"`
	// Meanings has a sentence for each reason that occurs.
	Meanings map[scaler.Reason]string `json:"meanings"`
}

type runData struct {
	Policy   string            `json:"policy"`
	Title    string            `json:"title"`
	Series   map[string]column `json:"series"`
	Limits   limits            `json:"limits"`
	Verdicts *verdictData      `json:"verdicts"`
	Drains   []drainData       `json:"drains"`
}

// limits are thresholds in percent: at or above the first a host is wanted, below the second one may go.
type limits struct {
	CPU    [2]*float64 `json:"cpu"`
	Memory [2]*float64 `json:"memory"`
}

type verdictData struct {
	Signal column `json:"signal"`
	Gap    column `json:"gap"`
	// Reasons is each minute's place in Sets.
	Reasons column            `json:"reasons"`
	Sets    [][]scaler.Reason `json:"sets"`
	Why     sentences         `json:"why"`
	CPU     column            `json:"cpu"`
	Memory  column            `json:"memory"`
}

// drainData has times in Unix seconds.
type drainData struct {
	Instance string `json:"instance"`
	Group    string `json:"group"`
	Cause    string `json:"cause"`
	From     int64  `json:"from"`
	To       int64  `json:"to"`
	Open     bool   `json:"open,omitempty"`
}

// sampled are a sample's figures by the names that the page's script knows them by.
var sampled = map[string]func(simulator.Sample) float64{
	"active":          func(s simulator.Sample) float64 { return float64(s.Active) },
	"launching":       func(s simulator.Sample) float64 { return float64(s.Launching) },
	"draining":        func(s simulator.Sample) float64 { return float64(s.Draining) },
	"desired":         func(s simulator.Sample) float64 { return float64(s.Desired) },
	"fewest":          func(s simulator.Sample) float64 { return float64(s.Fewest) },
	"unplaced":        func(s simulator.Sample) float64 { return float64(s.Unplaced) },
	"capacity_cpu":    func(s simulator.Sample) float64 { return float64(s.Capacity.CPU) },
	"capacity_memory": func(s simulator.Sample) float64 { return float64(s.Capacity.Memory) },
	"capacity_gpu":    func(s simulator.Sample) float64 { return float64(s.Capacity.GPU) },
	"reserved_cpu":    func(s simulator.Sample) float64 { return float64(s.Reserved.CPU) },
	"reserved_memory": func(s simulator.Sample) float64 { return float64(s.Reserved.Memory) },
	"reserved_gpu":    func(s simulator.Sample) float64 { return float64(s.Reserved.GPU) },
	"demand_cpu":      func(s simulator.Sample) float64 { return float64(s.Demand.CPU) },
	"demand_memory":   func(s simulator.Sample) float64 { return float64(s.Demand.Memory) },
	"demand_gpu":      func(s simulator.Sample) float64 { return float64(s.Demand.GPU) },
}

// billed is how many hosts a sample pays for.
func billed(s simulator.Sample) int { return s.Active + s.Launching + s.Draining }

func dataOf(c Comparison) (pageData, error) {
	if len(c.Runs) == 0 || len(c.Runs[0].Series) < 2 {
		return pageData{}, errors.New("a page needs a run with at least two samples")
	}
	first := c.Runs[0].Series
	d := pageData{
		From:     first[0].At.Unix(),
		Settled:  c.settled().Unix(),
		Meanings: map[scaler.Reason]string{},
	}
	for i := range first[1:] {
		d.Steps = append(d.Steps, first[i+1].At.Sub(first[i].At).Seconds())
	}
	for _, run := range c.Runs {
		if !sameTimes(first, run.Series) {
			return pageData{}, fmt.Errorf("%s was not sampled at the same times as %s", simulator.Title(run.Policy), simulator.Title(c.Runs[0].Policy))
		}
		d.Runs = append(d.Runs, runOf(run))
		for _, v := range run.Verdicts {
			for _, r := range v.Reasons {
				d.Meanings[r] = ""
			}
		}
	}
	for _, m := range scaler.Meanings {
		if _, occurs := d.Meanings[m.Reason]; occurs {
			d.Meanings[m.Reason] = m.Sentence
		}
	}
	return d, nil
}

func sameTimes(a, b []simulator.Sample) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if !a[i].At.Equal(b[i].At) {
			return false
		}
	}
	return true
}

func runOf(r simulator.Result) runData {
	out := runData{
		Policy: r.Policy, Title: simulator.Title(r.Policy), Series: map[string]column{}, Drains: []drainData{},
		Limits: limitsOf(r),
	}
	for name, of := range sampled {
		c := columnOf(r.Series, of)
		if strings.HasSuffix(name, "_gpu") && allZero(c) {
			continue
		}
		out.Series[name] = c
	}
	if len(r.Verdicts) > 0 {
		out.Verdicts = verdictsOf(r)
	}
	for _, d := range r.Drains {
		out.Drains = append(out.Drains, drainData{
			Instance: d.Instance, Group: d.Group, Cause: d.Cause, From: d.From.Unix(), To: d.To.Unix(), Open: d.Open,
		})
	}
	return out
}

func allZero(c column) bool {
	for _, v := range c {
		if v != 0 {
			return false
		}
	}
	return true
}

func verdictsOf(r simulator.Result) *verdictData {
	n := len(r.Series)
	out := verdictData{Signal: blank(n), Gap: blank(n), Reasons: blank(n), CPU: blank(n), Memory: blank(n), Sets: [][]scaler.Reason{}}
	whys := make([]string, n)
	setAt := map[string]int{}
	for i, v := range byMinute(r) {
		if v == nil {
			continue
		}
		out.Signal[i], out.Gap[i] = float64(v.Signal), float64(v.Gap)
		out.CPU[i], out.Memory[i] = orNone(v.CPU), orNone(v.Memory)
		key := fmt.Sprint(v.Reasons)
		if _, known := setAt[key]; !known {
			setAt[key] = len(out.Sets)
			out.Sets = append(out.Sets, v.Reasons)
		}
		out.Reasons[i] = float64(setAt[key])
		whys[i] = v.Why
	}
	out.Why = patterns(whys)
	return &out
}

// byMinute has the verdict that each sample shows: the newest one that is not older than the sample before; nil where no
// pass ran. Of several clusters' the one that wants most.
func byMinute(r simulator.Result) []*simulator.Verdict {
	shown := make([]*simulator.Verdict, len(r.Series))
	next := 0
	for i, s := range r.Series {
		for ; next < len(r.Verdicts) && !r.Verdicts[next].At.After(s.At); next++ {
			v := &r.Verdicts[next]
			tooOld := i > 0 && !v.At.After(r.Series[i-1].At)
			if !tooOld && (shown[i] == nil || shown[i].Cluster == v.Cluster || v.Gap > shown[i].Gap) {
				shown[i] = v
			}
		}
	}
	return shown
}

// orNone has the JSON's two decimals.
func orNone(v *cluster.Percent) float64 {
	if v == nil {
		return math.NaN()
	}
	shown, err := strconv.ParseFloat(strconv.FormatFloat(float64(*v), 'f', 2, 64), 64)
	if err != nil {
		return math.NaN()
	}
	return shown
}

// limitsOf are the thresholds that our publisher held the reservation against; none where another policy scales.
func limitsOf(r simulator.Result) limits {
	if r.Thresholds == nil {
		return limits{}
	}
	band := func(b thresholds.Band) [2]*float64 {
		if b.ScaleInBelow >= 100 { // it forbids nothing
			return [2]*float64{b.ScaleOutAt, nil}
		}
		return [2]*float64{b.ScaleOutAt, &b.ScaleInBelow}
	}
	return limits{CPU: band(r.Thresholds.CPU), Memory: band(r.Thresholds.Memory)}
}
