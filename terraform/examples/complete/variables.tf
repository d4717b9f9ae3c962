variable "subnet_ids" {
  description = "Your subnets, one in each of three availability zones."
  type        = list(string)
}

variable "security_group_ids" {
  description = "Security groups of the hosts."
  type        = list(string)
}

variable "packages" {
  description = "Folder with publisher_linux_arm64.zip and drainer_linux_arm64.zip: built with `make package`, or downloaded from the releases page."
  type        = string
  default     = "../../../dist"
}

variable "architecture" {
  description = "Processor of the functions, arm64 or x86_64; the zips are named for it."
  type        = string
  default     = "arm64"
}

variable "tags" {
  description = "Tags for everything."
  type        = map(string)
  default     = {}
}

# What docs/runbook-colours.md changes, one at a time.

variable "web_colours" {
  description = "What the hosts of web are, by colour."
  type        = any
  default = {
    blue  = { instance_types = ["m7g.large", "m6g.large"], on_demand_base = 2, spot_percent = 50 }
    green = { instance_types = ["m7g.large", "m6g.large"], on_demand_base = 2, spot_percent = 50 }
  }
}

variable "web_active" {
  description = "The colour of web that follows the signal."
  type        = string
  default     = "blue"
}

variable "web_incoming" {
  description = "The colour of web that is to take over, with as many hosts as the active one has; null: none."
  type        = object({ colour = string, size = number })
  default     = null
}

variable "web_scale_in" {
  description = "false while the colours of web are switched."
  type        = bool
  default     = true
}
