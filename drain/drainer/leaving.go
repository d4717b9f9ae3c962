package drainer

import (
	"context"
	"slices"
	"time"

	"ecs-cluster-scaler/cluster"
)

// leaving is one instance that Auto Scaling terminates.
type leaving struct {
	group    string
	instance cluster.Instance
	// tagged: its group's tag names this stack.
	tagged bool
}

// leavingFrom are the instances in Terminating, Terminating:Wait and Terminating:Proceed, by cluster, but those of groups that
// belong to another stack.
func leavingFrom(groups map[string][]cluster.Group, configPath string) map[string][]leaving {
	from := map[string][]leaving{}
	for name, of := range groups {
		for _, g := range of {
			if g.OfOther(configPath) {
				continue
			}
			for _, i := range g.Instances {
				if i.Phase == cluster.Terminating {
					from[name] = append(from[name], leaving{g.Name, i, g.ConfigPath != ""})
				}
			}
		}
	}
	return from
}

func ids(all []leaving) []string {
	var names []string
	for _, l := range all {
		names = append(names, l.instance.ID)
	}
	return names
}

func except(all []leaving, one leaving) []leaving {
	return slices.DeleteFunc(slices.Clone(all), func(l leaving) bool { return l.instance.ID == one.instance.ID })
}

// without is ctx less the time that is kept for what comes after.
func without(ctx context.Context, kept time.Duration) (context.Context, context.CancelFunc) {
	if deadline, ok := ctx.Deadline(); ok {
		return context.WithDeadline(ctx, deadline.Add(-kept))
	}
	return context.WithCancel(ctx)
}
