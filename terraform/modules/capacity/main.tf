data "aws_partition" "here" {}
data "aws_region" "here" {}
data "aws_caller_identity" "here" {}

locals {
  partition = data.aws_partition.here.partition
  region    = data.aws_region.here.name
  account   = data.aws_caller_identity.here.account_id

  cluster_arn = "arn:${local.partition}:ecs:${local.region}:${local.account}:cluster/${var.cluster_name}"

  # The name that every entry has built in. It is no input: an entry that is deleted, by hand or by a destroy without entry_name,
  # leaves the drainer with the built-in one.
  hook = "ecs-cluster-scaler-drain"

  # An entry's name is its stack's path, then /clusters/ and the cluster.
  entry_path  = var.entry_name == null ? "/ecs-cluster-scaler" : replace(var.entry_name, "/\\/clusters\\/[^\\/]+$/", "")
  config_path = coalesce(var.config_path, local.entry_path)

  sizes = { for colour, _ in var.colours : colour => {
    min = colour == var.active ? var.min_size : try(var.incoming.colour == colour ? var.incoming.size : 0, 0)
    max = colour == var.active ? var.max_size : try(var.incoming.colour == colour ? var.incoming.size : 0, 0)
  } }
}

# --- what the hosts are --------------------------------------------------------------------------------------------------------

# Read at plan, where resolve:ssm in the launch template would be read at each launch. So a new image shows in a plan, and an apply brings it
# and takes it back. With resolve:ssm a bad one would come with the next host, at night, and leave nothing to take back.
data "aws_ssm_parameter" "image" {
  for_each = { for colour, hosts in var.colours : colour => coalesce(hosts.image_parameter, local.image_parameters[hosts.image]) }

  name = each.value
}

data "aws_ec2_instance_type" "host" {
  for_each = toset(flatten([for hosts in values(var.colours) : hosts.instance_types]))

  instance_type = each.key
}

locals {
  # https://docs.aws.amazon.com/AmazonECS/latest/developerguide/retrieve-ecs-optimized_AMI.html
  image_parameters = {
    arm64 = "/aws/service/ecs/optimized-ami/amazon-linux-2023/arm64/recommended/image_id"
    amd64 = "/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id"
    gpu   = "/aws/service/ecs/optimized-ami/amazon-linux-2023/gpu/recommended/image_id"
  }

  types = { for colour, hosts in var.colours : colour => [for type in hosts.instance_types : data.aws_ec2_instance_type.host[type]] }

  # Of several types the least of each: what is bought must suffice whichever comes.
  instances = { for colour, hosts in var.colours : colour => {
    # The agent registers 1024 for each vCPU.
    cpu = min([for type in local.types[colour] : type.default_vcpus * 1024]...)
    # Made true by the host's user data: of what Linux has, everything above this is reserved. Linux sees some 96 % of what EC2 names.
    memory = coalesce(hosts.memory, min([for type in local.types[colour] : floor(type.memory_size * 0.95) - 256]...))
    # Others than NVIDIA's (g4ad) the agent does not offer.
    gpu = hosts.image == "gpu" ? min([for type in local.types[colour] : sum(concat([0], [for gpu in try(type.gpus, []) : gpu.count if gpu.manufacturer == "NVIDIA"]))]...) : 0
    # An interface for each task, one is the host's own; trunking gives more, of which the API tells nothing.
    awsvpc_tasks = coalesce(hosts.awsvpc_tasks, min([for type in local.types[colour] : type.maximum_network_interfaces - 1]...))
  } }

  # https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-agent-config.html
  agent_settings = merge({
    # A Spot warning sets the host DRAINING from within, even if no event reaches the drainer.
    ECS_ENABLE_SPOT_INSTANCE_DRAINING = "true"
    # SIGTERM to SIGKILL, where the task definition says nothing; below the two minutes of a Spot warning.
    ECS_CONTAINER_STOP_TIMEOUT = "60s"
    # Stopped containers, and with them their volumes and logs, go after an hour instead of three.
    ECS_ENGINE_TASK_CLEANUP_WAIT_DURATION = "1h"
    # Images that no container uses.
    ECS_DISABLE_IMAGE_CLEANUP          = "false"
    ECS_IMAGE_CLEANUP_INTERVAL         = "30m"
    ECS_IMAGE_MINIMUM_CLEANUP_AGE      = "1h"
    ECS_NUM_IMAGES_DELETE_PER_CYCLE    = "10"
    ECS_ENABLE_UNTRACKED_IMAGE_CLEANUP = "true"
    NON_ECS_IMAGE_MINIMUM_CLEANUP_AGE  = "1h" # the one name without ECS_ in front
    # The agent's own logs.
    ECS_LOG_ROLLOVER_TYPE    = "size"
    ECS_LOG_MAX_FILE_SIZE_MB = "10"
    ECS_LOG_MAX_ROLL_COUNT   = "5"
    # Tasks use their own roles, never the host's.
    ECS_ENABLE_TASK_IAM_ROLE = "true"
    ECS_AWSVPC_BLOCK_IMDS    = "true"
  }, var.agent_settings, { ECS_CLUSTER = var.cluster_name })
}

resource "aws_launch_template" "host" {
  for_each = var.colours

  # A template's name may have 128 characters.
  name_prefix            = "${substr(var.cluster_name, 0, 90)}-${each.key}-"
  description            = "Hosts of ECS cluster ${var.cluster_name}, ${each.key}."
  image_id               = data.aws_ssm_parameter.image[each.key].insecure_value
  vpc_security_group_ids = var.security_group_ids
  tags                   = var.tags

  user_data = base64encode(templatefile("${path.module}/host.sh.tftpl", {
    memory   = local.instances[each.key].memory
    settings = merge(local.agent_settings, each.value.image == "gpu" ? { ECS_ENABLE_GPU_SUPPORT = "true" } : {})
  }))

  iam_instance_profile {
    arn = aws_iam_instance_profile.host.arn
  }

  # IMDSv2 only; one hop, so that no container on a bridge gets at the host's role.
  metadata_options {
    http_endpoint               = "enabled"
    http_tokens                 = "required"
    http_put_response_hop_limit = 1
  }

  block_device_mappings {
    device_name = "/dev/xvda"

    ebs {
      encrypted             = true
      volume_type           = "gp3"
      volume_size           = each.value.volume_gb
      delete_on_termination = true
    }
  }

  dynamic "tag_specifications" {
    for_each = toset(["instance", "volume"])

    content {
      resource_type = tag_specifications.value
      tags          = merge(var.tags, { Name = "${var.cluster_name}-${each.key}" })
    }
  }

  lifecycle {
    create_before_destroy = true

    precondition {
      condition     = alltrue([for type in local.types[each.key] : contains(type.supported_architectures, each.value.image == "arm64" ? "arm64" : "x86_64")])
      error_message = "An instance type of colour ${each.key} (${join(", ", each.value.instance_types)}) does not run image \"${each.value.image}\". Use \"arm64\" for Graviton, \"amd64\" for Intel and AMD, \"gpu\" for Intel and AMD with NVIDIA GPUs. All types of a colour must be of one kind."
    }

    precondition {
      condition     = each.value.image != "gpu" || local.instances[each.key].gpu > 0
      error_message = "An instance type of colour ${each.key} (${join(", ", each.value.instance_types)}) has no NVIDIA GPU. Use types like g5.xlarge, or another image than \"gpu\"."
    }

    # The agent reads ECS_RESERVED_MEMORY as 16 bits, and takes more for none:
    # https://github.com/aws/amazon-ecs-agent/blob/master/agent/config/config.go
    precondition {
      condition     = alltrue([for type in local.types[each.key] : type.memory_size - local.instances[each.key].memory <= 65535])
      error_message = "A host of colour ${each.key} (${join(", ", each.value.instance_types)}) would have to reserve more than 65535 MiB, which is the agent's limit, to register the colour's ${local.instances[each.key].memory} MiB. It would register all it has, and the entry would be wrong. Use types of similar size, or give a higher memory."
    }
  }
}

# --- the groups ----------------------------------------------------------------------------------------------------------------

resource "aws_autoscaling_group" "hosts" {
  for_each = var.colours

  # With a name of its own a replacement could not stand beside the group that it replaces.
  name_prefix         = "${var.cluster_name}-${each.key}-"
  vpc_zone_identifier = var.subnet_ids

  # No desired_capacity: the scaler owns it. Auto Scaling itself brings it within these two.
  # https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_UpdateAutoScalingGroup.html
  min_size = local.sizes[each.key].min
  max_size = local.sizes[each.key].max
  # Terraform would wait until as many hosts are in service as it last saw desired: for ten minutes, and without success where min_size falls
  # and Auto Scaling removes hosts.
  wait_for_capacity_timeout = "0"

  # Also for one type without Spot, so that a second one is an update like any other.
  mixed_instances_policy {
    instances_distribution {
      on_demand_allocation_strategy            = "prioritized"
      on_demand_base_capacity                  = each.value.on_demand_base
      on_demand_percentage_above_base_capacity = 100 - each.value.spot_percent
      spot_allocation_strategy                 = "price-capacity-optimized"
    }

    launch_template {
      launch_template_specification {
        launch_template_id = aws_launch_template.host[each.key].id
        version            = aws_launch_template.host[each.key].latest_version
      }

      dynamic "override" {
        for_each = each.value.instance_types

        content {
          instance_type = override.value
        }
      }
    }
  }

  # A Spot host at risk is replaced and leaves through the hook, in minutes instead of the two of a warning.
  capacity_rebalance = each.value.spot_percent > 0

  # Not a resource of its own: that one would be deleted before the group is emptied, and its hosts would die under their tasks.
  initial_lifecycle_hook {
    name                 = local.hook
    lifecycle_transition = "autoscaling:EC2_INSTANCE_TERMINATING"
    # If no drainer runs, the host is terminated after it. The drainer sends a heartbeat at a third of it. A hundred make 50 hours, more than
    # the 48 at which Auto Scaling ends every hook.
    heartbeat_timeout = 1800
    # Both results terminate the instance; ABANDON would also skip other hooks.
    default_result = "CONTINUE"
    # Who completes it, and by what. The references are what lets the drainer and the entry outlive the group.
    notification_metadata = jsonencode(merge({ drainer = var.drainer_arn }, var.entry_name == null ? {} : { entry = var.entry_name }))
  }

  tag {
    key                 = "ecs-cluster-scaler:cluster"
    value               = var.cluster_name
    propagate_at_launch = false
  }

  # Both colours: a second stack's functions, here by a mistyped path or for other clusters, keep off hosts that are not theirs.
  tag {
    key                 = "ecs-cluster-scaler:config-path"
    value               = local.config_path
    propagate_at_launch = false
  }

  dynamic "tag" {
    for_each = each.key == var.active ? { "ecs-cluster-scaler:active" = "true" } : {}

    content {
      key                 = tag.key
      value               = tag.value
      propagate_at_launch = false
    }
  }

  # Hosts and volumes have theirs from the template.
  dynamic "tag" {
    for_each = var.tags

    content {
      key                 = tag.key
      value               = tag.value
      propagate_at_launch = false
    }
  }

  # Deleting empties the group first: as long as a drain may take, and what AWS itself takes.
  timeouts {
    delete = "${var.drain_deadline_minutes + 30}m"
  }

  lifecycle {
    create_before_destroy = true
    # Changing any of them would replace the group with all its hosts. The hook stays what it was made as; it has no input.
    ignore_changes = [name_prefix, initial_lifecycle_hook]

    precondition {
      condition     = contains(keys(var.colours), var.active)
      error_message = "active = \"${var.active}\" is not a key of colours, so no group of cluster ${var.cluster_name} would follow its signal. Add the colour, or make another one active."
    }

    precondition {
      condition     = var.incoming == null || try(contains(keys(var.colours), var.incoming.colour), false)
      error_message = "incoming.colour = \"${try(var.incoming.colour, "")}\" is not a key of colours. Add the colour first."
    }

    precondition {
      condition     = var.entry_name == null || local.config_path == local.entry_path
      error_message = "The entry ${coalesce(var.entry_name, "none")} of cluster ${var.cluster_name} belongs to the stack of ${local.entry_path}, but config_path names ${local.config_path}. No stack would drain these hosts by their entry. Pass the same module's outputs: config_path = module.<name>.config_path, and entry_name of the modules/cluster that takes the same config_path."
    }

    precondition {
      condition     = var.min_size <= var.max_size
      error_message = "min_size (${var.min_size}) of cluster ${var.cluster_name} is more than max_size (${var.max_size}). Lower min_size or raise max_size."
    }
  }
}

# --- what the hosts may do -----------------------------------------------------------------------------------------------------
# What the agent calls, for this cluster only: less than AmazonEC2ContainerServiceforEC2Role, which holds for all clusters and may make
# new ones. https://docs.aws.amazon.com/AmazonECS/latest/developerguide/instance_IAM_role.html

data "aws_iam_policy_document" "host_trust" {
  statement {
    sid     = "HostsRunAsThisRole"
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["ec2.amazonaws.com"]
    }
  }
}

data "aws_iam_policy_document" "host" {
  # list_amazonelasticcontainerservice.html: both take `cluster`.
  statement {
    sid       = "JoinAndLeaveTheCluster"
    actions   = ["ecs:RegisterContainerInstance", "ecs:DeregisterContainerInstance"]
    resources = [local.cluster_arn]
  }

  # Poll, StartTelemetrySession and UpdateContainerInstancesState (what Spot draining calls) take `container-instance`, with the key
  # ecs:cluster.
  statement {
    sid       = "FollowTheCluster"
    actions   = ["ecs:Poll", "ecs:StartTelemetrySession", "ecs:UpdateContainerInstancesState"]
    resources = ["arn:${local.partition}:ecs:${local.region}:${local.account}:container-instance/*"]

    condition {
      test     = "ArnEquals"
      variable = "ecs:cluster"
      values   = [local.cluster_arn]
    }
  }

  # These take `cluster` or nothing, by the kind of change that is told.
  statement {
    sid       = "TellWhatChanged"
    actions   = ["ecs:SubmitAttachmentStateChanges", "ecs:SubmitContainerStateChange", "ecs:SubmitTaskStateChange"]
    resources = ["*"]
  }

  # Neither takes a resource.
  statement {
    sid       = "FindEcsAndEcr"
    actions   = ["ecs:DiscoverPollEndpoint", "ecr:GetAuthorizationToken"]
    resources = ["*"]
  }

  # Only for tasks without an execution role.
  statement {
    sid       = "PullImages"
    actions   = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
    resources = ["*"]
  }

  statement {
    sid       = "WriteTaskLogs"
    actions   = ["logs:CreateLogStream", "logs:PutLogEvents"]
    resources = ["arn:${local.partition}:logs:${local.region}:${local.account}:log-group:*"]
  }
}

resource "aws_iam_role" "host" {
  # A role's prefix may have 38 characters.
  name_prefix        = substr("${var.cluster_name}-hosts", 0, 37)
  description        = "Hosts of ECS cluster ${var.cluster_name}."
  assume_role_policy = data.aws_iam_policy_document.host_trust.json
  tags               = var.tags

  lifecycle {
    # Hosts that run keep it.
    ignore_changes = [name_prefix]
  }
}

resource "aws_iam_role_policy" "host" {
  name   = "join"
  role   = aws_iam_role.host.name
  policy = data.aws_iam_policy_document.host.json
}

resource "aws_iam_instance_profile" "host" {
  name_prefix = substr("${var.cluster_name}-hosts", 0, 37)
  role        = aws_iam_role.host.name
  tags        = var.tags

  # A host that starts before its role may do anything does not join.
  depends_on = [aws_iam_role_policy.host]

  lifecycle {
    ignore_changes = [name_prefix]
  }
}
