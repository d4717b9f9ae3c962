package policy

import (
	"time"

	"ecs-cluster-scaler/simulator/aws"
)

// managed is ECS managed scaling with managed draining and managed termination protection, at a target capacity.
type managed struct {
	target int
	world  *aws.World
	active map[string]*aws.Group
}

func (p *managed) Name() string { return named("managed", float64(p.target)) }

func (*managed) Managed() bool { return true }

// Prepare gives new instances scale-in protection, which managed termination protection wants.
func (*managed) Prepare(spec *aws.GroupSpec, _ bool) { spec.Protect = true }

func (p *managed) Install(w *aws.World, c *aws.Cluster, active *aws.Group) {
	if p.world == nil {
		p.world, p.active = w, map[string]*aws.Group{}
	}
	p.Activate(c, active)
}

// ScaleIn has no counterpart in managed scaling.
func (*managed) ScaleIn(*aws.Cluster, bool) {}

func (p *managed) Activate(c *aws.Cluster, g *aws.Group) {
	p.active[c.Name] = g
	p.world.Manage(c, aws.CapacityProvider{
		Group: g, Target: p.target, MinStep: 1, MaxStep: 10000, Warmup: 300 * time.Second, // the defaults of ManagedScaling
		Draining: true, Protection: true,
	})
}
