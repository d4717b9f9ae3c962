package ecsreader

// ServiceOf and Strangers are for the tests of whose a task is.
var (
	ServiceOf = serviceOf
	NotListed = (*Reader).notListed
)
