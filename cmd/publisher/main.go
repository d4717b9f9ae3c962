// Command publisher is the Lambda function that runs a pass each minute.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"runtime/debug"
	"time"

	"github.com/aws/aws-lambda-go/lambda"

	"ecs-cluster-scaler/internal/awsclient"
	"ecs-cluster-scaler/internal/lambdaevent"
	"ecs-cluster-scaler/internal/settings"
	"ecs-cluster-scaler/scaler/publisher"
)

// memoryLimit is where the garbage collector begins to work harder. A pass over hundreds of clusters makes garbage
// faster than it keeps things; without a limit the process would grow to twice of what it needs.
const memoryLimit = 44 << 20

func main() {
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(memoryLimit)
	}
	handler, err := handler(context.Background())
	if err != nil {
		fmt.Fprintln(os.Stderr, awsclient.Sentence(err))
		os.Exit(1)
	}
	lambda.Start(handler)
}

// handler is made once per process, so that connections and caches outlive one pass.
func handler(ctx context.Context) (func(context.Context, json.RawMessage) (any, error), error) {
	s := settings.FromEnvironment(os.Getenv)
	if err := s.Validate(); err != nil {
		return nil, err
	}
	cfg, err := awsclient.Config(ctx, awsclient.PublisherShare)
	if err != nil {
		return nil, err
	}
	log := s.Logger(os.Stdout)
	pass := publisher.New(publisher.Connect(cfg), s, log)
	return func(ctx context.Context, event json.RawMessage) (any, error) {
		scheduled, err := lambdaevent.Parse(event, time.Now())
		if err != nil {
			return nil, err
		}
		if scheduled.Stale {
			log.Warn("the event is too old to act on, or from the future", "minute", scheduled.Minute)
			return publisher.Dropped{Minute: scheduled.Minute, Dropped: "stale"}, nil
		}
		answer, err := pass.Run(ctx, scheduled.Minute)
		if err != nil {
			return nil, errors.New(awsclient.Sentence(err))
		}
		return answer, nil
	}, nil
}
