# Two clusters with their hosts: "web" on Graviton, part of it on Spot, in two colours; "render" with GPUs.

locals {
  # As the zips are named.
  processor = var.architecture == "x86_64" ? "amd64" : "arm64"
}

module "scaler" {
  source = "../.."

  package         = { file = "${var.packages}/publisher_linux_${local.processor}.zip" }
  drainer_package = { file = "${var.packages}/drainer_linux_${local.processor}.zip" }
  architecture    = var.architecture
  page_topic_arn  = aws_sns_topic.pager.arn
  tags            = var.tags
}

# Subscribe whoever is on call.
resource "aws_sns_topic" "pager" {
  name = "ecs-cluster-scaler"
  tags = var.tags
}

# --- web -----------------------------------------------------------------------------------------------------------------------

resource "aws_ecs_cluster" "web" {
  name = "web"
  tags = var.tags
}

module "web_hosts" {
  source = "../../modules/capacity"

  cluster_name       = aws_ecs_cluster.web.name
  drainer_arn        = module.scaler.drainer_function_arn
  entry_name         = module.web.entry_name
  config_path        = module.scaler.config_path
  subnet_ids         = var.subnet_ids
  security_group_ids = var.security_group_ids

  colours  = var.web_colours
  active   = var.web_active
  incoming = var.web_incoming
  min_size = 2
  max_size = 20
  tags     = var.tags
}

module "web" {
  source = "../../modules/cluster"

  cluster_name           = aws_ecs_cluster.web.name
  autoscaling_group_name = module.web_hosts.group_name
  config_path            = module.scaler.config_path
  namespace              = module.scaler.namespace
  name                   = module.scaler.name
  page_topic_arn         = module.scaler.page_topic_arn
  tell_topic_arn         = module.scaler.tell_topic_arn

  entry = {
    instance = module.web_hosts.instance
    scale_in = var.web_scale_in
    headroom = { tasks = 2, cpu = 256, memory = 512 }
  }
  tags = var.tags
}

# --- render --------------------------------------------------------------------------------------------------------------------

resource "aws_ecs_cluster" "render" {
  name = "render"
  tags = var.tags
}

module "render_hosts" {
  source = "../../modules/capacity"

  cluster_name       = aws_ecs_cluster.render.name
  drainer_arn        = module.scaler.drainer_function_arn
  entry_name         = module.render.entry_name
  config_path        = module.scaler.config_path
  subnet_ids         = var.subnet_ids
  security_group_ids = var.security_group_ids

  colours                = { blue = { instance_types = ["g5.xlarge", "g4dn.xlarge"], image = "gpu", volume_gb = 100 } }
  max_size               = 4
  drain_deadline_minutes = 120
  tags                   = var.tags
}

module "render" {
  source = "../../modules/cluster"

  cluster_name           = aws_ecs_cluster.render.name
  autoscaling_group_name = module.render_hosts.group_name
  config_path            = module.scaler.config_path
  namespace              = module.scaler.namespace
  name                   = module.scaler.name
  page_topic_arn         = module.scaler.page_topic_arn
  tell_topic_arn         = module.scaler.tell_topic_arn

  entry = {
    instance = module.render_hosts.instance
    gpu      = { scale_out_at = 90, scale_in_below = 60 }
    drain    = { deadline_minutes = 120 }
  }
  tags = var.tags
}
