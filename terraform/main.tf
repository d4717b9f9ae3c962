data "aws_caller_identity" "here" {}
data "aws_partition" "here" {}
data "aws_region" "here" {}

locals {
  partition = data.aws_partition.here.partition
  region    = data.aws_region.here.name
  account   = data.aws_caller_identity.here.account_id

  publisher = "${var.name}-publisher"

  # ARNs that a policy names are put together here, not taken from the resources: so the plan shows each policy in full.
  log_group_arn = "arn:${local.partition}:logs:${local.region}:${local.account}:log-group:/aws/lambda/${local.publisher}"
  function_arn  = "arn:${local.partition}:lambda:${local.region}:${local.account}:function:${local.publisher}"
  config_arn    = "arn:${local.partition}:ssm:${local.region}:${local.account}:parameter${var.config_path}"
  cluster_arns  = [for pattern in var.cluster_name_patterns : "arn:${local.partition}:ecs:${local.region}:${local.account}:cluster/${pattern}"]
}

# --- the publisher -----------------------------------------------------------------------------------------------------------

resource "aws_cloudwatch_log_group" "publisher" {
  name              = "/aws/lambda/${local.publisher}"
  retention_in_days = var.log_retention_days
  tags              = var.tags
}

resource "aws_lambda_function" "publisher" {
  function_name = local.publisher
  description   = "Each minute: reads the clusters that have an entry under ${var.config_path} and publishes one scaling signal for each."
  role          = aws_iam_role.publisher.arn

  filename          = var.package.file
  source_code_hash  = var.package.file == null ? null : filebase64sha256(var.package.file)
  s3_bucket         = try(var.package.s3.bucket, null)
  s3_key            = try(var.package.s3.key, null)
  s3_object_version = try(var.package.s3.version, null)

  runtime       = "provided.al2023"
  handler       = "bootstrap"
  architectures = [var.architecture]
  memory_size   = var.memory_mb
  # Under a minute, so that a slow pass ends before the next one starts.
  timeout = 50
  # null: none. With 1, a pass that would overlap another waits, at most the 60 s below.
  reserved_concurrent_executions = var.publisher_reserved_concurrency

  environment {
    variables = {
      CONFIG_PATH      = var.config_path
      METRIC_NAMESPACE = var.namespace
      METRICS          = var.metrics
      LOG_LEVEL        = var.log_level
    }
  }

  logging_config {
    log_format = "JSON"
    log_group  = aws_cloudwatch_log_group.publisher.name
    # LOG_LEVEL is the one filter. Lambda's own drops all below INFO unless told otherwise, and takes a line for INFO whose "level" or
    # "timestamp" it cannot read: it could drop debug lines that were asked for, or an error.
    # https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-log-level.html
    application_log_level = "TRACE"
  }

  tags = var.tags

  # A function that runs before its role may do anything fails its first pass for nothing.
  depends_on = [aws_iam_role_policy.publisher]

  lifecycle {
    precondition {
      condition     = !strcontains(basename(coalesce(var.package.file, try(var.package.s3.key, ""))), var.architecture == "arm64" ? "_amd64" : "_arm64")
      error_message = "The package is built for another processor than architecture = \"${var.architecture}\", by its name. It would fail with \"exec format error\". Use publisher_linux_${var.architecture == "arm64" ? "arm64" : "amd64"}.zip, or change architecture."
    }
  }
}

# Scheduler and rules invoke asynchronously. A retried pass would publish a minute that is over; the next one comes anyway. 60 s is the
# least that Lambda takes. https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
resource "aws_lambda_function_event_invoke_config" "publisher" {
  function_name                = aws_lambda_function.publisher.function_name
  maximum_retry_attempts       = 0
  maximum_event_age_in_seconds = 60
}

# --- the role it runs as: permissions.tf says what it may do -------------------------------------------------------------------------

# Roles are global: the region in the name lets one account hold the stack in several regions.
resource "aws_iam_role" "publisher" {
  name               = "${local.publisher}-${local.region}"
  description        = "Reads ECS clusters and their Auto Scaling groups, publishes metrics in ${var.namespace}."
  assume_role_policy = data.aws_iam_policy_document.lambda_trust.json
  tags               = var.tags
}

resource "aws_iam_role_policy" "publisher" {
  name   = "publish"
  role   = aws_iam_role.publisher.name
  policy = data.aws_iam_policy_document.publisher.json
}

# --- each minute -------------------------------------------------------------------------------------------------------------
# Keyed by what is started, so that a second function is a second key and moves nothing.

locals {
  started              = merge({ publisher = local.function_arn }, { for key, _ in local.drainer : key => local.drainer_function_arn })
  started_by_scheduler = var.schedule == "scheduler" ? local.started : {}
  started_by_rule      = var.schedule == "rule" ? local.started : {}

  function_arns  = merge({ publisher = aws_lambda_function.publisher.arn }, { for key, function in aws_lambda_function.drainer : key => function.arn })
  function_names = merge({ publisher = aws_lambda_function.publisher.function_name }, { for key, function in aws_lambda_function.drainer : key => function.function_name })

  # On the minute, where rate(1 minute) would count from the moment of creation: the datapoint then lands early in its own minute.
  # https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#cron-based
  each_minute = "cron(* * * * ? *)"
}

data "aws_iam_policy_document" "schedule_trust" {
  for_each = local.started_by_scheduler

  # https://docs.aws.amazon.com/scheduler/latest/UserGuide/cross-service-confused-deputy-prevention.html
  statement {
    sid     = "SchedulerRunsAsThisRole"
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["scheduler.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [local.account]
    }

    # It must be the schedule's group, never the schedule itself. Schedules without a group of their own are in this one.
    condition {
      test     = "ArnEquals"
      variable = "aws:SourceArn"
      values   = ["arn:${local.partition}:scheduler:${local.region}:${local.account}:schedule-group/default"]
    }
  }
}

data "aws_iam_policy_document" "schedule" {
  for_each = local.started_by_scheduler

  statement {
    sid       = "StartPass"
    actions   = ["lambda:InvokeFunction"]
    resources = [each.value]
  }
}

resource "aws_iam_role" "schedule" {
  for_each = local.started_by_scheduler

  name               = "${var.name}-${each.key}-schedule-${local.region}"
  description        = "Lets EventBridge Scheduler start ${each.value} and nothing else."
  assume_role_policy = data.aws_iam_policy_document.schedule_trust[each.key].json
  tags               = var.tags
}

resource "aws_iam_role_policy" "schedule" {
  for_each = local.started_by_scheduler

  name   = "start"
  role   = aws_iam_role.schedule[each.key].name
  policy = data.aws_iam_policy_document.schedule[each.key].json
}

resource "aws_scheduler_schedule" "each_minute" {
  for_each = local.started_by_scheduler

  name                = "${var.name}-${each.key}"
  description         = "Starts a pass each minute."
  schedule_expression = local.each_minute

  flexible_time_window {
    mode = "OFF"
  }

  target {
    arn      = local.function_arns[each.key]
    role_arn = aws_iam_role.schedule[each.key].arn
    # Written out, not jsonencode: that turns < and > into \u003c and \u003e, and Scheduler fills in only the literal placeholder.
    # https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html
    input = "{\"time\": \"<aws.scheduler.scheduled-time>\"}"

    # The default is 185 attempts over a day. 60 s is the least that Scheduler takes.
    retry_policy {
      maximum_retry_attempts       = 0
      maximum_event_age_in_seconds = 60
    }
  }

  # Not before the functions say what becomes of a pass that fails: by default Lambda repeats it, for up to six hours.
  depends_on = [aws_iam_role_policy.schedule, aws_lambda_function_event_invoke_config.publisher, aws_lambda_function_event_invoke_config.drainer]
}

# A rule's event carries the scheduled time in "time": no input is needed.
resource "aws_cloudwatch_event_rule" "each_minute" {
  for_each = local.started_by_rule

  name                = "${var.name}-${each.key}"
  description         = "Starts a pass each minute."
  schedule_expression = local.each_minute
  tags                = var.tags

  # PutRule overwrites silently: a second stack of the same name ends at its log groups instead.
  depends_on = [aws_cloudwatch_log_group.publisher, aws_cloudwatch_log_group.drainer]
}

resource "aws_cloudwatch_event_target" "each_minute" {
  for_each = local.started_by_rule

  rule = aws_cloudwatch_event_rule.each_minute[each.key].name
  arn  = local.function_arns[each.key]

  retry_policy {
    maximum_retry_attempts       = 0
    maximum_event_age_in_seconds = 60
  }

  depends_on = [aws_lambda_permission.each_minute, aws_lambda_function_event_invoke_config.publisher, aws_lambda_function_event_invoke_config.drainer]
}

resource "aws_lambda_permission" "each_minute" {
  for_each = local.started_by_rule

  statement_id  = "StartPassEachMinute"
  action        = "lambda:InvokeFunction"
  function_name = local.function_names[each.key]
  principal     = "events.amazonaws.com"
  source_arn    = aws_cloudwatch_event_rule.each_minute[each.key].arn
}

# --- what every entry inherits ---------------------------------------------------------------------------------------------

module "defaults" {
  source = "./modules/entry"

  entry = var.defaults
}

resource "aws_ssm_parameter" "defaults" {
  for_each = var.defaults == null ? {} : { (var.config_path) = jsonencode(var.defaults) }

  name        = "${each.key}/defaults"
  description = "What every entry of ecs-cluster-scaler inherits. Owned by Terraform."
  type        = "String"
  # insecure_value shows in the plan, which is wanted: nothing here is secret.
  insecure_value = each.value
  tags           = var.tags

  lifecycle {
    precondition {
      condition     = length(module.defaults.faults) == 0
      error_message = "The publisher would refuse these defaults: ${join("; ", module.defaults.faults)}. Correct it in defaults; docs/reference.md lists every field."
    }
  }
}
