package aws

import "slices"

// managedHook is what ECS puts on the group of a capacity provider with managed draining
// (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/managed-instance-draining.html).
const managedHook = "ecs-managed-draining-termination-hook"

// drainManaged sets terminating hosts DRAINING and lets them go when all their tasks are STOPPED, or after 48 hours
// (managed-instance-draining.html).
func (c *Cluster) drainManaged() {
	for _, i := range slices.Clone(c.provider.Group.instances) {
		n := slices.IndexFunc(i.actions, func(a *lifecycleAction) bool { return a.hook.Name == managedHook })
		if n < 0 {
			continue
		}
		a := i.actions[n]
		if i.Host == nil || len(i.Host.tasks) == 0 {
			i.complete(a, "CONTINUE")
			continue
		}
		if i.Host.Status == active {
			i.Host.setStatus(draining)
			i.Host.drain()
		}
		i.beat(a)
	}
}

// hook is the group's hook of a name.
func (g *Group) hook(name string) *HookSpec {
	for k := range g.Spec.Hooks {
		if g.Spec.Hooks[k].Name == name {
			return &g.Spec.Hooks[k]
		}
	}
	return nil
}
