// Package process is what the parts of the lab share that start processes: what these see of AWS, the end of what they wrote,
// and where the repository is.
package process
