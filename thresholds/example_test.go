package thresholds_test

import (
	"fmt"

	"ecs-cluster-scaler/thresholds"
)

// What an entry leaves out comes from the defaults, then from the built-in ones. Faults are all named at once.
func ExampleParse() {
	defaults := []byte(`{"cpu": {"scale_out_at": 85}}`)
	entry := []byte(`{"min_instances": 3, "drain": {"deadline_minutes": 30}}`)

	e, err := thresholds.Parse(entry, defaults)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("CPU:", e.CPU.ScaleInBelow, "to", *e.CPU.ScaleOutAt)
	fmt.Println("drain:", e.Drain.AtDeadline, "after", e.Drain.DeadlineMinutes, "minutes")

	_, err = thresholds.Parse([]byte(`{"cpu": {"scale_out_at": 120}, "min_instance": 3}`), defaults)
	fmt.Println(err)
	// Output:
	// CPU: 50 to 85
	// drain: stop after 30 minutes
	// entry: cpu.scale_out_at must be at most 100, it is 120; entry: min_instance is not a field; the fields here are cpu, drain, enabled, gpu, headroom, instance, memory, min_instances, scale_in
}
