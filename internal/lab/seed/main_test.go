package seed

import (
	"context"
	"fmt"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"ecs-cluster-scaler/internal/lab/moto"
)

// shared is the one moto of this package's tests; each resets it first.
var shared *moto.Server

func TestMain(m *testing.M) { os.Exit(runTests(m)) }

func runTests(m *testing.M) int {
	err := os.Unsetenv("AWS_CA_BUNDLE")
	if err == nil {
		shared, err = moto.Start(context.Background())
	}
	if err != nil {
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

// emptyMoto is the shared moto without a world.
func emptyMoto(t *testing.T) *moto.Server {
	t.Helper()
	require.NoError(t, shared.Reset(t.Context()))
	return shared
}
