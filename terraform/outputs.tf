output "config_path" {
  description = "SSM path of the configuration: what modules/cluster takes as `config_path`."
  value       = var.config_path
}

output "namespace" {
  description = "CloudWatch namespace of the metrics: what modules/cluster takes as `namespace`."
  value       = var.namespace
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

output "drainer_role_arn" {
  description = "ARN of the role that the drainer runs as, for key policies; null without drainer_package."
  value       = try(aws_iam_role.drainer["drainer"].arn, null)
}

output "drainer_failures_queue_url" {
  description = "Queue of events on which the drainer failed three times; null without drainer_package."
  value       = try(aws_sqs_queue.drainer_failures["drainer"].url, null)
}
