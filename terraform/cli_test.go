package terraform_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ecs-cluster-scaler/internal/lab/moto"
)

// configuration is one folder in a copy of this one, as somebody would have it who applies it to a moto.
type configuration struct {
	// copied is the copy of this folder, folder the configuration in it.
	copied, folder string

	env       []string
	variables map[string]string // of terraform.tfvars, as HCL
}

// newConfiguration prepares examples/<example>, with files besides, by their names in the copy of this folder.
func newConfiguration(t *testing.T, server *moto.Server, example string, files map[string]string) *configuration {
	t.Helper()
	_, err := exec.LookPath("terraform")
	require.NoError(t, err, "terraform is not on the PATH; this test applies with it")
	copied := filepath.Join(t.TempDir(), "terraform")
	copyFolder(t, ".", copied)
	c := &configuration{copied: copied, folder: filepath.Join(copied, "examples", example), variables: map[string]string{}}
	for name, text := range files {
		c.write(t, name, text)
	}
	for _, variable := range os.Environ() {
		name, _, _ := strings.Cut(variable, "=")
		if strings.HasPrefix(name, "AWS_") || strings.HasPrefix(name, "TF_VAR_") || strings.HasPrefix(name, "TF_CLI_ARGS") ||
			slices.Contains([]string{"TF_DATA_DIR", "TF_WORKSPACE", "TF_CLI_CONFIG_FILE", "TF_LOG"}, name) {
			continue
		}
		c.env = append(c.env, variable)
	}
	c.env = append(c.env, server.Env()...)
	c.env = append(c.env, "TF_IN_AUTOMATION=1", "TF_INPUT=0", "CHECKPOINT_DISABLE=1")
	if file := providers(t); file != "" {
		c.env = append(c.env, "TF_CLI_CONFIG_FILE="+file)
	}
	c.mustRun(t, "init", "-no-color")
	return c
}

// providers is a CLI configuration that names TF_PLUGIN_MIRROR, else the user's own, if it is there.
func providers(t *testing.T) string {
	t.Helper()
	mirror := os.Getenv("TF_PLUGIN_MIRROR")
	if mirror == "" {
		own := os.Getenv("TF_CLI_CONFIG_FILE")
		if _, err := os.Stat(own); err != nil {
			return ""
		}
		return own
	}
	mirror, err := filepath.Abs(mirror)
	require.NoError(t, err)
	file := filepath.Join(t.TempDir(), "mirror.tfrc")
	text := "provider_installation {\n  filesystem_mirror {\n    path = \"" + filepath.ToSlash(mirror) + "\"\n  }\n}\n"
	require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
	return file
}

// write puts a file into the copy.
func (c *configuration) write(t *testing.T, name, text string) {
	t.Helper()
	file := filepath.Join(c.copied, name)
	require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o700))
	require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
}

// copyFolder leaves out what somebody's own init and apply left there.
func copyFolder(t *testing.T, from, to string) {
	t.Helper()
	require.NoError(t, filepath.WalkDir(from, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if strings.HasPrefix(entry.Name(), ".terraform") && entry.IsDir() {
			return filepath.SkipDir
		}
		target := filepath.Join(to, path)
		if entry.IsDir() {
			return os.MkdirAll(target, 0o700)
		}
		if strings.HasPrefix(entry.Name(), ".terraform") || strings.Contains(entry.Name(), ".tfstate") || strings.HasSuffix(entry.Name(), ".tfvars") {
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(target, text, 0o600)
	}))
}

// set writes terraform.tfvars anew, with these lines in place of those that were there.
func (c *configuration) set(t *testing.T, lines map[string]string) {
	t.Helper()
	var text strings.Builder
	maps.Copy(c.variables, lines)
	for name, value := range c.variables {
		text.WriteString(name + " = " + value + "\n")
	}
	require.NoError(t, os.WriteFile(filepath.Join(c.folder, "terraform.tfvars"), []byte(text.String()), 0o600))
}

// patience is for one command: the provider itself waits for up to an hour and more for a group that does not empty.
const patience = 10 * time.Minute

func (c *configuration) run(ctx context.Context, args ...string) (stdout []byte, exit int, err error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, "terraform", append([]string{"-chdir=" + c.folder}, args...)...)
	cmd.Env = c.env
	// Its provider is deleted with it.
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 10 * time.Second
	var said, complained bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &complained
	err = cmd.Run()
	if ended, ok := errors.AsType[*exec.ExitError](err); ok {
		return append(said.Bytes(), complained.Bytes()...), ended.ExitCode(), nil
	}
	return said.Bytes(), 0, err
}

func (c *configuration) mustRun(t *testing.T, args ...string) []byte {
	t.Helper()
	said, exit, err := c.run(t.Context(), args...)
	require.NoError(t, err)
	require.Zero(t, exit, "terraform %s: %s", strings.Join(args, " "), said)
	return said
}

func (c *configuration) apply(t *testing.T) []byte {
	t.Helper()
	return c.mustRun(t, "apply", "-auto-approve", "-no-color")
}

// requireNoChange is what -detailed-exitcode says: 0 nothing to do, 2 something.
func (c *configuration) requireNoChange(t *testing.T) {
	t.Helper()
	said, exit, err := c.run(t.Context(), "plan", "-no-color", "-detailed-exitcode")
	require.NoError(t, err)
	require.Zero(t, exit, "a second plan has changes: %s", said)
}

// change is one resource's part of a plan.
type change struct {
	Address string
	Type    string
	Change  struct {
		Actions      []string
		ReplacePaths json.RawMessage `json:"replace_paths"`
	}
}

// plannedWith plans as if text stood in an override file beside the example, on the state as it is.
func (c *configuration) plannedWith(t *testing.T, text string) []change {
	t.Helper()
	override := filepath.Join(c.folder, "main_override.tf")
	require.NoError(t, os.WriteFile(override, []byte(text), 0o600))
	defer func() { require.NoError(t, os.Remove(override)) }()
	return c.planned(t)
}

// planned plans on the state as it is.
func (c *configuration) planned(t *testing.T) []change {
	t.Helper()
	file := filepath.Join(t.TempDir(), "plan")
	c.mustRun(t, "plan", "-refresh=false", "-no-color", "-out="+file)
	var plan struct {
		Changes []change `json:"resource_changes"`
	}
	require.NoError(t, json.Unmarshal(c.mustRun(t, "show", "-json", file), &plan))
	return plan.Changes
}

// processor is this machine's, as the zips are named; functions run on Linux.
func processor() (zip, architecture string) {
	if runtime.GOARCH == "arm64" {
		return "arm64", "arm64"
	}
	return "amd64", "x86_64"
}
