package cli

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestThePeriodIsAMinute(t *testing.T) {
	for _, refused := range []string{"30s", "90s", "5m", "0", "-1m", "often"} {
		var p period
		require.Error(t, p.Set(refused), refused)
	}
	var p period
	require.NoError(t, p.Set("60s"))
	assert.Equal(t, "1m0s", p.String())
}
