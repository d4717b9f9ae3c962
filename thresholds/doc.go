// Package thresholds turns one cluster's entry, a JSON document from SSM Parameter Store, into the values that the
// rules need. The embedded schema is the validator, the table of built-in defaults and the source of every limit that
// documentation and Terraform state.
package thresholds
