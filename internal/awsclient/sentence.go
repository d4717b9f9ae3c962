package awsclient

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"

	"github.com/aws/smithy-go"
)

// Sentence returns err with each failed AWS call in words: the IAM action, what AWS said, what to do next.
func Sentence(err error) string {
	text := err.Error()
	failed := calls(err)
	for _, call := range failed {
		text = strings.ReplaceAll(text, call.Error(), sentence(call))
	}
	if len(failed) > 1 {
		text = strings.ReplaceAll(text, "\n", "; ") // errors.Join puts a line each
	}
	return text
}

// calls finds every failed call in err's tree.
func calls(err error) []*smithy.OperationError {
	if call, ok := err.(*smithy.OperationError); ok { //nolint:errorlint // each node is looked at, not the first match
		return []*smithy.OperationError{call}
	}
	switch wrapping := err.(type) { //nolint:errorlint // as above
	case interface{ Unwrap() error }:
		if inner := wrapping.Unwrap(); inner != nil {
			return calls(inner)
		}
	case interface{ Unwrap() []error }:
		var all []*smithy.OperationError
		for _, inner := range wrapping.Unwrap() {
			all = append(all, calls(inner)...)
		}
		return all
	}
	return nil
}

func sentence(call *smithy.OperationError) string {
	action := actionOf(call)
	var api smithy.APIError
	var network *net.OpError
	var noTime *NoTimeError
	switch {
	case errors.As(call.Err, &noTime):
		return fmt.Sprintf("%s was not called: %v", action, noTime)
	case errors.As(call.Err, &api):
		return ofCode(action, api)
	case errors.Is(call.Err, context.DeadlineExceeded):
		return action + " did not answer in time"
	case errors.As(call.Err, &network):
		return fmt.Sprintf("%s could not be reached: %v; check the network, the region and AWS_ENDPOINT_URL", action, network)
	default:
		return fmt.Sprintf("%s failed: %v", action, call.Err)
	}
}

func ofCode(action string, api smithy.APIError) string {
	message := strings.TrimSuffix(api.ErrorMessage(), ".")
	code := api.ErrorCode()
	if slices.Contains(denials, code) {
		return fmt.Sprintf("AWS denies %s; allow it in the caller's IAM policy (%s)", action, message)
	}
	switch code {
	case "ExpiredToken", "ExpiredTokenException", "RequestExpired":
		return fmt.Sprintf("the AWS credentials have expired, so %s failed; sign in again", action)
	case "InvalidClientTokenId", "UnrecognizedClientException", "SignatureDoesNotMatch", "InvalidSignatureException":
		return fmt.Sprintf("AWS does not accept the credentials for %s; check AWS_PROFILE and the region (%s)", action, message)
	case "ThrottlingException", "Throttling", "RequestLimitExceeded":
		return fmt.Sprintf("AWS throttles %s; other callers share the limit, and CloudTrail shows who they are; the call is repeated automatically (%s)", action, message)
	default:
		return fmt.Sprintf("%s failed with %s: %s", action, code, message)
	}
}

// Denied tells whether AWS refused a call because no policy allows it.
func Denied(err error) bool {
	api, ok := errors.AsType[smithy.APIError](err)
	return ok && slices.Contains(denials, api.ErrorCode())
}

// denials are the codes by which services say so.
var denials = []string{"AccessDenied", "AccessDeniedException", "UnauthorizedOperation"}

// actionOf is the IAM action of a call, such as ecs:ListContainerInstances
// (https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html).
func actionOf(call *smithy.OperationError) string {
	return strings.ToLower(strings.ReplaceAll(call.ServiceID, " ", "")) + ":" + call.OperationName
}
