package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const example = `
variable "package" {
  description = "A zip: ` + "`{ file }`" + ` | or not."
  type = object({
    file = optional(string)
    s3 = optional(object({
      bucket = string
    }))
  })
}

variable "names" {
  description = "Names."
  type        = set(string)
  default     = ["a", "b"]
}

variable "anything" {
  description = "No type."
  default     = {}
}

output "arn" {
  description = "The ARN."
  value       = 1
}
`

const held = `# A module

## Inputs

| Name | Type | Default | What |
|---|---|---|---|
| ` + "`package` | `object({ file = optional(string), s3 = optional(object({ bucket = string })) })` | required | A zip: `{ file }` \\| or not. |" + `
| ` + "`names` | `set(string)` | `[\"a\", \"b\"]` | Names. |" + `
| ` + "`anything` | `any` | `{}` | No type. |" + `

What stands after a table stays.

## Outputs

| Name | What |
|---|---|
| ` + "`arn` | The ARN. |" + `
`

func moduleIn(t *testing.T, code, readme string) string {
	t.Helper()
	directory := t.TempDir()
	for name, text := range map[string]string{"main.tf": code, "README.md": readme} {
		if err := os.WriteFile(filepath.Join(directory, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return directory
}

func TestTablesAreWritten(t *testing.T) {
	before := "# A module\n\n## Inputs\n\n| old |\n\nWhat stands after a table stays.\n\n## Outputs\n\n"
	directory := moduleIn(t, example, before)
	if err := check(directory, true); err != nil {
		t.Fatal(err)
	}
	after, err := os.ReadFile(filepath.Join(directory, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	if string(after) != held {
		t.Errorf("got\n%s\nwant\n%s", after, held)
	}
	if err := check(directory, false); err != nil {
		t.Errorf("what was just written is held to be wrong: %v", err)
	}
}

func TestFaultsAreNamed(t *testing.T) {
	for name, test := range map[string]struct{ code, readme, want string }{
		"a table that says something else": {example, strings.Replace(held, "Names.", "Nomes.", 1), "the tables are not the module's"},
		"a variable without description":   {`variable "a" {}`, held, "variable a has no description"},
		"no heading":                       {example, "# A module\n\n## Outputs\n\n", `no heading "## Inputs"`},
		"what is no HCL":                   {"variable {", held, "main.tf"},
	} {
		t.Run(name, func(t *testing.T) {
			err := check(moduleIn(t, test.code, test.readme), false)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want an error that says %q", err, test.want)
			}
		})
	}
}

func TestEveryModuleOfOursHoldsItsTables(t *testing.T) {
	modules, err := filepath.Glob("../../../terraform/modules/*")
	if err != nil || len(modules) == 0 {
		t.Fatalf("no modules: %v", err)
	}
	for _, directory := range append(modules, "../../../terraform") {
		if err := check(directory, false); err != nil {
			t.Error(err)
		}
	}
}
