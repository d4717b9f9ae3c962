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
	return Beside(func(_ context.Context, s *Server) (int, error) {
		shared = s
		return m.Run(), nil
	})
}
