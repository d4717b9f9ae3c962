// Package awsclient configures the AWS clients of the functions and the command line, and turns AWS's errors into
// sentences.
package awsclient

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/smithy-go/logging"
	"github.com/aws/smithy-go/middleware"
)

// ErrNoRegion means that neither environment nor profile names a region.
var ErrNoRegion = errors.New("no AWS region is set; set AWS_REGION, or region in the profile that AWS_PROFILE names")

// perAttempt is how long one attempt of a call may take. Answers come within a second, and a hanging connection must
// leave time to try again.
const perAttempt = 10 * time.Second

// Config reads region, credentials and endpoints as every AWS tool does
// (https://docs.aws.amazon.com/sdkref/latest/guide/settings-reference.html). It fails at once if region or credentials
// are missing. Calls keep to share of AWS's limits.
func Config(ctx context.Context, share Share) (aws.Config, error) {
	cfg, err := config.LoadDefaultConfig(ctx,
		// Adaptive: after a throttle the client slows down by itself, which shared buckets need.
		config.WithRetryMode(aws.RetryModeAdaptive),
		config.WithAppID("ecs-cluster-scaler"),
		config.WithHTTPClient(awshttp.NewBuildableClient().WithTimeout(perAttempt)),
		config.WithAPIOptions([]func(*middleware.Stack) error{newLimits(share).add, KeepAnswers}),
		// The SDK's own log lines, such as that it falls back to IMDSv1, help nobody here.
		config.WithLogger(logging.Nop{}),
	)
	var profile config.SharedConfigProfileNotExistError
	switch {
	case errors.As(err, &profile):
		return aws.Config{}, fmt.Errorf("the AWS profile %q does not exist; set AWS_PROFILE to one that aws configure list-profiles shows", profile.Profile)
	case err != nil:
		return aws.Config{}, fmt.Errorf("read the AWS configuration: %w", err)
	}
	if cfg.Region == "" {
		return aws.Config{}, ErrNoRegion
	}
	if _, err := cfg.Credentials.Retrieve(ctx); err != nil {
		// The error of the last resort, the instance metadata service, does not help someone who forgot to sign in.
		first, _, _ := strings.Cut(err.Error(), ", no EC2 IMDS role found")
		return aws.Config{}, fmt.Errorf("no AWS credentials were found; set AWS_PROFILE, or sign in with aws sso login (%s)", first)
	}
	return cfg, nil
}
