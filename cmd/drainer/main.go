// Command drainer is the Lambda function that runs a tick each minute, and makes the first step for a host as soon as an
// event names it.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/aws/aws-lambda-go/lambda"

	"ecs-cluster-scaler/drain/drainer"
	"ecs-cluster-scaler/internal/awsclient"
	"ecs-cluster-scaler/internal/settings"
)

func main() {
	handler, err := handler(context.Background())
	if err != nil {
		fmt.Fprintln(os.Stderr, awsclient.Sentence(err))
		os.Exit(1)
	}
	lambda.Start(handler)
}

// handler is made once per process, so that connections and what is known of hosts outlive one tick.
func handler(ctx context.Context) (func(context.Context, json.RawMessage) (any, error), error) {
	s := settings.FromEnvironment(os.Getenv)
	if err := s.Validate(); err != nil {
		return nil, err
	}
	cfg, err := awsclient.Config(ctx, awsclient.DrainerShare)
	if err != nil {
		return nil, err
	}
	d := drainer.New(drainer.Connect(cfg), s, s.Logger(os.Stdout))
	return func(ctx context.Context, event json.RawMessage) (any, error) {
		answer, err := d.Event(ctx, event, time.Now())
		if err != nil {
			return nil, errors.New(awsclient.Sentence(err))
		}
		return answer, nil
	}, nil
}
