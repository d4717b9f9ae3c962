variable "package_file" {
  description = "Path of the publisher's zip: built with `make package`, or downloaded from the releases page."
  type        = string
  default     = "../../../dist/publisher_linux_arm64.zip"
}

variable "cluster_name" {
  description = "Name of your ECS cluster."
  type        = string
}

variable "autoscaling_group_name" {
  description = "Name of the Auto Scaling group that its hosts belong to."
  type        = string
}

variable "tag_groups" {
  description = "true if the group was not made by Terraform: the example then tags it. Otherwise put the output group_tags on it yourself."
  type        = bool
  default     = false
}
