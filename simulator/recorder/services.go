package recorder

import (
	"cmp"
	"context"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"ecs-cluster-scaler/cluster"
	"ecs-cluster-scaler/simulator/recording"
)

// revision is a task definition of a service.
type revision struct {
	name       string
	definition cluster.Definition
}

// services are those that were seen.
type services struct {
	all []*service
	by  map[string]*service // by name
	// there are the names of all that the last look saw, those that are in no recording too.
	there map[string]bool
}

type service struct {
	recording.Service
	// revisions are its task definitions, by ARN.
	revisions map[string]revision
	refusals  []recording.Refusal
}

func (s *services) index(before []recording.Service, refusals []recording.Refusal) {
	*s = services{by: map[string]*service{}}
	for _, b := range before {
		s.add(b.Name).Service = b
	}
	for _, refusal := range refusals {
		one := s.by[refusal.Service]
		one.refusals = append(one.refusals, refusal)
	}
}

func (s *services) add(name string) *service {
	if s.by[name] == nil {
		s.by[name] = &service{Service: recording.Service{Name: name}, revisions: map[string]revision{}}
		s.all = append(s.all, s.by[name])
	}
	return s.by[name]
}

// known are the services of which it is known what they want.
func (s services) known() []recording.Service {
	all := []recording.Service{}
	for _, one := range s.all {
		if len(one.Desired) > 0 {
			all = append(all, one.Service)
		}
	}
	return all
}

// refusals are all services', oldest first.
func (s services) refusals() []recording.Refusal {
	var all []recording.Refusal
	for _, one := range s.all {
		if len(one.Desired) > 0 {
			all = append(all, one.refusals...)
		}
	}
	slices.SortStableFunc(all, func(a, b recording.Refusal) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Service, b.Service)) })
	return all
}

// readServices notes the services that run on the cluster's hosts, with the sizes of the revisions that they deploy.
func (r *Recorder) readServices(ctx context.Context, l *look) {
	described, _ := r.heard.heard()
	seen := map[string]bool{}
	for _, s := range l.Services {
		seen[s.Name] = true
		if s.Home != cluster.Elsewhere {
			r.seesService(ctx, l, s, described[s.Name])
		}
	}
	r.services.there = seen
	if !l.whole() {
		return
	}
	for _, one := range r.services.all {
		if !seen[one.Name] && one.Deleted.IsZero() && len(one.Desired) > 0 {
			one.deleted(l.at)
		}
	}
}

// deleted ends a service.
func (s *service) deleted(at time.Time) {
	s.Deleted = at
	if at.Before(s.Created) {
		s.Deleted = s.Created // our clock is behind AWS's
	}
	s.runs(at, 0)
	s.wants(at, at, 0, s.Desired[len(s.Desired)-1].Revision)
}

// seesService notes a service as it is now.
func (r *Recorder) seesService(ctx context.Context, l *look, s cluster.Service, told types.Service) {
	of := r.services.by[s.Name]
	if !s.Active && (of == nil || of.fresh()) {
		return // it was deleted before the recording, or before its size could be read
	}
	of = r.services.add(s.Name)
	revision, ok := r.revision(ctx, l, of, s.Starts())
	if !ok {
		return // what it wants cannot be told without the size
	}
	of.describe(s, told, revision.definition)
	if of.fresh() {
		if created := r.moment(told.CreatedAt); created.After(r.rec.From) {
			of.Created = created
		}
	}
	of.refusedIn(r, told.Events)
	if !s.Active {
		if of.Deleted.IsZero() {
			of.deleted(l.at)
		}
		return
	}
	of.Deleted = time.Time{}
	of.runs(l.at, s.Running)
	of.wants(l.at, r.deployed(l, told), s.Desired, revision.name)
}

func (s *service) fresh() bool { return len(s.Desired) == 0 }

// deployed is when the newest deployment began; zero: before the last look.
func (r *Recorder) deployed(l *look, told types.Service) time.Time {
	for _, d := range told.Deployments {
		if began := r.moment(d.CreatedAt); aws.ToString(d.Status) == "PRIMARY" && began.After(l.since) && !began.After(l.at) {
			return began
		}
	}
	return time.Time{}
}

// wants notes what the service wants now. A roll-out began with its deployment.
func (s *service) wants(at, deployed time.Time, desired int, revision string) {
	n := len(s.Desired)
	if n > 0 && s.Desired[n-1].Desired == desired && s.Desired[n-1].Revision == revision {
		return
	}
	if rolledOut := n == 0 || s.Desired[n-1].Revision != revision; rolledOut && !deployed.IsZero() && (n == 0 || deployed.After(s.Desired[n-1].At)) {
		at = deployed
	}
	s.Desired = append(s.Desired, recording.Desired{At: at, Desired: desired, Revision: revision})
}

func (s *service) runs(at time.Time, running int) {
	if n := len(s.Running); n == 0 || s.Running[n-1].Running != running {
		s.Running = append(s.Running, recording.Running{At: at, Running: running})
	}
}

// describe notes what a service is, as it is now.
func (s *service) describe(seen cluster.Service, told types.Service, d cluster.Definition) {
	s.Daemon, s.MinHealthy, s.Max = seen.Daemon, seen.MinimumHealthyPercent, seen.MaximumPercent
	s.Placement, s.CapacityProviders = nil, nil
	for _, p := range seen.Placement {
		s.Placement = append(s.Placement, placement(p))
	}
	for _, item := range told.CapacityProviderStrategy {
		s.CapacityProviders = append(s.CapacityProviders, recording.ProviderShare{
			Provider: aws.ToString(item.CapacityProvider), Base: int(item.Base), Weight: int(item.Weight),
		})
	}
	s.constrain(slices.Concat(seen.Constraints, d.Constraints))
	s.HealthCheck = d.HealthChecked
	s.LoadBalanced = len(told.LoadBalancers) > 0
	if c := told.DeploymentConfiguration; c != nil && c.DeploymentCircuitBreaker != nil {
		s.CircuitBreaker = c.DeploymentCircuitBreaker.Enable
	}
	s.ZoneRebalancing = told.AvailabilityZoneRebalancing == types.AvailabilityZoneRebalancingEnabled
}

// placement is a part of a placement strategy in the recording's words. ECS takes field names in either case.
func placement(p cluster.Strategy) string {
	switch {
	case p.Type == cluster.Random:
		return "random"
	case p.Type == cluster.Binpack:
		return "binpack:" + strings.ToLower(p.Field)
	case strings.EqualFold(p.Field, "instanceId"), strings.EqualFold(p.Field, "host"):
		return "spread:instanceId"
	default:
		return "spread:" + p.Field
	}
}

// revision returns a revision of a service, and notes its size. false: it could not be read.
func (r *Recorder) revision(ctx context.Context, l *look, s *service, arn string) (revision, bool) {
	if known, ok := s.revisions[arn]; ok {
		return known, true
	}
	read, unread := r.reader.Definitions(ctx, []string{arn})
	for _, err := range unread {
		l.unread("the size of service "+s.Name, err)
	}
	definition, ok := read[arn]
	if !ok {
		return revision{}, false
	}
	size := recording.Revision{Size: sizeOf(definition, definition.Size), StopTimeout: int(definition.StopTimeout.Seconds())}
	// The number alone tells a family's revisions apart. Where another family has had it, a second number does.
	number := arn[strings.LastIndexByte(arn, ':')+1:]
	for n := 1; ; n++ {
		size.Name = number
		if n > 1 {
			size.Name += "-" + strconv.Itoa(n)
		}
		at := slices.IndexFunc(s.Revisions, func(r recording.Revision) bool { return r.Name == size.Name })
		if at < 0 {
			s.Revisions = append(s.Revisions, size)
		}
		if at < 0 || same(s.Revisions[at], size) && !s.taken(size.Name) {
			s.revisions[arn] = revision{size.Name, definition}
			return s.revisions[arn], true
		}
	}
}

// taken tells whether another definition has this name. In a recording that goes on none has yet.
func (s *service) taken(name string) bool {
	for _, of := range s.revisions {
		if of.name == name {
			return true
		}
	}
	return false
}

func same(a, b recording.Revision) bool {
	return a.CPU == b.CPU && a.Memory == b.Memory && a.GPUs == b.GPUs && a.Awsvpc == b.Awsvpc && slices.Equal(a.HostPorts, b.HostPorts)
}

// refusal is the part of ECS's message that a task fits nowhere, between the service's name and the missing resource
// (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-event-messages-list.html).
const refusal = "was unable to place a task"

// lacks are ECS's words for what the closest host lacked (the same page).
var lacks = []struct {
	words *regexp.Regexp
	lacks recording.Lacks
}{
	{regexp.MustCompile(`(?i)no container instances were found`), recording.LacksHosts},
	{regexp.MustCompile(`(?i)insufficient CPU|RESOURCE:CPU`), recording.LacksCPU},
	{regexp.MustCompile(`(?i)insufficient memory|RESOURCE:MEMORY`), recording.LacksMemory},
	{regexp.MustCompile(`(?i)insufficient GPU|RESOURCE:GPU`), recording.LacksGPU},
	{regexp.MustCompile(`RESOURCE:ENI`), recording.LacksInterface},
	{regexp.MustCompile(`(?i)already using a port|RESOURCE:PORTS`), recording.LacksPort},
	{regexp.MustCompile(`(?i)distinctInstance`), recording.LacksDistinct},
	{regexp.MustCompile(`(?i)memberOf|missing an attribute|ATTRIBUTE`), recording.LacksAttribute},
	{regexp.MustCompile(`"AGENT"`), recording.LacksAgent},
}

func lacksOf(message string) recording.Lacks {
	for _, l := range lacks {
		if l.words.MatchString(message) {
			return l.lacks
		}
	}
	return recording.LacksOther
}

// refusedIn notes the refusals among a service's last hundred events that were not noted before. Two may have one time.
func (s *service) refusedIn(r *Recorder, events []types.ServiceEvent) {
	var newest time.Time
	if n := len(s.refusals); n > 0 {
		newest = s.refusals[n-1].At
	}
	var fresh []recording.Refusal
	for _, e := range events {
		message := aws.ToString(e.Message)
		if at := r.moment(e.CreatedAt); strings.Contains(message, refusal) && at.After(newest) && !at.Before(r.rec.From) {
			fresh = append(fresh, recording.Refusal{At: at, Service: s.Name, Lacks: lacksOf(message)})
		}
	}
	slices.SortStableFunc(fresh, func(a, b recording.Refusal) int { return a.At.Compare(b.At) })
	s.refusals = append(s.refusals, fresh...)
}
