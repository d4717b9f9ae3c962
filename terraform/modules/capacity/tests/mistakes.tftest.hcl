# Each mistake ends at plan, in a sentence that says what to do.

mock_provider "aws" {
  override_during = plan

  mock_data "aws_ssm_parameter" {
    defaults = { insecure_value = "ami-0123456789abcdef0" }
  }
  mock_data "aws_ec2_instance_type" {
    defaults = { default_vcpus = 2, memory_size = 8192, maximum_network_interfaces = 3, supported_architectures = ["arm64"], gpus = [] }
  }
  mock_data "aws_iam_policy_document" {
    defaults = { json = "{}" }
  }
  mock_resource "aws_iam_instance_profile" {
    defaults = { arn = "arn:aws:iam::123456789012:instance-profile/made-up" }
  }
  mock_resource "aws_launch_template" {
    defaults = { id = "lt-0123456789abcdef0", latest_version = 7 }
  }
}

variables {
  cluster_name       = "web"
  drainer_arn        = "arn:aws:lambda:eu-west-1:123456789012:function:ecs-cluster-scaler-drainer"
  subnet_ids         = ["subnet-a", "subnet-b", "subnet-c"]
  security_group_ids = ["sg-a"]
  colours            = { blue = { instance_types = ["m7g.large"] } }
  max_size           = 20
}

run "cluster_by_its_arn" {
  command = plan
  variables {
    cluster_name = "arn:aws:ecs:eu-west-1:123456789012:cluster/web"
  }
  expect_failures = [var.cluster_name]
}

run "no_drainer" {
  command = plan
  variables {
    drainer_arn = ""
  }
  expect_failures = [var.drainer_arn]
}

run "entry_by_its_cluster" {
  command = plan
  variables {
    entry_name = "web"
  }
  expect_failures = [var.entry_name]
}

run "two_zones" {
  command = plan
  variables {
    subnet_ids = ["subnet-a", "subnet-b", "subnet-b"]
  }
  expect_failures = [var.subnet_ids]
}

run "no_subnets" {
  command = plan
  variables {
    subnet_ids = ["eu-west-1a", "eu-west-1b", "eu-west-1c"]
  }
  expect_failures = [var.subnet_ids]
}

run "no_security_group" {
  command = plan
  variables {
    security_group_ids = []
  }
  expect_failures = [var.security_group_ids]
}

run "a_third_colour" {
  command = plan
  variables {
    colours = { blue = { instance_types = ["m7g.large"] }, red = { instance_types = ["m7g.large"] } }
  }
  expect_failures = [var.colours]
}

run "no_colour" {
  command = plan
  variables {
    colours = {}
  }
  expect_failures = [var.colours]
}

run "no_type" {
  command = plan
  variables {
    colours = { blue = { instance_types = [] } }
  }
  expect_failures = [var.colours]
}

run "an_unknown_image" {
  command = plan
  variables {
    colours = { blue = { instance_types = ["m7g.large"], image = "windows" } }
  }
  expect_failures = [var.colours]
}

run "an_image_by_its_id" {
  command = plan
  variables {
    colours = { blue = { instance_types = ["m7g.large"], image_parameter = "ami-0123" } }
  }
  expect_failures = [var.colours]
}

run "more_than_all_on_spot" {
  command = plan
  variables {
    colours = { blue = { instance_types = ["m7g.large"], spot_percent = 101 } }
  }
  expect_failures = [var.colours]
}

run "a_volume_smaller_than_the_image" {
  command = plan
  variables {
    colours = { blue = { instance_types = ["m7g.large"], volume_gb = 8 } }
  }
  expect_failures = [var.colours]
}

run "memory_in_parts" {
  command = plan
  variables {
    colours = { blue = { instance_types = ["m7g.large"], memory = 7000.5 } }
  }
  expect_failures = [var.colours]
}

run "active_in_no_colour" {
  command = plan
  variables {
    active = "red"
  }
  expect_failures = [var.active]
}

run "active_is_not_made" {
  command = plan
  variables {
    active = "green"
  }
  expect_failures = [aws_autoscaling_group.hosts]
}

run "incoming_in_no_colour" {
  command = plan
  variables {
    incoming = { colour = "red", size = 2 }
  }
  expect_failures = [var.incoming]
}

run "incoming_is_not_made" {
  command = plan
  variables {
    incoming = { colour = "green", size = 2 }
  }
  expect_failures = [aws_autoscaling_group.hosts]
}

run "less_than_no_hosts" {
  command = plan
  variables {
    min_size = -1
  }
  expect_failures = [var.min_size]
}

run "room_for_none" {
  command = plan
  variables {
    max_size = 0
  }
  expect_failures = [var.max_size]
}

run "bounds_that_cross" {
  command = plan
  variables {
    min_size = 21
  }
  expect_failures = [aws_autoscaling_group.hosts]
}

run "a_deadline_past_the_entrys_limit" {
  command = plan
  variables {
    drain_deadline_minutes = 3000
  }
  expect_failures = [var.drain_deadline_minutes]
}

run "the_cluster_as_a_setting" {
  command = plan
  variables {
    agent_settings = { ECS_CLUSTER = "other" }
  }
  expect_failures = [var.agent_settings]
}

run "a_setting_of_two_lines" {
  command = plan
  variables {
    agent_settings = { ECS_LOGLEVEL = "warn\nECS_CLUSTER=other" }
  }
  expect_failures = [var.agent_settings]
}

run "another_processor" {
  command = plan
  variables {
    colours = { blue = { instance_types = ["m7g.large"], image = "amd64" } }
  }
  expect_failures = [aws_launch_template.host]
}

run "gpu_image_without_gpus" {
  command = plan
  variables {
    colours = { blue = { instance_types = ["m7i.large"], image = "gpu" } }
  }
  override_data {
    target = data.aws_ec2_instance_type.host["m7i.large"]
    values = { default_vcpus = 2, memory_size = 8192, maximum_network_interfaces = 3, supported_architectures = ["x86_64"], gpus = [] }
  }
  expect_failures = [aws_launch_template.host]
}

run "gpus_that_the_agent_does_not_offer" {
  command = plan
  variables {
    colours = { blue = { instance_types = ["g4ad.xlarge"], image = "gpu" } }
  }
  override_data {
    target = data.aws_ec2_instance_type.host["g4ad.xlarge"]
    values = { default_vcpus = 4, memory_size = 16384, maximum_network_interfaces = 2, supported_architectures = ["x86_64"], gpus = [{ count = 1, manufacturer = "AMD", memory_size = 8192, name = "Radeon Pro V520" }] }
  }
  expect_failures = [aws_launch_template.host["blue"]]
}

run "types_too_unlike_to_register_the_same" {
  command = plan
  variables {
    colours = { blue = { instance_types = ["m7g.large", "m7g.8xlarge"] } }
  }
  override_data {
    target = data.aws_ec2_instance_type.host["m7g.8xlarge"]
    values = { default_vcpus = 32, memory_size = 131072, maximum_network_interfaces = 8, supported_architectures = ["arm64"], gpus = [] }
  }
  expect_failures = [aws_launch_template.host["blue"]]
}

run "a_setting_that_is_none" {
  command = plan
  variables {
    agent_settings = { LD_PRELOAD = "/tmp/x" }
  }
  expect_failures = [var.agent_settings]
}

run "the_groups_own_tags" {
  command = plan
  variables {
    tags = { "ecs-cluster-scaler:active" = "true" }
  }
  expect_failures = [var.tags]
}

run "a_name_for_every_host" {
  command = plan
  variables {
    tags = { Name = "web" }
  }
  expect_failures = [var.tags]
}

run "an_entry_of_another_stack" {
  command = plan
  variables {
    entry_name  = "/team/scaler/clusters/web"
    config_path = "/ecs-cluster-scaler"
  }
  expect_failures = [aws_autoscaling_group.hosts]
}

run "a_path_with_trailing_slash" {
  command = plan
  variables {
    config_path = "/ecs-cluster-scaler/"
  }
  expect_failures = [var.config_path]
}

run "a_path_too_long_for_a_tag" {
  command = plan
  variables {
    config_path = "/${join("", [for _ in range(26) : "0123456789"])}"
  }
  expect_failures = [var.config_path]
}
