package cli_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestTraceOfServicesDrivesASimulation(t *testing.T) {
	services := file(t, "ours.csv", "t_s,service,desired,cpu_units,memory_mib,revision\n0,web,4,512,1024,1\n0,etl,1,9999,1,1\n900,web,6,512,1024,2\n1800,web,6,512,1024,2\n")
	got := clusterscaler(t, nil, "simulate", "--services", services)
	require.Zero(t, got.code, got.stderr)
	assert.Contains(t, got.stdout, "ours.csv under signal, seed 1: 30 min measured. A trace of what 1 service wanted, with 1 roll-out.")
	assert.Equal(t, "note: tasks of etl are larger than a host (m5.xlarge: 4096 CPU, 15400 MiB) and left out; they need up to 9999 CPU, 1 MiB\n", got.stderr)
}

// refused says that simulate answers each set of arguments with a sentence.
func refused(t *testing.T, answers map[string][]string) {
	t.Helper()
	for want, args := range answers {
		got := clusterscaler(t, nil, append([]string{"simulate"}, args...)...)
		assert.Equal(t, 1, got.code, want)
		assert.Contains(t, got.stderr, want)
		assert.Empty(t, got.stdout)
		assert.Equal(t, 1, strings.Count(got.stderr, "\n"), got.stderr)
	}
}

func TestWrongTraceOfServicesIsAnsweredWithWhatToDo(t *testing.T) {
	demand := file(t, "demand.csv", "t_s,value\n0,1\n3600,1\n")
	services := file(t, "services.csv", "t_s,service,desired,cpu_units,memory_mib\n60,web,2,256,512\n0,web,1,256,512\n")
	refused(t, map[string][]string{
		"--tasks, --services and --demand cannot be combined":                    {"--services", services, "--demand", demand},
		"services.csv:3: t_s is 0, before the line above; sort the lines by t_s": {"--services", services},
		"demand.csv:1: this is a trace of demand; give it to --demand":           {"--services", demand},
	})
}
