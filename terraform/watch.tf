# --- alarms that call people -----------------------------------------------------------------------------------------------------
# What concerns one cluster is modules/cluster's. Always made, with or without a topic: whether a topic's ARN is known only after the
# apply must not decide what is made.

locals {
  # compact leaves out null.
  page = compact([var.page_topic_arn])
  tell = compact([var.tell_topic_arn == null ? var.page_topic_arn : var.tell_topic_arn])

  watch = {
    # The datapoint itself is what is missed: each pass publishes it, and a pass that fails publishes nothing.
    publisher-silent = {
      description = "No cluster of this stack scales: for 5 minutes the publisher has published nothing, or could not judge because it has not read the entries for over an hour. Its log group ${aws_cloudwatch_log_group.publisher.name} says why."
      metric      = "ClustersRead"
      statistic   = "SampleCount"
      comparison  = "LessThanThreshold"
      minutes     = 5
      missing     = "breaching"
      topics      = local.page
    }
    invalid-entries = {
      description = "An entry or the defaults have had faults for 3 minutes. The newest valid version stays in force. The publisher's log and `clusterscaler explain` name every fault."
      metric      = "InvalidEntries"
      statistic   = "Maximum"
      comparison  = "GreaterThanOrEqualToThreshold"
      minutes     = 3
      missing     = "notBreaching"
      topics      = local.tell
    }
    # One that AWS throttled, or for which there was no time, is read a minute later.
    clusters-failed = {
      description = "For 5 minutes a cluster or its entry could not be read completely. It does not scale in. The publisher's log names it."
      metric      = "ClustersFailed"
      statistic   = "Maximum"
      comparison  = "GreaterThanOrEqualToThreshold"
      minutes     = 5
      missing     = "notBreaching"
      topics      = local.tell
    }
  }
}

resource "aws_cloudwatch_metric_alarm" "watch" {
  for_each = local.watch

  alarm_name        = "${var.name}/${each.key}"
  alarm_description = each.value.description

  namespace   = var.namespace
  metric_name = each.value.metric
  statistic   = each.value.statistic
  period      = 60

  comparison_operator = each.value.comparison
  threshold           = 1
  evaluation_periods  = each.value.minutes
  datapoints_to_alarm = each.value.minutes
  treat_missing_data  = each.value.missing

  alarm_actions = each.value.topics
  ok_actions    = each.value.topics
  tags          = var.tags

  # Not before the first pass can come.
  depends_on = [aws_scheduler_schedule.each_minute, aws_cloudwatch_event_target.each_minute]
}

# The drainer's own metrics are there only while a host leaves, so Lambda's are asked. It counts both on each invocation, zero errors
# too: https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
resource "aws_cloudwatch_metric_alarm" "drainer_silent" {
  for_each = local.drainer

  alarm_name        = "${var.name}/drainer-silent"
  alarm_description = "No tick of the drainer has succeeded for 5 minutes. Leaving hosts wait for their hook's timeout and then end with their tasks. Its log group ${aws_cloudwatch_log_group.drainer[each.key].name} says why."

  metric_query {
    id          = "succeeded"
    label       = "ticks that succeeded"
    expression  = "invocations - errors"
    return_data = true
  }

  dynamic "metric_query" {
    for_each = { invocations = "Invocations", errors = "Errors" }

    content {
      id = metric_query.key

      metric {
        namespace   = "AWS/Lambda"
        metric_name = metric_query.value
        dimensions  = { FunctionName = aws_lambda_function.drainer[each.key].function_name }
        stat        = "Sum"
        period      = 60
      }
    }
  }

  comparison_operator = "LessThanThreshold"
  threshold           = 1
  evaluation_periods  = 5
  datapoints_to_alarm = 5
  treat_missing_data  = "breaching"

  alarm_actions = local.page
  ok_actions    = local.page
  tags          = var.tags

  depends_on = [aws_scheduler_schedule.each_minute, aws_cloudwatch_event_target.each_minute]
}
