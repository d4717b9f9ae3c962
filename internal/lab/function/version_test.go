package function

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ecs-cluster-scaler/internal/lab/internal/process"
)

// Names that git takes for a tag, or that somebody gives to make, and that would run something or change what is linked.
var hostileVersions = []string{
	`v1';touch${IFS}"$CANARY";'`, `v1"$(touch${IFS}$CANARY)"`, "v1`touch${IFS}$CANARY`", `v1$(shell touch $(CANARY))`, `v1;touch${IFS}$CANARY`,
	`v1|touch${IFS}$CANARY`, `v1&touch${IFS}$CANARY`, `v1 -X main.version=other`, `-X`, ``, `v1'`,
}

var releaseCheck = regexp.MustCompile(`(?s)\njobs:\n(?:  #[^\n]*\n)*  tag:\n.*?      - run: \|\n(.*?)\n\n  ci:`)

// Only this machine's zip is asked for, and nothing is built: each is refused before.
func TestNoVersionIsReadByAShell(t *testing.T) {
	repository, err := process.Repository()
	require.NoError(t, err)
	for _, version := range hostileVersions {
		t.Run(version, func(t *testing.T) {
			canary := filepath.Join(t.TempDir(), "canary")
			for _, command := range [][]string{
				{"make", "-s", "VERSION=" + version, "dist/publisher_linux_amd64.zip"},
				{"make", "-s", "VERSION=" + version, "sbom"},
				{"tools/package.sh", "dist/publisher_linux_amd64.zip", version},
			} {
				cmd := exec.CommandContext(t.Context(), command[0], command[1:]...)
				cmd.Dir, cmd.Env = repository, append(os.Environ(), "CANARY="+canary)
				said, err := cmd.CombinedOutput()
				require.Error(t, err, "%q: %s", command, said)
				assert.Contains(t, string(said), "is no version: give letters, digits and", "%q", command)
				assert.NoFileExists(t, canary, "%q", command)
			}
			// What make would run shows the variable, never what it holds.
			cmd := exec.CommandContext(t.Context(), "make", "-n", "VERSION="+version, "package", "sbom", "build", "test-package", "package-twice")
			cmd.Dir, cmd.Env = repository, append(os.Environ(), "CANARY="+canary)
			said, err := cmd.CombinedOutput()
			require.NoError(t, err, "%s", said)
			assert.NotContains(t, string(said), "touch")
			assert.NoFileExists(t, canary)
		})
	}
}

func TestVersionsOfTagsAndCommitsAreTaken(t *testing.T) {
	repository, err := process.Repository()
	require.NoError(t, err)
	for _, version := range []string{"v1.2.3", "v1.2.3-rc.1", "v1.2.3-4-g0123456789ab-dirty", "6ab54f400000", "dev", "release/1.2", "v1.2.3+build.5"} {
		// The zip's name is looked at after its version.
		cmd := exec.CommandContext(t.Context(), "tools/package.sh", "dist/nothing.zip", version)
		cmd.Dir = repository
		said, err := cmd.CombinedOutput()
		require.Error(t, err)
		assert.NotContains(t, string(said), "is no version")
		assert.Contains(t, string(said), "dist/nothing.zip is not", version)
	}
}

// The release's first job asks the same of a tag before anything else runs.
func TestTheReleaseChecksItsTagFirst(t *testing.T) {
	repository, err := process.Repository()
	require.NoError(t, err)
	text, err := os.ReadFile(filepath.Join(repository, ".github", "workflows", "release.yml"))
	require.NoError(t, err)
	check := releaseCheck.FindSubmatch(text)
	require.NotNil(t, check, "the first job of release.yml checks the tag")
	taken := func(version string) bool {
		cmd := exec.CommandContext(t.Context(), "bash", "-e", "-c", string(check[1]))
		cmd.Env = append(os.Environ(), "VERSION="+version)
		return cmd.Run() == nil
	}
	for _, version := range []string{"v1.2.3", "v1.2.3-rc.1", "v10"} {
		assert.True(t, taken(version), version)
	}
	for _, version := range append(hostileVersions, "1.2.3", "v1.2.3/x", "v1\nv2") {
		assert.False(t, taken(version), version)
	}
	assert.Regexp(t, `(?m)^  ci:\n    needs: tag\n`, string(text))
	assert.Regexp(t, `(?m)^  release:\n    needs: ci\n`, string(text))
}
