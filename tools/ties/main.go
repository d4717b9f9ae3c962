// Command ties counts how the files of one Go package hang together.
//
//	ties [-max-pairs 35] [-max-circle 2] folder
//
// Two files are a pair when one names a package-level identifier that the other declares. Files form a circle when each
// reaches each other one through such names. A method is no package-level identifier: a call of it is no tie, but its
// declaration names the receiver's type. Test files do not count.
package main

import (
	"cmp"
	"flag"
	"fmt"
	"go/ast"
	"go/build"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

func main() {
	maxPairs := flag.Int("max-pairs", -1, "fail above this number of pairs; -1: no limit")
	maxCircle := flag.Int("max-circle", -1, "fail on a circle of more files than this; -1: no limit")
	flag.Parse()
	if flag.NArg() != 1 {
		fmt.Fprintln(os.Stderr, "usage: ties [-max-pairs n] [-max-circle n] folder")
		os.Exit(2)
	}
	t, err := read(flag.Arg(0))
	if err != nil {
		fmt.Fprintln(os.Stderr, "ties:", err)
		os.Exit(1)
	}
	if !t.report(os.Stdout, *maxPairs, *maxCircle) {
		os.Exit(1)
	}
}

// ties are the files of one package and, for each, the names that it uses of each other file.
type ties struct {
	folder string
	files  []string
	names  map[string]map[string][]string
}

// read type-checks the package without its imports: package-level names resolve within the package alone.
func read(folder string) (ties, error) {
	p, err := build.ImportDir(folder, 0)
	if err != nil {
		return ties{}, err
	}
	positions := token.NewFileSet()
	parsed := make([]*ast.File, len(p.GoFiles))
	for i, name := range p.GoFiles {
		if parsed[i], err = parser.ParseFile(positions, filepath.Join(folder, name), nil, parser.SkipObjectResolution); err != nil {
			return ties{}, err
		}
	}
	info := &types.Info{Uses: map[*ast.Ident]types.Object{}}
	check := types.Config{
		Importer: importer.ForCompiler(positions, "gc", func(string) (io.ReadCloser, error) { return nil, os.ErrNotExist }),
		Error:    func(error) {}, // what imports would have told is missing
	}
	checked, _ := check.Check(p.Name, positions, parsed, info) //nolint:errcheck // the same
	t := ties{folder: folder, files: p.GoFiles, names: map[string]map[string][]string{}}
	for ident, object := range info.Uses {
		if object.Parent() == checked.Scope() {
			t.add(fileAt(positions, ident.Pos()), fileAt(positions, object.Pos()), object.Name())
		}
	}
	return t, nil
}

func fileAt(positions *token.FileSet, at token.Pos) string {
	return filepath.Base(positions.Position(at).Filename)
}

func (t ties) add(user, owner, name string) {
	if t.names[user] == nil {
		t.names[user] = map[string][]string{}
	}
	if !slices.Contains(t.names[user][owner], name) {
		t.names[user][owner] = append(t.names[user][owner], name)
	}
}

func (t ties) uses(user, owner string) bool { return len(t.names[user][owner]) > 0 }

func (t ties) pairs() (pairs [][2]string) {
	for i, a := range t.files {
		for _, b := range t.files[i+1:] {
			if t.uses(a, b) || t.uses(b, a) {
				pairs = append(pairs, [2]string{a, b})
			}
		}
	}
	return pairs
}

// circles are the strongly connected groups of two files and more, the largest first.
func (t ties) circles() (circles [][]string) {
	reached := map[string]map[string]bool{}
	for _, f := range t.files {
		reached[f] = map[string]bool{}
		t.reach(f, reached[f])
	}
	seen := map[string]bool{}
	for _, a := range t.files {
		if seen[a] {
			continue
		}
		circle := []string{a}
		for _, b := range t.files {
			if b != a && reached[a][b] && reached[b][a] {
				circle = append(circle, b)
			}
		}
		for _, f := range circle {
			seen[f] = true
		}
		if len(circle) > 1 {
			circles = append(circles, circle)
		}
	}
	slices.SortStableFunc(circles, func(a, b []string) int { return cmp.Compare(len(b), len(a)) })
	return circles
}

func (t ties) reach(from string, reached map[string]bool) {
	for _, to := range t.files {
		if t.uses(from, to) && !reached[to] {
			reached[to] = true
			t.reach(to, reached)
		}
	}
}

// report writes the counts, and the pairs where no limit is set or one is exceeded. It tells whether the limits hold.
func (t ties) report(w io.Writer, maxPairs, maxCircle int) bool {
	pairs, circles, largest := t.pairs(), t.circles(), 0
	if len(circles) > 0 {
		largest = len(circles[0])
	}
	holds := (maxPairs < 0 || len(pairs) <= maxPairs) && (maxCircle < 0 || largest <= maxCircle)
	possible := len(t.files) * (len(t.files) - 1) / 2
	fmt.Fprintf(w, "%s: %d files, %d of %d pairs, largest circle %d\n", t.folder, len(t.files), len(pairs), possible, largest)
	if holds && (maxPairs >= 0 || maxCircle >= 0) {
		return true
	}
	for _, p := range pairs {
		t.show(w, p[0], p[1])
		t.show(w, p[1], p[0])
	}
	for _, c := range circles {
		fmt.Fprintln(w, "circle:", strings.Join(c, " "))
	}
	if maxPairs >= 0 && len(pairs) > maxPairs {
		fmt.Fprintf(w, "%d pairs are more than %d\n", len(pairs), maxPairs)
	}
	if maxCircle >= 0 && largest > maxCircle {
		fmt.Fprintf(w, "a circle of %d files is larger than %d\n", largest, maxCircle)
	}
	return holds
}

func (t ties) show(w io.Writer, user, owner string) {
	if t.uses(user, owner) {
		fmt.Fprintf(w, "  %s → %s: %s\n", user, owner, strings.Join(slices.Sorted(slices.Values(t.names[user][owner])), " "))
	}
}
