package simulator

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ecs-cluster-scaler/cluster"
	"ecs-cluster-scaler/cluster/ecsreader"
	"ecs-cluster-scaler/simulator/aws"
	"ecs-cluster-scaler/simulator/policy"
	"ecs-cluster-scaler/simulator/workload"
	"ecs-cluster-scaler/thresholds/ssmstore"
)

// seenHost, seenService and seenGroup are what is compared, once as our readers see it and once by the world's structs.
type (
	seenHost struct {
		Instance, Status      string
		Connected             bool
		Registered, Remaining cluster.Resources
		Tasks                 []string
		Counted               int
		Since                 time.Time
		Zone                  string
	}
	seenService struct {
		Active, Daemon            bool
		Desired, Running, Pending int
		Unplaced                  int
		Definition                string
	}
	seenGroup struct {
		Active            bool
		Min, Max, Desired int
		Instances         map[string]string
	}
	seen struct {
		Hosts    map[string]seenHost
		Services map[string]seenService
		Groups   map[string]seenGroup
	}
)

// throughAPI is a cluster through the real readers.
func throughAPI(t *testing.T, r *ecsreader.Reader, name string) seen {
	t.Helper()
	s, err := r.Read(t.Context(), name)
	require.NoError(t, err)
	groups, err := r.ReadGroups(t.Context())
	require.NoError(t, err)
	r.ReadTasks(t.Context(), &s, s.Hosts)
	require.Empty(t, s.Unread)
	got := seen{map[string]seenHost{}, map[string]seenService{}, map[string]seenGroup{}}
	tasks, leaving := map[string][]string{}, map[string]int{}
	draining := map[string]bool{}
	for _, h := range s.Hosts {
		draining[h.ARN] = h.Status == cluster.Draining
	}
	for _, task := range s.Tasks {
		if task.WantedRunning {
			tasks[task.Host] = append(tasks[task.Host], task.ARN)
			if draining[task.Host] {
				leaving[task.Service]++
			}
		}
	}
	for _, h := range s.Hosts {
		slices.Sort(tasks[h.ARN])
		got.Hosts[h.ARN] = seenHost{h.InstanceID, string(h.Status), h.Connected, h.Registered, h.Remaining, tasks[h.ARN], h.Tasks, h.RegisteredAt.UTC(), h.Attributes[cluster.ZoneAttribute]}
	}
	for _, v := range s.Services {
		got.Services[v.Name] = seenService{v.Active, v.Daemon, v.Desired, v.Running, v.Pending, v.Unplaced(leaving[v.Name]), v.TaskDefinition}
	}
	for _, g := range groups[name] {
		instances := map[string]string{}
		for _, i := range g.Instances {
			instances[i.ID] = i.State
		}
		got.Groups[g.Name] = seenGroup{g.TaggedActive, g.Min, g.Max, g.Desired, instances}
	}
	return got
}

func amounts(r aws.Resources) cluster.Resources {
	return cluster.Resources{CPU: int64(r.CPU), Memory: int64(r.Memory), GPU: int64(r.GPU)}
}

// own is the same by the world's structs, counted from its tasks one by one.
func own(w *aws.World, c *aws.Cluster) seen {
	want := seen{map[string]seenHost{}, map[string]seenService{}, map[string]seenGroup{}}
	for _, h := range c.Hosts() {
		want.Hosts[h.ARN] = seenHost{
			Instance: h.Instance.ID, Status: string(h.Status), Connected: h.Connected, Registered: amounts(h.Total), Remaining: amounts(h.Total),
			Since: h.Registered, Zone: h.Instance.Zone,
		}
	}
	running, pending, placed := map[string]int{}, map[string]int{}, map[string]int{}
	for _, task := range c.Tasks() {
		if task.Desired != "RUNNING" {
			continue
		}
		if h, ok := want.Hosts[task.Host.ARN]; ok {
			h.Tasks, h.Counted = append(h.Tasks, task.ARN), h.Counted+1
			h.Remaining = h.Remaining.Minus(amounts(task.Definition.Resources))
			want.Hosts[task.Host.ARN] = h
		}
		if task.Service == nil {
			continue
		}
		name := task.Service.Spec.Name
		if task.Last == "RUNNING" {
			running[name]++
		} else {
			pending[name]++
		}
		if task.Host.Status == "ACTIVE" {
			placed[name]++
		}
	}
	for arn, h := range want.Hosts {
		slices.Sort(h.Tasks)
		want.Hosts[arn] = h
	}
	for _, v := range c.Services() {
		name := v.Spec.Name
		d := v.Deployments()[0]
		s := seenService{v.Status == "ACTIVE", v.Spec.Daemon, v.Desired, running[name], pending[name], 0, d.Definition.ARN()}
		if s.Active && !s.Daemon && d.Rollout != "FAILED" {
			s.Unplaced = max(0, min(v.Desired-placed[name], v.Desired*v.Spec.MaxPercent/100-running[name]-pending[name]))
		}
		want.Services[name] = s
	}
	for _, g := range w.Groups() {
		instances := map[string]string{}
		for _, i := range g.Instances() {
			instances[i.ID] = string(i.State)
		}
		want.Groups[g.Spec.Name] = seenGroup{g.Spec.Tags[ecsreader.ActiveTag] == "true", g.Min, g.Max, g.Desired, instances}
	}
	return want
}

// One reader all the way, as in a warm process, so that what it remembers is held to the books too.
func TestTheWorldReadThroughTheAPIIsTheWorldsOwn(t *testing.T) {
	for _, name := range []string{"rolling-deploy", "stuck-deploy", "crash-loop", "az-outage", "colour-switch", "gpu", "flash-crowd", "long-batch"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, err := workload.Named(name)
			require.NoError(t, err)
			scaling, err := policy.New(policy.Gap, policy.Options{})
			require.NoError(t, err)
			world := aws.New(known())
			w.Build(workload.Site{World: world, Policy: scaling})
			reader, store := ecsreader.New(world.ECS(), world.AutoScaling()), ssmstore.New(world.SSM(), "/ecs-cluster-scaler")
			luck := rand.New(rand.NewPCG(3, 1))
			had := map[string]int{}
			for world.Now().Sub(world.Knobs.Start) < min(w.Lasts, 9*time.Hour) {
				world.Run(world.Now().Add(time.Duration(luck.Int64N(int64(4 * time.Minute)))))
				listing, err := store.Read(t.Context())
				require.NoError(t, err)
				require.Len(t, listing.Clusters, len(world.Clusters()))
				for _, c := range world.Clusters() {
					got, want := throughAPI(t, reader, c.Name), own(world, c)
					require.Equal(t, want, got, "%s at %s", c.Name, world.Now())
					got.note(had)
				}
				for _, l := range listing.Clusters {
					had[fmt.Sprintf("scale_in %v", l.Entry.ScaleIn)]++
				}
			}
			for _, what := range map[string][]string{
				"rolling-deploy": {"ACTIVE", "pending"}, "az-outage": {"ACTIVE", "away", "unplaced"},
				"colour-switch": {"DRAINING", "scale_in false", "scale_in true", "groups 2"}, "flash-crowd": {"unplaced", "Pending", "DRAINING", "Terminating:Wait", "Terminating:Proceed"},
				"gpu": {"ACTIVE"}, "long-batch": {"standalone"},
			}[name] {
				assert.Positive(t, had[what], "never saw %s in %v", what, slices.Sorted(maps.Keys(had)))
			}
		})
	}
}

// note counts what there was to compare.
func (s seen) note(had map[string]int) {
	inServices := 0
	for _, h := range s.Hosts {
		had[h.Status]++
		if !h.Connected {
			had["away"]++
		}
		inServices -= len(h.Tasks)
	}
	for _, v := range s.Services {
		if v.Unplaced > 0 {
			had["unplaced"]++
		}
		if v.Pending > 0 {
			had["pending"]++
		}
		inServices += v.Running + v.Pending
	}
	if inServices < 0 {
		had["standalone"]++
	}
	for _, g := range s.Groups {
		for _, state := range g.Instances {
			had[state]++
		}
	}
	had[fmt.Sprintf("groups %d", len(s.Groups))]++
}
