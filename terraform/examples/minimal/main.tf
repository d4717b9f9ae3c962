# One cluster and its group exist; this adds the scaler, the cluster's entry, its alarms and policies, and the drain hook.

module "scaler" {
  source = "../.."

  package         = { file = var.package_file }
  drainer_package = { file = var.drainer_package_file }
  page_topic_arn  = var.alarm_topic_arn
}

module "cluster" {
  source = "../../modules/cluster"

  cluster_name           = var.cluster_name
  autoscaling_group_name = var.autoscaling_group_name

  config_path    = module.scaler.config_path
  namespace      = module.scaler.namespace
  name           = module.scaler.name
  page_topic_arn = module.scaler.page_topic_arn
  tell_topic_arn = module.scaler.tell_topic_arn

  # {} is complete. This one only wants more room for memory, because tasks here reserve more than they use.
  entry = {
    memory = { scale_out_at = 85, scale_in_below = 60 }
  }

  # Where Terraform made the group, it carries the tags itself: modules/cluster/README.md says how.
  tag_groups = var.foreign_group
  # The group is there already, so that its hook is a resource of its own: nothing is replaced.
  drain_groups = [var.autoscaling_group_name]
}
