package placement_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"ecs-cluster-scaler/cluster"
	"ecs-cluster-scaler/placement"
)

// The answer is read from two packings: strictly placed means yes, loosely refused means no, what lies between unknown.
func TestMemberOfReadsTheQueryLanguage(t *testing.T) {
	const (
		yes     = "yes"
		no      = "no"
		unknown = "unknown"
	)
	for expression, want := range map[string]string{
		"attribute:ecs.instance-type == t3.large":                                     yes,
		"attribute:ecs.instance-type==t3.large":                                       yes,
		"attribute:ecs.instance-type equals t3.large":                                 yes,
		"attribute:ecs.instance-type != t3.large":                                     no,
		"attribute:ecs.instance-type not_equals 't3.large'":                           no,
		"attribute:ecs.availability-zone in [us-east-1a, us-east-1b]":                 yes,
		"attribute:ecs.availability-zone in ['us-east-1c','us-east-1b']":              no,
		"attribute:ecs.availability-zone !in [us-east-1c]":                            yes,
		"attribute:ecs.availability-zone not_in [us-east-1a]":                         no,
		"attribute:ecs.instance-type =~ t3.*":                                         yes,
		"attribute:ecs.instance-type =~ ^(t2|t3)\\..*$":                               yes,
		"(attribute:ecs.instance-type =~ (t2|t3).*)":                                  yes,
		"attribute:ecs.instance-type =~ t3":                                           unknown, // does the whole value have to match?
		"attribute:ecs.instance-type =~ g2.*":                                         no,
		"attribute:ecs.instance-type !~ g2.*":                                         yes,
		"attribute:ecs.instance-type =~ (?=t3).*":                                     unknown, // Java's, not Go's
		"attribute:stack exists":                                                      yes,
		"attribute:stack !exists":                                                     no,
		"attribute:colour exists":                                                     no,
		"attribute:colour not_exists":                                                 yes,
		"attribute:colour == blue":                                                    no,
		"attribute:colour != blue":                                                    unknown,
		"attribute:size > 3":                                                          yes,
		"attribute:size <= 3":                                                         no,
		"attribute:size greater_than_equal 4":                                         yes,
		"attribute:stack < 3":                                                         unknown,
		"agentConnected == true":                                                      yes,
		"ec2InstanceId == i-1":                                                        yes,
		"ec2InstanceId in ['i-2', 'i-3']":                                             no,
		"task:group == service:db":                                                    yes,
		"task:group == service:cache":                                                 no,
		"not(task:group == service:db)":                                               no,
		"!(task:group == service:cache)":                                              yes,
		"task:group in [service:cache, service:db]":                                   yes,
		"task:group != service:db":                                                    unknown,
		"runningTasksCount == 1":                                                      unknown,
		"agentVersion >= 1.50":                                                        unknown,
		"attribute:stack == prod and attribute:size == 4":                             yes,
		"attribute:stack == prod && attribute:size == 5":                              no,
		"attribute:stack == dev || attribute:size == 4":                               yes,
		"attribute:stack == dev or runningTasksCount == 1":                            unknown,
		"attribute:stack == dev and runningTasksCount == 1":                           no,
		"attribute:stack == prod or attribute:stack == dev and attribute:size == 9":   yes,
		"(attribute:stack == prod or attribute:stack == dev) and attribute:size == 9": no,
		"(attribute:ecs.instance-type == t3.large) and not (attribute:ecs.availability-zone == x)": yes,
		"attribute:ecs.instance-type =~ t3.* and attribute:ecs.availability-zone in [us-east-1a]":  yes,
		"attribute:stack =":               unknown,
		"attribute:stack == ":             unknown,
		"attribute:stack == prod prod":    unknown,
		"(attribute:stack == prod":        unknown,
		"attribute:stack in [prod":        unknown,
		"attribute:stack == 'prod":        unknown,
		"attribute:stack resembles prod":  unknown,
		"":                                unknown,
		"notable == 1":                    unknown,
		"attribute:order == a or order":   unknown,
		"attribute:stack == prod and and": unknown,
	} {
		t.Run(expression, func(t *testing.T) {
			service := cluster.Service{Name: "web", Constraints: []cluster.Constraint{{Type: cluster.MemberOf, Expression: expression}}}
			kinds := []placement.Kind{placement.KindOf(service, cluster.Definition{Size: cluster.Resources{CPU: 1}})}
			fits := func(strict bool) bool {
				host := placement.Host{
					ID: "i-1", Free: cluster.Resources{CPU: 1}, AwsvpcLimit: -1,
					Attributes: map[string]string{"ecs.instance-type": "t3.large", "ecs.availability-zone": "us-east-1a", "stack": "prod", "size": "4"},
					Groups:     map[string]int{"service:db": 1}, GroupsKnown: true,
				}
				f := placement.New([]placement.Host{host}, kinds, placement.Config{Strict: strict})
				return len(f.Pack(placement.LargestFirst, []placement.Batch{{Kind: 0, Tasks: 1}})[0].Left) == 0
			}
			got := unknown
			switch {
			case fits(true):
				got = yes
			case !fits(false):
				got = no
			}
			assert.Equal(t, want, got)
		})
	}
}
