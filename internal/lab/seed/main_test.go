package seed

import (
	"context"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"ecs-cluster-scaler/internal/lab/moto"
)

// shared is the one moto of this package's tests; each resets it first.
var shared *moto.Server

func TestMain(m *testing.M) {
	os.Exit(moto.Beside(func(_ context.Context, s *moto.Server) (int, error) {
		shared = s
		if err := os.Unsetenv("AWS_CA_BUNDLE"); err != nil {
			return 1, err
		}
		return m.Run(), nil
	}))
}

// emptyMoto is the shared moto without a world.
func emptyMoto(t *testing.T) *moto.Server {
	t.Helper()
	require.NoError(t, shared.Reset(t.Context()))
	return shared
}
