# One cluster and its group exist; this adds the scaler, the cluster's entry, its alarms and policies.

module "scaler" {
  source = "../.."

  package = { file = var.package_file }
}

module "cluster" {
  source = "../../modules/cluster"

  cluster_name           = var.cluster_name
  autoscaling_group_name = var.autoscaling_group_name

  config_path = module.scaler.config_path
  namespace   = module.scaler.namespace

  # {} is complete. This one only wants more room for memory, because tasks here reserve more than they use.
  entry = {
    memory = { scale_out_at = 85, scale_in_below = 60 }
  }

  tag_groups = var.tag_groups
}
