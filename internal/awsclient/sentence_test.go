package awsclient_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/aws/smithy-go"
	"github.com/stretchr/testify/assert"

	"ecs-cluster-scaler/internal/awsclient"
)

func call(service, operation string, err error) error {
	return &smithy.OperationError{ServiceID: service, OperationName: operation, Err: fmt.Errorf("https response error StatusCode: 400, RequestID: 53dc4d37, %w", err)}
}

func TestSentence(t *testing.T) {
	denied := call("ECS", "ListContainerInstances", &smithy.GenericAPIError{Code: "AccessDeniedException", Message: "User: x is not authorized."})
	tests := map[string]struct {
		err  error
		want string
	}{
		"denied": {fmt.Errorf("read cluster web: %w", denied),
			"read cluster web: AWS denies ecs:ListContainerInstances; allow it in the caller's IAM policy (User: x is not authorized)"},
		"expired": {call("SSM", "GetParametersByPath", &smithy.GenericAPIError{Code: "ExpiredTokenException"}),
			"the AWS credentials have expired, so ssm:GetParametersByPath failed; sign in again"},
		"throttled": {call("Auto Scaling", "DescribeAutoScalingGroups", &smithy.GenericAPIError{Code: "Throttling", Message: "Rate exceeded"}),
			"AWS throttles autoscaling:DescribeAutoScalingGroups; other callers share the limit, and CloudTrail shows who they are; the call is repeated automatically (Rate exceeded)"},
		"slow": {call("CloudWatch", "PutMetricData", context.DeadlineExceeded), "cloudwatch:PutMetricData did not answer in time"},
		"two at once": {errors.Join(denied, call("CloudWatch", "PutMetricData", context.DeadlineExceeded)),
			"AWS denies ecs:ListContainerInstances; allow it in the caller's IAM policy (User: x is not authorized); cloudwatch:PutMetricData did not answer in time"},
		"any other code": {call("ECS", "ListServices", &smithy.GenericAPIError{Code: "ServerException", Message: "Oops."}),
			"ecs:ListServices failed with ServerException: Oops"},
		"no call at all": {errors.New("plain"), "plain"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, tt.want, awsclient.Sentence(tt.err))
		})
	}
}
