package scaler

import "ecs-cluster-scaler/placement"

// mostSteps bounds each packing of what is wanted, to a quarter of placement.MostSteps: a pass packs it for each round
// of Need and for the gap. The tasks of removed hosts are packed once, within placement.MostSteps. At a bound, a known
// cause stays one, and nothing is scaled in.
const mostSteps = placement.MostSteps / 4

// cutShort is said where a bound was reached.
const cutShort = "there are too many hosts, tasks and constraints to try them all in one pass"
