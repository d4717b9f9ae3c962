variable "cluster_name" {
  description = "Name of the ECS cluster. For another cluster add another module: a changed name makes a new entry without what was tuned."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9_-]{1,255}$", var.cluster_name))
    error_message = "cluster_name must be the ECS cluster's name: letters, digits, - and _. Of an ARN give only what follows \"cluster/\"; `aws ecs list-clusters` prints them."
  }
}

variable "autoscaling_group_name" {
  description = "Name of the active Auto Scaling group. It follows the signal, so it gets the policies. If two groups take turns (blue and green), it is the one in use."
  type        = string
  nullable    = false

  validation {
    condition     = length(var.autoscaling_group_name) >= 1 && length(var.autoscaling_group_name) <= 255 && !strcontains(var.autoscaling_group_name, ":")
    error_message = "autoscaling_group_name must be the group's name, not its ARN: of an ARN give only what follows \"autoScalingGroupName/\"; `aws autoscaling describe-auto-scaling-groups --query 'AutoScalingGroups[].AutoScalingGroupName'` prints them."
  }
}

variable "config_path" {
  description = "SSM path of the configuration: the root module's output `config_path`."
  type        = string
  default     = "/ecs-cluster-scaler"
  nullable    = false

  validation {
    condition     = can(regex("^(/[A-Za-z0-9_.-]+){1,13}$", var.config_path))
    error_message = "config_path must start with / and must not end with one, and may hold letters, digits, _ . - and at most 13 levels. Pass the root module's output: config_path = module.<name>.config_path."
  }

  validation {
    condition     = !can(regex("^/?(?i:aws|ssm)", var.config_path))
    error_message = "config_path must not begin with aws or ssm: Parameter Store keeps both for itself. Pass the root module's output: config_path = module.<name>.config_path."
  }

  # A group carries it as a tag: https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_Tag.html
  validation {
    condition     = length(var.config_path) <= 256
    error_message = "config_path must have at most 256 characters, which is what a tag's value may have. Pass the root module's output: config_path = module.<name>.config_path."
  }
}

variable "namespace" {
  description = "CloudWatch namespace of the metrics: the root module's output `namespace`."
  type        = string
  default     = "ECSClusterScaler"
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9._/#:-]{1,255}$", var.namespace)) && !can(regex("^(AWS/|:)", var.namespace))
    error_message = "namespace must be 1 to 255 letters, digits, . - _ / # : and must not begin with AWS/ or a colon. Pass the root module's output: namespace = module.<name>.namespace."
  }
}

# any, not an object type with optional fields: those would turn every field that was not given into an explicit null, and in an
# entry null says something ("scale_out_at": null means that this resource is never a cause).
variable "entry" {
  description = "The cluster's entry, as an object; `{}` is complete. Fields that you leave out come from the defaults. Fields that you give are written as they are, nulls too. The plan checks them against the publisher's own schema (modules/entry)."
  type        = any
  default     = {}
  nullable    = false

  validation {
    condition     = can(keys(var.entry))
    error_message = "entry must be an object, for example { cpu = { scale_out_at = 80 } }. Do not encode it as JSON: the module does."
  }
}

variable "entry_owner" {
  description = "Who changes the entry after it was made. `terraform`: each apply brings it back to `entry`. `hand`: it is made once from `entry` and then left alone, so that operators can tune it live. Read the README before you change this later."
  type        = string
  default     = "terraform"
  nullable    = false

  validation {
    condition     = contains(["terraform", "hand"], var.entry_owner)
    error_message = "entry_owner must be \"terraform\" (each apply writes the entry) or \"hand\" (made once, then tuned by operators)."
  }
}

# The policy counts a host as added only when it is warm, so until then a repeated alarm buys nothing. CloudWatch repeats the alarm's
# action each minute, also on datapoints from before the host came: a pass takes up to 50 s, a datapoint up to two minutes to show.
# Boot time is not in it: the publisher counts hosts that are still booting itself.
variable "instance_warmup_seconds" {
  description = "Seconds for which the policies count a new host as warming up, at least 180. It need not cover the boot. It must outlast the slowest stale datapoint, so that an alarm that repeats on old data cannot buy twice."
  type        = number
  default     = 180
  nullable    = false

  validation {
    condition     = var.instance_warmup_seconds >= 180 && floor(var.instance_warmup_seconds) == var.instance_warmup_seconds
    error_message = "instance_warmup_seconds must be a whole number of at least 180: with less, an alarm that repeats on old datapoints buys a second host for the same need. Keep 180; more only delays further hosts."
  }
}

variable "scale_out_by" {
  description = "What adds hosts. `size`: as many as are missing, at once. `signal`: one host for each warm-up."
  type        = string
  default     = "size"
  nullable    = false

  validation {
    condition     = contains(["signal", "size"], var.scale_out_by)
    error_message = "scale_out_by must be \"size\" (as many hosts as are missing) or \"signal\" (one host for each warm-up)."
  }
}

variable "scale_in_by" {
  description = "What removes hosts. `size`: as many as can be removed together, at most half of the group. `signal`: one host for each drain. Never both: Auto Scaling would always take the smaller step."
  type        = string
  default     = "size"
  nullable    = false

  validation {
    condition     = contains(["signal", "size"], var.scale_in_by)
    error_message = "scale_in_by must be \"size\" (as many as can be removed together) or \"signal\" (one host for each drain). To remove no host at all, say scale_in = false in the entry."
  }
}

# The names of the policies carry it, and the publisher reads them: it counts hosts as warm that will be before the alarm acts.
variable "alarm_period_seconds" {
  description = "How often the alarm looks that adds hosts by size, 10 or 60. 10: it acts within half a minute of the pass, for some $0.30 a month. 60: within one to two minutes, for some $0.10; more tasks wait, and for longer. The publisher learns it from the names of the policies, and counts hosts as warm that will be within 30 or 60 seconds."
  type        = number
  default     = 10
  nullable    = false

  validation {
    condition     = contains([10, 60], var.alarm_period_seconds)
    error_message = "alarm_period_seconds must be 10 (acts within half a minute of the pass) or 60 (later, and some $0.20 a month cheaper)."
  }
}

variable "page_topic_arn" {
  description = "SNS topic for what must wake somebody: no capacity for this cluster, a drain past its deadline. null: the alarms exist and notify nobody."
  type        = string
  default     = null

  validation {
    condition     = var.page_topic_arn == null || can(regex("^arn:[a-z0-9-]+:sns:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_-]{1,256}$", var.page_topic_arn))
    error_message = "page_topic_arn must be the ARN of a standard SNS topic, like \"arn:aws:sns:eu-west-1:123456789012:pager\". `aws sns list-topics` prints them."
  }
}

variable "tell_topic_arn" {
  description = "SNS topic for what can wait until morning: a drain that is blocked. null: the same as page_topic_arn."
  type        = string
  default     = null

  validation {
    condition     = var.tell_topic_arn == null || can(regex("^arn:[a-z0-9-]+:sns:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_-]{1,256}$", var.tell_topic_arn))
    error_message = "tell_topic_arn must be the ARN of a standard SNS topic, like \"arn:aws:sns:eu-west-1:123456789012:team\". `aws sns list-topics` prints them."
  }
}

variable "drain_alarm_minutes" {
  description = "Age of a drain in minutes after which somebody is paged. null: the `drain.deadline_minutes` that `entry` gives, or else 60. Set it if the deadline is tuned by hand or comes from the defaults."
  type        = number
  default     = null

  validation {
    condition     = var.drain_alarm_minutes == null || try(var.drain_alarm_minutes >= 5 && var.drain_alarm_minutes <= 2865 && floor(var.drain_alarm_minutes) == var.drain_alarm_minutes, false)
    error_message = "drain_alarm_minutes must be a whole number from 5 to 2865, the limits of drain.deadline_minutes. Leave it out to follow the entry."
  }
}

variable "tag_groups" {
  description = "true: this module tags the group. Only for a group that Terraform did not make, for example one of CloudFormation. Beside an aws_autoscaling_group resource, each would remove the other's tags at every apply; put the output `group_tags` on that resource instead, which changes the group in place."
  type        = bool
  default     = false
  nullable    = false
}

variable "name" {
  description = "Prefix of the names of alarms and policies: the root module's output `name`. Each stack needs its own, or one stack removes what the other made."
  type        = string
  default     = "ecs-cluster-scaler"
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z][A-Za-z0-9_-]{0,29}$", var.name))
    error_message = "name must start with a letter and hold at most 30 letters, digits, - and _. Give it the same value as the root module's name."
  }
}

variable "tags" {
  description = "Tags for every resource that takes them. The group's own tags are `group_tags`."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "drain_groups" {
  description = "Names of the cluster's Auto Scaling groups that get the drain hook from this module. Use it for every group that exists, whoever made it: nothing is replaced. Before you remove such a group or take it out of this list, set its MinSize and MaxSize to 0 and wait until `clusterscaler drain` shows no host of it. The hook is deleted first, and every host that still waits for it then ends with its tasks."
  type        = set(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for name in var.drain_groups : length(name) >= 1 && length(name) <= 255 && !strcontains(name, ":")])
    error_message = "drain_groups must hold names of groups, not ARNs: of an ARN give only what follows \"autoScalingGroupName/\"."
  }
}

variable "drain_heartbeat_seconds" {
  description = "Heartbeat timeout of the drain hook in seconds, at least 600. The drainer sends a heartbeat after a third of it. If the drainer is silent, Auto Scaling ends the host after it. No drain can take longer than a hundred of them, or 48 hours: with less than 1728 the longest deadlines of an entry cannot be kept."
  type        = number
  default     = 1800
  nullable    = false

  validation {
    condition     = var.drain_heartbeat_seconds >= 600 && var.drain_heartbeat_seconds <= 7200 && floor(var.drain_heartbeat_seconds) == var.drain_heartbeat_seconds
    error_message = "drain_heartbeat_seconds must be a whole number from 600 (with less, a few lost ticks in a row end a drain under its tasks) to 7200 (the most that Auto Scaling takes). Leave it out for 1800."
  }
}
