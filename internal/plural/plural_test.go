package plural_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"ecs-cluster-scaler/internal/plural"
)

func TestNumbersWithTheirNouns(t *testing.T) {
	for want, got := range map[string]string{
		"0 hosts":      plural.Count(0, "host"),
		"1 host":       plural.Count(1, "host"),
		"2 hosts":      plural.Count(2, "host"),
		"1 policy":     plural.Count(1, "policy", "policies"),
		"3 policies":   plural.Count(3, "policy", "policies"),
		"0 tasks were": plural.Count(0, "task was", "tasks were"),
		"1 task was":   plural.Count(1, "task was", "tasks were"),
	} {
		assert.Equal(t, want, got)
	}
}

func TestALengthOfTimeEndsWithItsLastUnit(t *testing.T) {
	for want, d := range map[string]time.Duration{
		"24h": 24 * time.Hour, "1h30m": 90 * time.Minute, "45m": 45 * time.Minute, "1h0m5s": time.Hour + 5*time.Second, "10s": 10 * time.Second, "0s": 0, "1.5s": 1500 * time.Millisecond,
	} {
		assert.Equal(t, want, plural.Duration(d))
	}
}
