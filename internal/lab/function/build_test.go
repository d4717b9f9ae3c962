package function

import (
	"archive/zip"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestEachBinaryIsBuiltOnce(t *testing.T) {
	var w workshop
	built := 0
	build := func(dir string) (string, error) {
		built++
		return filepath.Join(dir, "binary"), os.WriteFile(filepath.Join(dir, "binary"), nil, 0o600)
	}
	first, err := w.once("one", build)
	require.NoError(t, err)
	second, err := w.once("one", build)
	require.NoError(t, err)
	assert.Equal(t, first, second)
	assert.Equal(t, 1, built)

	broken := errors.New("broken")
	_, err = w.once("two", func(string) (string, error) { return "", broken })
	require.ErrorIs(t, err, broken)
	require.ErrorContains(t, err, "build two")

	require.NoError(t, w.remove())
	assert.NoFileExists(t, first)
}

func TestTheBootstrapComesOutOfItsZip(t *testing.T) {
	archive := filepath.Join(t.TempDir(), "function.zip")
	file, err := os.Create(archive)
	require.NoError(t, err)
	writer := zip.NewWriter(file)
	entry, err := writer.Create("bootstrap")
	require.NoError(t, err)
	_, err = entry.Write([]byte("#!/bin/sh\n"))
	require.NoError(t, err)
	require.NoError(t, writer.Close())
	require.NoError(t, file.Close())

	target := filepath.Join(t.TempDir(), "bootstrap")
	require.NoError(t, unzip(archive, "bootstrap", target))
	mode, err := os.Stat(target)
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o700), mode.Mode())
	require.ErrorContains(t, unzip(archive, "other", target), "take other out of")
}
