# --- one page to look at -----------------------------------------------------------------------------------------------------------
# All clusters by SEARCH, so that a new one shows without an apply, and one of them in full by a variable of the dashboard.
# https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/search-expression-syntax.html
# https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_dashboard_variables.html

locals {
  # The thresholds that hold where an entry says nothing else; those that var.defaults does not name only until headroom is fitted.
  schema = jsondecode(file("${path.module}/modules/entry/entry.schema.json"))
  bands  = { for resource in ["cpu", "memory", "gpu"] : resource => merge(local.schema.properties[resource].default, try(var.defaults[resource], {})) }
  lines = { for resource, band in local.bands : resource => concat(
    band.scale_out_at == null ? [] : [{ label = "scale out at, where thresholds hold and the entry says nothing else", value = band.scale_out_at, color = "#d62728" }],
    [{ label = "scale in below, where thresholds hold and the entry says nothing else", value = band.scale_in_below, color = "#2ca02c" }],
  ) }

  # One line for each cluster.
  every = [
    { metric = "ScalingSignal", title = "Signal: 1 another host is needed, -1 one can be removed", width = 12 },
    { metric = "InstanceGap", title = "Gap: hosts that are missing, or can be removed", width = 12 },
    { metric = "CapacityChange", title = "Capacity change: what the scaling policies follow", width = 12 },
    { metric = "InstancesWanted", title = "Hosts that the active group should have", width = 12 },
    { metric = "CPUReservation", title = "CPU reserved, %", width = 8, lines = local.lines.cpu, optional = true },
    { metric = "MemoryReservation", title = "Memory reserved, %", width = 8, lines = local.lines.memory, optional = true },
    { metric = "GPUReservation", title = "GPUs reserved, %", width = 8, lines = local.lines.gpu, optional = true },
    { metric = "CPUDemand", title = "CPU units demanded", width = 8 },
    { metric = "MemoryDemand", title = "MiB demanded", width = 8 },
    { metric = "GPUDemand", title = "GPUs demanded", width = 8 },
    { metric = "UnplacedTasks", title = "Tasks that no host holds", width = 8, optional = true },
    { metric = "ScaleOutBlocked", title = "Wants out and cannot: at max, suspended, not joining", width = 8 },
    { metric = "UnregisteredInstances", title = "Instances that have not joined", width = 8, optional = true },
    { metric = "DrainingInstances", title = "Hosts that drain", width = 6, optional = true },
    { metric = "DrainBlocked", title = "Hosts whose drain is blocked", width = 6 },
    { metric = "OldestDrainMinutes", title = "Oldest drain, minutes", width = 6 },
    { metric = "DisconnectedInstances", title = "Hosts whose agent is disconnected", width = 6, optional = true },
  ]

  # One cluster in full: the variable puts its name in place of "-".
  one = [
    { title = "Signal and gap", width = 8, metrics = ["ScalingSignal", "InstanceGap", "CapacityChange", "InstancesWanted", "ScaleOutBlocked"] },
    { title = "Reserved, %", width = 8, metrics = ["CPUReservation", "MemoryReservation", "GPUReservation"], optional = true },
    { title = "Demand: CPU units, MiB, GPUs", width = 8, metrics = ["CPUDemand", "MemoryDemand", "GPUDemand"] },
    { title = "Tasks and hosts in between", width = 8, metrics = ["UnplacedTasks", "DrainingInstances", "UnregisteredInstances", "DisconnectedInstances"], optional = true },
  ]

  functions = concat([local.publisher], values({ for key, _ in local.drainer : key => local.drainer_name }))

  widgets = concat(
    [{ type = "text", width = 24, height = 1, properties = { markdown = "**All clusters** under `${var.config_path}`. What a number means: docs/reference.md; why it is so: `clusterscaler explain`." } }],
    [for widget in local.every : {
      type   = "metric"
      width  = widget.width
      height = 6
      properties = merge(
        {
          title   = widget.title
          region  = local.region
          view    = "timeSeries"
          period  = 60
          metrics = [[{ expression = "SEARCH('{\"${var.namespace}\",ClusterName} MetricName=\"${widget.metric}\"', 'Maximum', 60)", label = "", id = "clusters" }]]
        },
        try({ annotations = { horizontal = widget.lines } }, {}),
      )
    } if var.metrics == "all" || !try(widget.optional, false)],
    [{ type = "text", width = 24, height = 1, properties = { markdown = "**One cluster**: choose it above." } }],
    [for widget in local.one : {
      type   = "metric"
      width  = widget.width
      height = 6
      properties = {
        title   = widget.title
        region  = local.region
        view    = "timeSeries"
        period  = 60
        stat    = "Maximum"
        metrics = [for metric in widget.metrics : [var.namespace, metric, "ClusterName", "-"]]
      }
    } if var.metrics == "all" || !try(widget.optional, false)],
    [{ type = "text", width = 24, height = 1, properties = { markdown = "**The functions**" } }],
    [
      { type = "metric", width = 8, height = 6, properties = {
        title   = "Passes", region = local.region, view = "timeSeries", period = 60, stat = "Maximum"
        metrics = [for metric in ["ClustersRead", "ClustersFailed", "InvalidEntries"] : [var.namespace, metric]]
      } },
      { type = "metric", width = 8, height = 6, properties = {
        title   = "Invocations, errors and throttles", region = local.region, view = "timeSeries", period = 60, stat = "Sum"
        metrics = flatten([for name in local.functions : [for metric in ["Invocations", "Errors", "Throttles"] : { row = ["AWS/Lambda", metric, "FunctionName", name] }]])[*].row
      } },
      { type = "metric", width = 8, height = 6, properties = {
        title       = "Duration, ms", region = local.region, view = "timeSeries", period = 60, stat = "Maximum"
        metrics     = [for name in local.functions : ["AWS/Lambda", "Duration", "FunctionName", name]]
        annotations = { horizontal = [{ label = "timeout", value = 1000 * aws_lambda_function.publisher.timeout, color = "#d62728" }] }
      } },
      { type = "alarm", width = 24, height = 2, properties = {
        title  = "Alarms of the functions; each cluster has its own"
        alarms = concat([for alarm in aws_cloudwatch_metric_alarm.watch : alarm.arn], [for alarm in aws_cloudwatch_metric_alarm.drainer_silent : alarm.arn])
      } },
    ],
  )
}

# Dashboards are global, and PutDashboard overwrites silently: the region in the name keeps two regions' stacks apart.
# https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutDashboard.html
resource "aws_cloudwatch_dashboard" "clusters" {
  for_each = var.dashboard ? { dashboard = "${var.name}-${local.region}" } : {}

  dashboard_name = each.value
  dashboard_body = jsonencode({
    widgets = local.widgets
    variables = [{
      type         = "property"
      property     = "ClusterName"
      id           = "cluster"
      label        = "Cluster"
      inputType    = "select"
      search       = "{\"${var.namespace}\",ClusterName} MetricName=\"ScalingSignal\""
      populateFrom = "ClusterName"
      defaultValue = "__FIRST"
      visible      = true
    }]
  })

  depends_on = [aws_cloudwatch_log_group.publisher] # a second stack of the same name ends there
}
