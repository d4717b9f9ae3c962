package docs_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const recordingSource = "../simulator/recording"

// structs are the types of the recording's file, by name.
func structs(t *testing.T) map[string]*ast.StructType {
	t.Helper()
	files, err := filepath.Glob(recordingSource + "/*.go")
	require.NoError(t, err)
	all := map[string]*ast.StructType{}
	for _, path := range files {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ParseComments)
		require.NoError(t, err)
		for _, d := range file.Decls {
			if types, ok := d.(*ast.GenDecl); ok && types.Tok == token.TYPE {
				for _, spec := range types.Specs {
					if s, ok := spec.(*ast.TypeSpec).Type.(*ast.StructType); ok {
						all[spec.(*ast.TypeSpec).Name.Name] = s
					}
				}
			}
		}
	}
	return all
}

// kinds are what a field holds, in a reader's words. A type that is not here is a text of one of several words.
var kinds = map[string]string{
	"string": "text", "int": "whole number", "bool": "true or false", "Time": "time", "map": "texts by name",
}

// recordingRows are the fields of a type and of all that it holds, in order.
func recordingRows(all map[string]*ast.StructType, of, path string) (rows []string) {
	for _, f := range all[of].Fields.List {
		name, list := "", false
		switch kind := f.Type.(type) {
		case *ast.Ident:
			name = kind.Name
		case *ast.SelectorExpr:
			name = kind.Sel.Name
		case *ast.StarExpr:
			name = kind.X.(*ast.Ident).Name
		case *ast.ArrayType:
			name, list = kind.Elt.(*ast.Ident).Name, true
		case *ast.MapType:
			name = "map"
		}
		if len(f.Names) == 0 {
			rows = append(rows, recordingRows(all, name, path)...)
			continue
		}
		field, options, _ := strings.Cut(reflect.StructTag(strings.Trim(f.Tag.Value, "`")).Get("json"), ",")
		holds, inner := kinds[name], all[name] != nil
		switch {
		case inner && list:
			holds = "list"
		case inner:
			holds = "object"
		case holds == "":
			holds = "word"
		case list:
			holds = "list of " + holds + "s"
		}
		if options != "" {
			holds += ", optional"
		}
		meaning := strings.TrimSpace(strings.ReplaceAll(f.Doc.Text(), "\n", " "))
		_, meaning, _ = strings.Cut(meaning, " ") // its name in Go
		for _, verb := range []string{"is ", "are "} {
			meaning = strings.TrimPrefix(meaning, verb)
		}
		meaning = strings.ReplaceAll(meaning, "|", `\|`)
		rows = append(rows, "| `"+path+field+"` | "+holds+" | "+strings.ToUpper(meaning[:1])+meaning[1:]+" |")
		if inner {
			if list {
				field += "[]"
			}
			rows = append(rows, recordingRows(all, name, path+field+".")...)
		}
	}
	return rows
}

func TestRecordingTableIsTheTypes(t *testing.T) {
	text, err := os.ReadFile("recording.md")
	require.NoError(t, err)
	want := strings.Join(recordingRows(structs(t), "Recording", ""), "\n")
	table := regexp.MustCompile(`(?s)(\n## Fields\n.*?\|---\|[-|]+\n)(.*?)\n\n`)
	at := table.FindSubmatchIndex(text)
	require.NotNil(t, at)
	if *update {
		require.NoError(t, os.WriteFile("recording.md", slices.Concat(text[:at[4]], []byte(want), text[at[5]:]), 0o644))
		return
	}
	assert.Equal(t, want, string(text[at[4]:at[5]]), "go test ./docs -update writes the table of Fields")
}
