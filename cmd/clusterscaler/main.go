// Command clusterscaler runs by hand what the functions run, and simulates; clusterscaler --help lists its commands.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"ecs-cluster-scaler/cmd/clusterscaler/internal/cli"
)

// version is set by the build.
var version = "dev"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := cli.Run(ctx, version, os.Args[1:], os.Getenv, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}
