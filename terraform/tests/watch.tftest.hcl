# Who is called and when, and what there is to look at.

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
  mock_resource "aws_cloudwatch_metric_alarm" {
    defaults = { arn = "arn:aws:cloudwatch:eu-west-1:123456789012:alarm:made-up" }
  }
}

variables {
  package         = { file = "tests/fixtures/publisher_linux_arm64.txt" }
  drainer_package = { file = "tests/fixtures/drainer_linux_arm64.txt" }
}

run "who_is_called" {
  variables {
    page_topic_arn = "arn:aws:sns:eu-west-1:123456789012:pager"
    tell_topic_arn = "arn:aws:sns:eu-west-1:123456789012:team"
  }
  assert {
    condition = { for what, alarm in aws_cloudwatch_metric_alarm.watch : what => "${alarm.metric_name} ${alarm.comparison_operator} ${alarm.threshold}, ${alarm.statistic} ${alarm.period} s, ${alarm.datapoints_to_alarm} of ${alarm.evaluation_periods}, ${alarm.treat_missing_data}" } == {
      publisher-silent = "ClustersRead LessThanThreshold 1, SampleCount 60 s, 5 of 5, breaching"
      invalid-entries  = "InvalidEntries GreaterThanOrEqualToThreshold 1, Maximum 60 s, 3 of 3, notBreaching"
      clusters-failed  = "ClustersFailed GreaterThanOrEqualToThreshold 1, Maximum 60 s, 5 of 5, notBreaching"
    }
    error_message = "What calls people, and when."
  }
  assert {
    condition     = { for what, alarm in aws_cloudwatch_metric_alarm.watch : what => one(alarm.alarm_actions) if alarm.alarm_actions == alarm.ok_actions } == { for what, topic in { publisher-silent = "pager", invalid-entries = "team", clusters-failed = "team" } : what => "arn:aws:sns:eu-west-1:123456789012:${topic}" }
    error_message = "A silent publisher wakes somebody, the rest can wait; both hear when it is over."
  }
  assert {
    condition     = alltrue([for what, alarm in aws_cloudwatch_metric_alarm.watch : alarm.alarm_name == "ecs-cluster-scaler/${what}" && alarm.namespace == "ECSClusterScaler" && length(coalesce(alarm.dimensions, {})) == 0])
    error_message = "Metrics of the pass have no dimension."
  }
  assert {
    condition     = { for query in aws_cloudwatch_metric_alarm.drainer_silent["drainer"].metric_query : query.id => query.id == "succeeded" ? query.expression : "${one(query.metric).namespace} ${one(query.metric).metric_name} ${one(query.metric).stat} ${one(query.metric).period} ${one(query.metric).dimensions.FunctionName}" } == { succeeded = "invocations - errors", invocations = "AWS/Lambda Invocations Sum 60 ecs-cluster-scaler-drainer", errors = "AWS/Lambda Errors Sum 60 ecs-cluster-scaler-drainer" }
    error_message = "Ticks that succeeded."
  }
  assert {
    condition     = aws_cloudwatch_metric_alarm.drainer_silent["drainer"].comparison_operator == "LessThanThreshold" && aws_cloudwatch_metric_alarm.drainer_silent["drainer"].threshold == 1 && aws_cloudwatch_metric_alarm.drainer_silent["drainer"].evaluation_periods == 5 && aws_cloudwatch_metric_alarm.drainer_silent["drainer"].datapoints_to_alarm == 5 && aws_cloudwatch_metric_alarm.drainer_silent["drainer"].treat_missing_data == "breaching"
    error_message = "None in 5 minutes, or none counted."
  }
  assert {
    condition     = one(aws_cloudwatch_metric_alarm.drainer_silent["drainer"].alarm_actions) == "arn:aws:sns:eu-west-1:123456789012:pager" && one(aws_cloudwatch_metric_alarm.drainer_silent["drainer"].ok_actions) == "arn:aws:sns:eu-west-1:123456789012:pager"
    error_message = "A silent drainer wakes somebody: hosts go with their tasks."
  }
  assert {
    condition     = keys(output.alarm_arns) == ["clusters-failed", "drainer-silent", "invalid-entries", "publisher-silent"]
    error_message = "All are to be had by name."
  }
  assert {
    condition     = output.name == "ecs-cluster-scaler" && output.page_topic_arn == "arn:aws:sns:eu-west-1:123456789012:pager" && output.tell_topic_arn == "arn:aws:sns:eu-west-1:123456789012:team"
    error_message = "What modules/cluster takes is to be had."
  }
}

run "one_topic_for_all" {
  variables {
    page_topic_arn = "arn:aws:sns:eu-west-1:123456789012:pager"
  }
  assert {
    condition     = alltrue([for alarm in aws_cloudwatch_metric_alarm.watch : one(alarm.alarm_actions) == "arn:aws:sns:eu-west-1:123456789012:pager"])
    error_message = "Without a second topic the first gets all."
  }
}

run "without_a_topic_alarms_are_there_and_tell_nobody" {
  assert {
    condition     = length(aws_cloudwatch_metric_alarm.watch) == 3 && length(aws_cloudwatch_metric_alarm.drainer_silent) == 1 && alltrue([for alarm in aws_cloudwatch_metric_alarm.watch : length(coalesce(alarm.alarm_actions, [])) == 0])
    error_message = "They show in the console and on the dashboard."
  }
}

run "in_another_namespace_and_name" {
  variables {
    name      = "second"
    namespace = "Team/Scaler"
  }
  assert {
    condition     = alltrue([for alarm in aws_cloudwatch_metric_alarm.watch : alarm.namespace == "Team/Scaler" && startswith(alarm.alarm_name, "second/")]) && output.dashboard_name == "second-eu-west-1"
    error_message = "Both reach the alarms, and the dashboard, which is global, names its region too."
  }
  assert {
    condition     = !strcontains(aws_cloudwatch_dashboard.clusters["dashboard"].dashboard_body, "ECSClusterScaler") && jsondecode(aws_cloudwatch_dashboard.clusters["dashboard"].dashboard_body).variables[0].search == "{\"Team/Scaler\",ClusterName} MetricName=\"ScalingSignal\""
    error_message = "The dashboard looks there too."
  }
}

run "dashboard" {
  variables {
    defaults = { cpu = { scale_out_at = 90 } }
  }
  assert {
    condition     = length(setsubtract(["ScalingSignal", "InstanceGap", "CapacityChange", "InstancesWanted", "CPUReservation", "MemoryReservation", "GPUReservation", "CPUDemand", "MemoryDemand", "GPUDemand", "UnplacedTasks", "ScaleOutBlocked", "DrainingInstances", "DrainBlocked", "OldestDrainMinutes", "UnregisteredInstances", "DisconnectedInstances"], [for widget in jsondecode(aws_cloudwatch_dashboard.clusters["dashboard"].dashboard_body).widgets : try(regex("MetricName=\"([A-Za-z]+)\"", widget.properties.metrics[0][0].expression)[0], "")])) == 0
    error_message = "Every metric of a cluster is searched for, so that a new cluster shows by itself."
  }
  assert {
    condition     = one([for widget in jsondecode(aws_cloudwatch_dashboard.clusters["dashboard"].dashboard_body).widgets : widget.properties.metrics[0][0].expression if try(strcontains(widget.properties.metrics[0][0].expression, "UnplacedTasks"), false)]) == "SEARCH('{\"ECSClusterScaler\",ClusterName} MetricName=\"UnplacedTasks\"', 'Maximum', 60)"
    error_message = "A search as CloudWatch writes it."
  }
  assert {
    condition     = one([for widget in jsondecode(aws_cloudwatch_dashboard.clusters["dashboard"].dashboard_body).widgets : widget.properties.annotations.horizontal[*].value if try(widget.properties.title == "CPU reserved, %", false)]) == [90, 50]
    error_message = "The thresholds of the defaults, merged over the built-in ones, are lines."
  }
  assert {
    condition     = one([for widget in jsondecode(aws_cloudwatch_dashboard.clusters["dashboard"].dashboard_body).widgets : widget.properties.annotations.horizontal[*].value if try(widget.properties.title == "GPUs reserved, %", false)]) == [100]
    error_message = "A threshold that is null is no line."
  }
  assert {
    condition     = one([for widget in jsondecode(aws_cloudwatch_dashboard.clusters["dashboard"].dashboard_body).widgets : [for metric in widget.properties.metrics : "${metric[1]} ${metric[3]}"] if try(widget.properties.title == "Invocations, errors and throttles", false)]) == ["Invocations ecs-cluster-scaler-publisher", "Errors ecs-cluster-scaler-publisher", "Throttles ecs-cluster-scaler-publisher", "Invocations ecs-cluster-scaler-drainer", "Errors ecs-cluster-scaler-drainer", "Throttles ecs-cluster-scaler-drainer"]
    error_message = "Both functions."
  }
  assert {
    condition     = alltrue([for widget in jsondecode(aws_cloudwatch_dashboard.clusters["dashboard"].dashboard_body).widgets : widget.width <= 24 && try(widget.properties.region, "eu-west-1") == "eu-west-1"])
    error_message = "Widgets fit CloudWatch's 24 columns and look at this region."
  }
}

run "dashboard_of_what_is_published" {
  variables {
    metrics = "scaling"
  }
  assert {
    condition     = alltrue([for metric in ["CPUReservation", "UnplacedTasks", "DrainingInstances", "UnregisteredInstances", "DisconnectedInstances"] : !strcontains(aws_cloudwatch_dashboard.clusters["dashboard"].dashboard_body, metric)]) && strcontains(aws_cloudwatch_dashboard.clusters["dashboard"].dashboard_body, "InstanceGap") && strcontains(aws_cloudwatch_dashboard.clusters["dashboard"].dashboard_body, "CPUDemand")
    error_message = "No empty graphs."
  }
}

run "no_dashboard" {
  variables {
    dashboard = false
  }
  assert {
    condition     = length(aws_cloudwatch_dashboard.clusters) == 0 && output.dashboard_name == null
    error_message = "By choice."
  }
}

run "reserved_concurrency" {
  variables {
    publisher_reserved_concurrency = 1
  }
  assert {
    condition     = aws_lambda_function.publisher.reserved_concurrent_executions == 1 && coalesce(aws_lambda_function.drainer["drainer"].reserved_concurrent_executions, -1) == -1
    error_message = "For the publisher by choice, for the drainer never."
  }
}
