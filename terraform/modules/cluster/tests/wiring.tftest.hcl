# The table of alarms and step policies, number by number, and what surrounds it.

mock_provider "aws" {
  mock_data "aws_autoscaling_groups" {
    defaults = { arns = ["arn:aws:autoscaling:eu-west-1:123456789012:autoScalingGroup:0:autoScalingGroupName/web-blue", "arn:aws:autoscaling:eu-west-1:123456789012:autoScalingGroup:1:autoScalingGroupName/web-green"] }
  }
}

override_resource {
  target = aws_autoscaling_policy.scaling["out"]
  values = { arn = "arn:aws:autoscaling:eu-west-1:123456789012:scalingPolicy:1:autoScalingGroupName/web-blue:policyName/out" }
}

override_resource {
  target = aws_autoscaling_policy.scaling["out_by_size"]
  values = { arn = "arn:aws:autoscaling:eu-west-1:123456789012:scalingPolicy:2:autoScalingGroupName/web-blue:policyName/out_by_size" }
}

override_resource {
  target = aws_autoscaling_policy.scaling["out_by_many"]
  values = { arn = "arn:aws:autoscaling:eu-west-1:123456789012:scalingPolicy:5:autoScalingGroupName/web-blue:policyName/out_by_many" }
}

override_resource {
  target = aws_autoscaling_policy.scaling["in"]
  values = { arn = "arn:aws:autoscaling:eu-west-1:123456789012:scalingPolicy:3:autoScalingGroupName/web-blue:policyName/in" }
}

override_resource {
  target = aws_autoscaling_policy.scaling["in_by_size"]
  values = { arn = "arn:aws:autoscaling:eu-west-1:123456789012:scalingPolicy:4:autoScalingGroupName/web-blue:policyName/in_by_size" }
}

variables {
  cluster_name           = "web"
  autoscaling_group_name = "web-blue"
}

run "out" {
  assert {
    condition     = aws_cloudwatch_metric_alarm.scaling["out"].namespace == "ECSClusterScaler" && aws_cloudwatch_metric_alarm.scaling["out"].metric_name == "ScalingSignal" && aws_cloudwatch_metric_alarm.scaling["out"].dimensions == tomap({ ClusterName = "web" })
    error_message = "out watches ScalingSignal of this cluster."
  }
  assert {
    condition     = aws_cloudwatch_metric_alarm.scaling["out"].statistic == "Maximum" && aws_cloudwatch_metric_alarm.scaling["out"].period == 60
    error_message = "out: Maximum, 60 s."
  }
  assert {
    condition     = aws_cloudwatch_metric_alarm.scaling["out"].evaluation_periods == 1 && aws_cloudwatch_metric_alarm.scaling["out"].datapoints_to_alarm == 1
    error_message = "out: 1 of 1."
  }
  assert {
    condition     = aws_cloudwatch_metric_alarm.scaling["out"].comparison_operator == "GreaterThanOrEqualToThreshold" && aws_cloudwatch_metric_alarm.scaling["out"].threshold == 1
    error_message = "out fires at 1 and above."
  }
  assert {
    condition     = aws_cloudwatch_metric_alarm.scaling["out"].treat_missing_data == "notBreaching"
    error_message = "A silent publisher buys nothing."
  }
  assert {
    condition     = aws_autoscaling_policy.scaling["out"].policy_type == "StepScaling" && aws_autoscaling_policy.scaling["out"].adjustment_type == "ChangeInCapacity" && aws_autoscaling_policy.scaling["out"].metric_aggregation_type == "Maximum"
    error_message = "out: a step policy that changes capacity by a number, aggregating by Maximum."
  }
  # The provider keeps bounds as text.
  assert {
    condition     = one(aws_autoscaling_policy.scaling["out"].step_adjustment).scaling_adjustment == 1 && one(aws_autoscaling_policy.scaling["out"].step_adjustment).metric_interval_lower_bound == "0" && one(aws_autoscaling_policy.scaling["out"].step_adjustment).metric_interval_upper_bound == null
    error_message = "out: +1, from the threshold upwards without end."
  }
  assert {
    condition     = aws_autoscaling_policy.scaling["out"].estimated_instance_warmup == 180
    error_message = "out: 180 s of warm-up."
  }
  assert {
    condition     = aws_autoscaling_policy.scaling["out"].autoscaling_group_name == "web-blue"
    error_message = "out is a policy of the active group."
  }
}

run "in" {
  variables {
    scale_in_by = "signal"
  }
  assert {
    condition     = aws_cloudwatch_metric_alarm.scaling["in"].namespace == "ECSClusterScaler" && aws_cloudwatch_metric_alarm.scaling["in"].metric_name == "ScalingSignal" && aws_cloudwatch_metric_alarm.scaling["in"].dimensions == tomap({ ClusterName = "web" })
    error_message = "in watches ScalingSignal of this cluster."
  }
  assert {
    condition     = aws_cloudwatch_metric_alarm.scaling["in"].statistic == "Maximum" && aws_cloudwatch_metric_alarm.scaling["in"].period == 60
    error_message = "in: Maximum (a minute with -1 and 0 counts as 0), 60 s."
  }
  assert {
    condition     = aws_cloudwatch_metric_alarm.scaling["in"].evaluation_periods == 5 && aws_cloudwatch_metric_alarm.scaling["in"].datapoints_to_alarm == 5
    error_message = "in: 5 of 5."
  }
  assert {
    condition     = aws_cloudwatch_metric_alarm.scaling["in"].comparison_operator == "LessThanOrEqualToThreshold" && aws_cloudwatch_metric_alarm.scaling["in"].threshold == -1
    error_message = "in fires at -1 and below."
  }
  assert {
    condition     = aws_cloudwatch_metric_alarm.scaling["in"].treat_missing_data == "notBreaching"
    error_message = "A silent publisher takes nothing away."
  }
  assert {
    condition     = aws_autoscaling_policy.scaling["in"].policy_type == "StepScaling" && aws_autoscaling_policy.scaling["in"].adjustment_type == "ChangeInCapacity" && aws_autoscaling_policy.scaling["in"].metric_aggregation_type == "Maximum"
    error_message = "in: a step policy that changes capacity by a number, aggregating by Maximum."
  }
  assert {
    condition     = one(aws_autoscaling_policy.scaling["in"].step_adjustment).scaling_adjustment == -1 && one(aws_autoscaling_policy.scaling["in"].step_adjustment).metric_interval_upper_bound == "0" && one(aws_autoscaling_policy.scaling["in"].step_adjustment).metric_interval_lower_bound == null
    error_message = "in: -1, from the threshold downwards without end."
  }
  assert {
    condition     = aws_autoscaling_policy.scaling["in"].estimated_instance_warmup == 180
    error_message = "in: the same warm-up, not the group's cooldown of 300 s."
  }
  assert {
    condition     = aws_autoscaling_policy.scaling["in"].autoscaling_group_name == "web-blue" && one(aws_cloudwatch_metric_alarm.scaling["in"].alarm_actions) == "arn:aws:autoscaling:eu-west-1:123456789012:scalingPolicy:3:autoScalingGroupName/web-blue:policyName/in"
    error_message = "in is a policy of the active group."
  }
}

run "out_by_size" {
  assert {
    condition     = aws_cloudwatch_metric_alarm.scaling["out_by_size"].namespace == "ECSClusterScaler" && aws_cloudwatch_metric_alarm.scaling["out_by_size"].metric_name == "CapacityChange" && aws_cloudwatch_metric_alarm.scaling["out_by_size"].dimensions == tomap({ ClusterName = "web" })
    error_message = "out by size watches CapacityChange of this cluster."
  }
  assert {
    condition     = aws_cloudwatch_metric_alarm.scaling["out_by_size"].statistic == "Maximum" && aws_cloudwatch_metric_alarm.scaling["out_by_size"].period == 10 && aws_cloudwatch_metric_alarm.scaling["out_by_size"].evaluation_periods == 1 && aws_cloudwatch_metric_alarm.scaling["out_by_size"].datapoints_to_alarm == 1 && aws_cloudwatch_metric_alarm.scaling["out_by_size"].treat_missing_data == "notBreaching"
    error_message = "out by size: Maximum, 10 s, 1 of 1, silent on missing data."
  }
  assert {
    condition     = aws_cloudwatch_metric_alarm.scaling["out_by_size"].comparison_operator == "GreaterThanOrEqualToThreshold" && aws_cloudwatch_metric_alarm.scaling["out_by_size"].threshold == 1
    error_message = "out by size fires at 1 and above."
  }
  assert {
    condition     = [for step in aws_autoscaling_policy.scaling["out_by_size"].step_adjustment : step.scaling_adjustment if step.metric_interval_lower_bound == "0"] == [1] && toset([for step in aws_autoscaling_policy.scaling["out_by_size"].step_adjustment : step.scaling_adjustment]) == toset(range(1, 21))
    error_message = "out by size: 20 steps, the most that AWS takes, for 1 to 20 hosts."
  }
  assert {
    condition     = alltrue([for step in aws_autoscaling_policy.scaling["out_by_size"].step_adjustment : tonumber(step.metric_interval_lower_bound) + 1 == step.scaling_adjustment && (step.scaling_adjustment == 20 ? step.metric_interval_upper_bound == null : tonumber(step.metric_interval_upper_bound) == tonumber(step.metric_interval_lower_bound) + 1)])
    error_message = "out by size: as many hosts as the change says, the last step without end."
  }
  assert {
    condition     = toset([for step in aws_autoscaling_policy.scaling["out_by_many"].step_adjustment : step.scaling_adjustment]) == toset([1, 21, 25, 30, 35, 41, 48, 56, 65, 76, 89, 104, 121, 141, 164, 191, 222, 258, 300, 349])
    error_message = "out by many: 20 steps for 21 hosts and more."
  }
  assert {
    condition     = alltrue([for step in aws_autoscaling_policy.scaling["out_by_many"].step_adjustment : tonumber(step.metric_interval_lower_bound) + 1 == step.scaling_adjustment])
    error_message = "out by many: each step begins where it adds exactly what the change says, so that it never adds more."
  }
  assert {
    condition     = alltrue([for policy in ["out_by_size", "out_by_many"] : aws_autoscaling_policy.scaling[policy].estimated_instance_warmup == 180 && aws_autoscaling_policy.scaling[policy].metric_aggregation_type == "Maximum" && aws_autoscaling_policy.scaling[policy].adjustment_type == "ChangeInCapacity" && aws_autoscaling_policy.scaling[policy].autoscaling_group_name == "web-blue"])
    error_message = "Step policies of the active group like the others."
  }
}

run "out_by_size_each_minute" {
  variables {
    alarm_period_seconds = 60
  }
  assert {
    condition     = { for what, alarm in aws_cloudwatch_metric_alarm.scaling : what => alarm.period } == { in_by_size = 60, out = 60, out_by_size = 60 }
    error_message = "The cheaper alarm."
  }
  assert {
    condition     = { for what, policy in aws_autoscaling_policy.scaling : what => policy.name } == { in_by_size = "ecs-cluster-scaler/web/scale-in-by-size", out = "ecs-cluster-scaler/web/scale-out", out_by_size = "ecs-cluster-scaler/web/scale-out-by-size-60s", out_by_many = "ecs-cluster-scaler/web/scale-out-by-many-60s" }
    error_message = "The publisher reads off their names how long it takes until they act."
  }
}

run "by_signal" {
  variables {
    scale_out_by = "signal"
    scale_in_by  = "signal"
  }
  assert {
    condition     = keys(aws_cloudwatch_metric_alarm.scaling) == ["in", "out"] && keys(aws_autoscaling_policy.scaling) == ["in", "out"]
    error_message = "One host at a time, both ways."
  }
}

run "in_by_size" {
  assert {
    condition     = keys(aws_cloudwatch_metric_alarm.scaling) == ["in_by_size", "out", "out_by_size"] && keys(aws_autoscaling_policy.scaling) == ["in_by_size", "out", "out_by_many", "out_by_size"]
    error_message = "By size instead of by signal, never beside it."
  }
  assert {
    condition     = aws_cloudwatch_metric_alarm.scaling["in_by_size"].metric_name == "CapacityChange" && aws_cloudwatch_metric_alarm.scaling["in_by_size"].statistic == "Maximum" && aws_cloudwatch_metric_alarm.scaling["in_by_size"].period == 60 && aws_cloudwatch_metric_alarm.scaling["in_by_size"].evaluation_periods == 5 && aws_cloudwatch_metric_alarm.scaling["in_by_size"].datapoints_to_alarm == 5 && aws_cloudwatch_metric_alarm.scaling["in_by_size"].treat_missing_data == "notBreaching"
    error_message = "in by size: CapacityChange, Maximum, 60 s, 5 of 5, silent on missing data."
  }
  assert {
    condition     = aws_cloudwatch_metric_alarm.scaling["in_by_size"].comparison_operator == "LessThanOrEqualToThreshold" && aws_cloudwatch_metric_alarm.scaling["in_by_size"].threshold == -1
    error_message = "in by size fires at -1 and below."
  }
  assert {
    condition     = toset([for step in aws_autoscaling_policy.scaling["in_by_size"].step_adjustment : -step.scaling_adjustment]) == toset([1, 2, 3, 4, 5, 6, 7, 8, 11, 15, 21, 29, 39, 53, 71, 95, 127, 170, 227, 303])
    error_message = "in by size: 20 steps, exact up to 8 hosts."
  }
  assert {
    condition     = alltrue([for step in aws_autoscaling_policy.scaling["in_by_size"].step_adjustment : tonumber(step.metric_interval_upper_bound) - 1 == step.scaling_adjustment && (step.scaling_adjustment == -303) == (step.metric_interval_lower_bound == null)])
    error_message = "in by size: each step begins where it removes exactly what the change says, so that it never removes more."
  }
  assert {
    condition     = one(aws_cloudwatch_metric_alarm.scaling["in_by_size"].alarm_actions) == "arn:aws:autoscaling:eu-west-1:123456789012:scalingPolicy:4:autoScalingGroupName/web-blue:policyName/in_by_size" && aws_cloudwatch_metric_alarm.scaling["in_by_size"].alarm_name == "ecs-cluster-scaler/web/scale-in-by-size"
    error_message = "It starts its own policy."
  }
}

run "each_alarm_starts_its_own_policy" {
  assert {
    condition     = keys(aws_cloudwatch_metric_alarm.scaling) == ["in_by_size", "out", "out_by_size"] && keys(aws_autoscaling_policy.scaling) == ["in_by_size", "out", "out_by_many", "out_by_size"]
    error_message = "Three alarms, four policies."
  }
  assert {
    condition     = one(aws_cloudwatch_metric_alarm.scaling["out"].alarm_actions) == "arn:aws:autoscaling:eu-west-1:123456789012:scalingPolicy:1:autoScalingGroupName/web-blue:policyName/out"
    error_message = "out starts the policy that adds."
  }
  assert {
    condition     = one(aws_cloudwatch_metric_alarm.scaling["in_by_size"].alarm_actions) == "arn:aws:autoscaling:eu-west-1:123456789012:scalingPolicy:4:autoScalingGroupName/web-blue:policyName/in_by_size"
    error_message = "in starts the policy that removes."
  }
  assert {
    condition     = toset(aws_cloudwatch_metric_alarm.scaling["out_by_size"].alarm_actions) == toset(["arn:aws:autoscaling:eu-west-1:123456789012:scalingPolicy:2:autoScalingGroupName/web-blue:policyName/out_by_size", "arn:aws:autoscaling:eu-west-1:123456789012:scalingPolicy:5:autoScalingGroupName/web-blue:policyName/out_by_many"])
    error_message = "out by size starts both of its policies; the larger capacity wins."
  }
  assert {
    condition     = alltrue([for alarm in aws_cloudwatch_metric_alarm.scaling : alarm.ok_actions == null && alarm.insufficient_data_actions == null && alarm.actions_enabled != false])
    error_message = "Nothing scales on OK or on missing data."
  }
  assert {
    condition     = output.policy_arns == { for direction, policy in aws_autoscaling_policy.scaling : direction => policy.arn } && keys(output.alarm_arns) == ["in_by_size", "out", "out_by_size"]
    error_message = "All are to be had by what they do."
  }
  assert {
    condition     = { for what, policy in aws_autoscaling_policy.scaling : what => policy.name } == { in_by_size = "ecs-cluster-scaler/web/scale-in-by-size", out = "ecs-cluster-scaler/web/scale-out", out_by_size = "ecs-cluster-scaler/web/scale-out-by-size-10s", out_by_many = "ecs-cluster-scaler/web/scale-out-by-many-10s" }
    error_message = "Policies are named like their alarms: two stacks' on one group are told apart. Those of the fast alarm say so, for the publisher."
  }
  assert {
    condition     = aws_cloudwatch_metric_alarm.scaling["out"].alarm_name == "ecs-cluster-scaler/web/scale-out" && aws_cloudwatch_metric_alarm.scaling["in_by_size"].alarm_name == "ecs-cluster-scaler/web/scale-in-by-size"
    error_message = "An alarm's name names its stack and cluster, told apart by what neither may hold."
  }
}

run "what_is_set_is_used" {
  variables {
    namespace               = "Team/Scaler"
    name                    = "second"
    instance_warmup_seconds = 240
  }
  assert {
    condition     = alltrue([for alarm in aws_cloudwatch_metric_alarm.scaling : alarm.namespace == "Team/Scaler" && startswith(alarm.alarm_name, "second/web/")])
    error_message = "Namespace and name reach all alarms."
  }
  assert {
    condition     = alltrue([for policy in aws_autoscaling_policy.scaling : startswith(policy.name, "second/web/")])
    error_message = "The stack's name reaches all policies: removing one stack takes nothing from another."
  }
  assert {
    condition     = alltrue([for policy in aws_autoscaling_policy.scaling : policy.estimated_instance_warmup == 240])
    error_message = "The warm-up reaches all policies."
  }
}

run "who_is_called" {
  variables {
    page_topic_arn = "arn:aws:sns:eu-west-1:123456789012:pager"
    tell_topic_arn = "arn:aws:sns:eu-west-1:123456789012:team"
  }
  assert {
    condition = { for what, alarm in aws_cloudwatch_metric_alarm.watch : what => "${alarm.metric_name} ${alarm.comparison_operator} ${alarm.threshold}, ${alarm.statistic} ${alarm.period} s, ${alarm.datapoints_to_alarm} of ${alarm.evaluation_periods}, ${alarm.treat_missing_data}" } == {
      no-capacity         = "ScalingSignal GreaterThanOrEqualToThreshold 1, Maximum 60 s, 20 of 20, notBreaching"
      scale-out-blocked   = "ScaleOutBlocked GreaterThanOrEqualToThreshold 1, Maximum 60 s, 10 of 10, notBreaching"
      drain-past-deadline = "OldestDrainMinutes GreaterThanThreshold 60, Maximum 60 s, 15 of 15, notBreaching"
      drain-blocked       = "DrainBlocked GreaterThanOrEqualToThreshold 1, Maximum 60 s, 5 of 5, notBreaching"
    }
    error_message = "What calls people, and when."
  }
  assert {
    condition     = { for what, alarm in aws_cloudwatch_metric_alarm.watch : what => one(alarm.alarm_actions) if alarm.alarm_actions == alarm.ok_actions } == { for what, topic in { no-capacity = "pager", scale-out-blocked = "pager", drain-past-deadline = "pager", drain-blocked = "team" } : what => "arn:aws:sns:eu-west-1:123456789012:${topic}" }
    error_message = "What wakes somebody goes to the pager, what can wait to the team; both hear when it is over."
  }
  assert {
    condition     = alltrue([for what, alarm in aws_cloudwatch_metric_alarm.watch : alarm.alarm_name == "ecs-cluster-scaler/web/${what}" && alarm.namespace == "ECSClusterScaler" && alarm.dimensions == tomap({ ClusterName = "web" })])
    error_message = "Of this cluster, in the stack's namespace."
  }
  assert {
    condition     = keys(output.watch_alarm_arns) == ["drain-blocked", "drain-past-deadline", "no-capacity", "scale-out-blocked"]
    error_message = "All are to be had by name."
  }
}

run "one_topic_for_all" {
  variables {
    page_topic_arn = "arn:aws:sns:eu-west-1:123456789012:pager"
  }
  assert {
    condition     = alltrue([for alarm in aws_cloudwatch_metric_alarm.watch : one(alarm.alarm_actions) == "arn:aws:sns:eu-west-1:123456789012:pager"])
    error_message = "Without a second topic the first gets all."
  }
}

run "only_what_can_wait" {
  variables {
    tell_topic_arn = "arn:aws:sns:eu-west-1:123456789012:team"
  }
  assert {
    condition     = { for what, alarm in aws_cloudwatch_metric_alarm.watch : what => length(coalesce(alarm.alarm_actions, [])) } == { no-capacity = 0, scale-out-blocked = 0, drain-past-deadline = 0, drain-blocked = 1 }
    error_message = "tell_topic_arn is no pager."
  }
}

run "without_a_topic_alarms_are_there_and_tell_nobody" {
  assert {
    condition     = length(aws_cloudwatch_metric_alarm.watch) == 4 && alltrue([for alarm in aws_cloudwatch_metric_alarm.watch : length(coalesce(alarm.alarm_actions, [])) == 0 && length(coalesce(alarm.ok_actions, [])) == 0])
    error_message = "They show in the console and on the dashboard."
  }
}

run "the_deadline_of_the_entry_is_the_alarms" {
  variables {
    entry = { drain = { deadline_minutes = 240, at_deadline = "hold" } }
  }
  assert {
    condition     = aws_cloudwatch_metric_alarm.watch["drain-past-deadline"].threshold == 240 && aws_cloudwatch_metric_alarm.watch["drain-past-deadline"].evaluation_periods == 3 && aws_cloudwatch_metric_alarm.watch["drain-past-deadline"].datapoints_to_alarm == 3
    error_message = "A host that is held waits for a person, at once."
  }
}

run "the_deadline_that_terraform_cannot_see" {
  variables {
    entry               = { drain = { deadline_minutes = 240 } }
    drain_alarm_minutes = 90
  }
  assert {
    condition     = aws_cloudwatch_metric_alarm.watch["drain-past-deadline"].threshold == 90
    error_message = "Said aloud, it counts."
  }
}

run "empty_entry_is_complete" {
  assert {
    condition     = aws_ssm_parameter.entry["web"].name == "/ecs-cluster-scaler/clusters/web" && aws_ssm_parameter.entry["web"].type == "String" && aws_ssm_parameter.entry["web"].insecure_value == "{}"
    error_message = "{} at the cluster's path."
  }
  assert {
    condition     = length(aws_ssm_parameter.entry_by_hand) == 0 && output.entry_name == "/ecs-cluster-scaler/clusters/web"
    error_message = "Terraform owns the entry unless told otherwise."
  }
}

run "entry_holds_what_was_given" {
  variables {
    config_path = "/team/scaler"
    entry       = { cpu = { scale_out_at = null }, memory = { scale_out_at = 85 }, scale_in = false }
  }
  assert {
    condition     = aws_ssm_parameter.entry["web"].name == "/team/scaler/clusters/web"
    error_message = "The entry is below config_path."
  }
  assert {
    condition     = aws_ssm_parameter.entry["web"].insecure_value == "{\"cpu\":{\"scale_out_at\":null},\"memory\":{\"scale_out_at\":85},\"scale_in\":false}"
    error_message = "What was given, a null too (it says: never a cause), and nothing that was not."
  }
}

run "one_threshold_is_judged_with_the_defaults_by_the_function" {
  variables {
    entry = { cpu = { scale_in_below = 80 }, gpu = { scale_out_at = null, scale_in_below = 100 } }
  }
  assert {
    condition     = aws_ssm_parameter.entry["web"].insecure_value == "{\"cpu\":{\"scale_in_below\":80},\"gpu\":{\"scale_in_below\":100,\"scale_out_at\":null}}"
    error_message = "80 may be right under the defaults parameter: not refused here."
  }
}

# State goes on from run to run, so this starts anew with another cluster.
run "entry_made_once_for_hands" {
  variables {
    cluster_name = "tuned"
    entry_owner  = "hand"
    entry        = { min_instances = 2 }
  }
  assert {
    condition     = length(aws_ssm_parameter.entry) == 0 && aws_ssm_parameter.entry_by_hand["tuned"].name == "/ecs-cluster-scaler/clusters/tuned" && aws_ssm_parameter.entry_by_hand["tuned"].insecure_value == "{\"min_instances\":2}"
    error_message = "Made from entry."
  }
}

run "entry_tuned_by_hand_is_left_alone" {
  variables {
    cluster_name = "tuned"
    entry_owner  = "hand"
    entry        = { min_instances = 7 }
  }
  assert {
    condition     = aws_ssm_parameter.entry_by_hand["tuned"].insecure_value == "{\"min_instances\":2}"
    error_message = "A later change of entry must not overwrite what operators tuned."
  }
}

run "entry_of_terraform_is_brought_back" {
  variables {
    entry = { min_instances = 7 }
  }
  assert {
    condition     = aws_ssm_parameter.entry["web"].insecure_value == "{\"min_instances\":7}"
    error_message = "Terraform's entry follows its configuration."
  }
}

run "groups_are_not_tagged_unless_asked_for" {
  assert {
    condition     = length(aws_autoscaling_group_tag.group) == 0
    error_message = "Beside an aws_autoscaling_group resource tags would be fought over."
  }
  assert {
    condition     = output.group_tags == { "ecs-cluster-scaler:cluster" = "web", "ecs-cluster-scaler:config-path" = "/ecs-cluster-scaler", "ecs-cluster-scaler:active" = "true" }
    error_message = "All tags of the active group, to be put on it."
  }
}

run "groups_are_tagged_when_asked_for" {
  variables {
    tag_groups  = true
    config_path = "/team/scaler"
  }
  assert {
    condition     = { for key, each in aws_autoscaling_group_tag.group : key => one(each.tag).value } == { "ecs-cluster-scaler:cluster" = "web", "ecs-cluster-scaler:config-path" = "/team/scaler", "ecs-cluster-scaler:active" = "true" }
    error_message = "Cluster, stack and that it is active."
  }
  assert {
    condition     = alltrue([for each in aws_autoscaling_group_tag.group : each.autoscaling_group_name == "web-blue" && one(each.tag).propagate_at_launch == false])
    error_message = "On the group, not on its hosts."
  }
}

run "no_hook_unless_asked_for" {
  assert {
    condition     = length(aws_autoscaling_lifecycle_hook.drain) == 0
    error_message = "A hook on a group that nobody drains would hold each host for an hour."
  }
}

run "the_drain_hook" {
  variables {
    drain_groups = ["web-blue", "web-green"]
    entry        = { drain = { hook = "mine" } }
  }
  assert {
    condition     = keys(aws_autoscaling_lifecycle_hook.drain) == ["web-blue", "web-green"] && aws_autoscaling_lifecycle_hook.drain["web-green"].autoscaling_group_name == "web-green"
    error_message = "Each group gets the hook."
  }
  assert {
    condition     = aws_autoscaling_lifecycle_hook.drain["web-blue"].name == "mine" && aws_autoscaling_lifecycle_hook.drain["web-blue"].lifecycle_transition == "autoscaling:EC2_INSTANCE_TERMINATING" && aws_autoscaling_lifecycle_hook.drain["web-blue"].heartbeat_timeout == 1800 && aws_autoscaling_lifecycle_hook.drain["web-blue"].default_result == "CONTINUE"
    error_message = "The hook that the entry names, on terminations, for half an hour a heartbeat."
  }
}

run "the_shortest_heartbeat_and_the_longest_deadlines_that_it_can_keep" {
  variables {
    drain_groups            = ["web-blue"]
    drain_heartbeat_seconds = 600
    entry                   = { drain = { deadline_minutes = 985, standalone_deadline_minutes = 985 } }
  }
  assert {
    condition     = aws_autoscaling_lifecycle_hook.drain["web-blue"].heartbeat_timeout == 600
    error_message = "A hundred heartbeats of 600 s are 1000 minutes; every drain ends 15 minutes before."
  }
}

run "the_usual_heartbeat_keeps_every_deadline_of_an_entry" {
  variables {
    drain_groups = ["web-blue"]
    entry        = { drain = { deadline_minutes = 2865, standalone_deadline_minutes = 2865 } }
  }
  assert {
    condition     = aws_autoscaling_lifecycle_hook.drain["web-blue"].heartbeat_timeout == 1800
    error_message = "48 hours less 15 minutes."
  }
}

run "a_group_that_was_tagged_before_stacks_had_a_tag" {
  variables {
    drain_groups = ["web-blue"]
    tag_groups   = true
  }
  override_data {
    target = data.aws_autoscaling_groups.tagged["any_stack"]
    values = { arns = [] }
  }
  override_data {
    target = data.aws_autoscaling_groups.tagged["this_stack"]
    values = { arns = [] }
  }
  assert {
    condition     = keys(aws_autoscaling_lifecycle_hook.drain) == ["web-blue"] && length(aws_autoscaling_group_tag.group) == 3
    error_message = "It becomes this stack's."
  }
}
