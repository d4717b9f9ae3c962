package lab

import (
	"os"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/smithy-go/middleware"

	"ecs-cluster-scaler/internal/awsclient"
)

const (
	// Region is where every world of the lab lies.
	Region = "eu-west-1"
	// Account is the one moto gives to keys it does not know.
	Account = "123456789012"
)

// Env is what a process under test needs to see this moto and nothing of the user's:
// later entries win, so append it to whatever else the process gets.
func (m *Moto) Env() []string { return environment(m.endpoint) }

func environment(endpoint string) []string {
	return []string{
		"AWS_ENDPOINT_URL=" + endpoint,
		"AWS_ACCESS_KEY_ID=test",
		"AWS_SECRET_ACCESS_KEY=test",
		"AWS_SESSION_TOKEN=",
		"AWS_REGION=" + Region,
		"AWS_DEFAULT_REGION=" + Region,
		"AWS_EC2_METADATA_DISABLED=true",
		"AWS_CA_BUNDLE=",
		"AWS_PROFILE=",
		"AWS_CONFIG_FILE=" + os.DevNull,
		"AWS_SHARED_CREDENTIALS_FILE=" + os.DevNull,
		"AWS_PAGER=",
	}
}

// Config is for seeding and reading back. It takes nothing from the environment and makes each call once: what moto says
// first is what the test sees, and no call is repeated that moto has carried out.
func (m *Moto) Config() aws.Config {
	return aws.Config{
		Region:       Region,
		BaseEndpoint: aws.String(m.endpoint),
		Credentials:  credentials.NewStaticCredentialsProvider("test", "test", ""),
		HTTPClient:   awshttp.NewBuildableClient(),
		APIOptions:   []func(*middleware.Stack) error{awsclient.KeepAnswers},
		Retryer:      func() aws.Retryer { return aws.NopRetryer{} },
	}
}
