output "group_name" {
  description = "Name of the active group: what modules/cluster takes as `autoscaling_group_name`."
  value       = try(aws_autoscaling_group.hosts[var.active].name, null)
}

output "group_names" {
  description = "Names of the groups, by colour."
  value       = { for colour, group in aws_autoscaling_group.hosts : colour => group.name }
}

output "instance" {
  description = "What a host of the active colour registers with ECS: the entry's `instance` in modules/cluster."
  value       = try(local.instances[var.active], null)
}

output "role_name" {
  description = "Name of the hosts' role, to attach what else they need, such as AmazonSSMManagedInstanceCore."
  value       = aws_iam_role.host.name
}
