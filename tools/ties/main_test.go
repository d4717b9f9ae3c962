package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func folder(t *testing.T, files map[string]string) ties {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("package p\n"+text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	read, err := read(dir)
	if err != nil {
		t.Fatal(err)
	}
	return read
}

func pairs(t *testing.T, files map[string]string) string {
	t.Helper()
	var found []string
	for _, p := range folder(t, files).pairs() {
		found = append(found, p[0]+"-"+p[1])
	}
	return strings.Join(found, " ")
}

func TestWhatCountsAsTie(t *testing.T) {
	for name, c := range map[string]struct{ a, b, want string }{
		"function":             {"func F() {}", "func g() { F() }", "a.go-b.go"},
		"both ways are one":    {"func F() { g() }", "func g() { F() }", "a.go-b.go"},
		"type of a receiver":   {"type T struct{}", "func (T) M() {}", "a.go-b.go"},
		"type of a parameter":  {"type T struct{}", "func g(T) {}", "a.go-b.go"},
		"embedded type":        {"type T struct{}", "type U struct{ T }", "a.go-b.go"},
		"constant":             {"const C = 1", "var v = C", "a.go-b.go"},
		"value of an import":   {"type T struct{}", "import \"no/such\"\nfunc g() { such.F(T{}) }", "a.go-b.go"},
		"parameter shadows":    {"func F() {}", "func g(F func()) { F() }", ""},
		"variable shadows":     {"const C = 1", "func g() int { C := 2; return C }", ""},
		"shadowed later":       {"const C = 1", "func g() int { C := C; return C }", "a.go-b.go"},
		"field of the name":    {"func F() {}", "type T struct{ F int }\nfunc g(t T) int { return t.F + T{F: 1}.F }", ""},
		"name of an import":    {"func F() {}", "import \"no/such\"\nfunc g() { such.F(such.T{F: 1}) }", ""},
		"method is no name":    {"type T struct{}\nfunc (T) M() {}\nfunc Make() T { return T{} }", "type u interface{ M() }", ""},
		"comment and string":   {"func F() {}", "// F does it.\nconst c = \"F\"", ""},
		"same file":            {"func F() {}\nfunc g() { F() }", "", ""},
		"built-in stays":       {"func F() {}", "func g(s []int) int { return len(s) }", ""},
		"type parameter":       {"type T[E any] struct{}", "func g[E any](T[E]) {}", "a.go-b.go"},
		"type parameter hides": {"type E struct{}", "func g[E any](E) {}", ""},
	} {
		t.Run(name, func(t *testing.T) {
			if got := pairs(t, map[string]string{"a.go": c.a, "b.go": c.b}); got != c.want {
				t.Errorf("pairs %q, want %q", got, c.want)
			}
		})
	}
}

func TestTestFilesDoNotCount(t *testing.T) {
	if got := pairs(t, map[string]string{"a.go": "func F() {}", "a_test.go": "func g() { F() }"}); got != "" {
		t.Errorf("pairs %q", got)
	}
}

func TestMethodsAndFieldsOfAnotherFileAreNoTie(t *testing.T) {
	got := pairs(t, map[string]string{
		"a.go": "type T struct{ F int }\nfunc (T) M() {}",
		"b.go": "func g() int { V.M(); return V.F }",
		"c.go": "var V T",
	})
	if want := "a.go-c.go b.go-c.go"; got != want {
		t.Errorf("pairs %q, want %q", got, want)
	}
}

func TestCircles(t *testing.T) {
	read := folder(t, map[string]string{
		"a.go": "func A() { B(); X() }", "b.go": "func B() { C() }", "c.go": "func C() { A() }",
		"x.go": "func X() { Y() }", "y.go": "func Y() { X() }",
		"z.go": "func Z() { A(); Y() }",
	})
	if got := read.circles(); !slices.EqualFunc(got, [][]string{{"a.go", "b.go", "c.go"}, {"x.go", "y.go"}}, slices.Equal) {
		t.Errorf("circles %v", got)
	}
}

func TestLimits(t *testing.T) {
	read := folder(t, map[string]string{
		"a.go": "func A() { B() }", "b.go": "func B() { C() }", "c.go": "func C() { A() }",
	})
	for _, c := range []struct {
		maxPairs, maxCircle int
		holds               bool
		says                string
	}{
		{-1, -1, true, "b.go → c.go: C"},
		{3, 3, true, "3 files, 3 of 3 pairs, largest circle 3"},
		{2, -1, false, "3 pairs are more than 2"},
		{-1, 2, false, "a circle of 3 files is larger than 2"},
		{2, -1, false, "a.go → b.go: B"},
		{-1, 2, false, "circle: a.go b.go c.go"},
	} {
		var says strings.Builder
		if holds := read.report(&says, c.maxPairs, c.maxCircle); holds != c.holds || !strings.Contains(says.String(), c.says) {
			t.Errorf("%+v: holds %v, says\n%s", c, holds, &says)
		}
	}
}
