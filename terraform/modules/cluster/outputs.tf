output "group_tags" {
  description = "Tags for the active group, key to value. Put them on it with propagate_at_launch = false. Another group of the same cluster gets them without `ecs-cluster-scaler:active`."
  value       = local.group_tags
}

# Whoever names this output waits for the entry, and is destroyed before it. The name is put together, not taken from the resource, so that
# plans show it.
output "entry_name" {
  description = "Name of the SSM parameter that holds the entry. Groups that depend on it are destroyed first, while their drains still follow the entry."
  value       = local.entry_name

  depends_on = [aws_ssm_parameter.entry, aws_ssm_parameter.entry_by_hand]
}

output "alarm_arns" {
  description = "ARNs of the alarms, by what they do: `out`, `out_by_size`, and `in` or `in_by_size`."
  value       = { for direction, alarm in aws_cloudwatch_metric_alarm.scaling : direction => alarm.arn }
}

output "policy_arns" {
  description = "ARNs of the step scaling policies, by what they do: `out`, `out_by_size` and `out_by_many`, which start together, and `in` or `in_by_size`."
  value       = { for direction, policy in aws_autoscaling_policy.scaling : direction => policy.arn }
}

output "watch_alarm_arns" {
  description = "ARNs of the alarms that call people: `no-capacity`, `scale-out-blocked`, `drain-past-deadline`, `drain-blocked`."
  value       = { for what, alarm in aws_cloudwatch_metric_alarm.watch : what => alarm.arn }
}
