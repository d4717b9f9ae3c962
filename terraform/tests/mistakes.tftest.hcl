# What a tired person types, each refused before anything is made.

mock_provider "aws" {
  mock_data "aws_iam_policy_document" {
    defaults = { json = "{}" }
  }
}

variables {
  package = { file = "tests/fixtures/publisher_linux_arm64.txt" }
}

run "package_in_both_forms" {
  command = plan
  variables {
    package = { file = "tests/fixtures/publisher_linux_arm64.txt", s3 = { bucket = "b", key = "k" } }
  }
  expect_failures = [var.package]
}

run "package_in_no_form" {
  command = plan
  variables {
    package = {}
  }
  expect_failures = [var.package]
}

run "package_file_that_does_not_exist" {
  command = plan
  variables {
    package = { file = "dist/publisher_linux_arm64.zip" }
  }
  expect_failures = [var.package]
}

run "package_file_that_is_a_directory" {
  command = plan
  variables {
    package = { file = "tests" }
  }
  expect_failures = [var.package]
}

run "package_for_the_other_processor" {
  command = plan
  variables {
    package = { file = "tests/fixtures/publisher_linux_amd64.txt" }
  }
  expect_failures = [aws_lambda_function.publisher]
}

run "package_on_s3_for_the_other_processor" {
  command = plan
  variables {
    architecture = "x86_64"
    package      = { s3 = { bucket = "b", key = "v1/publisher_linux_arm64.zip" } }
  }
  expect_failures = [aws_lambda_function.publisher]
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
    config_path = "/AWS-scaler"
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

run "unknown_schedule" {
  command = plan
  variables {
    schedule = "cron"
  }
  expect_failures = [var.schedule]
}

run "unknown_architecture" {
  command = plan
  variables {
    architecture = "amd64"
  }
  expect_failures = [var.architecture]
}

run "unknown_metrics" {
  command = plan
  variables {
    metrics = "some"
  }
  expect_failures = [var.metrics]
}

run "log_level_in_capitals" {
  command = plan
  variables {
    log_level = "INFO"
  }
  expect_failures = [var.log_level]
}

run "retention_that_cloudwatch_does_not_offer" {
  command = plan
  variables {
    log_retention_days = 31
  }
  expect_failures = [var.log_retention_days]
}

run "memory_that_lambda_does_not_offer" {
  command = plan
  variables {
    memory_mb = 64
  }
  expect_failures = [var.memory_mb]
}

run "defaults_as_json_text" {
  command = plan
  variables {
    defaults = "{}"
  }
  expect_failures = [var.defaults]
}

run "defaults_with_a_misspelt_field" {
  command = plan
  variables {
    defaults = { min_instance = 2 }
  }
  expect_failures = [aws_ssm_parameter.defaults]
}

run "defaults_whose_thresholds_cross" {
  command = plan
  variables {
    defaults = { memory = { scale_out_at = 50, scale_in_below = 50 } }
  }
  expect_failures = [aws_ssm_parameter.defaults]
}

run "defaults_over_a_hundred_percent" {
  command = plan
  variables {
    defaults = { cpu = { scale_out_at = 175 } }
  }
  expect_failures = [aws_ssm_parameter.defaults]
}

run "defaults_with_a_misspelt_field_inside" {
  command = plan
  variables {
    defaults = { cpu = { scale_out = 75 } }
  }
  expect_failures = [aws_ssm_parameter.defaults]
}

run "defaults_that_always_scale_out" {
  command = plan
  variables {
    defaults = { cpu = { scale_out_at = 0 } }
  }
  expect_failures = [aws_ssm_parameter.defaults]
}

run "cluster_arn_for_a_pattern" {
  command = plan
  variables {
    cluster_name_patterns = ["arn:aws:ecs:eu-west-1:123456789012:cluster/web"]
  }
  expect_failures = [var.cluster_name_patterns]
}

run "no_pattern_at_all" {
  command = plan
  variables {
    cluster_name_patterns = []
  }
  expect_failures = [var.cluster_name_patterns]
}

run "key_alias_for_a_key" {
  command = plan
  variables {
    kms_key_arns = ["arn:aws:kms:eu-west-1:123456789012:alias/ssm"]
  }
  expect_failures = [var.kms_key_arns]
}

run "publisher_that_may_never_run" {
  command = plan
  variables {
    publisher_reserved_concurrency = 0
  }
  expect_failures = [var.publisher_reserved_concurrency]
}

run "topic_by_name" {
  command = plan
  variables {
    page_topic_arn = "pager"
    tell_topic_arn = "team"
  }
  expect_failures = [var.page_topic_arn, var.tell_topic_arn]
}
