output "faults" {
  description = "What the publisher would refuse, each as `<field> must …`. Empty: nothing."
  value       = local.faults
}
