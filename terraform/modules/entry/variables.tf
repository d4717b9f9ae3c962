variable "entry" {
  description = "The entry, as an object; null: nothing to judge."
  type        = any
  default     = null
}
