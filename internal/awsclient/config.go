// Package awsclient makes the AWS clients that the functions and the command line share, and says AWS's errors in a
// sentence.
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

// perAttempt is how long one attempt of a call may take: answers come within a second, and a connection that hangs must
// leave time to try again.
const perAttempt = 10 * time.Second

// Config reads region, credentials and endpoints as every AWS tool does
// (https://docs.aws.amazon.com/sdkref/latest/guide/settings-reference.html) and fails at once, in a sentence, when one
// of the first two is missing. Calls keep to share of AWS's limits.
func Config(ctx context.Context, share Share) (aws.Config, error) {
	cfg, err := config.LoadDefaultConfig(ctx,
		// Adaptive: after a throttle the client slows down by itself, which shared buckets ask for.
		config.WithRetryMode(aws.RetryModeAdaptive),
		config.WithAppID("ecs-cluster-scaler"),
		config.WithHTTPClient(awshttp.NewBuildableClient().WithTimeout(perAttempt)),
		config.WithAPIOptions([]func(*middleware.Stack) error{newLimits(share).add, KeepAnswers}),
		// What the SDK has to say beside its errors, such as that it falls back to IMDSv1, helps nobody here.
		config.WithLogger(logging.Nop{}),
	)
	var profile config.SharedConfigProfileNotExistError
	switch {
	case errors.As(err, &profile):
		return aws.Config{}, fmt.Errorf("there is no AWS profile %q; set AWS_PROFILE to one that aws configure list-profiles names", profile.Profile)
	case err != nil:
		return aws.Config{}, fmt.Errorf("read the AWS configuration: %w", err)
	}
	if cfg.Region == "" {
		return aws.Config{}, ErrNoRegion
	}
	if _, err := cfg.Credentials.Retrieve(ctx); err != nil {
		// What the last resort, the instance metadata service, said is no help to anyone who forgot to sign in.
		first, _, _ := strings.Cut(err.Error(), ", no EC2 IMDS role found")
		return aws.Config{}, fmt.Errorf("no AWS credentials were found; set AWS_PROFILE, or sign in with aws sso login (%s)", first)
	}
	return cfg, nil
}
