package workload

import (
	"errors"
	"fmt"
	"slices"
	"sort"
	"strings"
	"time"

	"ecs-cluster-scaler/simulator/aws"
)

// Series is a trace of demand, by its name.
type Series struct {
	Name   string
	Points []Point
}

// followers are the services that share the series among them. Each sees its series from another hour on, so that they
// do not peak together; the hours are uneven, so that their peaks do not add up to a plain either.
func followers() []follower {
	return []follower{
		{web(task("web", 1024, 2048), 0), 0},
		{web(task("api", 512, 1536), 0), 3 * time.Hour},
		{worker(task("ranking", 2048, 6144), 0), 5 * time.Hour},
		{worker(task("mailer", 256, 3072), 0), 14 * time.Hour},
		{web(task("search", 1536, 3072), 0), 9 * time.Hour},
	}
}

type follower struct {
	spec  aws.ServiceSpec
	phase time.Duration
}

const (
	// followerLeast is the least desired count of a service that follows a series.
	followerLeast = 2
	// followerTasks is how many tasks the median of a series is worth.
	followerTasks = 8
)

// Demand is a workload of services whose desired counts follow traces of demand: max(2, ceil(value / target)), where
// target is an eighth of the series' median, read between its points. The counts follow as [aws.ServiceScalingKnobs] say.
// The services take the series in turn. A service whose hour reaches past the end of its series goes on at its beginning.
func Demand(series []Series, w Window) (Workload, error) {
	var names []string
	end := 0
	for i, s := range series {
		if len(s.Points) == 0 || median(s.Points) <= 0 {
			return Workload{}, fmt.Errorf("%s: %w", s.Name, errors.New("the median of its values is 0, so that no task can be told from it; choose a busier series"))
		}
		names = append(names, s.Name)
		if last := s.Points[len(s.Points)-1].At; i == 0 || last < end {
			end = last
		}
	}
	w, err := w.within(end)
	if err != nil {
		return Workload{}, fmt.Errorf("%s: %w", strings.Join(names, ", "), err)
	}
	return Workload{
		Name:  strings.Join(names, "+"),
		Why:   fmt.Sprintf("%d services that follow a trace of demand, each from another hour on.", len(followers())),
		Lasts: traceSettle + w.length(), Settle: traceSettle,
		Build: func(s Site) { buildDemand(s, series, w) },
	}, nil
}

func buildDemand(s Site, series []Series, w Window) {
	services := followers()
	wanted := make([]demand, len(services))
	for i, f := range services {
		wanted[i] = follow(series[i%len(series)].Points, time.Duration(w.From)*time.Second+f.phase)
	}
	// The sum of resources at a time, in hosts.
	hosts := func(at time.Duration) int {
		var sum aws.Resources
		for i, f := range services {
			n := max(followerLeast, ceil(wanted[i](at)))
			sum.CPU += n * f.spec.Definition.Resources.CPU
			sum.Memory += n * f.spec.Definition.Resources.Memory
		}
		return max(over(sum.CPU, general.Resources.CPU), over(sum.Memory, general.Resources.Memory))
	}
	most := 0
	for at := time.Duration(0); at <= traceSettle+w.length(); at += time.Minute {
		most = max(most, hosts(at))
	}
	t := s.town(aws.GroupSpec{Min: 3, Max: 2*most + 10, Desired: max(3, over(hosts(0)*3, 2))})
	t.logs()
	for i, f := range services {
		t.follow(f.spec, followerLeast, wanted[i])
	}
	t.scaled()
}

// follow is a series as tasks, from a time on that settling comes before.
func follow(points []Point, from time.Duration) demand {
	target := median(points) / followerTasks
	return func(since time.Duration) float64 {
		return value(points, from+max(0, since-traceSettle)) / target
	}
}

// value is a series' between its points, and round its end.
func value(points []Point, at time.Duration) float64 {
	first, last := points[0].At, points[len(points)-1].At
	if last == first {
		return points[0].Value
	}
	second := at.Seconds() - float64(first)
	length := float64(last - first)
	for second > length {
		second -= length
	}
	second = max(0, second) + float64(first)
	i := sort.Search(len(points), func(i int) bool { return float64(points[i].At) >= second })
	if i == 0 {
		return points[0].Value
	}
	a, b := points[i-1], points[i]
	part := (second - float64(a.At)) / float64(b.At-a.At)
	return a.Value + part*(b.Value-a.Value)
}

func median(points []Point) float64 {
	values := make([]float64, len(points))
	for i, p := range points {
		values[i] = p.Value
	}
	slices.Sort(values)
	if n := len(values); n%2 == 0 {
		return (values[n/2-1] + values[n/2]) / 2
	}
	return values[len(values)/2]
}
