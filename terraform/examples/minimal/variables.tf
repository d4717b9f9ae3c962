variable "package_file" {
  description = "Path of the publisher's zip: built with `make package`, or downloaded from the releases page."
  type        = string
  default     = "../../../dist/publisher_linux_arm64.zip"
}

variable "drainer_package_file" {
  description = "Path of the drainer's zip, from the same place."
  type        = string
  default     = "../../../dist/drainer_linux_arm64.zip"
}

variable "cluster_name" {
  description = "Name of your ECS cluster."
  type        = string
}

variable "autoscaling_group_name" {
  description = "Name of the Auto Scaling group that its hosts belong to."
  type        = string
}

variable "foreign_group" {
  description = "true if the group was not made by Terraform: the example then tags it. Otherwise put the output group_tags on it yourself."
  type        = bool
  default     = false
}

variable "alarm_topic_arn" {
  description = "SNS topic for all alarms that call people. null: they notify nobody."
  type        = string
  default     = null
}
