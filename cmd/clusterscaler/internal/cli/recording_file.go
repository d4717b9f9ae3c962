package cli

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"ecs-cluster-scaler/simulator/aws"
	"ecs-cluster-scaler/simulator/recording"
)

// readRecording reads the recording of a file.
func readRecording(path string) (recording.Recording, error) {
	if isFolder(path) {
		return recording.Recording{}, fmt.Errorf("%s is a folder; name a file that clusterscaler record wrote", path)
	}
	file, err := os.Open(path)
	if err != nil {
		return recording.Recording{}, fmt.Errorf("the recording cannot be read: %w; name a file that clusterscaler record wrote", err)
	}
	defer func() { _ = file.Close() }() // it was only read
	r, err := recording.Read(filepath.Base(path), file)
	if err != nil && isKnobs(path) {
		err = fmt.Errorf("%s is a file of knobs and no recording; give it to --knobs", path)
	}
	return r, err
}

// isKnobs says whether a file sets numbers of the simulated AWS.
func isKnobs(path string) bool {
	text, err := os.ReadFile(path)
	if err != nil {
		return false
	}
	_, err = aws.ParseKnobs(text)
	return err == nil && !bytes.Equal(bytes.TrimSpace(text), []byte("{}"))
}

// writableRecording tells whether a recording can be written, before anybody waits for it. Nothing is left behind.
func writableRecording(flag, path string) error {
	if path == "" {
		return nil
	}
	info, err := os.Stat(path)
	switch {
	case err == nil && info.IsDir():
		return noPlace(flag, path, "web.json", err)
	case err == nil && !info.Mode().IsRegular():
		return fmt.Errorf("%s %s is no file; a recording is written beside its place first and then moved there", flag, path)
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("%s: %w", flag, err)
	}
	try, err := os.OpenFile(temporary(path), os.O_WRONLY|os.O_CREATE, 0o666)
	if err != nil {
		return noPlace(flag, path, "web.json", err)
	}
	return errors.Join(try.Close(), os.Remove(try.Name()))
}

// noPlace says why no file can be written at path, err, and what to do. example is a name for the file.
func noPlace(flag, path, example string, err error) error {
	info, none := os.Stat(path)
	switch {
	case none == nil && info.IsDir():
		return fmt.Errorf("%s %s is a folder; name a file in it, such as %s", flag, path, filepath.Join(path, example))
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("%s: the folder %s does not exist; make it first", flag, filepath.Dir(path))
	}
	return fmt.Errorf("%s: no file can be made in %s: %w", flag, filepath.Dir(path), err)
}

// temporary is the file beside a recording's place that it is written to first.
func temporary(path string) string {
	return filepath.Join(filepath.Dir(path), fmt.Sprintf(".%s.%d.tmp", filepath.Base(path), os.Getpid()))
}

// writeRecording writes a recording in place of the file that was there. Until it is whole on the disk, that one stays.
func writeRecording(flag, path string, r recording.Recording) (err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("%s: %w", flag, err)
		}
	}()
	if linked, err := filepath.EvalSymlinks(path); err == nil {
		path = linked // the link stays
	}
	file, err := os.OpenFile(temporary(path), os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o666)
	if err != nil {
		return err
	}
	buffered := bufio.NewWriter(file)
	if err = recording.Write(buffered, r); err == nil {
		err = buffered.Flush()
	}
	if err == nil {
		err = file.Sync()
	}
	if before, none := os.Stat(path); none == nil && err == nil {
		err = file.Chmod(before.Mode().Perm())
	}
	if err = errors.Join(err, file.Close()); err == nil {
		err = os.Rename(file.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(file.Name()))
	}
	return nil
}

// vacant refuses a place where there is a file.
func vacant(path string) error {
	if _, err := os.Lstat(path); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return fmt.Errorf("%s is there already; name another file with --out, or move it away", path)
}

// replaceable refuses a place where there is anything but a simulated day, which can be made again. What was recorded of a
// real cluster cannot.
func replaceable(flag, path string) error {
	if path == "" || vacant(path) == nil {
		return nil
	}
	if there, err := readRecording(path); err == nil && there.Made == recording.Simulated {
		return nil
	}
	return fmt.Errorf("%s: %s is there already and no recording of a simulated day, so it is kept; name another file, or move it away", flag, path)
}
