// Package property runs a package's properties on the same generated cases every time, so that a test fails for what
// was changed and for nothing else. `make properties` tries new cases.
package property

import (
	"flag"
	"strconv"
	"testing"

	_ "pgregory.net/rapid" // brings the flags
)

// Main is a TestMain: so many cases for each property, from seed 1. -rapid.checks and -rapid.seed on the command line
// win; seed 0 is another one in each run.
func Main(m *testing.M, checks int) {
	_ = flag.Set("rapid.checks", strconv.Itoa(checks))
	_ = flag.Set("rapid.seed", "1")
	m.Run()
}
