output "group_tags" {
  description = "Tags to put on the group where you define it, unless foreign_group is true."
  value       = module.cluster.group_tags
}

output "publisher_function_name" {
  description = "Start a pass by hand: aws lambda invoke --function-name <this> /dev/stdout"
  value       = module.scaler.publisher_function_name
}
