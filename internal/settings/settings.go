// Package settings reads the settings that the functions and the command line share.
package settings

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"unicode"

	"ecs-cluster-scaler/internal/metrics"
)

// Settings are the environment variables that the functions read.
type Settings struct {
	// ConfigPath is CONFIG_PATH, the SSM path that holds defaults and clusters/….
	ConfigPath string
	// Namespace is METRIC_NAMESPACE.
	Namespace string
	// Metrics is METRICS: all or scaling.
	Metrics metrics.Selection
	// DrainHooks is DRAIN_HOOKS, comma-separated: the lifecycle hooks that the drainer may complete; none: any.
	DrainHooks []string
	// LogLevel is LOG_LEVEL: debug, info, warn or error.
	LogLevel slog.Level

	levelErr error
	// hooksSet: DRAIN_HOOKS is not empty, whether or not it holds a name.
	hooksSet bool
}

// FromEnvironment reads the settings; getenv is os.Getenv. Validate them once the flags are read.
func FromEnvironment(getenv func(string) string) Settings {
	s := Settings{
		ConfigPath: cmp.Or(getenv("CONFIG_PATH"), "/ecs-cluster-scaler"),
		Namespace:  cmp.Or(getenv("METRIC_NAMESPACE"), "ECSClusterScaler"),
		Metrics:    cmp.Or(metrics.Selection(getenv("METRICS")), metrics.Everything),
	}
	// A hook's name has no spaces, so a space between two names is meant as a comma.
	if hooks := getenv("DRAIN_HOOKS"); hooks != "" {
		s.DrainHooks = strings.FieldsFunc(hooks, func(r rune) bool { return r == ',' || unicode.IsSpace(r) })
		s.hooksSet = true
	}
	s.levelErr = s.LogLevel.UnmarshalText([]byte(cmp.Or(getenv("LOG_LEVEL"), "info")))
	return s
}

// Validate says which setting cannot be used, and what to set instead.
func (s Settings) Validate() error {
	switch {
	case s.levelErr != nil:
		return errors.New("LOG_LEVEL must be debug, info, warn or error")
	case !strings.HasPrefix(s.ConfigPath, "/") || strings.HasSuffix(s.ConfigPath, "/"):
		return fmt.Errorf("the configuration path %q must begin with a slash and must not end with one, as /ecs-cluster-scaler does; set CONFIG_PATH or --config-path", s.ConfigPath)
	case s.Namespace == "":
		return errors.New("the metric namespace is empty; set METRIC_NAMESPACE or --namespace, or set neither for ECSClusterScaler")
	case strings.HasPrefix(s.Namespace, "AWS/"):
		return fmt.Errorf("the metric namespace %q cannot be used, because names that begin with AWS/ are Amazon's own; set METRIC_NAMESPACE or --namespace", s.Namespace)
	case s.Metrics != metrics.Everything && s.Metrics != metrics.ScalingOnly:
		return fmt.Errorf("METRICS is %q; it must be %s or %s", s.Metrics, metrics.Everything, metrics.ScalingOnly)
	case s.hooksSet && len(s.DrainHooks) == 0:
		return errors.New("DRAIN_HOOKS names no hook; list the names of lifecycle hooks, separated by commas, or unset it to allow any hook")
	}
	return nil
}

// Logger writes JSON lines from the given level on. Their time is called timestamp, which is what Lambda looks for in
// JSON logs (https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-logformat.html).
func (s Settings) Logger(w io.Writer) *slog.Logger {
	return slog.New(slog.NewJSONHandler(w, &slog.HandlerOptions{
		Level: s.LogLevel,
		ReplaceAttr: func(groups []string, a slog.Attr) slog.Attr {
			if len(groups) == 0 && a.Key == slog.TimeKey {
				a.Key = "timestamp"
			}
			return a
		},
	}))
}
