// Command publisher is the Lambda function that runs a pass each minute.
package main

import (
	"log/slog"
	"os"
	"runtime/debug"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"ecs-cluster-scaler/internal/awsclient"
	"ecs-cluster-scaler/internal/function"
	"ecs-cluster-scaler/internal/settings"
	"ecs-cluster-scaler/scaler/publisher"
)

// memoryLimit is where the garbage collector begins to work harder. A pass over hundreds of clusters makes garbage
// faster than it keeps things; without a limit the process would grow to twice of what it needs.
const memoryLimit = 44 << 20

func main() {
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(memoryLimit)
	}
	os.Exit(function.Run(awsclient.PublisherShare, func(cfg aws.Config, s settings.Settings, log *slog.Logger) function.Handler[any] {
		return publisher.New(publisher.Connect(cfg), s, log, time.Now).Event
	}))
}
