// Package cli is the command line, a file per command.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"ecs-cluster-scaler/internal/awsclient"
	"ecs-cluster-scaler/internal/settings"
	"ecs-cluster-scaler/scaler/publisher"
)

// interrupted is the exit code after SIGINT, as shells count.
const interrupted = 130

// Run runs the command line and returns the process's exit code: 0; 1 with one sentence on stderr; 130 when ctx was
// cancelled meanwhile.
func Run(ctx context.Context, version string, args []string, getenv func(string) string, stdout, stderr io.Writer) int {
	root := newRoot(version, getenv) //nolint:contextcheck // cobra hands ctx to each command
	root.SetArgs(args)
	root.SetOut(stdout)
	root.SetErr(stderr)
	switch err := root.ExecuteContext(ctx); {
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
		Short: "Score ECS clusters for their Auto Scaling groups",
		Long: "clusterscaler scores every ECS cluster that has an entry in SSM Parameter Store: does it need another host, " +
			"can one go, or neither, and why.\n\nRegion and credentials are found as every AWS tool finds them.",
		Version:           version,
		SilenceUsage:      true,
		SilenceErrors:     true,
		CompletionOptions: cobra.CompletionOptions{HiddenDefaultCmd: true},
	}
	root.SetVersionTemplate(versionLine(version) + "\n")
	root.SetFlagErrorFunc(wrongFlag)
	root.PersistentFlags().StringVar(&s.ConfigPath, "config-path", s.ConfigPath, "SSM path that holds defaults and clusters/… ($CONFIG_PATH)")
	root.AddCommand(newExplain(&s), newPublish(&s), newDrain(&s), newSimulate(), newEvaluate(), newVersion(version))
	return root
}

// connect makes a publisher from the settings and the AWS configuration of whoever runs the command.
func connect(ctx context.Context, s settings.Settings, log *slog.Logger) (*publisher.Publisher, error) {
	if err := s.Validate(); err != nil {
		return nil, err
	}
	cfg, err := awsclient.Config(ctx, awsclient.PublisherShare)
	if err != nil {
		return nil, err
	}
	return publisher.New(publisher.Connect(cfg), s, log), nil
}

// warnings is the log of a command whose verdicts are its own output.
func warnings(stderr io.Writer) *slog.Logger {
	return slog.New(slog.NewTextHandler(stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
}

// output is the value of an --output flag.
type output string

const (
	asTable output = "table"
	asJSON  output = "json"
)

var outputs = []output{asTable, asJSON}

func (o *output) flag(cmd *cobra.Command) {
	*o = asTable
	cmd.Flags().VarP(o, "output", "o", "table or json")
}

// String is the flag's value.
func (o *output) String() string { return string(*o) }

// Type is what help calls the value.
func (*output) Type() string { return "format" }

// Set refuses formats that do not exist.
func (o *output) Set(value string) error {
	if !slices.Contains(outputs, output(value)) {
		return fmt.Errorf("it may be table or json")
	}
	*o = output(value)
	return nil
}

// wrongFlag is err in words that say what to write instead of what Go's parsers do.
func wrongFlag(cmd *cobra.Command, err error) error {
	text := err.Error()
	if !strings.HasPrefix(text, "invalid argument") {
		return fmt.Errorf("%w; %s --help lists the flags", err, cmd.CommandPath())
	}
	for parser, must := range map[string]string{
		"strconv.ParseUint":  "a whole number, 0 or more",
		"strconv.ParseInt":   "a whole number",
		"strconv.ParseFloat": "a number",
		"time":               "a length of time, as 90m or 6h",
	} {
		if flag, _, found := strings.Cut(text, ": "+parser+": "); found {
			return fmt.Errorf("%s: it must be %s", flag, must)
		}
	}
	return err
}

// nothing refuses arguments in words that fit them.
func nothing(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return fmt.Errorf("%s takes no arguments, not %q; explain takes names of clusters", cmd.Name(), args[0])
	}
	return nil
}
