# What a tired person types, each refused before anything is made.

mock_provider "aws" {
  mock_data "aws_autoscaling_groups" {
    defaults = { arns = ["arn:aws:autoscaling:eu-west-1:123456789012:autoScalingGroup:0:autoScalingGroupName/web-blue"] }
  }
}

variables {
  cluster_name           = "web"
  autoscaling_group_name = "web-blue"
}

run "cluster_arn_for_its_name" {
  command = plan
  variables {
    cluster_name = "arn:aws:ecs:eu-west-1:123456789012:cluster/web"
  }
  expect_failures = [var.cluster_name]
}

run "empty_cluster_name" {
  command = plan
  variables {
    cluster_name = ""
  }
  expect_failures = [var.cluster_name]
}

run "group_arn_for_its_name" {
  command = plan
  variables {
    autoscaling_group_name = "arn:aws:autoscaling:eu-west-1:123456789012:autoScalingGroup:1:autoScalingGroupName/web-blue"
  }
  expect_failures = [var.autoscaling_group_name]
}

run "warm_up_under_180_seconds" {
  command = plan
  variables {
    instance_warmup_seconds = 179
  }
  expect_failures = [var.instance_warmup_seconds]
}

run "path_without_leading_slash" {
  command = plan
  variables {
    config_path = "ecs-cluster-scaler"
  }
  expect_failures = [var.config_path]
}

run "path_with_trailing_slash" {
  command = plan
  variables {
    config_path = "/ecs-cluster-scaler/"
  }
  expect_failures = [var.config_path]
}

run "path_that_parameter_store_keeps_for_itself" {
  command = plan
  variables {
    config_path = "/ssm/scaler"
  }
  expect_failures = [var.config_path]
}

run "namespace_of_aws" {
  command = plan
  variables {
    namespace = "AWS/ECS"
  }
  expect_failures = [var.namespace]
}

run "name_too_long" {
  command = plan
  variables {
    name = "ecs-cluster-scaler-of-the-platform-team"
  }
  expect_failures = [var.name]
}

run "cluster_name_too_long_for_an_alarm" {
  command = plan
  variables {
    cluster_name           = join("", [for _ in range(23) : "0123456789"])
    autoscaling_group_name = "g"
  }
  expect_failures = [aws_cloudwatch_metric_alarm.scaling, aws_cloudwatch_metric_alarm.watch]
}

run "unknown_owner" {
  command = plan
  variables {
    entry_owner = "operators"
  }
  expect_failures = [var.entry_owner]
}

run "entry_as_json_text" {
  command = plan
  variables {
    entry = "{}"
  }
  expect_failures = [var.entry]
}

run "entry_with_a_misspelt_field" {
  command = plan
  variables {
    entry = { min_instance = 2 }
  }
  expect_failures = [aws_ssm_parameter.entry]
}

run "entry_with_a_misspelt_field_inside" {
  command = plan
  variables {
    entry = { cpu = { scale_out = 75 } }
  }
  expect_failures = [aws_ssm_parameter.entry]
}

run "entry_with_a_number_for_a_part" {
  command = plan
  variables {
    entry = { cpu = 75 }
  }
  expect_failures = [aws_ssm_parameter.entry]
}

run "entry_whose_thresholds_cross" {
  command = plan
  variables {
    entry = { cpu = { scale_out_at = 50, scale_in_below = 75 } }
  }
  expect_failures = [aws_ssm_parameter.entry]
}

run "entry_whose_thresholds_meet" {
  command = plan
  variables {
    entry = { gpu = { scale_out_at = 50, scale_in_below = 50 } }
  }
  expect_failures = [aws_ssm_parameter.entry]
}

run "entry_over_a_hundred_percent" {
  command = plan
  variables {
    entry = { memory = { scale_out_at = 101 } }
  }
  expect_failures = [aws_ssm_parameter.entry]
}

run "entry_under_zero_percent" {
  command = plan
  variables {
    entry = { memory = { scale_in_below = -1 } }
  }
  expect_failures = [aws_ssm_parameter.entry]
}

run "entry_with_words_for_percent" {
  command = plan
  variables {
    entry = { memory = { scale_out_at = "high" } }
  }
  expect_failures = [aws_ssm_parameter.entry]
}

run "entry_that_always_scales_out" {
  command = plan
  variables {
    entry = { cpu = { scale_out_at = 0 } }
  }
  expect_failures = [aws_ssm_parameter.entry]
}

run "entry_for_hands_with_a_misspelt_field" {
  command = plan
  variables {
    entry_owner = "hand"
    entry       = { min_instance = 2 }
  }
  expect_failures = [aws_ssm_parameter.entry_by_hand]
}

run "scale_in_by_both" {
  command = plan
  variables {
    scale_in_by = "signal and size"
  }
  expect_failures = [var.scale_in_by]
}

run "scale_out_by_both" {
  command = plan
  variables {
    scale_out_by = "signal and size"
  }
  expect_failures = [var.scale_out_by]
}

run "an_alarm_that_looks_each_half_minute" {
  command = plan
  variables {
    alarm_period_seconds = 30
  }
  expect_failures = [var.alarm_period_seconds]
}

run "scale_in_by_nothing" {
  command = plan
  variables {
    scale_in_by = ""
  }
  expect_failures = [var.scale_in_by]
}

run "topic_by_name" {
  command = plan
  variables {
    page_topic_arn = "pager"
    tell_topic_arn = "team"
  }
  expect_failures = [var.page_topic_arn, var.tell_topic_arn]
}

run "drain_alarm_before_any_deadline" {
  command = plan
  variables {
    drain_alarm_minutes = 4
  }
  expect_failures = [var.drain_alarm_minutes]
}

run "drain_alarm_after_every_deadline" {
  command = plan
  variables {
    drain_alarm_minutes = 2866
  }
  expect_failures = [var.drain_alarm_minutes]
}

run "group_to_tag_that_is_not_there" {
  command = plan
  variables {
    autoscaling_group_name = "web-bleu"
    tag_groups             = true
  }
  expect_failures = [aws_autoscaling_group_tag.group]
}

run "group_to_drain_that_is_not_there" {
  command = plan
  variables {
    drain_groups = ["web-blue", "web-gren"]
  }
  expect_failures = [aws_autoscaling_lifecycle_hook.drain]
}

# A group of the same configuration is not there yet.
run "group_that_terraform_makes_need_not_be_there" {
  command = plan
  variables {
    autoscaling_group_name = "web-red"
  }
}

run "a_heartbeat_that_a_few_lost_ticks_outlast" {
  command = plan
  variables {
    drain_groups            = ["web-blue"]
    drain_heartbeat_seconds = 599
  }
  expect_failures = [var.drain_heartbeat_seconds]
}

run "a_deadline_that_the_heartbeat_cannot_keep" {
  command = plan
  variables {
    drain_groups            = ["web-blue"]
    drain_heartbeat_seconds = 600
    entry                   = { drain = { deadline_minutes = 986 } }
  }
  expect_failures = [aws_autoscaling_lifecycle_hook.drain]
}

run "a_standalone_deadline_that_the_heartbeat_cannot_keep" {
  command = plan
  variables {
    drain_groups            = ["web-blue"]
    drain_heartbeat_seconds = 1200
    entry                   = { drain = { standalone_deadline_minutes = 2820 } }
  }
  expect_failures = [aws_autoscaling_lifecycle_hook.drain]
}

run "path_too_long_for_a_tag" {
  command = plan
  variables {
    config_path = "/${join("", [for _ in range(26) : "0123456789"])}"
  }
  expect_failures = [var.config_path]
}

run "group_to_tag_that_is_another_stacks" {
  command = plan
  variables {
    tag_groups = true
  }
  override_data {
    target = data.aws_autoscaling_groups.tagged["this_stack"]
    values = { arns = [] }
  }
  expect_failures = [aws_autoscaling_group_tag.group]
}

run "group_to_drain_that_is_another_stacks" {
  command = plan
  variables {
    drain_groups = ["web-blue"]
  }
  override_data {
    target = data.aws_autoscaling_groups.tagged["this_stack"]
    values = { arns = [] }
  }
  expect_failures = [aws_autoscaling_lifecycle_hook.drain]
}

run "group_to_tag_that_is_another_clusters" {
  command = plan
  variables {
    tag_groups = true
  }
  override_data {
    target = data.aws_autoscaling_groups.tagged["this_cluster"]
    values = { arns = [] }
  }
  expect_failures = [aws_autoscaling_group_tag.group]
}

run "group_to_drain_that_is_another_clusters" {
  command = plan
  variables {
    drain_groups = ["web-blue"]
  }
  override_data {
    target = data.aws_autoscaling_groups.tagged["this_cluster"]
    values = { arns = [] }
  }
  expect_failures = [aws_autoscaling_lifecycle_hook.drain]
}
