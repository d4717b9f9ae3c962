// Package cli is the command line, a file per command.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"

	"github.com/spf13/cobra"

	"ecs-cluster-scaler/internal/awsclient"
	"ecs-cluster-scaler/internal/settings"
	"ecs-cluster-scaler/scaler/publisher"
)

// interrupted is a shell's exit code after SIGINT.
const interrupted = 130

// Run runs the command line and returns the process's exit code: 0; 1 with one sentence on stderr; 130 when ctx was
// cancelled meanwhile.
func Run(ctx context.Context, version string, args []string, getenv func(string) string, stdout, stderr io.Writer) int {
	root := newRoot(version, getenv) //nolint:contextcheck // cobra hands ctx to each command
	root.SetArgs(args)
	root.SetOut(stdout)
	root.SetErr(stderr)
	switch err := wrongCommand(root, root.ExecuteContext(ctx)); {
	case errors.Is(err, context.Canceled):
		fmt.Fprintln(stderr, "clusterscaler: interrupted")
		return interrupted
	case err != nil:
		fmt.Fprintln(stderr, "clusterscaler:", awsclient.Sentence(err))
		return 1
	}
	return 0
}

func newRoot(version string, getenv func(string) string) *cobra.Command {
	s := settings.FromEnvironment(getenv)
	root := &cobra.Command{
		Use:   "clusterscaler",
		Short: "Tell which ECS clusters need another host, and which can give one up",
		Long: "clusterscaler judges every ECS cluster that has an entry in SSM Parameter Store. It says whether the cluster needs " +
			"another host, can give one up, or neither, and why.\n\nIt finds region and credentials as every AWS tool does.",
		Example: `  clusterscaler explain
  clusterscaler drain
  clusterscaler simulate diurnal`,
		Version:           version,
		SilenceUsage:      true,
		SilenceErrors:     true,
		CompletionOptions: cobra.CompletionOptions{HiddenDefaultCmd: true},
	}
	root.SetVersionTemplate(versionLine(version) + "\n")
	root.DisableSuggestions, root.SuggestionsMinimumDistance = true, 2 // wrongCommand suggests, in the same sentence
	root.SetFlagErrorFunc(wrongFlag)
	root.PersistentFlags().StringVar(&s.ConfigPath, "config-path", s.ConfigPath, "SSM path that holds the parameters defaults and clusters/… ($CONFIG_PATH)")
	root.AddCommand(newExplain(&s), newPublish(&s), newDrain(&s), newRecord(), newSimulate(), newCalibrate(), newEvaluate(), newVersion(version))
	root.InitDefaultHelpCmd()
	for _, command := range root.Commands() {
		if command.Name() == "help" { // which else answers a mistyped command with exit code 0
			command.Args = func(_ *cobra.Command, args []string) error {
				_, _, err := root.Find(args)
				return err
			}
		}
	}
	return root
}

// connect makes a publisher from the settings and the caller's AWS configuration.
func connect(ctx context.Context, s settings.Settings, log *slog.Logger) (*publisher.Publisher, error) {
	if err := s.Validate(); err != nil {
		return nil, err
	}
	cfg, err := awsclient.Config(ctx, awsclient.PublisherShare)
	if err != nil {
		return nil, err
	}
	return publisher.New(publisher.Connect(cfg), s, log, time.Now), nil
}

// warnings is the log of a command that shows the verdicts itself.
func warnings(stderr io.Writer) *slog.Logger {
	return slog.New(slog.NewTextHandler(stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
}
