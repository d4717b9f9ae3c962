package policy

import (
	"fmt"
	"strings"
)

// Ours is another name of [Gap], which is what terraform/modules/cluster sets up unless told otherwise.
const Ours = "ours"

// Title is what tables and pages call the policy of a name, such as "ECS managed scaling, target 90" for managed-90.
// A name of no policy is its own title.
func Title(name string) string {
	switch name {
	case Ours, Gap:
		return "ours"
	case Surge:
		return "ours, in one at a time"
	case Signal:
		return "ours, one at a time"
	}
	kind, rest, _ := strings.Cut(name, "-")
	number, drain, apart := strings.Cut(rest, "-")
	words, known := map[string]string{
		"alarms":      "two alarm pairs, %s %%",
		"schedulable": "schedulable tasks, %s",
		"managed":     "ECS managed scaling, target %s",
	}[kind]
	if !known || number == "" {
		return name
	}
	title := fmt.Sprintf(words, number)
	if apart {
		title += ", " + strings.ReplaceAll(drain, "-", " ")
	}
	return title
}

// About says what the policy of a name is; empty of a name that is no policy.
func About(name string) string {
	const published = ", with the most careful of the published drain functions"
	switch name {
	case Ours, Gap:
		return "this project's publisher and drainer, as its Terraform module sets them up: hosts are bought and given back by number, and drained"
	case Surge:
		return "this project's publisher and drainer: hosts are bought by number and given back one at a time"
	case Signal:
		return "this project's publisher and drainer: hosts are bought and given back one at a time"
	}
	kind, rest, _ := strings.Cut(name, "-")
	number, _, apart := strings.Cut(rest, "-")
	drain := published
	if apart {
		drain = ", with a less careful drain function"
	}
	switch kind {
	case "alarms":
		return fmt.Sprintf("step policies on ECS's own CPU and memory reservation, out at %s %% of either and in 25 below, one host at a time", number) + drain
	case "schedulable":
		return fmt.Sprintf("a metric of how many of the largest task still fit, out below %s", number) + drain
	case "managed":
		return fmt.Sprintf("what ECS does itself through a capacity provider, at target capacity %s %%, with managed draining and termination protection", number)
	default:
		return ""
	}
}
