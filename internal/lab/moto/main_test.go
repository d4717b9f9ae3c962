package moto

import (
	"context"
	"fmt"
	"os"
	"testing"
)

// shared is the one moto of this package's tests; each resets it first.
var shared *Server

func TestMain(m *testing.M) {
	if os.Getenv(orphaning) != "" {
		os.Exit(startMotoAndWait())
	}
	os.Exit(runTests(m))
}

func runTests(m *testing.M) int {
	if err := os.Unsetenv("AWS_CA_BUNDLE"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	var err error
	if shared, err = Start(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	code := m.Run()
	if err := shared.Close(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return code
}
