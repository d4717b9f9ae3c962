// Package function is what the two Lambda functions share.
package function

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/aws"

	"ecs-cluster-scaler/internal/awsclient"
	"ecs-cluster-scaler/internal/settings"
)

// Handler acts on an event that arrives at now and returns the answer.
type Handler[Answer any] func(ctx context.Context, event []byte, now time.Time) (Answer, error)

// Run makes the handler once per process, so that connections and caches outlive one event, and serves Lambda. It
// returns the process's exit code, with one sentence on stderr.
func Run[Answer any](share awsclient.Share, connect func(aws.Config, settings.Settings, *slog.Logger) Handler[Answer]) int {
	serve, err := server(share, connect)
	if err != nil {
		fmt.Fprintln(os.Stderr, awsclient.Sentence(err))
		return 1
	}
	lambda.Start(serve)
	return 0
}

func server[Answer any](share awsclient.Share, connect func(aws.Config, settings.Settings, *slog.Logger) Handler[Answer]) (func(context.Context, json.RawMessage) (any, error), error) {
	s := settings.FromEnvironment(os.Getenv)
	if err := s.Validate(); err != nil {
		return nil, err
	}
	cfg, err := awsclient.Config(context.Background(), share)
	if err != nil {
		return nil, err
	}
	handle := connect(cfg, s, s.Logger(os.Stdout))
	return func(ctx context.Context, event json.RawMessage) (any, error) {
		answer, err := handle(ctx, event, time.Now())
		if err != nil {
			return nil, errors.New(awsclient.Sentence(err))
		}
		return answer, nil
	}, nil
}
