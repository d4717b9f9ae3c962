// Moduledocs holds the tables of inputs and outputs in the READMEs of Terraform modules to their variables and outputs:
//
//	moduledocs [-update] DIRECTORY…
//
// Each directory is a module; its README.md has a table under "## Inputs" and one under "## Outputs". Without -update it
// writes nothing and ends with 1 if a table is not what the module says.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

func main() {
	update := flag.Bool("update", false, "write the tables instead of comparing them")
	flag.Parse()
	failed := false
	for _, directory := range flag.Args() {
		if err := check(directory, *update); err != nil {
			fmt.Fprintln(os.Stderr, err)
			failed = true
		}
	}
	if failed {
		os.Exit(1)
	}
}

func check(directory string, update bool) error {
	module, err := read(directory)
	if err != nil {
		return err
	}
	readme := filepath.Join(directory, "README.md")
	text, err := os.ReadFile(readme)
	if err != nil {
		return fmt.Errorf("every module has a README: %w", err)
	}
	held, err := module.hold(string(text))
	if err != nil {
		return fmt.Errorf("%s: %w", readme, err)
	}
	switch {
	case held == string(text):
		return nil
	case update:
		return os.WriteFile(readme, []byte(held), 0o644)
	default:
		return fmt.Errorf("%s: the tables are not the module's: `make terraform-docs` writes them", readme)
	}
}

// module is what its users see of a module.
type module struct {
	inputs, outputs []row
}

type row struct {
	name, kind, fallback, meaning string
}

// read parses every .tf file of directory, in the order of their names.
func read(directory string) (module, error) {
	files, err := filepath.Glob(filepath.Join(directory, "*.tf"))
	if err != nil {
		return module{}, err
	}
	if len(files) == 0 {
		return module{}, fmt.Errorf("%s is no module: there is no .tf file", directory)
	}
	var m module
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return module{}, err
		}
		if err := m.add(text, file); err != nil {
			return module{}, err
		}
	}
	return m, nil
}

func (m *module) add(text []byte, file string) error {
	parsed, diagnostics := hclsyntax.ParseConfig(text, file, hcl.InitialPos)
	if diagnostics.HasErrors() {
		return diagnostics
	}
	body, ok := parsed.Body.(*hclsyntax.Body)
	if !ok {
		return fmt.Errorf("%s is not in Terraform's own syntax", file)
	}
	for _, block := range body.Blocks {
		if block.Type != "variable" && block.Type != "output" {
			continue
		}
		r, err := rowOf(block, text)
		if err != nil {
			return err
		}
		if block.Type == "variable" {
			m.inputs = append(m.inputs, r)
		} else {
			m.outputs = append(m.outputs, r)
		}
	}
	return nil
}

func rowOf(block *hclsyntax.Block, text []byte) (row, error) {
	r := row{name: block.Labels[0], kind: "any", fallback: "required"}
	source := func(name string) (string, bool) {
		attribute, ok := block.Body.Attributes[name]
		if !ok {
			return "", false
		}
		return onOneLine(string(attribute.Expr.Range().SliceBytes(text))), true
	}
	if kind, ok := source("type"); ok {
		r.kind = kind
	}
	if fallback, ok := source("default"); ok {
		r.fallback = "`" + fallback + "`"
	}
	description, ok := block.Body.Attributes["description"]
	if !ok {
		return row{}, fmt.Errorf("%s: %s %s has no description", block.TypeRange, block.Type, r.name)
	}
	value, diagnostics := description.Expr.Value(nil)
	if diagnostics.HasErrors() || value.Type() != cty.String {
		return row{}, fmt.Errorf("%s: the description of %s is no plain string", block.TypeRange, r.name)
	}
	r.meaning = strings.ReplaceAll(value.AsString(), "|", `\|`)
	return r, nil
}

var (
	opening = regexp.MustCompile(`([({\[])\s*\n\s*`)
	closing = regexp.MustCompile(`,?\s*\n\s*([)}\]])`)
	between = regexp.MustCompile(`,?\s*\n\s*`)
	spaces  = regexp.MustCompile(`\s+`)
)

// onOneLine is an expression as somebody would write it in one line.
func onOneLine(expression string) string {
	for _, step := range []struct {
		pattern *regexp.Regexp
		by      string
	}{
		{opening, "$1 "}, {closing, " $1"}, {between, ", "}, {spaces, " "}, {regexp.MustCompile(`([(\[]) `), "$1"}, {regexp.MustCompile(` ([)\]])`), "$1"},
	} {
		expression = step.pattern.ReplaceAllString(expression, step.by)
	}
	return expression
}

// hold returns the README with the tables of the module.
func (m module) hold(readme string) (string, error) {
	inputs := []string{"| Name | Type | Default | What |", "|---|---|---|---|"}
	for _, r := range m.inputs {
		inputs = append(inputs, fmt.Sprintf("| `%s` | `%s` | %s | %s |", r.name, r.kind, r.fallback, r.meaning))
	}
	outputs := []string{"| Name | What |", "|---|---|"}
	for _, r := range m.outputs {
		outputs = append(outputs, fmt.Sprintf("| `%s` | %s |", r.name, r.meaning))
	}
	for _, table := range []struct {
		heading string
		lines   []string
		rows    int
	}{{"## Inputs", inputs, len(m.inputs)}, {"## Outputs", outputs, len(m.outputs)}} {
		place := regexp.MustCompile(`(?m)^` + table.heading + `\n\n((?:\|.*\n)*)`).FindStringSubmatchIndex(readme)
		switch {
		case place == nil && table.rows == 0:
			continue
		case place == nil:
			return "", fmt.Errorf("there is no heading %q with an empty line after it", table.heading)
		}
		after := readme[place[3]:]
		if after != "" && !strings.HasPrefix(after, "\n") {
			after = "\n" + after
		}
		readme = readme[:place[2]] + strings.Join(table.lines, "\n") + "\n" + after
	}
	return readme, nil
}
