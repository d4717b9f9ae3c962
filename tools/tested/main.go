// Command tested counts the rule files that have a test file of their name: x.go has x_test.go.
//
//	tested [-min 60] folder…
//
// A rule file is a Go file of the folder itself that is neither a test nor doc.go. The share is over all folders together.
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

func main() {
	least := flag.Int("min", 0, "fail below this percentage")
	flag.Parse()
	if flag.NArg() == 0 {
		fmt.Fprintln(os.Stderr, "usage: tested [-min percent] folder…")
		os.Exit(2)
	}
	holds, err := report(os.Stdout, flag.Args(), *least)
	if err != nil {
		fmt.Fprintln(os.Stderr, "tested:", err)
	}
	if !holds {
		os.Exit(1)
	}
}

// report writes a line per folder with the files that have no test of their name, then the share. It tells whether the
// share is enough.
func report(w io.Writer, folders []string, least int) (bool, error) {
	var tested, all int
	for _, folder := range folders {
		with, without, err := split(folder)
		if err != nil {
			return false, err
		}
		tested, all = tested+len(with), all+len(with)+len(without)
		fmt.Fprintf(w, "%s: %d of %d; without: %s\n", folder, len(with), len(with)+len(without), strings.Join(without, " "))
	}
	if all == 0 {
		return false, fmt.Errorf("no Go file in %s", strings.Join(folders, ", "))
	}
	fmt.Fprintf(w, "%d of %d rule files have a test file of their name: %.1f %% (at least %d)\n", tested, all, 100*float64(tested)/float64(all), least)
	return 100*tested >= least*all, nil
}

func split(folder string) (with, without []string, err error) {
	files, err := filepath.Glob(filepath.Join(folder, "*.go"))
	for _, path := range files {
		name := filepath.Base(path)
		if name == "doc.go" || strings.HasSuffix(name, "_test.go") {
			continue
		}
		if _, missing := os.Stat(strings.TrimSuffix(path, ".go") + "_test.go"); missing == nil {
			with = append(with, name)
		} else {
			without = append(without, name)
		}
	}
	return with, without, err
}
