output "config_path" {
  description = "SSM path of the configuration: what modules/cluster takes as `config_path`."
  value       = var.config_path
}

output "namespace" {
  description = "CloudWatch namespace of the metrics: what modules/cluster takes as `namespace`."
  value       = var.namespace
}

output "name" {
  description = "Prefix of every name: what modules/cluster takes as `name`."
  value       = var.name
}

output "page_topic_arn" {
  description = "What modules/cluster takes as `page_topic_arn`."
  value       = var.page_topic_arn
}

output "tell_topic_arn" {
  description = "What modules/cluster takes as `tell_topic_arn`."
  value       = var.tell_topic_arn
}

output "alarm_arns" {
  description = "ARNs of the alarms that call people: `publisher-silent`, `invalid-entries`, `clusters-failed`, and with the drainer `drainer-silent`."
  value = merge(
    { for what, alarm in aws_cloudwatch_metric_alarm.watch : what => alarm.arn },
    { for key, alarm in aws_cloudwatch_metric_alarm.drainer_silent : "${key}-silent" => alarm.arn },
  )
}

output "dashboard_name" {
  description = "Name of the dashboard; null without one."
  value       = try(aws_cloudwatch_dashboard.clusters["dashboard"].dashboard_name, null)
}

output "publisher_function_name" {
  description = "Name of the publisher, for `aws lambda invoke`."
  value       = aws_lambda_function.publisher.function_name
}

output "publisher_function_arn" {
  description = "ARN of the publisher."
  value       = aws_lambda_function.publisher.arn
}

output "publisher_role_arn" {
  description = "ARN of the role that the publisher runs as, for key policies."
  value       = aws_iam_role.publisher.arn
}

output "publisher_log_group_name" {
  description = "Log group of the publisher."
  value       = aws_cloudwatch_log_group.publisher.name
}

output "drainer_function_name" {
  description = "Name of the drainer; null without drainer_package."
  value       = try(aws_lambda_function.drainer["drainer"].function_name, null)
}

# Whoever names this output waits for all that lets the drainer work, and for what its drains inherit, and is destroyed before any of it.
output "drainer_function_arn" {
  description = "ARN of the drainer; null without drainer_package. Groups that depend on it are destroyed first, while the drainer can still complete their drains."
  value       = try(aws_lambda_function.drainer["drainer"].arn, null)

  depends_on = [
    aws_cloudwatch_event_target.drainer,
    aws_cloudwatch_event_target.each_minute,
    aws_cloudwatch_log_group.drainer,
    aws_iam_role_policy.drainer,
    aws_iam_role_policy.schedule,
    aws_lambda_function_event_invoke_config.drainer,
    aws_lambda_permission.drainer,
    aws_lambda_permission.each_minute,
    aws_scheduler_schedule.each_minute,
    aws_ssm_parameter.defaults,
  ]
}

output "drainer_role_arn" {
  description = "ARN of the role that the drainer runs as, for key policies; null without drainer_package."
  value       = try(aws_iam_role.drainer["drainer"].arn, null)
}

output "drainer_failures_queue_url" {
  description = "Queue of events on which the drainer failed three times; null without drainer_package."
  value       = try(aws_sqs_queue.drainer_failures["drainer"].url, null)
}
