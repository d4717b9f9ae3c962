# The drainer: function, schedule, events, failures; and its policy as its role gets it.

mock_provider "aws" {
  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }
  mock_data "aws_region" {
    defaults = { name = "eu-west-1" }
  }
  mock_data "aws_caller_identity" {
    defaults = { account_id = "123456789012" }
  }
  mock_data "aws_iam_policy_document" {
    defaults = { json = "{}" }
  }
  mock_resource "aws_iam_role" {
    defaults = { arn = "arn:aws:iam::123456789012:role/made-up" }
  }
  mock_resource "aws_lambda_function" {
    defaults = { arn = "arn:aws:lambda:eu-west-1:123456789012:function:made-up" }
  }
  mock_resource "aws_cloudwatch_event_rule" {
    defaults = { arn = "arn:aws:events:eu-west-1:123456789012:rule/made-up" }
  }
  mock_resource "aws_sqs_queue" {
    defaults = { arn = "arn:aws:sqs:eu-west-1:123456789012:made-up", url = "https://sqs/made-up" }
  }
}

variables {
  package         = { file = "tests/fixtures/publisher_linux_arm64.txt" }
  drainer_package = { file = "tests/fixtures/drainer_linux_arm64.txt" }
}

run "no_drainer_unless_asked_for" {
  variables {
    drainer_package = null
  }
  assert {
    condition     = length(aws_lambda_function.drainer) == 0 && length(aws_cloudwatch_event_rule.drainer) == 0 && length(aws_iam_role.drainer) == 0 && keys(aws_scheduler_schedule.each_minute) == ["publisher"]
    error_message = "null: nothing of the drainer is made."
  }
}

run "defaults" {
  assert {
    condition     = aws_lambda_function.drainer["drainer"].function_name == "ecs-cluster-scaler-drainer" && aws_lambda_function.drainer["drainer"].handler == "bootstrap" && aws_lambda_function.drainer["drainer"].timeout == 50
    error_message = "The function is <name>-drainer."
  }
  assert {
    condition     = aws_lambda_function.drainer["drainer"].reserved_concurrent_executions == null
    error_message = "No reserved concurrency: ticks may overlap."
  }
  assert {
    condition     = aws_lambda_function.drainer["drainer"].environment[0].variables == tomap(merge(aws_lambda_function.publisher.environment[0].variables, { DRAIN_HOOKS = "ecs-cluster-scaler-drain" }))
    error_message = "Both functions read the same variables, and the drainer the hooks that it may complete."
  }
  assert {
    condition     = aws_lambda_function_event_invoke_config.drainer["drainer"].maximum_retry_attempts == 2 && aws_lambda_function_event_invoke_config.drainer["drainer"].destination_config[0].on_failure[0].destination == aws_sqs_queue.drainer_failures["drainer"].arn
    error_message = "Two retries, then the queue."
  }
  assert {
    condition     = aws_cloudwatch_log_group.drainer["drainer"].retention_in_days == 30 && aws_lambda_function.drainer["drainer"].logging_config[0].log_format == "JSON"
    error_message = "JSON lines, kept for 30 days."
  }
}

run "each_minute" {
  assert {
    condition     = keys(aws_scheduler_schedule.each_minute) == ["drainer", "publisher"] && aws_scheduler_schedule.each_minute["drainer"].target[0].arn == aws_lambda_function.drainer["drainer"].arn && aws_scheduler_schedule.each_minute["drainer"].name == "ecs-cluster-scaler-drainer"
    error_message = "A tick each minute, beside the pass."
  }
}

run "each_minute_by_rule" {
  variables {
    schedule = "rule"
  }
  assert {
    condition     = aws_cloudwatch_event_target.each_minute["drainer"].arn == aws_lambda_function.drainer["drainer"].arn && aws_lambda_permission.each_minute["drainer"].function_name == aws_lambda_function.drainer["drainer"].function_name
    error_message = "The rule starts the drainer, and may."
  }
}

run "events" {
  assert {
    condition     = jsondecode(aws_cloudwatch_event_rule.drainer["hook"].event_pattern) == { source = ["aws.autoscaling"], detail-type = ["EC2 Instance-terminate Lifecycle Action"], detail = { LifecycleHookName = ["ecs-cluster-scaler-drain"] } }
    error_message = "Only events of the hook of that name."
  }
  assert {
    condition     = jsondecode(aws_cloudwatch_event_rule.drainer["spot"].event_pattern) == { source = ["aws.ec2"], detail-type = ["EC2 Spot Instance Interruption Warning"] }
    error_message = "Spot interruption warnings."
  }
  assert {
    condition     = alltrue([for key in ["hook", "spot"] : aws_cloudwatch_event_target.drainer[key].arn == aws_lambda_function.drainer["drainer"].arn && aws_lambda_permission.drainer[key].source_arn == aws_cloudwatch_event_rule.drainer[key].arn])
    error_message = "Each rule starts the drainer, and may."
  }
}

run "hooks_by_other_names" {
  variables {
    drain_hook_names = ["a", "b"]
  }
  assert {
    condition     = jsondecode(aws_cloudwatch_event_rule.drainer["hook"].event_pattern).detail.LifecycleHookName == ["a", "b"]
    error_message = "The rule goes by the names that entries use."
  }
  assert {
    condition     = aws_lambda_function.drainer["drainer"].environment[0].variables["DRAIN_HOOKS"] == "a,b"
    error_message = "And the function completes no other."
  }
}

run "package_that_does_not_exist" {
  command = plan
  variables {
    drainer_package = { file = "tests/fixtures/nothing.zip" }
  }
  expect_failures = [var.drainer_package]
}

run "package_in_no_form" {
  command = plan
  variables {
    drainer_package = {}
  }
  expect_failures = [var.drainer_package]
}

run "defaults_that_name_a_hook_of_the_list" {
  variables {
    drain_hook_names = ["a", "b"]
    defaults         = { drain = { hook = "b" } }
  }
  assert {
    condition     = aws_lambda_function.drainer["drainer"].environment[0].variables["DRAIN_HOOKS"] == "a,b"
    error_message = "Every entry inherits a hook that the drainer may complete."
  }
}

run "defaults_that_name_a_hook_which_the_drainer_may_not_complete" {
  command = plan
  variables {
    defaults = { drain = { hook = "log-shipper" } }
  }
  expect_failures = [aws_lambda_function.drainer]
}
