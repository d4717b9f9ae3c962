// Package placement answers one question: would these tasks fit on these hosts? It knows CPU, memory, GPUs, fixed host
// ports, distinctInstance, memberOf, capacity providers, required attributes and network interfaces, as ECS does
// (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-placement.html). One order of packing may miss what
// another finds, so a yes that matters is asked for in three.
package placement
