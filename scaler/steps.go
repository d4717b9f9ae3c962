package scaler

import "ecs-cluster-scaler/placement"

// mostSteps bounds each packing of what is wanted: a quarter of placement.MostSteps, because a pass packs it anew for each
// round of Need, for the verdict and for the gap. What moves when hosts go is packed once, within placement.MostSteps.
// Where a bound is reached, a cause that is known by then stays one, and nothing is scaled in.
const mostSteps = placement.MostSteps / 4

// cutShort is what is said where a bound was reached.
const cutShort = "there are too many hosts, tasks and constraints to try them all in one pass"
