package evaluation

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"ecs-cluster-scaler/simulator/aws"
	"ecs-cluster-scaler/simulator/report"
	"ecs-cluster-scaler/simulator/workload"
)

// Set is the simulated AWS with one guess changed.
type Set struct {
	// Name is what tables call it. Sentence says what is other in it, Source why that may be so.
	Name, Sentence, Source string
	// turns are the knobs that differ, as a file would turn them.
	turns map[string]string
	// strategy places the tasks of rows that do not say how; empty is as everywhere else.
	strategy workload.Strategy
	// services: it changes nothing where no task belongs to a service, so that such a trace is not run again.
	services bool
}

// Sets are the middle one and those that change one guess each: the six that move comparisons most, as docs/simulator.md
// says in its section Ranges.
func Sets() []Set {
	const throttles = "https://docs.aws.amazon.com/AmazonECS/latest/bestpracticesguide/operating-at-scale-dealing-with-throttles.html"
	return []Set{
		{Name: "as simulated", Sentence: "Nothing.", Source: "simulator.md, AWS as simulated"},
		{
			Name: "back-off 1 min", Sentence: "A service that fits nowhere first waits 1 minute, not 5.",
			Source: "AWS publishes no number; " + throttles + " says that it is exponential",
			turns:  map[string]string{"ecs.back_off": `"1m"`}, services: true,
		},
		{
			Name: "back-off 15 min", Sentence: "A service that fits nowhere first waits 15 minutes, not 5.",
			Source: "a user saw it in 2018: https://github.com/aws/amazon-ecs-agent/issues/1160",
			turns:  map[string]string{"ecs.back_off": `"15m"`}, services: true,
		},
		{
			Name: "registration retries", Sentence: "A host that registers ends every service's wait.",
			Source: throttles + ` has tries "as new container instances are launched", which can be read so`,
			turns:  map[string]string{"ecs.registration_retries": "true"}, services: true,
		},
		{
			Name: "placement by default", Sentence: "Services are spread over zones, then over hosts, as AWS does without a strategy. Managed scaling keeps its two strategies.",
			Source:   "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_services.html",
			strategy: workload.AWSDefault, services: true,
		},
		{
			Name: "slow alarms", Sentence: "An alarm is evaluated 40 to 80 seconds after its minute, not 5 to 40, and acts 10 to 30 seconds later, not 1 to 10.",
			Source: "AWS publishes no number; users saw 60 to 120 s from a condition to its action",
			turns:  map[string]string{"cloudwatch.evaluation": `{"min": "40s", "max": "80s"}`, "cloudwatch.action": `{"min": "10s", "max": "30s"}`},
		},
		{
			Name: "slow boot", Sentence: "Half of the hosts take 165 seconds from launch to registration, not one in twenty, and one in twenty takes 5 minutes.",
			Source: "AWS publishes no number; 75 s seen in the median and 150 to 180 s at the 95th percentile",
			turns:  map[string]string{"ec2.boot": `{"median": "2m45s", "p95": "5m"}`},
		},
	}
}

// told is a set as it is shown.
func (s Set) told() report.Set {
	return report.Set{Name: s.Name, Sentence: s.Sentence, Source: s.Source, Turned: s.turned()}
}

// turned says what is set to what.
func (s Set) turned() string {
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(s.turns)) {
		parts = append(parts, fmt.Sprintf("%s %s", name, strings.ReplaceAll(s.turns[name], `"`, "")))
	}
	if s.strategy != "" {
		parts = append(parts, "--strategy "+string(s.strategy))
	}
	return strings.Join(parts, ", ")
}

// knobs are some with those of the set turned.
func (s Set) knobs(from aws.Knobs) (aws.Knobs, error) {
	file := map[string]json.RawMessage{}
	for name, value := range s.turns {
		file[name] = json.RawMessage(value)
	}
	text, err := json.Marshal(file)
	if err != nil {
		return aws.Knobs{}, err
	}
	knobs, err := from.Turn(text)
	if err != nil {
		return aws.Knobs{}, fmt.Errorf("set %s: %w", s.Name, err)
	}
	return knobs, nil
}
