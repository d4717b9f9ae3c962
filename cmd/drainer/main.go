// Command drainer is the Lambda function that runs a tick each minute, and makes the first step for a host as soon as an
// event names it.
package main

import (
	"log/slog"
	"os"

	"github.com/aws/aws-sdk-go-v2/aws"

	"ecs-cluster-scaler/drain/drainer"
	"ecs-cluster-scaler/internal/awsclient"
	"ecs-cluster-scaler/internal/function"
	"ecs-cluster-scaler/internal/settings"
)

func main() {
	os.Exit(function.Run(awsclient.DrainerShare, func(cfg aws.Config, s settings.Settings, log *slog.Logger) function.Handler[drainer.Answer] {
		return drainer.New(drainer.Connect(cfg), s, log).Event
	}))
}
