package moto

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/smithy-go/middleware"

	"ecs-cluster-scaler/internal/awsclient"
	"ecs-cluster-scaler/internal/lab/internal/process"
)

// Region is where every world of the lab lies.
const Region = process.Region

// Env is what a process under test needs to see this moto and nothing of the user's:
// later entries win, so append it to whatever else the process gets.
func (m *Server) Env() []string { return process.Environment(m.endpoint) }

// Config is for seeding and reading back. It takes nothing from the environment and makes each call once: what moto says
// first is what the test sees, and no call is repeated that moto has carried out.
func (m *Server) Config() aws.Config {
	return aws.Config{
		Region:       Region,
		BaseEndpoint: aws.String(m.endpoint),
		Credentials:  credentials.NewStaticCredentialsProvider("test", "test", ""),
		HTTPClient:   awshttp.NewBuildableClient(),
		APIOptions:   []func(*middleware.Stack) error{awsclient.KeepAnswers},
		Retryer:      func() aws.Retryer { return aws.NopRetryer{} },
	}
}
