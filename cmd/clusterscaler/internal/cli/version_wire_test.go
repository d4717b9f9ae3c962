package cli_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestVersionNeedsNoAWS(t *testing.T) {
	for _, asked := range []string{"version", "--version"} {
		got := clusterscaler(t, []string{"AWS_REGION=", "AWS_DEFAULT_REGION="}, asked)
		assert.Zero(t, got.code)
		assert.Regexp(t, `^clusterscaler \S+ \(go\d`, got.stdout)
	}
}
