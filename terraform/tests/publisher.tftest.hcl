# The function, its schedule and its settings. apply, with a provider that makes everything up: all values are known.

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
}

variables {
  package = { file = "tests/fixtures/publisher_linux_arm64.txt" }
}

run "defaults" {
  assert {
    condition     = aws_lambda_function.publisher.function_name == "ecs-cluster-scaler-publisher"
    error_message = "The function is <name>-publisher."
  }
  assert {
    condition     = aws_lambda_function.publisher.handler == "bootstrap" && aws_lambda_function.publisher.runtime == "provided.al2023" && aws_lambda_function.publisher.architectures == tolist(["arm64"])
    error_message = "The zip holds a bootstrap for provided.al2023, built for arm64 by default."
  }
  assert {
    condition     = aws_lambda_function.publisher.memory_size == 256 && aws_lambda_function.publisher.timeout == 50
    error_message = "256 MB, and a pass ends before the next one starts."
  }
  assert {
    condition = aws_lambda_function.publisher.environment[0].variables == tomap({
      CONFIG_PATH      = "/ecs-cluster-scaler"
      METRIC_NAMESPACE = "ECSClusterScaler"
      METRICS          = "all"
      LOG_LEVEL        = "info"
    })
    error_message = "The function reads these four variables and no other."
  }
  assert {
    condition     = aws_lambda_function.publisher.filename == "tests/fixtures/publisher_linux_arm64.txt" && aws_lambda_function.publisher.source_code_hash == filebase64sha256("tests/fixtures/publisher_linux_arm64.txt")
    error_message = "A new zip under the same path must be deployed."
  }
  assert {
    condition     = aws_lambda_function_event_invoke_config.publisher.maximum_retry_attempts == 0 && aws_lambda_function_event_invoke_config.publisher.maximum_event_age_in_seconds == 60
    error_message = "A minute that is over is not published again."
  }
  assert {
    condition     = aws_lambda_function_event_invoke_config.publisher.function_name == aws_lambda_function.publisher.function_name
    error_message = "The async settings must be those of the publisher."
  }
  assert {
    condition     = aws_lambda_function.publisher.reserved_concurrent_executions == null
    error_message = "Without reserved concurrency unless asked for."
  }
}

run "logs" {
  assert {
    condition     = aws_cloudwatch_log_group.publisher.name == "/aws/lambda/ecs-cluster-scaler-publisher" && aws_cloudwatch_log_group.publisher.retention_in_days == 30
    error_message = "Logs are kept for 30 days."
  }
  assert {
    condition     = aws_lambda_function.publisher.logging_config[0].log_format == "JSON" && aws_lambda_function.publisher.logging_config[0].log_group == aws_cloudwatch_log_group.publisher.name
    error_message = "JSON lines, in the group with the retention."
  }
  assert {
    condition     = aws_lambda_function.publisher.logging_config[0].application_log_level == "TRACE"
    error_message = "LOG_LEVEL is the one filter."
  }
}

run "scheduler_starts_each_minute" {
  assert {
    condition     = keys(aws_scheduler_schedule.each_minute) == ["publisher"] && length(aws_cloudwatch_event_rule.each_minute) == 0 && length(aws_cloudwatch_event_target.each_minute) == 0 && length(aws_lambda_permission.each_minute) == 0
    error_message = "Scheduler by default, and no rule beside it: two would double each pass."
  }
  assert {
    condition     = aws_scheduler_schedule.each_minute["publisher"].schedule_expression == "cron(* * * * ? *)" && aws_scheduler_schedule.each_minute["publisher"].flexible_time_window[0].mode == "OFF"
    error_message = "Each minute, on the minute."
  }
  # By character, so that \u003c does not pass for <.
  assert {
    condition     = aws_scheduler_schedule.each_minute["publisher"].target[0].input == format("{\"time\": \"%saws.scheduler.scheduled-time%s\"}", "<", ">")
    error_message = "Scheduler fills in only the literal placeholder."
  }
  assert {
    condition     = !strcontains(aws_scheduler_schedule.each_minute["publisher"].target[0].input, "\\u") && jsondecode(aws_scheduler_schedule.each_minute["publisher"].target[0].input) == { time = "<aws.scheduler.scheduled-time>" }
    error_message = "The input is JSON without escapes."
  }
  assert {
    condition     = aws_scheduler_schedule.each_minute["publisher"].target[0].retry_policy[0].maximum_retry_attempts == 0 && aws_scheduler_schedule.each_minute["publisher"].target[0].retry_policy[0].maximum_event_age_in_seconds == 60
    error_message = "Scheduler must not deliver an old minute late."
  }
  assert {
    condition     = aws_scheduler_schedule.each_minute["publisher"].target[0].arn == aws_lambda_function.publisher.arn && aws_scheduler_schedule.each_minute["publisher"].target[0].role_arn == aws_iam_role.schedule["publisher"].arn
    error_message = "It starts the publisher, with the role made for that."
  }
  assert {
    condition     = aws_iam_role_policy.schedule["publisher"].role == aws_iam_role.schedule["publisher"].name && aws_iam_role_policy.publisher.role == aws_iam_role.publisher.name
    error_message = "Each role has its own policy."
  }
}

run "rule_starts_each_minute" {
  variables {
    schedule = "rule"
  }
  assert {
    condition     = length(aws_scheduler_schedule.each_minute) == 0 && length(aws_iam_role.schedule) == 0 && length(aws_iam_role_policy.schedule) == 0
    error_message = "No schedule beside the rule: two would double each pass. Nor a role that nothing uses."
  }
  assert {
    condition     = aws_cloudwatch_event_rule.each_minute["publisher"].schedule_expression == "cron(* * * * ? *)" && aws_cloudwatch_event_target.each_minute["publisher"].arn == aws_lambda_function.publisher.arn && aws_cloudwatch_event_target.each_minute["publisher"].rule == aws_cloudwatch_event_rule.each_minute["publisher"].name
    error_message = "The rule starts the publisher each minute."
  }
  assert {
    condition     = aws_cloudwatch_event_target.each_minute["publisher"].input == null
    error_message = "The rule's own event carries the time: an input would replace it."
  }
  assert {
    condition     = aws_cloudwatch_event_target.each_minute["publisher"].retry_policy[0].maximum_retry_attempts == 0 && aws_cloudwatch_event_target.each_minute["publisher"].retry_policy[0].maximum_event_age_in_seconds == 60
    error_message = "The rule must not deliver an old minute late."
  }
  assert {
    condition     = aws_lambda_permission.each_minute["publisher"].principal == "events.amazonaws.com" && aws_lambda_permission.each_minute["publisher"].source_arn == aws_cloudwatch_event_rule.each_minute["publisher"].arn && aws_lambda_permission.each_minute["publisher"].action == "lambda:InvokeFunction"
    error_message = "Only this rule may start the function."
  }
}

run "package_from_s3" {
  variables {
    package = { s3 = { bucket = "releases", key = "publisher_linux_arm64.zip", version = "v1" } }
  }
  assert {
    condition     = aws_lambda_function.publisher.s3_bucket == "releases" && aws_lambda_function.publisher.s3_key == "publisher_linux_arm64.zip" && aws_lambda_function.publisher.s3_object_version == "v1"
    error_message = "The zip comes from S3, in the version asked for."
  }
  assert {
    condition     = aws_lambda_function.publisher.filename == null
    error_message = "No file beside S3."
  }
}

run "what_is_set_reaches_the_function" {
  variables {
    name               = "second"
    package            = { file = "tests/fixtures/publisher_linux_amd64.txt" }
    architecture       = "x86_64"
    memory_mb          = 512
    config_path        = "/team/scaler"
    namespace          = "Team/Scaler"
    metrics            = "scaling"
    log_level          = "debug"
    log_retention_days = 7
    tags               = { team = "hosts" }
  }
  assert {
    condition = aws_lambda_function.publisher.environment[0].variables == tomap({
      CONFIG_PATH      = "/team/scaler"
      METRIC_NAMESPACE = "Team/Scaler"
      METRICS          = "scaling"
      LOG_LEVEL        = "debug"
    })
    error_message = "Each variable reaches the function."
  }
  assert {
    condition     = aws_lambda_function.publisher.architectures == tolist(["x86_64"]) && aws_lambda_function.publisher.memory_size == 512 && aws_cloudwatch_log_group.publisher.retention_in_days == 7
    error_message = "Processor, memory and retention are as set."
  }
  assert {
    condition     = alltrue([for each in [aws_lambda_function.publisher.function_name, aws_iam_role.publisher.name, aws_iam_role.schedule["publisher"].name, aws_scheduler_schedule.each_minute["publisher"].name] : startswith(each, "second-")])
    error_message = "A second stack collides with nothing of the first."
  }
  assert {
    condition     = endswith(aws_iam_role.publisher.name, "-eu-west-1") && endswith(aws_iam_role.schedule["publisher"].name, "-eu-west-1")
    error_message = "Roles are global: their names carry the region."
  }
  assert {
    condition     = aws_lambda_function.publisher.tags == tomap({ team = "hosts" }) && aws_cloudwatch_log_group.publisher.tags == tomap({ team = "hosts" }) && aws_iam_role.publisher.tags == tomap({ team = "hosts" })
    error_message = "Tags are on everything that takes them."
  }
  assert {
    condition     = output.config_path == "/team/scaler" && output.namespace == "Team/Scaler"
    error_message = "modules/cluster takes both from here."
  }
}

run "no_defaults_parameter_unless_asked_for" {
  assert {
    condition     = length(aws_ssm_parameter.defaults) == 0
    error_message = "null: the built-in defaults hold, and somebody else may own the parameter."
  }
}

run "defaults_parameter" {
  variables {
    defaults = { gpu = { scale_out_at = null }, min_instances = 2 }
  }
  assert {
    condition     = aws_ssm_parameter.defaults["/ecs-cluster-scaler"].name == "/ecs-cluster-scaler/defaults" && aws_ssm_parameter.defaults["/ecs-cluster-scaler"].type == "String"
    error_message = "The defaults are where the function looks for them."
  }
  assert {
    condition     = aws_ssm_parameter.defaults["/ecs-cluster-scaler"].insecure_value == "{\"gpu\":{\"scale_out_at\":null},\"min_instances\":2}"
    error_message = "What was given, a null too, and nothing else."
  }
}
