# What the groups and their hosts are made of. What Terraform does with them, in which order, is complete_test.go's to say.

mock_provider "aws" {
  override_during = plan

  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }
  mock_data "aws_region" {
    defaults = { name = "eu-west-1" }
  }
  mock_data "aws_caller_identity" {
    defaults = { account_id = "123456789012" }
  }
  mock_data "aws_ssm_parameter" {
    defaults = { insecure_value = "ami-0123456789abcdef0" }
  }
  mock_data "aws_ec2_instance_type" {
    defaults = { default_vcpus = 2, memory_size = 8192, maximum_network_interfaces = 3, supported_architectures = ["arm64"], gpus = [] }
  }
  mock_data "aws_iam_policy_document" {
    defaults = { json = "{}" }
  }
  mock_resource "aws_iam_role" {
    defaults = { arn = "arn:aws:iam::123456789012:role/made-up", name = "made-up" }
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
  colours            = { blue = { instance_types = ["m7g.large", "m6g.large"] }, green = { instance_types = ["m7g.large"] } }
  min_size           = 2
  max_size           = 20
}

run "blue_is_active" {
  command = plan
  assert {
    condition     = keys(aws_autoscaling_group.hosts) == ["blue", "green"] && aws_autoscaling_group.hosts["blue"].name_prefix == "web-blue-" && aws_autoscaling_group.hosts["green"].name_prefix == "web-green-"
    error_message = "A group a colour, named for cluster and colour, with room for a second of the name."
  }
  assert {
    condition     = aws_autoscaling_group.hosts["blue"].min_size == 2 && aws_autoscaling_group.hosts["blue"].max_size == 20
    error_message = "The active colour has the bounds."
  }
  assert {
    condition     = aws_autoscaling_group.hosts["green"].min_size == 0 && aws_autoscaling_group.hosts["green"].max_size == 0
    error_message = "The other holds nothing."
  }
  assert {
    condition     = { for tag in aws_autoscaling_group.hosts["blue"].tag : tag.key => tag.value } == { "ecs-cluster-scaler:cluster" = "web", "ecs-cluster-scaler:config-path" = "/ecs-cluster-scaler", "ecs-cluster-scaler:active" = "true" } && { for tag in aws_autoscaling_group.hosts["green"].tag : tag.key => tag.value } == { "ecs-cluster-scaler:cluster" = "web", "ecs-cluster-scaler:config-path" = "/ecs-cluster-scaler" }
    error_message = "Both name cluster and stack, one is active."
  }
  assert {
    condition     = alltrue([for group in aws_autoscaling_group.hosts : alltrue([for tag in group.tag : !tag.propagate_at_launch])])
    error_message = "Tags say something about the group, not about its hosts."
  }
  assert {
    condition     = aws_autoscaling_group.hosts["blue"].vpc_zone_identifier == toset(["subnet-a", "subnet-b", "subnet-c"]) && aws_autoscaling_group.hosts["blue"].wait_for_capacity_timeout == "0"
    error_message = "Three zones; the scaler, not Terraform, cares for the size."
  }
}

run "the_other_colour_comes" {
  command = plan
  variables {
    incoming = { colour = "green", size = 6 }
  }
  assert {
    condition     = aws_autoscaling_group.hosts["green"].min_size == 6 && aws_autoscaling_group.hosts["green"].max_size == 6 && aws_autoscaling_group.hosts["blue"].max_size == 20
    error_message = "It holds just so many hosts; the active colour stays as it is."
  }
  assert {
    condition     = !contains([for tag in aws_autoscaling_group.hosts["green"].tag : tag.key], "ecs-cluster-scaler:active")
    error_message = "It follows no signal yet."
  }
}

run "the_other_colour_is_active" {
  command = plan
  variables {
    incoming = { colour = "green", size = 6 }
    active   = "green"
  }
  assert {
    condition     = aws_autoscaling_group.hosts["green"].min_size == 2 && aws_autoscaling_group.hosts["green"].max_size == 20
    error_message = "incoming has no effect on the active colour, so that one variable moves everything."
  }
  assert {
    condition     = aws_autoscaling_group.hosts["blue"].min_size == 0 && aws_autoscaling_group.hosts["blue"].max_size == 0
    error_message = "The old one goes to 0."
  }
  assert {
    condition     = contains([for tag in aws_autoscaling_group.hosts["green"].tag : tag.key], "ecs-cluster-scaler:active") && !contains([for tag in aws_autoscaling_group.hosts["blue"].tag : tag.key], "ecs-cluster-scaler:active")
    error_message = "The tag moves."
  }
}

run "the_hook" {
  command = plan
  assert {
    condition     = alltrue([for group in aws_autoscaling_group.hosts : [for hook in group.initial_lifecycle_hook : [hook.name, hook.lifecycle_transition, hook.heartbeat_timeout, hook.default_result]] == [["ecs-cluster-scaler-drain", "autoscaling:EC2_INSTANCE_TERMINATING", 1800, "CONTINUE"]]])
    error_message = "The built-in name, half an hour, CONTINUE; made with the group."
  }
  assert {
    condition     = one([for hook in aws_autoscaling_group.hosts["blue"].initial_lifecycle_hook : jsondecode(hook.notification_metadata)]) == { drainer = var.drainer_arn }
    error_message = "The reference that lets the drainer outlive the group."
  }
  assert {
    condition     = aws_autoscaling_group.hosts["blue"].timeouts.delete == "90m"
    error_message = "Longer than a drain may take."
  }
}

run "the_hook_of_an_entry" {
  command = plan
  variables {
    entry_name = "/ecs-cluster-scaler/clusters/web"
  }
  assert {
    condition     = one([for hook in aws_autoscaling_group.hosts["blue"].initial_lifecycle_hook : jsondecode(hook.notification_metadata)]) == { drainer = var.drainer_arn, entry = "/ecs-cluster-scaler/clusters/web" }
    error_message = "The references that let drainer and entry outlive the group."
  }
}

run "the_stack_of_the_entry" {
  command = plan
  variables {
    entry_name = "/team/scaler/clusters/web"
  }
  assert {
    condition     = alltrue([for group in aws_autoscaling_group.hosts : { for tag in group.tag : tag.key => tag.value }["ecs-cluster-scaler:config-path"] == "/team/scaler"])
    error_message = "Without config_path both colours are of the stack whose entry is named."
  }
}

run "the_stack_by_its_path" {
  command = plan
  variables {
    config_path = "/team/scaler"
  }
  assert {
    condition     = alltrue([for group in aws_autoscaling_group.hosts : { for tag in group.tag : tag.key => tag.value }["ecs-cluster-scaler:config-path"] == "/team/scaler"])
    error_message = "Both colours are of the stack that was named."
  }
}

run "a_longer_deadline" {
  command = plan
  variables {
    drain_deadline_minutes = 240
  }
  assert {
    condition     = aws_autoscaling_group.hosts["blue"].timeouts.delete == "270m"
    error_message = "Deleting waits for 30 minutes more than the deadline."
  }
}

run "the_hosts" {
  command = plan
  assert {
    condition     = aws_launch_template.host["blue"].image_id == "ami-0123456789abcdef0" && data.aws_ssm_parameter.image["blue"].name == "/aws/service/ecs/optimized-ami/amazon-linux-2023/arm64/recommended/image_id"
    error_message = "The image is read at plan, not at launch."
  }
  assert {
    condition     = aws_launch_template.host["blue"].metadata_options[0].http_tokens == "required" && aws_launch_template.host["blue"].metadata_options[0].http_put_response_hop_limit == 1
    error_message = "IMDSv2, one hop."
  }
  assert {
    condition     = aws_launch_template.host["blue"].block_device_mappings[0].ebs[0].encrypted == "true" && aws_launch_template.host["blue"].block_device_mappings[0].ebs[0].volume_type == "gp3" && aws_launch_template.host["blue"].block_device_mappings[0].device_name == "/dev/xvda"
    error_message = "The root volume is encrypted."
  }
  assert {
    condition     = aws_launch_template.host["blue"].vpc_security_group_ids == toset(["sg-a"]) && aws_launch_template.host["blue"].iam_instance_profile[0].arn == aws_iam_instance_profile.host.arn
    error_message = "Security groups and profile as given and made."
  }
  assert {
    condition = alltrue([for line in ["ECS_CLUSTER=web", "ECS_ENABLE_SPOT_INSTANCE_DRAINING=true", "ECS_CONTAINER_STOP_TIMEOUT=60s", "ECS_ENGINE_TASK_CLEANUP_WAIT_DURATION=1h",
      "ECS_DISABLE_IMAGE_CLEANUP=false", "NON_ECS_IMAGE_MINIMUM_CLEANUP_AGE=1h", "ECS_LOG_ROLLOVER_TYPE=size", "ECS_AWSVPC_BLOCK_IMDS=true"
    ] : contains(split("\n", base64decode(aws_launch_template.host["blue"].user_data)), line)])
    error_message = "The agent's settings, one a line."
  }
  assert {
    condition     = !strcontains(base64decode(aws_launch_template.host["blue"].user_data), "ECS_ENABLE_GPU_SUPPORT") && strcontains(base64decode(aws_launch_template.host["blue"].user_data), "max-size")
    error_message = "No GPUs here; container logs rotate."
  }
  assert {
    condition     = [for override in aws_autoscaling_group.hosts["blue"].mixed_instances_policy[0].launch_template[0].override : override.instance_type] == ["m7g.large", "m6g.large"] && aws_autoscaling_group.hosts["blue"].mixed_instances_policy[0].launch_template[0].launch_template_specification[0].version == "7"
    error_message = "The types in their order, from the newest version of the template."
  }
  assert {
    condition     = aws_autoscaling_group.hosts["blue"].mixed_instances_policy[0].instances_distribution[0].on_demand_percentage_above_base_capacity == 100 && !aws_autoscaling_group.hosts["blue"].capacity_rebalance
    error_message = "On demand unless asked for otherwise."
  }
}

run "settings_of_ones_own" {
  command = plan
  variables {
    agent_settings = { ECS_CONTAINER_STOP_TIMEOUT = "90s", ECS_LOGLEVEL = "warn", HTTP_PROXY = "http://proxy:3128", NON_ECS_IMAGE_MINIMUM_CLEANUP_AGE = "4h" }
  }
  assert {
    condition     = strcontains(base64decode(aws_launch_template.host["blue"].user_data), "ECS_CONTAINER_STOP_TIMEOUT=90s\n") && strcontains(base64decode(aws_launch_template.host["blue"].user_data), "ECS_LOGLEVEL=warn\n") && !strcontains(base64decode(aws_launch_template.host["blue"].user_data), "=60s")
    error_message = "They stand in place of this module's."
  }
}

run "spot" {
  command = plan
  variables {
    colours = { blue = { instance_types = ["m7g.large"], spot_percent = 70, on_demand_base = 2 } }
  }
  assert {
    condition     = aws_autoscaling_group.hosts["blue"].mixed_instances_policy[0].instances_distribution[0].on_demand_percentage_above_base_capacity == 30 && aws_autoscaling_group.hosts["blue"].mixed_instances_policy[0].instances_distribution[0].on_demand_base_capacity == 2 && aws_autoscaling_group.hosts["blue"].mixed_instances_policy[0].instances_distribution[0].spot_allocation_strategy == "price-capacity-optimized"
    error_message = "Two on demand, of the others 70 in a hundred on Spot."
  }
  assert {
    condition     = aws_autoscaling_group.hosts["blue"].capacity_rebalance
    error_message = "A Spot host at risk leaves through the hook."
  }
}

run "instance" {
  command = plan
  assert {
    condition     = output.instance == { cpu = 2048, memory = 7526, gpu = 0, awsvpc_tasks = 2 }
    error_message = "1024 a vCPU, 95 % less 256 MiB, an interface a task."
  }
  assert {
    condition     = strcontains(base64decode(aws_launch_template.host["blue"].user_data), "total - 7526")
    error_message = "What the entry is told, the hosts register."
  }
}

run "instance_of_several_types" {
  command = plan
  override_data {
    target = data.aws_ec2_instance_type.host["m6g.large"]
    values = { default_vcpus = 4, memory_size = 4096, maximum_network_interfaces = 2, supported_architectures = ["arm64"], gpus = [] }
  }
  assert {
    condition     = output.instance == { cpu = 2048, memory = 3635, gpu = 0, awsvpc_tasks = 1 }
    error_message = "The least of each."
  }
}

run "instance_as_given" {
  command = plan
  variables {
    colours = { blue = { instance_types = ["m7g.large"], memory = 7000, awsvpc_tasks = 10 } }
  }
  assert {
    condition     = output.instance == { cpu = 2048, memory = 7000, gpu = 0, awsvpc_tasks = 10 } && strcontains(base64decode(aws_launch_template.host["blue"].user_data), "total - 7000")
    error_message = "What was measured goes before what is estimated."
  }
}

run "gpus" {
  command = plan
  variables {
    colours = { blue = { instance_types = ["g5.xlarge"], image = "gpu" } }
  }
  override_data {
    target = data.aws_ec2_instance_type.host["g5.xlarge"]
    values = { default_vcpus = 4, memory_size = 16384, maximum_network_interfaces = 4, supported_architectures = ["x86_64"], gpus = [{ count = 1, manufacturer = "NVIDIA", memory_size = 22888, name = "A10G" }] }
  }
  assert {
    condition     = output.instance == { cpu = 4096, memory = 15308, gpu = 1, awsvpc_tasks = 3 }
    error_message = "GPUs are counted."
  }
  assert {
    condition     = data.aws_ssm_parameter.image["blue"].name == "/aws/service/ecs/optimized-ami/amazon-linux-2023/gpu/recommended/image_id" && strcontains(base64decode(aws_launch_template.host["blue"].user_data), "ECS_ENABLE_GPU_SUPPORT=true")
    error_message = "The image with the driver, and an agent that offers GPUs."
  }
}

run "an_image_of_ones_own" {
  command = plan
  variables {
    colours = { blue = { instance_types = ["m7g.large"], image_parameter = "/images/hosts" } }
  }
  assert {
    condition     = data.aws_ssm_parameter.image["blue"].name == "/images/hosts"
    error_message = "It stands in place of the recommended one."
  }
}

run "tags" {
  command = plan
  variables {
    tags = { team = "shop" }
  }
  assert {
    condition     = alltrue([for spec in aws_launch_template.host["blue"].tag_specifications : spec.tags == tomap({ team = "shop", Name = "web-blue" })]) && length(aws_launch_template.host["blue"].tag_specifications) == 2
    error_message = "Hosts and volumes have them."
  }
  assert {
    condition     = { for tag in aws_autoscaling_group.hosts["green"].tag : tag.key => tag.value } == { "ecs-cluster-scaler:cluster" = "web", "ecs-cluster-scaler:config-path" = "/ecs-cluster-scaler", team = "shop" } && aws_iam_role.host.tags == tomap({ team = "shop" })
    error_message = "So have the groups and the role."
  }
}

run "what_hosts_may_do" {
  command = plan
  assert {
    condition     = alltrue([for statement in data.aws_iam_policy_document.host.statement : !contains(statement.actions, "ecs:CreateCluster") && (toset(statement.resources) != toset(["*"]) || length(setintersection(statement.actions, ["ecs:RegisterContainerInstance", "ecs:DeregisterContainerInstance", "ecs:UpdateContainerInstancesState", "ecs:Poll", "ecs:StartTelemetrySession"])) == 0)])
    error_message = "They join this cluster and no other, and make none."
  }
}
