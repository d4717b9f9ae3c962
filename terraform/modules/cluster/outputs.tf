output "group_tags" {
  description = "Tags for the active group, key to value, to be put on it with propagate_at_launch = false. Another group of the same cluster gets only `ecs-cluster-scaler:cluster`."
  value       = local.group_tags
}

output "entry_name" {
  description = "Name of the SSM parameter that holds the entry."
  value       = local.entry_name
}

output "alarm_arns" {
  description = "ARNs of the alarms, by direction: `out`, `in`."
  value       = { for direction, alarm in aws_cloudwatch_metric_alarm.scaling : direction => alarm.arn }
}

output "policy_arns" {
  description = "ARNs of the step scaling policies, by direction: `out`, `in`."
  value       = { for direction, policy in aws_autoscaling_policy.scaling : direction => policy.arn }
}
