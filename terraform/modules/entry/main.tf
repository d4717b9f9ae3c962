# Judges an entry, or the defaults, by the publisher's own schema, and makes nothing. For the root module and modules/cluster only.
# A validation of a variable could not: before Terraform 1.9 it sees no local, so the limits would be written out in each of its messages.
# entry.schema.json is a copy of thresholds/entry.schema.json, and limits_test.go says when it is not.

locals {
  schema = jsondecode(file("${path.module}/entry.schema.json"))

  # Field, part.field or part.field.inner to its rule.
  fields = { for name, field in local.schema.properties : name => merge(field, try(local.schema["$defs"][trimprefix(field["$ref"], "#/$defs/")], {})) }
  inner  = merge([for part, field in local.fields : { for name, rule in try(field.properties, {}) : "${part}.${name}" => rule }]...)
  rules  = merge(local.fields, local.inner, [for path, field in local.inner : { for name, rule in try(field.properties, {}) : "${path}.${name}" => rule }]...)

  # The same paths to what was given, each as JSON: Terraform itself would take "75" for 75.
  given = merge(concat(
    [{ for name in try(keys(var.entry), []) : name => jsonencode(var.entry[name]) }],
    [for part, field in local.fields : { for name in try(keys(var.entry[part]), []) : "${part}.${name}" => jsonencode(var.entry[part][name]) } if can(field.properties)],
    [for path, field in local.inner : { for name in try(keys(var.entry[split(".", path)[0]][split(".", path)[1]]), []) : "${path}.${name}" => jsonencode(var.entry[split(".", path)[0]][split(".", path)[1]][name]) } if can(field.properties)],
  )...)
  strings = { for path, text in local.given : path => jsondecode(text) if startswith(text, "\"") }
  numbers = { for path, text in local.given : path => jsondecode(text) if can(regex("^-?[0-9]", text)) }
  types = { for path, text in local.given : path => flatten([
    contains(["true", "false"], text) ? ["boolean"] : [],
    text == "null" ? ["null"] : [],
    startswith(text, "{") ? ["object"] : [],
    startswith(text, "[") ? ["array"] : [],
    can(local.strings[path]) ? ["string"] : [],
    can(local.numbers[path]) ? ["number"] : [],
    try(floor(local.numbers[path]) == local.numbers[path], false) ? ["integer"] : [],
  ]) }

  words = { object = "an object", integer = "an integer", number = "a number", string = "a string", boolean = "true or false" }

  # try: a rule without this limit, or a field that was not given, is no fault. "rule." before a keyword is what limits_test.go looks for.
  # below and bothOrNeither only where both fields are given: the other one may come from the defaults, which only the publisher sees.
  faults = concat(
    [for name in try(keys(var.entry), []) : "${name} is no field, known are ${join(", ", keys(local.fields))}" if !contains(keys(local.fields), name)],
    flatten([for part, field in local.fields : [
      for name in try(setsubtract(keys(var.entry[part]), keys(field.properties)), []) : "${part}.${name} is no field, known there are ${join(", ", keys(field.properties))}"
    ]]),
    flatten([for path, field in local.inner : [
      for name in try(setsubtract(keys(var.entry[split(".", path)[0]][split(".", path)[1]]), keys(field.properties)), []) : "${path}.${name} is no field, known there are ${join(", ", keys(field.properties))}"
    ]]),
    [for path, rule in local.rules : "${path} must be ${join(" or ", [for type in flatten([rule.type]) : lookup(local.words, type, type)])}, it is ${local.given[path]}" if try(length(setintersection(flatten([rule.type]), local.types[path])) == 0, false)],
    [for path, rule in local.rules : "${path} must be false or an object, it is true; leave it out for the default" if try(rule.neverTrue && local.given[path] == "true", false)],
    [for path, rule in local.rules : "${path} must be one of ${join(", ", rule.enum)}, it is ${local.given[path]}" if try(!contains([for value in rule.enum : jsonencode(value)], local.given[path]), false)],
    [for path, rule in local.rules : "${path} must be at least ${rule.minimum}, it is ${local.numbers[path]}" if try(local.numbers[path] < rule.minimum, false)],
    [for path, rule in local.rules : "${path} must be at most ${rule.maximum}, it is ${local.numbers[path]}" if try(local.numbers[path] > rule.maximum, false)],
    [for path, rule in local.rules : "${path} must be of length ${rule.minLength} or more, it is of length ${length(local.strings[path])}" if try(length(local.strings[path]) < rule.minLength, false)],
    [for path, rule in local.rules : "${path} must be of length ${rule.maxLength} or less, it is of length ${length(local.strings[path])}" if try(length(local.strings[path]) > rule.maxLength, false)],
    [for path, rule in local.rules : "${path} must match ${rule.pattern}, it is ${local.given[path]}" if try(length(regexall(rule.pattern, local.strings[path])) == 0, false)],
    [for path, rule in local.rules : "${path}.${rule.below[0]} must be less than ${path}.${rule.below[1]}" if try(local.numbers["${path}.${rule.below[0]}"] >= local.numbers["${path}.${rule.below[1]}"], false)],
    [for path, rule in local.rules : "${path}.${rule.bothOrNeither[0]} and ${path}.${rule.bothOrNeither[1]} must both be null, or neither" if try((local.given["${path}.${rule.bothOrNeither[0]}"] == "null") != (local.given["${path}.${rule.bothOrNeither[1]}"] == "null"), false)],
  )
}
