variable "entry" {
  description = "The entry, as an object; null: nothing to check."
  type        = any
  default     = null
}
