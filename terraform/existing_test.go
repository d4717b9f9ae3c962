package terraform_test

import (
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ecs-cluster-scaler/internal/lab/moto"
)

// shop is what the commonest user has: a group of fixed name that Terraform made, without a hook, with hosts.
const shop = `
variable "subnet_ids" { type = list(string) }
variable "drain_groups" { default = [] }
variable "second" { default = false }
variable "second_drains" { default = [] }

data "aws_ssm_parameter" "image" {
  name = "/aws/service/ecs/optimized-ami/amazon-linux-2023/arm64/recommended/image_id"
}

resource "aws_launch_template" "shop" {
  name_prefix   = "shop-"
  image_id      = data.aws_ssm_parameter.image.insecure_value
  instance_type = "m7g.large"
}

resource "aws_autoscaling_group" "shop" {
  name                = "shop-hosts"
  min_size            = 2
  max_size            = 4
  vpc_zone_identifier = var.subnet_ids
  launch_template {
    id = aws_launch_template.shop.id
  }
  dynamic "tag" {
    for_each = module.first.group_tags
    content {
      key                 = tag.key
      value               = tag.value
      propagate_at_launch = false
    }
  }
}

module "first" {
  source                 = "../../modules/cluster"
  cluster_name           = "shop"
  autoscaling_group_name = aws_autoscaling_group.shop.name
  drain_groups           = var.drain_groups
}

module "second" {
  for_each               = var.second ? { here = true } : {}
  source                 = "../../modules/cluster"
  cluster_name           = "shop"
  autoscaling_group_name = aws_autoscaling_group.shop.name
  name                   = "second"
  config_path            = "/second"
  namespace              = "Second"
  drain_groups           = var.second_drains
}
`

type road struct {
	*configuration
	moto   *moto.Server
	groups *autoscaling.Client
}

// The road in for a group that exists: no step of it deletes the group, or leaves it without what scales it.
func TestAGroupThatExistsIsNeverReplaced(t *testing.T) {
	t.Parallel()
	require.NoError(t, os.Unsetenv("AWS_CA_BUNDLE"))
	server, err := moto.Start(t.Context())
	require.NoError(t, err)
	t.Cleanup(func() { _ = server.Close() })
	r := &road{newConfiguration(t, server, "shop", map[string]string{"examples/shop/main.tf": shop}), server, autoscaling.NewFromConfig(server.Config())}
	answer, err := server.EC2(t.Context(), url.Values{"Action": {"DescribeSubnets"}})
	require.NoError(t, err)
	var subnets []string
	for _, found := range regexp.MustCompile(`<subnetId>(.+?)</subnetId>`).FindAllSubmatch(answer, -1) {
		subnets = append(subnets, string(found[1]))
	}
	r.set(t, map[string]string{"subnet_ids": hcl(subnets)})
	for _, chapter := range []struct {
		name string
		tell func(*testing.T)
	}{
		{"policies by their names of before", r.namesOfBefore},
		{"the upgrade leaves no moment without a policy", r.upgrade},
		{"drain_groups gives it the hook", r.hook},
		{"a second stack comes and goes", r.secondStack},
		{"what would replace it makes the new one first", r.initialHook},
	} {
		if !t.Run(chapter.name, chapter.tell) {
			t.FailNow()
		}
	}
}

// namesOfBefore applies the module as it was before policies carried the stack's name.
func (r *road) namesOfBefore(t *testing.T) {
	t.Helper()
	file := filepath.Join("modules", "cluster", "main.tf")
	now, err := os.ReadFile(file)
	require.NoError(t, err)
	before := strings.Replace(string(now), `name                    = "${local.alarm_prefix}scale-`, `name                    = "${var.cluster_name}-${var.autoscaling_group_name}-scale-`, 1)
	require.NotEqual(t, string(now), before)
	r.write(t, file, strings.Replace(before, "create_before_destroy = true", "", 1))
	r.apply(t)
	assert.Contains(t, r.policies(t), "shop-shop-hosts-scale-out")
	r.write(t, file, string(now))
}

func (r *road) upgrade(t *testing.T) {
	t.Helper()
	hosts := r.hosts(t)
	r.requireNoGroupIsReplaced(t)
	require.NoError(t, r.moto.ResetCalls(t.Context()))
	r.apply(t)
	assert.Equal(t, []string{"ecs-cluster-scaler/shop/scale-in-by-size", "ecs-cluster-scaler/shop/scale-out", "ecs-cluster-scaler/shop/scale-out-by-many-10s", "ecs-cluster-scaler/shop/scale-out-by-size-10s"}, r.policies(t))
	assert.Equal(t, hosts, r.hosts(t))
	r.requireAlarmsStartWhatIsThere(t)

	calls, err := r.moto.CallLog(t.Context())
	require.NoError(t, err)
	var log []string
	for _, call := range calls {
		log = append(log, call.Action)
	}
	last := func(what string) int {
		for i, action := range slices.Backward(log) {
			if strings.HasSuffix(action, "."+what) {
				return i
			}
		}
		require.Fail(t, "never called", what)
		return -1
	}
	first := slices.IndexFunc(log, func(action string) bool { return strings.HasSuffix(action, ".DeletePolicy") })
	require.Positive(t, first, "%v", log)
	assert.Less(t, last("PutScalingPolicy"), last("PutMetricAlarm"))
	assert.Less(t, slices.IndexFunc(log, func(action string) bool { return strings.HasSuffix(action, ".PutMetricAlarm") }), first, "an alarm turns to its new policy before the old one is deleted: %v", log)
}

func (r *road) hook(t *testing.T) {
	t.Helper()
	hosts := r.hosts(t)
	r.set(t, map[string]string{"drain_groups": `["shop-hosts"]`})
	r.requireNoGroupIsReplaced(t)
	r.apply(t)
	assert.Equal(t, []string{"ecs-cluster-scaler-drain"}, r.hooks(t))
	assert.Equal(t, hosts, r.hosts(t))
}

func (r *road) secondStack(t *testing.T) {
	t.Helper()
	before := r.policies(t)
	r.set(t, map[string]string{"second": "true"})
	r.apply(t)
	assert.Len(t, r.policies(t), 2*len(before))
	r.set(t, map[string]string{"second_drains": `["shop-hosts"]`})
	said, exit, err := r.run(t.Context(), "plan", "-no-color")
	require.NoError(t, err)
	require.Equal(t, 1, exit, "the hook would be the first one's: %s", said)
	assert.Contains(t, strings.Join(strings.Fields(string(said)), " "), "Auto Scaling group shop-hosts is tagged as another stack's")
	r.set(t, map[string]string{"second": "false", "second_drains": "[]"})
	r.apply(t)
	assert.Equal(t, before, r.policies(t), "the first stack's policies stay")
	assert.Equal(t, []string{"ecs-cluster-scaler-drain"}, r.hooks(t))
	r.requireAlarmsStartWhatIsThere(t)
	r.requireNoChange(t)
}

// initialHook is the mistake that the documents warn of: AWS refuses a second group of the same name before the first is touched.
// https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_CreateAutoScalingGroup.html
func (r *road) initialHook(t *testing.T) {
	t.Helper()
	seen := false
	for _, change := range r.plannedWith(t, `
resource "aws_autoscaling_group" "shop" {
  initial_lifecycle_hook {
    name                 = "ecs-cluster-scaler-drain"
    lifecycle_transition = "autoscaling:EC2_INSTANCE_TERMINATING"
  }
}
`) {
		if change.Type == "aws_autoscaling_group" {
			assert.Equal(t, []string{"create", "delete"}, change.Change.Actions, "never deleted first")
			seen = true
		}
	}
	assert.True(t, seen)
}

func (r *road) requireNoGroupIsReplaced(t *testing.T) {
	t.Helper()
	changes := r.planned(t)
	require.NotEmpty(t, changes)
	for _, change := range changes {
		if change.Type == "aws_autoscaling_group" {
			assert.NotContains(t, change.Change.Actions, "delete", "%s, because of %s", change.Address, change.Change.ReplacePaths)
		}
		if change.Type == "aws_autoscaling_policy" {
			assert.NotEqual(t, []string{"delete", "create"}, change.Change.Actions, "%s is gone for a moment", change.Address)
		}
	}
}

func (r *road) requireAlarmsStartWhatIsThere(t *testing.T) {
	t.Helper()
	found, err := r.groups.DescribePolicies(t.Context(), &autoscaling.DescribePoliciesInput{})
	require.NoError(t, err)
	var arns []string
	for _, policy := range found.ScalingPolicies {
		arns = append(arns, aws.ToString(policy.PolicyARN))
	}
	alarms, err := cloudwatch.NewFromConfig(r.moto.Config()).DescribeAlarms(t.Context(), &cloudwatch.DescribeAlarmsInput{})
	require.NoError(t, err)
	started := 0
	for _, alarm := range alarms.MetricAlarms {
		for _, action := range alarm.AlarmActions {
			assert.Contains(t, arns, action, "%s starts a policy that is gone", aws.ToString(alarm.AlarmName))
			started++
		}
	}
	assert.Equal(t, 4, started, "one alarm starts two policies")
}

func (r *road) policies(t *testing.T) []string {
	t.Helper()
	found, err := r.groups.DescribePolicies(t.Context(), &autoscaling.DescribePoliciesInput{AutoScalingGroupName: aws.String("shop-hosts")})
	require.NoError(t, err)
	var names []string
	for _, policy := range found.ScalingPolicies {
		names = append(names, aws.ToString(policy.PolicyName))
	}
	slices.Sort(names)
	return names
}

func (r *road) hooks(t *testing.T) []string {
	t.Helper()
	found, err := r.groups.DescribeLifecycleHooks(t.Context(), &autoscaling.DescribeLifecycleHooksInput{AutoScalingGroupName: aws.String("shop-hosts")})
	require.NoError(t, err)
	var names []string
	for _, hook := range found.LifecycleHooks {
		names = append(names, aws.ToString(hook.LifecycleHookName))
	}
	return names
}

func (r *road) hosts(t *testing.T) []string {
	t.Helper()
	found, err := r.groups.DescribeAutoScalingGroups(t.Context(), &autoscaling.DescribeAutoScalingGroupsInput{AutoScalingGroupNames: []string{"shop-hosts"}})
	require.NoError(t, err)
	require.Len(t, found.AutoScalingGroups, 1)
	hosts := ids(found.AutoScalingGroups[0])
	require.Len(t, hosts, 2)
	return hosts
}
