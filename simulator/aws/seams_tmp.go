package aws

// Stubs so that the package compiles until all is written; each part deletes its own.

// Manage has ECS scale a group by managed scaling.
func (w *World) Manage(c *Cluster, p CapacityProvider) {}

// Clients: their methods have the SDK's signatures.
//
//	func (w *World) ECS() *ECS                 every method of drain/drainer.ECS and cluster/ecsreader.ECS
//	func (w *World) AutoScaling() *AutoScaling likewise
//	func (w *World) CloudWatch() *CloudWatch   PutMetricData
//	func (w *World) SSM() *SSM                 GetParametersByPath, GetParameterHistory
