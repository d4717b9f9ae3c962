locals {
  entry_name = "${var.config_path}/clusters/${var.cluster_name}"

  # The hook that the entry names; an entry that leaves it to the defaults parameter must name it here all the same.
  drain_hook = try(var.entry.drain.hook, "ecs-cluster-scaler-drain")

  # Both tags of the active group. The publisher finds groups by the first and follows the group that has the second.
  group_tags = {
    "ecs-cluster-scaler:cluster" = var.cluster_name
    "ecs-cluster-scaler:active"  = "true"
  }

  # A row is an alarm and the policy it starts. Steps count from the alarm's threshold: ScalingSignal is -1, 0 or 1, so each has one,
  # open-ended. https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_StepAdjustment.html
  scaling = {
    out = {
      description = "One host more for ECS cluster ${var.cluster_name}: its scaling signal is 1."
      metric      = "ScalingSignal"
      comparison  = "GreaterThanOrEqualToThreshold"
      threshold   = 1
      periods     = 1
      steps       = [{ from = 0, to = null, change = 1 }]
    }
    # Five of five: two passes in one minute, one with -1 and one with 0, have the maximum 0 and start over.
    in = {
      description = "One host less for ECS cluster ${var.cluster_name}: its scaling signal has been -1 for 5 minutes."
      metric      = "ScalingSignal"
      comparison  = "LessThanOrEqualToThreshold"
      threshold   = -1
      periods     = 5
      steps       = [{ from = null, to = 0, change = -1 }]
    }
  }
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

# --- alarms and policies -------------------------------------------------------------------------------------------------------

resource "aws_autoscaling_policy" "scaling" {
  for_each = local.scaling

  name                   = "${var.cluster_name}-${var.autoscaling_group_name}-scale-${each.key}"
  autoscaling_group_name = var.autoscaling_group_name
  policy_type            = "StepScaling"
  adjustment_type        = "ChangeInCapacity"
  # The default, Average, would make 0.5 of a 0 and a 1.
  metric_aggregation_type = "Maximum"
  # AWS takes it on a step policy of either direction. On scale-in it keeps the group's default, or else its cooldown of 300 s, from
  # deciding for how long a new host stops scale-in. https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_PutScalingPolicy.html
  estimated_instance_warmup = var.instance_warmup_seconds

  dynamic "step_adjustment" {
    for_each = each.value.steps

    content {
      metric_interval_lower_bound = step_adjustment.value.from
      metric_interval_upper_bound = step_adjustment.value.to
      scaling_adjustment          = step_adjustment.value.change
    }
  }

  lifecycle {
    # No create_before_destroy: Terraform would hand it on to the group, and a group of fixed name could then not be replaced.
    precondition {
      condition     = length("${var.cluster_name}-${var.autoscaling_group_name}-scale-${each.key}") <= 255
      error_message = "The names of cluster and group together are too long for a scaling policy's name, which may have 255 characters with \"-scale-out\". Use a group with a shorter name."
    }
  }
}

resource "aws_cloudwatch_metric_alarm" "scaling" {
  for_each = local.scaling

  alarm_name        = "${var.name}-${var.cluster_name}-scale-${each.key}"
  alarm_description = each.value.description

  namespace   = var.namespace
  metric_name = each.value.metric
  dimensions  = { ClusterName = var.cluster_name }
  statistic   = "Maximum"
  period      = 60

  comparison_operator = each.value.comparison
  threshold           = each.value.threshold
  evaluation_periods  = each.value.periods
  datapoints_to_alarm = each.value.periods
  # A publisher that is silent scales nothing. "missing" and "ignore" keep an alarm, and Auto Scaling acts on it again each minute.
  # https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/AlarmThatSendsEmail.html
  treat_missing_data = "notBreaching"

  alarm_actions = [aws_autoscaling_policy.scaling[each.key].arn]
  tags          = var.tags

  lifecycle {
    precondition {
      condition     = length("${var.name}-${var.cluster_name}-scale-${each.key}") <= 255
      error_message = "The names of stack and cluster together are too long for an alarm's name, which may have 255 characters with \"-scale-out\". Use a shorter name, here and for the root module, or a cluster with a shorter name."
    }
  }
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
}

# --- the drain hook, on groups that nothing else gives it to -------------------------------------------------------------------

resource "aws_autoscaling_lifecycle_hook" "drain" {
  for_each = var.drain_groups

  name                   = local.drain_hook
  autoscaling_group_name = each.key
  lifecycle_transition   = "autoscaling:EC2_INSTANCE_TERMINATING"
  heartbeat_timeout      = var.drain_heartbeat_seconds
  # Both results terminate the instance; ABANDON would also skip other hooks.
  # https://docs.aws.amazon.com/autoscaling/ec2/userguide/adding-lifecycle-hooks.html
  default_result = "CONTINUE"
}
