package cli

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"ecs-cluster-scaler/simulator"
	"ecs-cluster-scaler/simulator/aws"
	"ecs-cluster-scaler/simulator/recording"
)

// world holds the arguments that say how AWS is simulated and what it costs.
type world struct {
	knobs    string
	strategy strategy
	price    float64
	prices   string
}

func (w *world) flags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&w.knobs, "knobs", "", "JSON file that sets numbers of the simulated AWS; simulate --list-knobs shows all")
	f.Var(&w.strategy, "strategy", "how ECS places tasks: aws-default, binpack or spread (default: as the workload is written)")
	f.Float64Var(&w.price, "price", 0, "price of a host's hour in USD, such as 0.192; also shows money, and what the scaler itself costs")
	f.StringVar(&w.prices, "prices", "", "CSV file of prices by instance type, instance_type,usd_per_hour")
}

// readKnobs returns the numbers of the simulated AWS, with those that --knobs sets.
func (w world) readKnobs() (aws.Knobs, error) { return w.turn(aws.Defaults()) }

// turn returns numbers with those that --knobs sets.
func (w world) turn(base aws.Knobs) (aws.Knobs, error) {
	if w.knobs == "" {
		return base, nil
	}
	text, err := os.ReadFile(w.knobs)
	if err != nil {
		return aws.Knobs{}, fmt.Errorf("--knobs: %w; name a JSON file such as {\"ecs.back_off\": \"1m\"}", err)
	}
	knobs, err := base.Turn(text)
	if err != nil {
		if _, other := recording.Read("", bytes.NewReader(text)); other == nil {
			return aws.Knobs{}, fmt.Errorf("%s is a recording and no file of knobs; clusterscaler calibrate %s --output knobs makes one of it", w.knobs, w.knobs)
		}
		return aws.Knobs{}, fmt.Errorf("%s: %w", w.knobs, err)
	}
	return knobs, nil
}

// readPrices returns the prices of --price or --prices, nil without them.
func (w world) readPrices(changed func(flag string) bool) (simulator.Prices, error) {
	switch {
	case changed("price") && w.prices != "":
		return nil, errors.New("--price and --prices cannot be combined; keep one of them")
	case changed("price"):
		prices, err := simulator.AnyPrice(w.price)
		if err != nil {
			return nil, fmt.Errorf("--price: %w", err)
		}
		return prices, nil
	case w.prices != "":
		return parsed(w.prices, simulator.ParsePrices)
	}
	return nil, nil
}

// given is how it was given, a file by its name alone.
func (w world) given() string {
	var words string
	if w.knobs != "" {
		words += " --knobs " + filepath.Base(w.knobs)
	}
	if w.strategy != "" {
		words += " --strategy " + string(w.strategy)
	}
	if w.price != 0 {
		words += fmt.Sprintf(" --price %g", w.price)
	}
	if w.prices != "" {
		words += " --prices " + filepath.Base(w.prices)
	}
	return words
}
