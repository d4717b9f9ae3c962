package cli

import (
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"ecs-cluster-scaler/simulator/calibration"
	"ecs-cluster-scaler/simulator/report"
)

// calibrating holds the arguments of calibrate.
type calibrating struct {
	knobs  string
	format calibrated
}

func newCalibrate() *cobra.Command {
	c := calibrating{format: calibrated(asTable)}
	cmd := &cobra.Command{
		Use:   "calibrate web.json",
		Short: "Hold the numbers of the simulated AWS against a recording of your cluster",
		Long: "calibrate reads a recording of a cluster, as record writes it. Of each number of the simulated AWS (knob) it says whether " +
			"the recording confirms it, contradicts it or does not show it, and what was seen. It changes nothing and calls nothing. " +
			"--output knobs writes a file of knobs with what was seen in place of what is contradicted, for simulate --knobs. " +
			"docs/recording.md says by which rules.",
		Example: `  clusterscaler calibrate web.json
  clusterscaler calibrate web.json --output knobs >k.json
  clusterscaler calibrate web.json --knobs k.json`,
		Args: func(_ *cobra.Command, args []string) error {
			switch len(args) {
			case 0:
				return errors.New("no recording is given; name a file that clusterscaler record wrote, such as web.json")
			case 1:
				return nil
			}
			return fmt.Errorf("calibrate reads one recording, not %d; run it once for each", len(args))
		},
		RunE: func(cmd *cobra.Command, args []string) error { return c.run(cmd, args[0]) },
	}
	cmd.Flags().VarP(&c.format, "output", "o", "table, json, or knobs: a file for simulate --knobs")
	cmd.Flags().StringVar(&c.knobs, "knobs", "", "JSON file of the knobs to hold the recording against (default: those of simulate --list-knobs)")
	return cmd
}

func (c calibrating) run(cmd *cobra.Command, path string) error {
	knobs, err := world{knobs: c.knobs}.readKnobs()
	if err != nil {
		return err
	}
	r, err := readRecording(path)
	if err != nil {
		return err
	}
	for _, note := range r.Notes {
		fmt.Fprintln(cmd.ErrOrStderr(), "note:", note)
	}
	out, found := cmd.OutOrStdout(), calibration.Judge(r, knobs)
	shown := report.Calibration{
		Cluster: r.Cluster, Made: r.Made, From: r.From, To: r.To, Resolution: r.Resolution,
		Findings: found, Knobs: calibration.Knobs(knobs, found),
	}
	switch c.format {
	case asKnobs:
		return indented(out, shown.Knobs)
	case calibrated(asJSON):
		return indented(out, shown)
	default:
		return report.CalibrationText(out, shown)
	}
}

// calibrated is the value of --output of calibrate.
type calibrated string

const asKnobs calibrated = "knobs"

// String is the flag's value.
func (o *calibrated) String() string { return string(*o) }

// Type is what help calls the value.
func (*calibrated) Type() string { return "format" }

// Set refuses formats that do not exist.
func (o *calibrated) Set(value string) error {
	known := []calibrated{calibrated(asTable), calibrated(asJSON), asKnobs}
	if !slices.Contains(known, calibrated(value)) {
		return fmt.Errorf("it must be %s, %s or %s", known[0], known[1], known[2])
	}
	*o = calibrated(value)
	return nil
}
