# --- the drainer -------------------------------------------------------------------------------------------------------------
# Only there if drainer_package is given. Keyed, so that it can be added and removed without moving anything.

locals {
  drainer_name = "${var.name}-drainer"
  drainer      = var.drainer_package == null ? {} : { drainer = var.drainer_package }

  drainer_log_group_arn = "arn:${local.partition}:logs:${local.region}:${local.account}:log-group:/aws/lambda/${local.drainer_name}"
  drainer_function_arn  = "arn:${local.partition}:lambda:${local.region}:${local.account}:function:${local.drainer_name}"
  drainer_failures_arn  = "arn:${local.partition}:sqs:${local.region}:${local.account}:${local.drainer_name}-failures"

  # What makes a host's first step immediate. The ticks would do it a minute later.
  drainer_events = { for key, event in local.events : key => event if var.drainer_package != null }
  events = {
    # https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-event-reference.html
    hook = {
      description = "A host waits for the drain hook."
      pattern = jsonencode({
        source      = ["aws.autoscaling"]
        detail-type = ["EC2 Instance-terminate Lifecycle Action"]
        detail      = { LifecycleHookName = var.drain_hook_names }
      })
    }
    # https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/spot-instance-termination-notices.html
    spot = {
      description = "EC2 takes a Spot instance back within two minutes."
      pattern = jsonencode({
        source      = ["aws.ec2"]
        detail-type = ["EC2 Spot Instance Interruption Warning"]
      })
    }
  }
}

resource "aws_cloudwatch_log_group" "drainer" {
  for_each = local.drainer

  name              = "/aws/lambda/${local.drainer_name}"
  retention_in_days = var.log_retention_days
  tags              = var.tags
}

resource "aws_lambda_function" "drainer" {
  for_each = local.drainer

  function_name = local.drainer_name
  description   = "Each minute: takes the next step for every host that Auto Scaling terminates, and releases it when no task is left on it."
  role          = aws_iam_role.drainer[each.key].arn

  filename          = each.value.file
  source_code_hash  = each.value.file == null ? null : filebase64sha256(each.value.file)
  s3_bucket         = try(each.value.s3.bucket, null)
  s3_key            = try(each.value.s3.key, null)
  s3_object_version = try(each.value.s3.version, null)

  runtime       = "provided.al2023"
  handler       = "bootstrap"
  architectures = [var.architecture]
  memory_size   = var.memory_mb
  # No reserved concurrency: ticks may overlap, and one that waits for another would come too late.
  timeout = 50

  environment {
    variables = {
      CONFIG_PATH      = var.config_path
      METRIC_NAMESPACE = var.namespace
      METRICS          = var.metrics
      LOG_LEVEL        = var.log_level
      # IAM knows no key for a hook's name, so that the function itself keeps to these.
      DRAIN_HOOKS = join(",", var.drain_hook_names)
    }
  }

  logging_config {
    log_format            = "JSON"
    log_group             = aws_cloudwatch_log_group.drainer[each.key].name
    application_log_level = "TRACE" # as for the publisher
  }

  tags       = var.tags
  depends_on = [aws_iam_role_policy.drainer]

  lifecycle {
    precondition {
      condition     = !strcontains(basename(coalesce(each.value.file, try(each.value.s3.key, ""))), var.architecture == "arm64" ? "_amd64" : "_arm64")
      error_message = "The drainer's package is built for another processor than architecture = \"${var.architecture}\", by its name. It would fail with \"exec format error\". Use drainer_linux_${var.architecture == "arm64" ? "arm64" : "amd64"}.zip, or change architecture."
    }

    precondition {
      condition     = contains(var.drain_hook_names, try(var.defaults.drain.hook, one(slice(tolist(var.drain_hook_names), 0, 1))))
      error_message = "defaults.drain.hook = \"${try(var.defaults.drain.hook, "")}\" is not among drain_hook_names (${join(", ", var.drain_hook_names)}): the drainer would refuse to complete it. Add it there."
    }
  }
}

# Two retries, because an event may name a host; what fails then too is kept where a person can look. A late tick is acted on as of
# the present; only a Spot warning over 90 s old is dropped. https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
resource "aws_lambda_function_event_invoke_config" "drainer" {
  for_each = local.drainer

  function_name                = aws_lambda_function.drainer[each.key].function_name
  maximum_retry_attempts       = 2
  maximum_event_age_in_seconds = 300

  destination_config {
    on_failure {
      destination = aws_sqs_queue.drainer_failures[each.key].arn
    }
  }
}

resource "aws_sqs_queue" "drainer_failures" {
  for_each = local.drainer

  name                      = "${local.drainer_name}-failures"
  message_retention_seconds = 1209600 # 14 days, the most that SQS keeps
  sqs_managed_sse_enabled   = true
  tags                      = var.tags

  # CreateQueue takes one that is there for its own, and PutRule overwrites: a second stack of the same name ends at its log group instead.
  depends_on = [aws_cloudwatch_log_group.drainer]
}

# --- events ------------------------------------------------------------------------------------------------------------------

resource "aws_cloudwatch_event_rule" "drainer" {
  for_each = local.drainer_events

  name          = "${local.drainer_name}-${each.key}"
  description   = each.value.description
  event_pattern = each.value.pattern
  tags          = var.tags

  depends_on = [aws_cloudwatch_log_group.drainer]
}

resource "aws_cloudwatch_event_target" "drainer" {
  for_each = local.drainer_events

  rule = aws_cloudwatch_event_rule.drainer[each.key].name
  arn  = aws_lambda_function.drainer["drainer"].arn

  retry_policy {
    maximum_retry_attempts       = 2
    maximum_event_age_in_seconds = 60
  }

  depends_on = [aws_lambda_permission.drainer]
}

resource "aws_lambda_permission" "drainer" {
  for_each = local.drainer_events

  statement_id  = "FirstStepOn${title(each.key)}"
  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.drainer["drainer"].function_name
  principal     = "events.amazonaws.com"
  source_arn    = aws_cloudwatch_event_rule.drainer[each.key].arn
}

# --- the role it runs as: permissions.tf says what it may do -------------------------------------------------------------------------

resource "aws_iam_role" "drainer" {
  for_each = local.drainer

  name               = "${local.drainer_name}-${local.region}"
  description        = "Drains ECS hosts that Auto Scaling terminates, and ends their lifecycle hooks."
  assume_role_policy = data.aws_iam_policy_document.lambda_trust.json
  tags               = var.tags
}

resource "aws_iam_role_policy" "drainer" {
  for_each = local.drainer

  name   = "drain"
  role   = aws_iam_role.drainer[each.key].name
  policy = data.aws_iam_policy_document.drainer[each.key].json
}
