# Each keyword of the schema, on both sides of its limit. That the schema is the publisher's is for limits_test.go to say.

run "nothing_to_judge" {
  command = plan
  assert {
    condition     = length(output.faults) == 0
    error_message = "null: there is no defaults parameter."
  }
}

run "empty" {
  command = plan
  variables {
    entry = {}
  }
  assert {
    condition     = length(output.faults) == 0
    error_message = "{} is complete."
  }
}

run "everything_at_its_lower_limit" {
  command = plan
  variables {
    entry = {
      cpu           = { scale_out_at = 1, scale_in_below = 0 }
      memory        = { scale_out_at = null, scale_in_below = 0 }
      gpu           = { scale_out_at = 1.5, scale_in_below = 1 }
      headroom      = { tasks = 0, cpu = 0, memory = 0, fitted = { percentile = 50, most_percent = 0 } }
      instance      = { cpu = 1, memory = 1, gpu = 0, awsvpc_tasks = 0 }
      min_instances = 0
      scale_in      = false
      drain         = { deadline_minutes = 5, at_deadline = "stop", standalone_deadline_minutes = 5, hook = "h" }
      enabled       = false
    }
  }
  assert {
    condition     = output.faults == []
    error_message = "The limits themselves are allowed: ${join("; ", output.faults)}."
  }
}

run "everything_at_its_upper_limit" {
  command = plan
  variables {
    entry = {
      cpu           = { scale_out_at = 100, scale_in_below = 99.9 }
      gpu           = { scale_out_at = null, scale_in_below = 100 }
      headroom      = { tasks = 5000, cpu = 1048576, memory = 67108864, fitted = { percentile = 100, most_percent = 1000 } }
      instance      = { cpu = 1048576, memory = 67108864, gpu = 64, awsvpc_tasks = 10000 }
      min_instances = 5000
      scale_in      = true
      drain         = { deadline_minutes = 2865, at_deadline = "hold", standalone_deadline_minutes = 2865, hook = join("", [for _ in range(51) : "h_/-0"]) }
      enabled       = true
    }
  }
  assert {
    condition     = output.faults == []
    error_message = "The limits themselves are allowed: ${join("; ", output.faults)}."
  }
}

run "null_where_it_says_something" {
  command = plan
  variables {
    entry = { headroom = { cpu = null, memory = null }, instance = { cpu = null, memory = null, gpu = null, awsvpc_tasks = null } }
  }
  assert {
    condition     = output.faults == []
    error_message = "null is a value of these: ${join("; ", output.faults)}."
  }
}

run "one_of_a_pair_is_judged_by_the_publisher" {
  command = plan
  variables {
    entry = { cpu = { scale_in_below = 100 }, headroom = { cpu = 256 }, instance = { memory = null } }
  }
  assert {
    condition     = output.faults == []
    error_message = "The other one may come from the defaults: ${join("; ", output.faults)}."
  }
}

run "unknown_fields" {
  command = plan
  variables {
    entry = { min_instance = { a = 1 }, "cpu.tasks" = 1, cpu = { scale_out = 75 } }
  }
  assert {
    condition = toset(output.faults) == toset([
      "cpu.tasks is no field, known are cpu, drain, enabled, gpu, headroom, instance, memory, min_instances, scale_in",
      "min_instance is no field, known are cpu, drain, enabled, gpu, headroom, instance, memory, min_instances, scale_in",
      "cpu.scale_out is no field, known there are scale_in_below, scale_out_at",
    ])
    error_message = "Each is named, with those that are known beside it: ${join("; ", output.faults)}."
  }
}

run "types" {
  command = plan
  variables {
    entry = { cpu = 75, memory = { scale_out_at = "75", scale_in_below = null }, gpu = null, min_instances = 1.5, scale_in = "false", enabled = [], drain = { hook = 5 } }
  }
  assert {
    condition = toset(output.faults) == toset([
      "cpu must be an object, it is 75",
      "memory.scale_out_at must be a number or null, it is \"75\"",
      "memory.scale_in_below must be a number, it is null",
      "gpu must be an object, it is null",
      "min_instances must be an integer, it is 1.5",
      "scale_in must be true or false, it is \"false\"",
      "enabled must be true or false, it is []",
      "drain.hook must be a string, it is 5",
    ])
    error_message = "What JSON will hold counts, not what Terraform could make of it: ${join("; ", output.faults)}."
  }
}

run "below_the_limits" {
  command = plan
  variables {
    entry = { cpu = { scale_out_at = 0, scale_in_below = -0.1 }, memory = { scale_out_at = -1 }, headroom = { tasks = -1 }, instance = { cpu = 0 }, drain = { deadline_minutes = 4, hook = "" } }
  }
  assert {
    condition = toset(output.faults) == toset([
      "cpu.scale_out_at must be at least 1, it is 0",
      "cpu.scale_in_below must be at least 0, it is -0.1",
      "memory.scale_out_at must be at least 1, it is -1",
      "headroom.tasks must be at least 0, it is -1",
      "instance.cpu must be at least 1, it is 0",
      "drain.deadline_minutes must be at least 5, it is 4",
      "drain.hook must be of length 1 or more, it is of length 0",
      "drain.hook must match ^[A-Za-z0-9_/-]+$, it is \"\"",
    ])
    error_message = "Each limit is named: ${join("; ", output.faults)}."
  }
}

run "above_the_limits" {
  command = plan
  variables {
    entry = { gpu = { scale_in_below = 100.5 }, instance = { gpu = 65 }, min_instances = 5001, drain = { standalone_deadline_minutes = 2866, hook = join("", [for _ in range(256) : "h"]) } }
  }
  assert {
    condition = toset(output.faults) == toset([
      "gpu.scale_in_below must be at most 100, it is 100.5",
      "instance.gpu must be at most 64, it is 65",
      "min_instances must be at most 5000, it is 5001",
      "drain.standalone_deadline_minutes must be at most 2865, it is 2866",
      "drain.hook must be of length 255 or less, it is of length 256",
    ])
    error_message = "Each limit is named: ${join("; ", output.faults)}."
  }
}

run "words" {
  command = plan
  variables {
    entry = { drain = { at_deadline = "wait", hook = "my hook" } }
  }
  assert {
    condition = toset(output.faults) == toset([
      "drain.at_deadline must be one of stop, hold, it is \"wait\"",
      "drain.hook must match ^[A-Za-z0-9_/-]+$, it is \"my hook\"",
    ])
    error_message = "Words are judged too: ${join("; ", output.faults)}."
  }
}

run "pairs" {
  command = plan
  variables {
    entry = { cpu = { scale_out_at = 50, scale_in_below = 75 }, gpu = { scale_out_at = 50, scale_in_below = 50 }, headroom = { cpu = 256, memory = null }, instance = { cpu = null, memory = 1024 } }
  }
  assert {
    condition = toset(output.faults) == toset([
      "cpu.scale_in_below must be less than cpu.scale_out_at",
      "gpu.scale_in_below must be less than gpu.scale_out_at",
      "headroom.cpu and headroom.memory must both be null, or neither",
      "instance.cpu and instance.memory must both be null, or neither",
    ])
    error_message = "Two fields of one part are judged together: ${join("; ", output.faults)}."
  }
}

run "headroom_that_fits_itself" {
  command = plan
  variables {
    entry = { headroom = { fitted = { percentile = 49, most_percent = 1001, most = 1 } } }
  }
  assert {
    condition = toset(output.faults) == toset([
      "headroom.fitted.most is no field, known there are most_percent, percentile",
      "headroom.fitted.percentile must be at least 50, it is 49",
      "headroom.fitted.most_percent must be at most 1000, it is 1001",
    ])
    error_message = "A part within a part is judged too: ${join("; ", output.faults)}."
  }
}

run "headroom_that_does_not" {
  command = plan
  variables {
    entry = { headroom = { fitted = false } }
  }
  assert {
    condition     = output.faults == []
    error_message = "false is a choice: ${join("; ", output.faults)}."
  }
}

run "headroom_has_no_true" {
  command = plan
  variables {
    entry = { headroom = { fitted = true } }
  }
  assert {
    condition     = output.faults == ["headroom.fitted must be false or an object, it is true; leave it out for the default"]
    error_message = "true is none: ${join("; ", output.faults)}."
  }
}
