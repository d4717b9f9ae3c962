locals {
  entry_name = "${var.config_path}/clusters/${var.cluster_name}"

  # The hook that the entry names; an entry that leaves it to the defaults parameter must name it here all the same.
  drain_hook = try(var.entry.drain.hook, "ecs-cluster-scaler-drain")

  # The active group's tags. Groups are found by the first. Only the stack of the second one's path acts on the group. The signal moves the
  # group that has the third.
  group_tags = {
    "ecs-cluster-scaler:cluster"     = var.cluster_name
    "ecs-cluster-scaler:config-path" = var.config_path
    "ecs-cluster-scaler:active"      = "true"
  }

  # The one table of alarms and policies: alarms.json is a copy of internal/alarms/alarms.json, and limits_test.go says when it is not.
  table = jsondecode(file("${path.module}/alarms.json"))

  # in and in_by_size never stand beside each other: of two policies that remove hosts, Auto Scaling takes the one that leaves more. out
  # stands beside out_by_size, which does not see a datapoint that shows late.
  # https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-scale-based-on-demand.html#multiple-scaling-policy-resolution
  scaling = toset(concat(["out"], var.scale_out_by == "size" ? ["out_by_size"] : [], [{ signal = "in", size = "in_by_size" }[var.scale_in_by]]))

  # Each alarm's policies, by name; no name is in two alarms.
  policies = merge([for alarm in local.scaling : local.table.alarms[alarm].policies]...)

  # Only out_by_size has paces to choose from. The names of its policies tell the publisher which it is.
  paced    = toset([for alarm in local.scaling : alarm if can(local.table.alarms[alarm].paces)])
  periods  = { for alarm in local.scaling : alarm => contains(local.paced, alarm) ? var.alarm_period_seconds : local.table.period_seconds }
  suffixes = merge([for alarm in local.scaling : { for policy in keys(local.table.alarms[alarm].policies) : policy => contains(local.paced, alarm) ? "-${var.alarm_period_seconds}s" : "" }]...)

  descriptions = {
    out         = "Adds one host to ECS cluster ${var.cluster_name}: its scaling signal is 1."
    out_by_size = "Adds hosts to ECS cluster ${var.cluster_name}, as many as its capacity change says."
    in          = "Removes one host from ECS cluster ${var.cluster_name}: its scaling signal has been -1 for 5 minutes."
    in_by_size  = "Removes hosts from ECS cluster ${var.cluster_name}, as many as its capacity change has said for 5 minutes."
  }

  # Of alarms and policies alike. / stands in no name of a stack or a cluster, so that no two of them make the same name: PutMetricAlarm and
  # PutScalingPolicy overwrite silently, and what one stack removes would be another's. A policy's name counts within its group.
  # https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_PutScalingPolicy.html
  alarm_prefix = "${var.name}/${var.cluster_name}/"
}

# --- the entry ---------------------------------------------------------------------------------------------------------------
# insecure_value, because value is hidden in the plan and an entry is no secret.

module "entry" {
  source = "../entry"

  entry = var.entry
}

resource "aws_ssm_parameter" "entry" {
  for_each = var.entry_owner == "terraform" ? { (var.cluster_name) = jsonencode(var.entry) } : {}

  name           = local.entry_name
  description    = "Entry of ECS cluster ${each.key} for ecs-cluster-scaler. Owned by Terraform: edits by hand last until the next apply."
  type           = "String"
  insecure_value = each.value
  tags           = var.tags

  lifecycle {
    precondition {
      condition     = length(module.entry.faults) == 0
      error_message = "The publisher would refuse the entry of cluster ${var.cluster_name}: ${join("; ", module.entry.faults)}. Correct it in entry; docs/reference.md lists every field."
    }
  }
}

# ignore_changes cannot depend on a variable, hence a second resource.
resource "aws_ssm_parameter" "entry_by_hand" {
  for_each = var.entry_owner == "hand" ? { (var.cluster_name) = jsonencode(var.entry) } : {}

  name           = local.entry_name
  description    = "Entry of ECS cluster ${each.key} for ecs-cluster-scaler. Made once by Terraform, then tuned by hand."
  type           = "String"
  insecure_value = each.value
  tags           = var.tags

  lifecycle {
    # An overwrite by hand may carry its own description.
    ignore_changes = [insecure_value, description]

    precondition {
      condition     = length(module.entry.faults) == 0
      error_message = "The publisher would refuse the entry of cluster ${var.cluster_name}: ${join("; ", module.entry.faults)}. Correct it in entry; docs/reference.md lists every field."
    }
  }
}

# --- alarms and policies that scale ------------------------------------------------------------------------------------------

resource "aws_autoscaling_policy" "scaling" {
  for_each = local.policies

  name                    = "${local.alarm_prefix}scale-${replace(each.key, "_", "-")}${local.suffixes[each.key]}"
  autoscaling_group_name  = var.autoscaling_group_name
  policy_type             = "StepScaling"
  adjustment_type         = local.table.adjustment_type
  metric_aggregation_type = local.table.metric_aggregation_type
  # AWS takes it on a step policy of either direction. On scale-in it keeps the group's default, or else its cooldown of 300 s, from
  # deciding for how long a new host stops scale-in. https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_PutScalingPolicy.html
  estimated_instance_warmup = var.instance_warmup_seconds

  # Steps count from the alarm's threshold. https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_StepAdjustment.html
  dynamic "step_adjustment" {
    for_each = each.value

    content {
      metric_interval_lower_bound = step_adjustment.value.from
      metric_interval_upper_bound = step_adjustment.value.to
      scaling_adjustment          = step_adjustment.value.change
    }
  }

  # PutScalingPolicy overwrites silently: as for the alarms.
  depends_on = [aws_ssm_parameter.entry, aws_ssm_parameter.entry_by_hand]

  lifecycle {
    # The alarm turns to the new policy before the old one is deleted, so that no alarm starts a deleted policy: where another group
    # becomes active, and where a policy gets another name. Terraform hands this on to the group: where something replaces the group, as an edit of
    # initial_lifecycle_hook does, one of fixed name is refused by AWS as a second of its name, and the first lives on with its hosts.
    create_before_destroy = true
  }
}

resource "aws_cloudwatch_metric_alarm" "scaling" {
  for_each = local.scaling

  alarm_name        = "${local.alarm_prefix}scale-${replace(each.key, "_", "-")}"
  alarm_description = local.descriptions[each.key]

  namespace   = var.namespace
  metric_name = local.table.alarms[each.key].metric
  dimensions  = { ClusterName = var.cluster_name }
  statistic   = local.table.statistic
  period      = local.periods[each.key]

  comparison_operator = local.table.alarms[each.key].comparison
  threshold           = local.table.alarms[each.key].threshold
  evaluation_periods  = local.table.alarms[each.key].evaluation_periods
  datapoints_to_alarm = local.table.alarms[each.key].datapoints_to_alarm
  # notBreaching: a publisher that is silent scales nothing. "missing" and "ignore" keep an alarm, and Auto Scaling acts on it again each
  # minute. https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/AlarmThatSendsEmail.html
  treat_missing_data = local.table.treat_missing_data

  alarm_actions = [for policy in sort(keys(local.table.alarms[each.key].policies)) : aws_autoscaling_policy.scaling[policy].arn]
  tags          = var.tags

  # A second instance of this module for the same cluster ends at its entry, before it overwrites the first one's alarms.
  depends_on = [aws_ssm_parameter.entry, aws_ssm_parameter.entry_by_hand]

  lifecycle {
    precondition {
      condition     = length("${local.alarm_prefix}scale-out-by-many-10s") <= 255
      error_message = "The names of stack and cluster together are too long for the name of an alarm or a policy, which may have 255 characters with \"/scale-out-by-many-10s\" or \"/drain-past-deadline\". Use a shorter name, here and for the root module."
    }
  }
}

# --- groups that are there already -------------------------------------------------------------------------------------------
# They must be there at plan: a mistyped name is else found half-way through an apply. A group of this configuration may not be there yet.
# The hook may be given to a group that this configuration made, once that is there.

locals {
  foreign_groups = setunion(var.drain_groups, var.tag_groups ? [var.autoscaling_group_name] : [])

  missing_groups         = setsubtract(local.foreign_groups, flatten([for found in data.aws_autoscaling_groups.foreign : [for arn in found.arns : element(split("autoScalingGroupName/", arn), 1)]]))
  missing_groups_message = "This account and region has no Auto Scaling group named ${join(", ", local.missing_groups)}. tag_groups and drain_groups are for groups that exist. Give a new group its hook where it is made (README, \"The drain hook\"); `aws autoscaling describe-auto-scaling-groups --query 'AutoScalingGroups[].AutoScalingGroupName'` prints them."
}

data "aws_autoscaling_groups" "foreign" {
  for_each = length(local.foreign_groups) > 0 ? { groups = local.foreign_groups } : {}

  names = each.value
}

# A group that another stack, or another cluster, has tagged is not this module's: its tags and its hook would be overwritten here, and
# removed with this module. A group without the tag of a path may have been tagged by a version before it.
data "aws_autoscaling_groups" "tagged" {
  for_each = length(local.foreign_groups) == 0 ? {} : {
    any_stack    = { name = "tag-key", value = "ecs-cluster-scaler:config-path" }
    this_stack   = { name = "tag:ecs-cluster-scaler:config-path", value = var.config_path }
    any_cluster  = { name = "tag-key", value = "ecs-cluster-scaler:cluster" }
    this_cluster = { name = "tag:ecs-cluster-scaler:cluster", value = var.cluster_name }
  }

  filter {
    name   = each.value.name
    values = [each.value.value]
  }
}

locals {
  tagged        = { for by, found in data.aws_autoscaling_groups.tagged : by => [for arn in found.arns : element(split("autoScalingGroupName/", arn), 1)] }
  others_groups = setintersection(local.foreign_groups, setunion(try(setsubtract(local.tagged.any_stack, local.tagged.this_stack), []), try(setsubtract(local.tagged.any_cluster, local.tagged.this_cluster), [])))

  others_groups_message = "Auto Scaling group ${join(", ", local.others_groups)} is tagged as another stack's or another cluster's, not as cluster ${var.cluster_name} of ${var.config_path}. Its tags and its hook would be overwritten here, and removed with this module. To move it here, take it out of the other module first, or change its tags ecs-cluster-scaler:cluster and ecs-cluster-scaler:config-path with `aws autoscaling create-or-update-tags`."
}

# --- the group's tags, where nothing else manages them -------------------------------------------------------------------------

resource "aws_autoscaling_group_tag" "group" {
  for_each = var.tag_groups ? local.group_tags : {}

  autoscaling_group_name = var.autoscaling_group_name

  tag {
    key   = each.key
    value = each.value
    # They say something about the group, not about its hosts.
    propagate_at_launch = false
  }

  depends_on = [aws_ssm_parameter.entry, aws_ssm_parameter.entry_by_hand] # CreateOrUpdateTags overwrites, too

  lifecycle {
    precondition {
      condition     = length(local.missing_groups) == 0
      error_message = local.missing_groups_message
    }

    precondition {
      condition     = length(local.others_groups) == 0
      error_message = local.others_groups_message
    }
  }
}

# --- the drain hook, on groups that were made without it -------------------------------------------------------------------

locals {
  # Auto Scaling ends a hook after a hundred heartbeats, at most 48 hours; the drainer ends every drain 15 minutes before that.
  # https://docs.aws.amazon.com/autoscaling/ec2/userguide/lifecycle-hooks.html
  longest_drain_minutes = min(48 * 60, floor(var.drain_heartbeat_seconds * 100 / 60)) - 15

  # Those that the entry gives. What it inherits only the functions see.
  too_long = [for field in ["deadline_minutes", "standalone_deadline_minutes"] : field if try(var.entry.drain[field] > local.longest_drain_minutes, false)]
}

resource "aws_autoscaling_lifecycle_hook" "drain" {
  for_each = var.drain_groups

  name                   = local.drain_hook
  autoscaling_group_name = each.key
  lifecycle_transition   = "autoscaling:EC2_INSTANCE_TERMINATING"
  heartbeat_timeout      = var.drain_heartbeat_seconds
  # Both results terminate the instance; ABANDON would also skip other hooks.
  # https://docs.aws.amazon.com/autoscaling/ec2/userguide/adding-lifecycle-hooks.html
  default_result = "CONTINUE"

  depends_on = [aws_ssm_parameter.entry, aws_ssm_parameter.entry_by_hand] # PutLifecycleHook overwrites, too

  lifecycle {
    precondition {
      condition     = length(local.missing_groups) == 0
      error_message = local.missing_groups_message
    }

    precondition {
      condition     = length(local.others_groups) == 0
      error_message = local.others_groups_message
    }

    precondition {
      condition     = length(local.too_long) == 0
      error_message = "The entry's drain.${join(" and drain.", local.too_long)} cannot be kept: with drain_heartbeat_seconds = ${var.drain_heartbeat_seconds}, every drain ends after ${local.longest_drain_minutes} minutes at the latest. Raise drain_heartbeat_seconds (1800 is enough for every deadline), or lower the deadline."
    }
  }
}
