package function

import (
	"context"
	"encoding/json"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// obedient is the path of testdata/function, built once.
func obedient(t *testing.T) string {
	t.Helper()
	binary, err := builds.once("testdata/function", func(dir string) (string, error) {
		path := filepath.Join(dir, "function")
		return path, run(t.Context(), ".", "go", "build", "-tags", "lambda.norpc", "-o", path, "./testdata/function")
	})
	require.NoError(t, err)
	return binary
}

func startObedient(t *testing.T, env ...string) *Process {
	t.Helper()
	f, err := Start(t.Context(), obedient(t), env, Named("obedient"), MemoryMB(256))
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, f.Close()) })
	return f
}

func TestAFunctionAnswersOneInvocationAfterTheOther(t *testing.T) {
	f := startObedient(t)
	for _, word := range []string{"first", "second"} {
		result, err := f.Invoke(t.Context(), []byte(`{"say":"`+word+`"}`))
		require.NoError(t, err)
		assert.JSONEq(t, `{"said":"`+word+`"}`, string(result.Payload))
		assert.Equal(t, word+"\n", string(result.Logs), "only what this invocation wrote")
		assert.Empty(t, result.ErrorType)
	}
	assert.Positive(t, f.InitDuration())
}

func TestAFunctionsErrorIsAResult(t *testing.T) {
	f := startObedient(t)
	result, err := f.Invoke(t.Context(), []byte(`{"do":"fail"}`))
	require.NoError(t, err)
	assert.Equal(t, "errorString", result.ErrorType)
	assert.Equal(t, "it failed", result.ErrorMessage)

	result, err = f.Invoke(t.Context(), []byte(`{"say":"still here"}`))
	require.NoError(t, err)
	assert.Empty(t, result.ErrorType)
}

func TestAPanicIsAResultAndTheEndOfTheProcess(t *testing.T) {
	f := startObedient(t)
	result, err := f.Invoke(t.Context(), []byte(`{"do":"panic"}`))
	require.NoError(t, err)
	assert.Equal(t, "it panicked", result.ErrorMessage)
	assert.Contains(t, string(result.Logs), "it panicked")

	_, err = f.Invoke(t.Context(), []byte(`{}`))
	require.ErrorContains(t, err, "the process ended earlier")
}

func TestAProcessThatDiesDuringAnInvocationIsAnError(t *testing.T) {
	f := startObedient(t)
	result, err := f.Invoke(t.Context(), []byte(`{"do":"exit","say":"last words"}`))
	require.ErrorContains(t, err, "exit status 3")
	assert.Contains(t, string(result.Logs), "last words")
}

func TestTheDeadlineIsTheInvokersAndKills(t *testing.T) {
	f := startObedient(t)
	deadline := time.Now().Add(30 * time.Second).Truncate(time.Millisecond)
	ctx, cancel := context.WithDeadline(t.Context(), deadline)
	defer cancel()
	result, err := f.Invoke(ctx, []byte(`{"do":"deadline"}`))
	require.NoError(t, err)
	var seen int64
	require.NoError(t, json.Unmarshal(result.Payload, &seen))
	assert.Equal(t, deadline.UnixMilli(), seen)

	short, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err = f.Invoke(short, []byte(`{"do":"hang"}`))
	require.ErrorIs(t, err, context.DeadlineExceeded)
	require.ErrorContains(t, err, "task timed out")
	_, err = f.Invoke(t.Context(), []byte(`{}`))
	require.ErrorContains(t, err, "the process ended earlier")
}

func TestAnInitialisationThatFailsIsAnErrorAtOnce(t *testing.T) {
	for name, c := range map[string]struct{ env, says string }{
		"exits":    {"INIT=exit", "no configuration"},
		"reports":  {"INIT=report", "bad handler"},
		"no event": {"AWS_LAMBDA_RUNTIME_API=127.0.0.1:1", "before its first poll"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Start(t.Context(), obedient(t), []string{c.env})
			require.ErrorContains(t, err, c.says)
		})
	}
	t.Run("never polls", func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		_, err := Start(ctx, obedient(t), []string{"INIT=hang"})
		require.ErrorIs(t, err, context.DeadlineExceeded)
	})
	t.Run("no such binary", func(t *testing.T) {
		_, err := Start(t.Context(), filepath.Join(t.TempDir(), "bootstrap"), nil)
		require.ErrorContains(t, err, "no such file")
	})
}

func TestAFunctionSeesOnlyTheEnvironmentItIsGiven(t *testing.T) {
	t.Setenv("AWS_PROFILE", "the-users-own")
	f := startObedient(t, "CONFIG_PATH=/lab")
	result, err := f.Invoke(t.Context(), []byte(`{"do":"environment"}`))
	require.NoError(t, err)
	var environment []string
	require.NoError(t, json.Unmarshal(result.Payload, &environment))
	assert.Subset(t, environment, []string{"CONFIG_PATH=/lab", "AWS_LAMBDA_FUNCTION_NAME=obedient", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE=256"})
	assert.NotContains(t, environment, "AWS_PROFILE=the-users-own")
}

func TestPeakMemoryIsKeptAfterTheEnd(t *testing.T) {
	f := startObedient(t)
	running := f.PeakRSS()
	if peakRSS(f.cmd.Process.Pid) == 0 {
		assert.Zero(t, running, "this system does not tell")
		return
	}
	assert.Greater(t, running, int64(1<<20))
	require.NoError(t, f.Close())
	assert.GreaterOrEqual(t, f.PeakRSS(), running)
}
