package scaler

import (
	"fmt"
	"slices"
	"strings"

	"ecs-cluster-scaler/placement"
)

// enough sums tell the story; a cluster that lost its capacity may have hundreds, and one that nobody bounds, thousands.
const enough = 3

// firstOf joins the first few of the sums, and says how many more there are.
func firstOf(sums []string) string {
	if more := len(sums) - enough; more > 0 {
		sums = append(sums[:enough:enough], fmt.Sprintf("and %d more", more))
	}
	return strings.Join(sums, "; ")
}

type cause struct {
	reason Reason
	why    string
}

// causes are the reasons to scale out, before anything in flight is counted.
func (j *judgement) causes() []cause {
	var found []cause
	for _, r := range resources(j.entry, j.reservation) {
		if r.atScaleOut() {
			found = append(found, cause{r.reason, fmt.Sprintf("%s reservation %s is at or above %s",
				r.name, show(float64(*r.reserved)), show(*r.band.ScaleOutAt))})
		}
	}
	if j.lack.wants() > 0 {
		found = append(found, cause{UnplacedTasks, j.nowhere(slices.Concat(j.lack.unplaced, j.lack.waiting))})
	}
	if why := j.refused(); why != "" {
		found = append(found, cause{PlacementRefused, why})
	}
	if j.lack.headroom > 0 && !j.lack.vain {
		found = append(found, cause{HeadroomShort, fmt.Sprintf("%d of the %d headroom tasks (%s each) do not fit", j.lack.headroom, j.headroom.tasks, j.headroom.size)})
	}
	return found
}

func (j *judgement) nowhere(left []placement.Left) string {
	sums := make([]string, 0, enough+1)
	for i, l := range left {
		if i == enough {
			sums = append(sums, fmt.Sprintf("and %d more tasks", tasks(left[i:])))
			break
		}
		sums = append(sums, fitsNowhere(j.wanted.catalogue.kinds, l))
	}
	return strings.Join(sums, "; ")
}

// hopeless says which wanted tasks no new host would take; empty: none.
func (j *judgement) hopeless() string {
	var sums []string
	for _, l := range slices.Concat(j.lack.hopeless, j.lack.hopelessWaiting) {
		k := j.wanted.catalogue.kinds[l.Kind]
		sums = append(sums, fmt.Sprintf("%s (%s) fits nowhere, not even on %s", k.Name, k.Size, j.notOn(k)))
	}
	if j.lack.headroom > 0 && j.lack.vain {
		sums = append(sums, fmt.Sprintf("a headroom task (%s) does not fit even on %s", j.headroom.size, j.notOn(j.headroom.kind())))
	}
	return firstOf(sums)
}

// notOn says on what new host a task of the kind would not fit.
func (j *judgement) notOn(k placement.Kind) string {
	if !j.takes(placement.Kind{Providers: k.Providers}) {
		return fmt.Sprintf("a new host: ECS places it through capacity provider %s only, and no group that follows the signal belongs to it", strings.Join(k.Providers, " or "))
	}
	if k.Size == least(k.Size, j.instance.host.Free) {
		return "an empty new host: a constraint, a missing attribute or a taken port forbids it"
	}
	return fmt.Sprintf("an empty new host, which has %s left beside its daemons", j.instance.host.Free)
}
