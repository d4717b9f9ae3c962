package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"ecs-cluster-scaler/simulator/workload"
)

// output is the value of an --output flag.
type output string

const (
	asTable output = "table"
	asJSON  output = "json"
)

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
	if output(value) != asTable && output(value) != asJSON {
		return fmt.Errorf("it must be table or json")
	}
	*o = output(value)
	return nil
}

// indented writes a value as JSON.
func indented(out io.Writer, value any) error {
	encoder := json.NewEncoder(out)
	encoder.SetIndent("", "  ")
	return encoder.Encode(value)
}

// wrongFlag returns err in words that say what to write.
func wrongFlag(cmd *cobra.Command, err error) error {
	text := err.Error()
	if !strings.HasPrefix(text, "invalid argument") {
		return fmt.Errorf("%w; %s --help lists the flags", err, cmd.CommandPath())
	}
	for parser, must := range map[string]string{
		"strconv.ParseUint":  "a whole number, 0 or more",
		"strconv.ParseInt":   "a whole number",
		"strconv.ParseFloat": "a number",
		"time":               "a duration, such as 90m or 6h",
	} {
		if flag, _, found := strings.Cut(text, ": "+parser+": "); found {
			return fmt.Errorf("%s: it must be %s", flag, must)
		}
	}
	return err
}

// wrongCommand returns err in words that say what to write, if it tells of a command that there is not.
func wrongCommand(root *cobra.Command, err error) error {
	if err == nil {
		return nil
	}
	var name string
	if _, other := fmt.Sscanf(err.Error(), "unknown command %q for", &name); other != nil {
		return err
	}
	if like := root.SuggestionsFor(name); len(like) > 0 {
		return fmt.Errorf("there is no command %q; did you mean %s?", name, strings.Join(like, " or "))
	}
	return fmt.Errorf("there is no command %q; clusterscaler --help lists the commands", name)
}

// nothing refuses arguments.
func nothing(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return fmt.Errorf("%s takes no arguments, but %q is one; explain takes names of clusters", cmd.Name(), args[0])
	}
	return nil
}

// period is the value of --every.
type period time.Duration

// String is the flag's value; empty: not given.
func (p *period) String() string {
	if *p == 0 {
		return ""
	}
	return time.Duration(*p).String()
}

// Type is what help calls the value.
func (*period) Type() string { return "duration" }

// Set takes one minute only. The alarms count minutes: with gaps, the scale-in alarm, five of five, would never fire.
func (p *period) Set(value string) error {
	d, err := time.ParseDuration(value)
	if err != nil || d != time.Minute {
		return errors.New("it must be 1m, because the alarms need a datapoint every minute")
	}
	*p = period(d)
	return nil
}

// window is the value of --window.
type window workload.Window

// String is the flag's value; empty: not given.
func (w *window) String() string {
	if *w == (window{}) {
		return ""
	}
	return fmt.Sprintf("%d:%d", w.From, w.To)
}

// Type is what help calls the value.
func (*window) Type() string { return "from:to" }

// Set takes two whole numbers of seconds.
func (w *window) Set(value string) error {
	var rest string
	n, err := fmt.Sscanf(value+" .", "%d:%d %s", &w.From, &w.To, &rest)
	if n != 3 || err != nil || rest != "." || w.From < 0 || w.To <= w.From {
		return errors.New("it must be from:to in seconds, with to after from, such as 86400:259200")
	}
	return nil
}

// strategy is the value of --strategy.
type strategy workload.Strategy

// String is the flag's value; empty: not given.
func (s *strategy) String() string { return string(*s) }

// Type is what help calls the value.
func (*strategy) Type() string { return "strategy" }

// Set refuses strategies that do not exist.
func (s *strategy) Set(value string) error {
	known := []workload.Strategy{workload.AWSDefault, workload.Binpack, workload.Spread}
	if !slices.Contains(known, workload.Strategy(value)) {
		return fmt.Errorf("it must be %s, %s or %s", known[0], known[1], known[2])
	}
	*s = strategy(value)
	return nil
}
