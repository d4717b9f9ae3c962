package settings_test

import (
	"log/slog"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ecs-cluster-scaler/internal/metrics"
	"ecs-cluster-scaler/internal/settings"
)

func environment(values map[string]string) func(string) string {
	return func(name string) string { return values[name] }
}

func TestAnEmptyEnvironmentGivesTheDefaults(t *testing.T) {
	s := settings.FromEnvironment(environment(nil))
	require.NoError(t, s.Validate())
	assert.Equal(t, settings.Settings{
		ConfigPath: "/ecs-cluster-scaler", Namespace: "ECSClusterScaler", Metrics: metrics.Everything, LogLevel: slog.LevelInfo,
	}, s)
}

func TestDrainHooksAreNamesWithCommasBetween(t *testing.T) {
	for _, c := range []struct {
		value string
		want  []string
	}{{"", nil}, {"a", []string{"a"}}, {"a,b-c/d", []string{"a", "b-c/d"}}, {" a , b,, ", []string{"a", "b"}}, {"a b\n", []string{"a", "b"}}} {
		s := settings.FromEnvironment(environment(map[string]string{"DRAIN_HOOKS": c.value}))
		require.NoError(t, s.Validate(), c.value)
		assert.Equal(t, c.want, s.DrainHooks, c.value)
	}
}

func TestWrongSettingsNameTheirVariable(t *testing.T) {
	tests := map[string]struct{ name, value, want string }{
		"relative path":        {"CONFIG_PATH", "ecs", "must begin with a slash"},
		"trailing slash":       {"CONFIG_PATH", "/ecs/", "must not end with one"},
		"Amazon's namespace":   {"METRIC_NAMESPACE", "AWS/ECS", "METRIC_NAMESPACE"},
		"unknown selection":    {"METRICS", "some", "it must be all or scaling"},
		"hooks without a name": {"DRAIN_HOOKS", " , ", "DRAIN_HOOKS names no hook"},
		"unknown level":        {"LOG_LEVEL", "loud", "LOG_LEVEL must be debug, info, warn or error"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			s := settings.FromEnvironment(environment(map[string]string{tt.name: tt.value}))
			require.ErrorContains(t, s.Validate(), tt.want)
		})
	}
}
