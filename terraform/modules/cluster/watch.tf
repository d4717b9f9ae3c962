# --- alarms that call people -----------------------------------------------------------------------------------------------------
# Always made, with or without a topic: whether a topic's ARN is known only after the apply must not decide what is made.

locals {
  # compact leaves out null.
  page = compact([var.page_topic_arn])
  tell = compact([var.tell_topic_arn == null ? var.page_topic_arn : var.tell_topic_arn])

  drain_alarm_minutes = coalesce(var.drain_alarm_minutes, try(tonumber(var.entry.drain.deadline_minutes), null), 60)
  holds_at_deadline   = try(var.entry.drain.at_deadline == "hold", false)

  watch = {
    no-capacity = {
      description = "ECS cluster ${var.cluster_name} has wanted another host for 20 minutes, and hosts that came did not end that. `clusterscaler explain ${var.cluster_name}` says why."
      metric      = "ScalingSignal"
      comparison  = "GreaterThanOrEqualToThreshold"
      threshold   = 1
      minutes     = 20
      topics      = local.page
    }
    scale-out-blocked = {
      description = "ECS cluster ${var.cluster_name} wants another host, and for 10 minutes its group could not grow: at MaxSize, suspended, or new hosts do not join. `clusterscaler explain ${var.cluster_name}` says which."
      metric      = "ScaleOutBlocked"
      comparison  = "GreaterThanOrEqualToThreshold"
      threshold   = 1
      minutes     = 10
      topics      = local.page
    }
    # Tasks that are stopped at the deadline have 10 minutes more: only a drain that outlasts them is stuck. Held hosts wait for a person.
    drain-past-deadline = {
      description = "A host of ECS cluster ${var.cluster_name} has been draining for more than ${local.drain_alarm_minutes} minutes. `clusterscaler drain` says what it waits for."
      metric      = "OldestDrainMinutes"
      comparison  = "GreaterThanThreshold"
      threshold   = local.drain_alarm_minutes
      minutes     = local.holds_at_deadline ? 3 : 15
      topics      = local.page
    }
    drain-blocked = {
      description = "A leaving host of ECS cluster ${var.cluster_name} has waited over 15 minutes for something that does not end by itself, or its hook is not in DRAIN_HOOKS. `clusterscaler drain` says which."
      metric      = "DrainBlocked"
      comparison  = "GreaterThanOrEqualToThreshold"
      threshold   = 1
      minutes     = 5
      topics      = local.tell
    }
  }
}

resource "aws_cloudwatch_metric_alarm" "watch" {
  for_each = local.watch

  alarm_name        = "${local.alarm_prefix}${each.key}"
  alarm_description = each.value.description

  namespace   = var.namespace
  metric_name = each.value.metric
  dimensions  = { ClusterName = var.cluster_name }
  statistic   = local.table.statistic
  period      = local.table.period_seconds

  comparison_operator = each.value.comparison
  threshold           = each.value.threshold
  evaluation_periods  = each.value.minutes
  datapoints_to_alarm = each.value.minutes
  # A silent publisher is the root module's alarm, once and not once for each cluster; the drainer is silent where nothing leaves.
  treat_missing_data = "notBreaching"

  alarm_actions = each.value.topics
  ok_actions    = each.value.topics
  tags          = var.tags

  depends_on = [aws_ssm_parameter.entry, aws_ssm_parameter.entry_by_hand]

  lifecycle {
    precondition {
      condition     = length("${local.alarm_prefix}${each.key}") <= 255
      error_message = "The names of stack and cluster together are too long for the name of an alarm or a policy, which may have 255 characters with \"/scale-out-by-many-10s\" or \"/drain-past-deadline\". Use a shorter name, here and for the root module."
    }
  }
}
