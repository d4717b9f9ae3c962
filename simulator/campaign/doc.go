// Package campaign runs random schedules of a simulated account and judges each by promises.
//
// A schedule is a [Plan], drawn from one seed: clusters, groups, services, entries, what people and fate do, and what
// fails. The real publisher and drainer run in it, on clients that fail as the plan says. The [judge] keeps books of its
// own from what happens in the world, and never asks the code that it judges.
package campaign
