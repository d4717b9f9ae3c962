variable "cluster_name" {
  description = "Name of the ECS cluster that the hosts join. For another cluster add another module: with a changed name, running hosts would lose the right to stay in the old one."
  type        = string
  nullable    = false

  # Terraform adds 26 characters to "<cluster>-green-", and a group's name may have 255.
  validation {
    condition     = can(regex("^[A-Za-z0-9_-]{1,222}$", var.cluster_name))
    error_message = "cluster_name must be the ECS cluster's name: 1 to 222 letters, digits, - and _. Of an ARN give only what follows \"cluster/\"."
  }
}

variable "drainer_arn" {
  description = "The root module's output `drainer_function_arn`. Because the groups refer to it, they are destroyed first, while the drainer can still complete their drains."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^arn:[a-z0-9-]+:lambda:[a-z0-9-]+:[0-9]{12}:function:.+$", var.drainer_arn))
    error_message = "drainer_arn must be the drainer's ARN: pass module.<name>.drainer_function_arn, and give the root module a drainer_package. Without a drainer each leaving host would wait 30 minutes for nothing."
  }
}

variable "entry_name" {
  description = "The output `entry_name` of modules/cluster. Because the groups refer to it, they are destroyed first, and their drains follow the entry, not the built-in settings. null: no modules/cluster makes the entry."
  type        = string
  default     = null

  validation {
    condition     = var.entry_name == null || can(regex("^(/[A-Za-z0-9_.-]+)+/clusters/[A-Za-z0-9_-]+$", var.entry_name))
    error_message = "entry_name must be the name of an entry's parameter, like \"/ecs-cluster-scaler/clusters/web\": pass module.<name>.entry_name of modules/cluster, or leave it out."
  }
}

variable "config_path" {
  description = "SSM path of the stack's configuration: the root module's output `config_path`. Both groups carry it as a tag, and only that stack's functions act on them. null: the path of entry_name, or else `/ecs-cluster-scaler`."
  type        = string
  default     = null

  validation {
    condition     = var.config_path == null || can(regex("^(/[A-Za-z0-9_.-]+){1,13}$", var.config_path)) && try(length(var.config_path) <= 256, false)
    error_message = "config_path must start with / and must not end with one, and may hold letters, digits, _ . - and at most 13 levels and 256 characters. Pass the root module's output: config_path = module.<name>.config_path."
  }
}

variable "subnet_ids" {
  description = "Subnets in which hosts start, one in each of three availability zones."
  type        = list(string)
  nullable    = false

  validation {
    condition     = length(distinct(var.subnet_ids)) >= 3 && alltrue([for id in var.subnet_ids : startswith(id, "subnet-")])
    error_message = "subnet_ids must hold at least three subnets (subnet-…), one in each of three availability zones, so that the loss of one zone takes a third of the hosts and not half. If a region has only two zones, give one of them two subnets."
  }
}

variable "security_group_ids" {
  description = "Security groups of the hosts."
  type        = list(string)
  nullable    = false

  validation {
    condition     = length(var.security_group_ids) >= 1 && alltrue([for id in var.security_group_ids : startswith(id, "sg-")])
    error_message = "security_group_ids must hold at least one security group (sg-…). Hosts must reach ECS, ECR and CloudWatch Logs. Only what their tasks serve needs a way in."
  }
}

variable "colours" {
  description = "The hosts of each colour: `blue`, `green` or both. A colour that you remove is drained, then deleted. The README explains each field."
  type = map(object({
    instance_types  = list(string)
    image           = optional(string, "arm64")
    image_parameter = optional(string)
    memory          = optional(number)
    awsvpc_tasks    = optional(number)
    spot_percent    = optional(number, 0)
    on_demand_base  = optional(number, 0)
    volume_gb       = optional(number, 30)
  }))
  nullable = false

  validation {
    condition     = length(var.colours) > 0 && alltrue([for name in keys(var.colours) : contains(["blue", "green"], name)])
    error_message = "colours must hold blue, green or both, for example { blue = { instance_types = [\"m7g.large\"] } }."
  }

  validation {
    condition     = alltrue([for colour in var.colours : length(colour.instance_types) > 0 && alltrue([for type in colour.instance_types : can(regex("^[a-z0-9-]+\\.[a-z0-9-]+$", type))])])
    error_message = "instance_types must hold at least one EC2 instance type like \"m7g.large\", the one you prefer first."
  }

  validation {
    condition     = alltrue([for colour in var.colours : contains(["arm64", "amd64", "gpu"], colour.image)])
    error_message = "image must be \"arm64\", \"amd64\" or \"gpu\" (amd64 with NVIDIA's driver): which ECS-optimised Amazon Linux 2023 the hosts run."
  }

  validation {
    condition     = alltrue([for colour in var.colours : colour.image_parameter == null || can(regex("^/[A-Za-z0-9_./-]+$", colour.image_parameter))])
    error_message = "image_parameter must be the name of an SSM parameter that holds an AMI's id, such as \"/aws/service/ecs/optimized-ami/amazon-linux-2023/arm64/<version>/image_id\". Leave it out for the recommended image."
  }

  validation {
    condition     = alltrue([for colour in var.colours : colour.spot_percent >= 0 && colour.spot_percent <= 100 && floor(colour.spot_percent) == colour.spot_percent && colour.on_demand_base >= 0 && floor(colour.on_demand_base) == colour.on_demand_base])
    error_message = "spot_percent must be a whole number from 0 to 100, and on_demand_base one of at least 0. The first on_demand_base hosts are on demand; of the others, spot_percent in a hundred are on Spot."
  }

  validation {
    condition     = alltrue([for colour in var.colours : colour.volume_gb >= 30 && colour.volume_gb <= 16384 && floor(colour.volume_gb) == colour.volume_gb])
    error_message = "volume_gb must be a whole number from 30 (the size of the ECS-optimised image) to 16384."
  }

  validation {
    condition     = alltrue([for colour in var.colours : (colour.memory == null || try(colour.memory >= 128 && floor(colour.memory) == colour.memory, false)) && (colour.awsvpc_tasks == null || try(colour.awsvpc_tasks >= 0 && floor(colour.awsvpc_tasks) == colour.awsvpc_tasks, false))])
    error_message = "memory must be a whole number of MiB, at least 128, and awsvpc_tasks a whole number of at least 0. Leave them out to take both from the instance types."
  }
}

variable "active" {
  description = "The colour that follows the signal. The other one shrinks to 0 hosts, or to what `incoming` says."
  type        = string
  default     = "blue"
  nullable    = false

  validation {
    condition     = contains(["blue", "green"], var.active)
    error_message = "active must be \"blue\" or \"green\", and a key of colours."
  }
}

variable "incoming" {
  description = "A colour that is not active yet and the number of hosts that it holds, so that it can take over: step 2 of the README's runbook. It has no effect on the active colour. null: the other colour holds none."
  type = object({
    colour = string
    size   = number
  })
  default = null

  validation {
    condition     = var.incoming == null || try(contains(["blue", "green"], var.incoming.colour) && var.incoming.size >= 0 && floor(var.incoming.size) == var.incoming.size, false)
    error_message = "incoming must be { colour, size }: \"blue\" or \"green\", a key of colours, and as many hosts as the active colour has, for example { colour = \"green\", size = 6 }."
  }
}

variable "min_size" {
  description = "Fewest hosts of the active colour."
  type        = number
  default     = 0
  nullable    = false

  validation {
    condition     = var.min_size >= 0 && floor(var.min_size) == var.min_size
    error_message = "min_size must be a whole number of at least 0."
  }
}

variable "max_size" {
  description = "Most hosts of the active colour."
  type        = number
  nullable    = false

  validation {
    condition     = var.max_size >= 1 && floor(var.max_size) == var.max_size
    error_message = "max_size must be a whole number of at least 1."
  }
}

variable "drain_deadline_minutes" {
  description = "The longest deadline of the entry: `drain.deadline_minutes`, or `drain.standalone_deadline_minutes` if tasks of run-task must end by themselves. Deleting a group waits for 30 minutes more."
  type        = number
  default     = 60
  nullable    = false

  validation {
    condition     = var.drain_deadline_minutes >= 5 && var.drain_deadline_minutes <= 2865 && floor(var.drain_deadline_minutes) == var.drain_deadline_minutes
    error_message = "drain_deadline_minutes must be a whole number from 5 to 2865: the entry's own limits."
  }
}

variable "agent_settings" {
  description = "Further settings of the ECS agent, name to value. They override those that this module writes to /etc/ecs/ecs.config."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for name, value in var.agent_settings : can(regex("^(NON_)?ECS_[A-Z0-9_]+$|^(HTTPS?|NO)_PROXY$", name)) && !contains(["ECS_CLUSTER", "ECS_RESERVED_MEMORY"], name) && !can(regex("[\\r\\n]", value))])
    error_message = "agent_settings must hold names that begin with ECS_ (or NON_ECS_, or HTTP_PROXY, HTTPS_PROXY, NO_PROXY), with values of one line, and neither ECS_CLUSTER (give cluster_name) nor ECS_RESERVED_MEMORY (give a colour's memory)."
  }
}

variable "tags" {
  description = "Tags for every resource that takes them, hosts and volumes too."
  type        = map(string)
  default     = {}
  nullable    = false

  # On a group Terraform would send one key twice, and the publisher could find two active colours, or none.
  validation {
    condition     = alltrue([for key in keys(var.tags) : !startswith(key, "ecs-cluster-scaler:") && !startswith(lower(key), "aws:") && key != "Name"])
    error_message = "tags must not hold Name or keys that begin with ecs-cluster-scaler: (this module sets them itself, by colour) or aws: (AWS keeps those). Leave them out."
  }
}
