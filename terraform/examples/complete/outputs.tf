output "groups" {
  description = "Auto Scaling groups by cluster and colour."
  value       = { web = module.web_hosts.group_names, render = module.render_hosts.group_names }
}

output "functions" {
  description = "Names of the publisher and the drainer, for aws lambda invoke."
  value       = { publisher = module.scaler.publisher_function_name, drainer = module.scaler.drainer_function_name }
}
