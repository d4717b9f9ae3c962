package scaler

import (
	"fmt"
	"strconv"
	"strings"

	"ecs-cluster-scaler/cluster"
	"ecs-cluster-scaler/placement"
)

// enough is how many sentences are shown. A cluster that lost its capacity may have hundreds.
const enough = 3

// firstOf joins the first few sentences and counts the rest.
func firstOf(sums []string) string {
	if more := len(sums) - enough; more > 0 {
		sums = append(sums[:enough:enough], fmt.Sprintf("and %d more", more))
	}
	return strings.Join(sums, "; ")
}

// fitNowhere says why the first few tasks found no room.
func fitNowhere(kinds []placement.Kind, left []placement.Left) string {
	var sums []string
	for _, l := range left[:min(enough, len(left))] {
		sums = append(sums, fitsNowhere(kinds, l))
	}
	if len(left) > enough {
		sums = append(sums, fmt.Sprintf("and %d more tasks", tasks(left[enough:])))
	}
	return strings.Join(sums, "; ")
}

// fitsNowhere says which tasks found no room and why: "web (2048 CPU) fits nowhere: the freest host has 1792".
func fitsNowhere(kinds []placement.Kind, l placement.Left) string {
	k := kinds[l.Kind]
	subject, verb, each := k.Name, "fits", ""
	if l.Tasks > 1 {
		subject, verb, each = fmt.Sprintf("%d tasks of %s", l.Tasks, k.Name), "fit", " each"
	}
	size, freest, of := k.Size, l.Freest, ""
	if len(k.Providers) > 0 {
		of = " of capacity provider " + strings.Join(k.Providers, " or ")
	}
	switch {
	case freest == (cluster.Resources{}):
		return fmt.Sprintf("%s (%s%s) %s nowhere: there is no host%s with any room", subject, size, each, verb, of)
	case size.CPU > freest.CPU:
		return fmt.Sprintf("%s (%d CPU%s) %s nowhere: the freest host%s has %d", subject, size.CPU, each, verb, of, freest.CPU)
	case size.Memory > freest.Memory:
		return fmt.Sprintf("%s (%d MiB%s) %s nowhere: the freest host%s has %d", subject, size.Memory, each, verb, of, freest.Memory)
	case size.GPU > freest.GPU:
		return fmt.Sprintf("%s (%d GPU%s) %s nowhere: the freest host%s has %d", subject, size.GPU, each, verb, of, freest.GPU)
	case l.Barred:
		return fmt.Sprintf("%s %s nowhere: a constraint, a port, a neighbour or a missing network interface bars every host%s with room", subject, verb, of)
	default:
		return fmt.Sprintf("%s (%s%s) %s nowhere: no host%s has that much of everything", subject, size, each, verb, of)
	}
}

// show is a percentage with as many decimals as it needs, two at most.
func show(percent float64) string {
	rounded, _ := strconv.ParseFloat(strconv.FormatFloat(percent, 'f', 2, 64), 64)
	return strconv.FormatFloat(rounded, 'f', -1, 64) + "%"
}

func hostsAre(n int) string { return howMany(n, "host is", "hosts are") }

func howMany(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// name is what a host is called in a sentence.
func name(h cluster.Host) string {
	if h.InstanceID != "" {
		return h.InstanceID
	}
	return h.ARN
}

func namesOf(hosts []cluster.Host) string {
	if len(hosts) == 1 {
		return name(hosts[0])
	}
	return fmt.Sprintf("%s and %d more", name(hosts[0]), len(hosts)-1)
}
