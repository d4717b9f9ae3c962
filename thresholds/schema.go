package thresholds

import (
	"bytes"
	_ "embed"
	"errors"
	"fmt"
	"maps"
	"math"
	"math/big"
	"slices"
	"strconv"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
	"golang.org/x/text/language"
	"golang.org/x/text/message"
)

//go:embed entry.schema.json
var schemaText []byte

// Schema returns the JSON Schema (draft 2020-12) of an entry, defaults included. Besides the standard keywords it uses
// three of its own: below and bothOrNeither, which plain JSON Schema cannot say, and neverTrue, whose fault it could not
// say in words of the entry.
func Schema() []byte { return bytes.Clone(schemaText) }

var schemaDocument, entrySchema = mustCompile()

func mustCompile() (map[string]any, *jsonschema.Schema) {
	var document map[string]any
	parsed, err := jsonschema.UnmarshalJSON(bytes.NewReader(schemaText))
	if err == nil {
		document, _ = parsed.(map[string]any)
	}
	if document == nil {
		panic(fmt.Sprintf("entry.schema.json is no JSON object: %v", err))
	}
	compiler := jsonschema.NewCompiler()
	compiler.AssertVocabs()
	compiler.RegisterVocabulary(&jsonschema.Vocabulary{
		URL:     "urn:ecs-cluster-scaler:vocabulary:1",
		Compile: compileOwn,
	})
	const url = "urn:ecs-cluster-scaler:entry:1"
	if err := compiler.AddResource(url, document); err != nil {
		panic(fmt.Sprintf("entry.schema.json: %v", err))
	}
	return document, compiler.MustCompile(url)
}

// builtinFields collects the schema's defaults, which are the only table of them.
func builtinFields() map[string]any {
	fields := map[string]any{}
	properties, _ := schemaDocument["properties"].(map[string]any)
	for name, property := range properties {
		declared, _ := property.(map[string]any)
		fields[name] = declared["default"]
	}
	return fields
}

// validate judges the merged fields; layers tell which document each faulty value came from.
func validate(merged map[string]any, layers []layer, secret bool) Faults {
	err := entrySchema.Validate(merged)
	if err == nil {
		return nil
	}
	var invalid *jsonschema.ValidationError
	if !errors.As(err, &invalid) {
		return Faults{{In: string(fromEntry), Message: err.Error()}}
	}
	say := sentences
	if secret {
		say = discreet
	}
	var faults Faults
	for _, leaf := range leaves(invalid) {
		faults = append(faults, say(leaf, layers)...)
	}
	return faults
}

func leaves(e *jsonschema.ValidationError) []*jsonschema.ValidationError {
	if len(e.Causes) == 0 {
		return []*jsonschema.ValidationError{e}
	}
	var all []*jsonschema.ValidationError
	for _, cause := range e.Causes {
		all = append(all, leaves(cause)...)
	}
	return all
}

// sentences tells the author of an entry what is wrong, in words of the entry and not of JSON Schema.
func sentences(e *jsonschema.ValidationError, layers []layer) Faults {
	path := e.InstanceLocation
	one := func(path []string, format string, args ...any) Faults {
		return Faults{{Path: strings.Join(path, "."), In: string(originOf(path, layers)), Message: fmt.Sprintf(format, args...)}}
	}
	switch k := e.ErrorKind.(type) {
	case *kind.AdditionalProperties:
		var faults Faults
		for _, name := range k.Properties {
			faults = append(faults, one(under(path, name), "is not a field; the fields here are %s", known(path, layers))...)
		}
		return faults
	case *kind.Type:
		return one(path, "must be %s, not %s", anyOf(k.Want), anyOf([]string{k.Got}))
	case *kind.Minimum:
		return one(path, "must be at least %s, it is %s", plain(k.Want), plain(k.Got))
	case *kind.Maximum:
		return one(path, "must be at most %s, it is %s", plain(k.Want), plain(k.Got))
	case *kind.Enum:
		return one(path, "must be one of %s", list(k.Want))
	case *notBelow:
		low, high, mend := k.origins(path, layers)
		return Faults{{Path: strings.Join(path, "."), In: string(mend), Message: fmt.Sprintf("thresholds cross: %s %v (%s) must be below %s %v (%s)",
			k.low, k.lowValue, low, k.high, k.highValue, high)}}
	case *onlyOne:
		return one(under(path, k.given), "needs %s too; give both or neither", k.missing)
	case *isTrue:
		return one(path, "must be false or an object, not true; leave it out for the default")
	default:
		return one(path, "%s", e.ErrorKind.LocalizedString(message.NewPrinter(language.English)))
	}
}

// plain is a number as a person writes it: 100.5, not 201/2.
func plain(r *big.Rat) string {
	f, _ := r.Float64()
	if a := math.Abs(f); a != 0 && (a < 1e-4 || a >= 1e12) {
		return strconv.FormatFloat(f, 'g', -1, 64) // not hundreds of digits
	}
	return strconv.FormatFloat(f, 'f', -1, 64)
}

// under is the path of an object's field.
func under(path []string, field string) []string {
	return append(slices.Clip(path), field)
}

// known lists the field names of the object at path, which the built-in defaults name in full.
func known(path []string, layers []layer) string {
	object := layers[0].fields
	for _, name := range path {
		object, _ = object[name].(map[string]any)
	}
	return strings.Join(slices.Sorted(maps.Keys(object)), ", ")
}

// anyOf puts articles before JSON Schema's type names: "null or a number".
func anyOf(types []string) string {
	words := make([]string, len(types))
	for i, t := range types {
		switch t {
		case "null":
			words[i] = t
		case "object", "array", "integer":
			words[i] = "an " + t
		default:
			words[i] = "a " + t
		}
	}
	return strings.Join(words, " or ")
}

func list(values []any) string {
	words := make([]string, len(values))
	for i, value := range values {
		words[i] = fmt.Sprint(value)
	}
	return strings.Join(words, ", ")
}

// compileOwn adds our own keywords, which JSON Schema leaves to vocabularies
// (https://json-schema.org/draft/2020-12/json-schema-core#name-meta-schemas-and-vocabulari).
func compileOwn(_ *jsonschema.CompilerContext, schema map[string]any) (jsonschema.SchemaExt, error) {
	if low, high, ok := pair(schema["below"]); ok {
		return below{low, high}, nil
	}
	if a, b, ok := pair(schema["bothOrNeither"]); ok {
		return bothOrNeither{a, b}, nil
	}
	if never, _ := schema["neverTrue"].(bool); never {
		return neverTrue{}, nil
	}
	return nil, nil
}

func pair(value any) (first, second string, ok bool) {
	if names, _ := value.([]any); len(names) == 2 {
		return fmt.Sprint(names[0]), fmt.Sprint(names[1]), true
	}
	return "", "", false
}

// below holds when the first field is less than the second, or either is no number.
type below struct{ low, high string }

func (b below) Validate(ctx *jsonschema.ValidatorContext, value any) {
	object, _ := value.(map[string]any)
	low, lowOK := number(object[b.low])
	high, highOK := number(object[b.high])
	if lowOK && highOK && low >= high {
		ctx.AddError(&notBelow{"below", b, low, high})
	}
}

func number(value any) (float64, bool) {
	switch value := value.(type) {
	case int64:
		return float64(value), true
	case float64:
		return value, true
	case interface{ Float64() (float64, error) }: // the schema's own defaults
		f, err := value.Float64()
		return f, err == nil
	default:
		return 0, false
	}
}

// bothOrNeither holds when both fields are null or neither is.
type bothOrNeither struct{ a, b string }

func (p bothOrNeither) Validate(ctx *jsonschema.ValidatorContext, value any) {
	object, _ := value.(map[string]any)
	switch hasA, hasB := object[p.a] != nil, object[p.b] != nil; {
	case hasA && !hasB:
		ctx.AddError(&onlyOne{"bothOrNeither", p.a, p.b})
	case hasB && !hasA:
		ctx.AddError(&onlyOne{"bothOrNeither", p.b, p.a})
	}
}

// neverTrue holds for everything but true.
type neverTrue struct{}

func (neverTrue) Validate(ctx *jsonschema.ValidatorContext, value any) {
	if is, _ := value.(bool); is {
		ctx.AddError(&isTrue{"neverTrue"})
	}
}

// keyword is the part of jsonschema.ErrorKind that our errors share.
type keyword string

func (k keyword) KeywordPath() []string { return []string{string(k)} }

func (k keyword) LocalizedString(*message.Printer) string { return "breaks " + string(k) }

type notBelow struct {
	keyword
	below
	lowValue, highValue float64
}

// origins are the documents that set the two fields, and the one to mend: the topmost that sets either.
func (k *notBelow) origins(path []string, layers []layer) (low, high, mend origin) {
	low, high = originOf(under(path, k.low), layers), originOf(under(path, k.high), layers)
	if high == fromEntry || low == fromBuiltin {
		return low, high, high
	}
	return low, high, low
}

type onlyOne struct {
	keyword
	given, missing string
}

type isTrue struct{ keyword }
