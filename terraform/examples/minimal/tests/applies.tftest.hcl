# The example as it stands is one apply.

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
  mock_resource "aws_autoscaling_policy" {
    defaults = { arn = "arn:aws:autoscaling:eu-west-1:123456789012:scalingPolicy:1:autoScalingGroupName/web-blue:policyName/made-up" }
  }
  mock_data "aws_autoscaling_groups" {
    defaults = { arns = ["arn:aws:autoscaling:eu-west-1:123456789012:autoScalingGroup:1:autoScalingGroupName/web-blue"] }
  }
}

variables {
  package_file           = "../../tests/fixtures/publisher_linux_arm64.txt"
  drainer_package_file   = "../../tests/fixtures/drainer_linux_arm64.txt"
  cluster_name           = "web"
  autoscaling_group_name = "web-blue"
}

run "group_of_terraform" {
  assert {
    condition     = output.group_tags["ecs-cluster-scaler:cluster"] == "web" && output.publisher_function_name == "ecs-cluster-scaler-publisher"
    error_message = "Tags to put on the group, and a function to start by hand."
  }
}

run "group_of_something_else" {
  variables {
    foreign_group   = true
    alarm_topic_arn = "arn:aws:sns:eu-west-1:123456789012:pager"
  }
  assert {
    condition     = output.group_tags["ecs-cluster-scaler:active"] == "true"
    error_message = "The same tags, set by the example."
  }
}
