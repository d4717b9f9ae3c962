variable "package" {
  description = "The publisher's zip: `{ file = path }`, or `{ s3 = { bucket, key, version } }`. With `s3`, give `version` (the object's version id): without it a new object under the same key is not noticed."
  type = object({
    file = optional(string)
    s3 = optional(object({
      bucket  = string
      key     = string
      version = optional(string)
    }))
  })
  nullable = false

  validation {
    condition     = (var.package.file == null) != (var.package.s3 == null)
    error_message = "Set exactly one of package.file and package.s3. For a file, build it with `make package` (dist/publisher_linux_arm64.zip) or download it from the releases page."
  }

  # try: fileexists fails on a directory, and a sentence of ours is the better answer to that too.
  validation {
    condition     = var.package.file == null || try(fileexists(var.package.file), false)
    error_message = "There is no file at package.file = \"${coalesce(try(var.package.file, null), "unset")}\". Build it with `make package` (dist/publisher_linux_arm64.zip) or download it from the releases page, and give a path that holds from where Terraform runs, for example \"$${path.root}/publisher_linux_arm64.zip\"."
  }
}

variable "name" {
  description = "Prefix of every name here. A second stack in the same account and region needs another one. Choose it once: a changed name replaces functions, alarms and log groups, and deletes the old logs."
  type        = string
  default     = "ecs-cluster-scaler"
  nullable    = false

  # The longest name made of it is a role's, "<name>-publisher-schedule-<region>", and IAM takes 64 characters.
  validation {
    condition     = can(regex("^[A-Za-z][A-Za-z0-9_-]{0,29}$", var.name))
    error_message = "name must start with a letter and hold at most 30 letters, digits, - and _. Choose a shorter or plainer name."
  }
}

variable "architecture" {
  description = "Processor of both functions: `arm64` (20 % cheaper) or `x86_64`. The zips must be built for it."
  type        = string
  default     = "arm64"
  nullable    = false

  validation {
    condition     = contains(["arm64", "x86_64"], var.architecture)
    error_message = "architecture must be \"arm64\" (zip publisher_linux_arm64.zip) or \"x86_64\" (zip publisher_linux_amd64.zip)."
  }
}

variable "memory_mb" {
  description = "Memory of each function in MB. Lambda gives processor time in proportion. Raise it if passes over many clusters come near the timeout of 50 s."
  type        = number
  default     = 256
  nullable    = false

  validation {
    condition     = var.memory_mb >= 128 && var.memory_mb <= 10240 && floor(var.memory_mb) == var.memory_mb
    error_message = "memory_mb must be a whole number from 128 to 10240, which is what Lambda offers. 256 is enough for most accounts."
  }
}

variable "config_path" {
  description = "SSM path of the configuration. `<config_path>/clusters/<ECS cluster name>` holds a cluster's entry, `<config_path>/defaults` what all entries inherit. Choose it once: a changed path makes every entry anew, without its history and without what was tuned by hand."
  type        = string
  default     = "/ecs-cluster-scaler"
  nullable    = false

  validation {
    condition     = can(regex("^(/[A-Za-z0-9_.-]+){1,13}$", var.config_path))
    error_message = "config_path must start with / and must not end with one, and may hold letters, digits, _ . - and at most 13 levels. Write it like \"/ecs-cluster-scaler\"."
  }

  validation {
    condition     = !can(regex("^/?(?i:aws|ssm)", var.config_path))
    error_message = "config_path must not begin with aws or ssm: Parameter Store keeps both for itself. Put a word of yours first, like \"/ecs-cluster-scaler\"."
  }

  # A group carries it as a tag: https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_Tag.html
  validation {
    condition     = length(var.config_path) <= 256
    error_message = "config_path must have at most 256 characters, which is what a tag's value may have. Write it like \"/ecs-cluster-scaler\"."
  }
}

variable "namespace" {
  description = "CloudWatch namespace of the metrics."
  type        = string
  default     = "ECSClusterScaler"
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9._/#:-]{1,255}$", var.namespace)) && !can(regex("^(AWS/|:)", var.namespace))
    error_message = "namespace must be 1 to 255 letters, digits, . - _ / # : and must not begin with AWS/ (kept by CloudWatch for AWS's own metrics) or a colon. Write it like \"ECSClusterScaler\"."
  }
}

variable "metrics" {
  description = "Which metrics are published: `all`, or `scaling`: only those that scaling and its alarms need, so that each cluster costs fewer custom metrics."
  type        = string
  default     = "all"
  nullable    = false

  validation {
    condition     = contains(["all", "scaling"], var.metrics)
    error_message = "metrics must be \"all\" or \"scaling\"."
  }
}

variable "log_level" {
  description = "Lowest level that is logged: `debug`, `info`, `warn` or `error`."
  type        = string
  default     = "info"
  nullable    = false

  validation {
    condition     = contains(["debug", "info", "warn", "error"], var.log_level)
    error_message = "log_level must be \"debug\", \"info\", \"warn\" or \"error\", in lower case."
  }
}

variable "log_retention_days" {
  description = "Days that logs are kept."
  type        = number
  default     = 30
  nullable    = false

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.log_retention_days)
    error_message = "log_retention_days must be one of the numbers CloudWatch Logs offers: 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288 or 3653."
  }
}

variable "schedule" {
  description = "What starts a pass each minute: `scheduler` (EventBridge Scheduler, which AWS recommends) or `rule` (an EventBridge rule, for regions and accounts without Scheduler)."
  type        = string
  default     = "scheduler"
  nullable    = false

  validation {
    condition     = contains(["scheduler", "rule"], var.schedule)
    error_message = "schedule must be \"scheduler\" or \"rule\"."
  }
}

# any, not an object type with optional fields: those would turn every field that was not given into an explicit null, and in an
# entry null says something ("scale_out_at": null means that this resource is never a cause).
variable "defaults" {
  description = "What every cluster's entry inherits, as an object with the fields of an entry. It becomes the parameter `<config_path>/defaults`. null: no such parameter, so the built-in defaults apply. The plan checks it against the publisher's own schema (modules/entry)."
  type        = any
  default     = null

  validation {
    condition     = var.defaults == null || can(keys(var.defaults))
    error_message = "defaults must be an object with the fields of an entry, for example { cpu = { scale_out_at = 80 } }. Do not encode it as JSON: the module does."
  }
}

variable "cluster_name_patterns" {
  description = "ECS clusters that the publisher may read: names, with `*` and `?` as wildcards. Narrow it if the account holds other clusters. A cluster that has an entry and matches no pattern is reported as failed."
  type        = set(string)
  default     = ["*"]
  nullable    = false

  validation {
    condition     = length(var.cluster_name_patterns) > 0 && alltrue([for pattern in var.cluster_name_patterns : can(regex("^[A-Za-z0-9_*?-]+$", pattern))])
    error_message = "cluster_name_patterns must hold at least one ECS cluster name or pattern like \"prod-*\": names, not ARNs. Leave it out to allow every cluster of the account and region."
  }
}

variable "kms_key_arns" {
  description = "ARNs of the KMS keys of entries that are kept as SecureString. Empty: nothing may be decrypted, which is right for parameters of type String."
  type        = set(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for key in var.kms_key_arns : can(regex("^arn:[a-z0-9-]+:kms:[a-z0-9-]+:[0-9]{12}:key/.+$", key))])
    error_message = "kms_key_arns must hold ARNs of keys (arn:aws:kms:<region>:<account>:key/<id>): IAM does not follow an alias. `aws kms describe-key --key-id alias/<name>` prints the ARN."
  }
}

variable "publisher_reserved_concurrency" {
  description = "Reserved concurrency of the publisher. null: none, which is right for most, because a pass ends before the next one starts. 1: two passes never overlap, but the account has one unreserved execution less, and AWS keeps 100 of those back. The drainer never has one: its ticks and events may overlap."
  type        = number
  default     = null

  validation {
    condition     = var.publisher_reserved_concurrency == null || try(var.publisher_reserved_concurrency >= 1 && floor(var.publisher_reserved_concurrency) == var.publisher_reserved_concurrency, false)
    error_message = "publisher_reserved_concurrency must be a whole number of at least 1, or null for none. With 0 no pass would run at all: remove the module instead, or set enabled = false in defaults."
  }
}

variable "page_topic_arn" {
  description = "SNS topic for what must wake somebody: a function that is silent. null: the alarms exist and notify nobody. Give modules/cluster the same one."
  type        = string
  default     = null

  validation {
    condition     = var.page_topic_arn == null || can(regex("^arn:[a-z0-9-]+:sns:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_-]{1,256}$", var.page_topic_arn))
    error_message = "page_topic_arn must be the ARN of a standard SNS topic, like \"arn:aws:sns:eu-west-1:123456789012:pager\". `aws sns list-topics` prints them."
  }
}

variable "tell_topic_arn" {
  description = "SNS topic for what can wait until morning: faulty entries, clusters that could not be read. null: the same as page_topic_arn."
  type        = string
  default     = null

  validation {
    condition     = var.tell_topic_arn == null || can(regex("^arn:[a-z0-9-]+:sns:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_-]{1,256}$", var.tell_topic_arn))
    error_message = "tell_topic_arn must be the ARN of a standard SNS topic, like \"arn:aws:sns:eu-west-1:123456789012:team\". `aws sns list-topics` prints them."
  }
}

variable "dashboard" {
  description = "true: a CloudWatch dashboard of all clusters. Its name is `<name>-<region>`, because dashboards are global. A new cluster appears on it by itself."
  type        = bool
  default     = true
  nullable    = false
}

variable "tags" {
  description = "Tags for every resource that takes them."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "drainer_package" {
  description = "The drainer's zip, in the forms of `package`. null: no drainer; this stack does nothing for terminating hosts."
  type = object({
    file = optional(string)
    s3 = optional(object({
      bucket  = string
      key     = string
      version = optional(string)
    }))
  })
  default = null

  validation {
    condition     = var.drainer_package == null || try((var.drainer_package.file == null) != (var.drainer_package.s3 == null), false)
    error_message = "Set exactly one of drainer_package.file and drainer_package.s3. For a file, build it with `make package` (dist/drainer_linux_arm64.zip) or download it from the releases page."
  }

  validation {
    condition     = try(var.drainer_package.file, null) == null || try(fileexists(var.drainer_package.file), false)
    error_message = "There is no file at drainer_package.file = \"${coalesce(try(var.drainer_package.file, null), "unset")}\". Build it with `make package` (dist/drainer_linux_arm64.zip) or download it from the releases page, and give a path that holds from where Terraform runs."
  }
}

variable "drain_hook_names" {
  description = "Names of the lifecycle hooks that the drainer may complete. List all that entries name in `drain.hook`. Their events also start a host's first step at once. If an entry names another hook, the drainer does not complete it, and the host waits until that hook times out. So an entry cannot end a hook that does something else."
  type        = set(string)
  default     = ["ecs-cluster-scaler-drain"]
  nullable    = false

  validation {
    condition     = length(var.drain_hook_names) > 0 && alltrue([for name in var.drain_hook_names : can(regex("^[A-Za-z0-9_/-]{1,255}$", name))])
    error_message = "drain_hook_names must hold at least one name of a lifecycle hook: letters, digits, - _ and /. Leave it out to use the name that entries have by default."
  }
}
