// Command lambdazip writes the one file of a Lambda package, bootstrap, into a
// zip that depends on its bytes alone: fixed date, fixed mode, best compression.
//
//	lambdazip -o dist/publisher_linux_arm64.zip path/to/bootstrap
//
// The zip is written beside its target and renamed, so that a reader (or a
// second make) sees the old file or the new one, never half of one.
package main

import (
	"archive/zip"
	"compress/flate"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"
)

// entry is the name that the provided.al2023 runtime starts.
const entry = "bootstrap"

// epoch is the earliest date that zip can hold.
var epoch = time.Date(1980, time.January, 1, 0, 0, 0, 0, time.UTC)

func main() {
	out := flag.String("o", "", "zip to write")
	flag.Parse()

	if *out == "" || flag.NArg() != 1 {
		fmt.Fprintln(os.Stderr, "usage: lambdazip -o out.zip bootstrap")
		os.Exit(2)
	}
	if err := writeFile(*out, flag.Arg(0)); err != nil {
		fmt.Fprintln(os.Stderr, "lambdazip:", err)
		os.Exit(1)
	}
}

func writeFile(out, binary string) (err error) {
	in, err := os.Open(binary)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, in.Close()) }()

	tmp, err := os.CreateTemp(filepath.Dir(out), "."+filepath.Base(out)+".*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(tmp.Name()))
		}
	}()

	err = errors.Join(write(tmp, in), tmp.Chmod(0o644), tmp.Close())
	if err != nil {
		return err
	}
	return os.Rename(tmp.Name(), out)
}

func write(w io.Writer, binary io.Reader) error {
	z := zip.NewWriter(w)
	z.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) {
		return flate.NewWriter(w, flate.BestCompression)
	})

	header := &zip.FileHeader{Name: entry, Method: zip.Deflate, Modified: epoch}
	header.SetMode(0o755)

	f, err := z.CreateHeader(header)
	if err != nil {
		return err
	}
	if _, err := io.Copy(f, binary); err != nil {
		return err
	}
	return z.Close()
}
