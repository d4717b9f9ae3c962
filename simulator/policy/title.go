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
