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

// Run makes the handler once per process, so that connections and caches outlive one event, and serves Lambda. Where
// that fails it writes one sentence to stderr and returns the process's exit code.
func Run[Answer any](share awsclient.Share, connect func(aws.Config, settings.Settings, *slog.Logger) Handler[Answer]) int {
	s := settings.FromEnvironment(os.Getenv)
	err := s.Validate()
	var cfg aws.Config
	if err == nil {
		cfg, err = awsclient.Config(context.Background(), share)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, awsclient.Sentence(err))
		return 1
	}
	handle := connect(cfg, s, s.Logger(os.Stdout))
	lambda.Start(func(ctx context.Context, event json.RawMessage) (any, error) {
		answer, err := handle(ctx, event, time.Now())
		if err != nil {
			return nil, errors.New(awsclient.Sentence(err))
		}
		return answer, nil
	})
	return 0
}
