package campaign

import "math/rand/v2"

// drawEntry makes a valid entry, once in eight times one with extremes.
func drawEntry(r *rand.Rand) Entry {
	e := Entry{CPU: drawBand(r), Memory: drawBand(r)}
	if chance(r, 3) {
		e.Headroom = &Headroom{Tasks: r.IntN(3)}
		if chance(r, 2) {
			e.Headroom.CPU, e.Headroom.Memory = new(512), new(1024)
		}
		switch e.Headroom.Tasks {
		case 1:
			e.Headroom.Fitted = map[string]any{"percentile": 90.0}
		case 2:
			e.Headroom.Fitted = false
		}
	}
	if chance(r, 3) {
		e.Instance = &InstanceHint{AwsvpcTasks: new(pick(r, 3, 20))}
	}
	if chance(r, 3) {
		e.MinInstances = r.IntN(4)
	}
	if chance(r, 12) {
		e.ScaleIn = new(false)
	}
	if chance(r, 30) {
		e.Enabled = new(false)
	}
	e.Drain = &Drain{
		Deadline: pick(r, 5, 10, 15, 30, 60), AtDeadline: pick(r, "stop", "stop", "stop", hold), Standalone: pick(r, 5, 20, 45, 90, 2820),
	}
	if chance(r, 8) {
		extreme(r, &e)
	}
	return e
}

// drawBand makes a pair of thresholds, or none.
func drawBand(r *rand.Rand) *Band {
	if chance(r, 2) {
		return nil
	}
	out := 40 + r.IntN(55)
	return &Band{Out: new(float64(out)), In: float64(r.IntN(out))}
}

// extreme turns one or more fields to what the schema just takes.
func extreme(r *rand.Rand, e *Entry) {
	for range 1 + r.IntN(3) {
		switch r.IntN(8) {
		case 0:
			e.CPU = &Band{Out: new(1.0), In: 0}
		case 1:
			e.Memory = &Band{Out: new(100.0), In: 99.999}
		case 2:
			// What daemons take of a host of 4096, and a hair more: no number of hosts gets below it.
			e.CPU = &Band{Out: new(3.1250000001), In: 0}
		case 3:
			e.CPU, e.Memory = &Band{In: 100}, &Band{In: 100}
		case 4:
			e.Headroom = &Headroom{Tasks: 5000, CPU: new(1048576), Memory: new(67108864)}
		case 5:
			e.Headroom = &Headroom{Tasks: 5000, CPU: new(1), Memory: new(1)}
		case 6:
			e.Instance = &InstanceHint{CPU: new(1), Memory: new(1), AwsvpcTasks: new(0)}
		case 7:
			e.MinInstances = 5000
		}
	}
}
