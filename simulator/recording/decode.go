package recording

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
)

// decoder reads JSON into the types of this package by their tags. Unlike encoding/json it says where in the file
// something is wrong, and it refuses unknown, repeated and missing fields.
type decoder struct {
	json   *json.Decoder
	text   []byte
	faults *faults
}

// decode reads one object. Every fault of a field is kept; a text that is no JSON has one.
func decode(text []byte, into any, f *faults) {
	d := decoder{json: json.NewDecoder(bytes.NewReader(text)), text: text, faults: f}
	d.json.UseNumber()
	err := d.value("", reflect.ValueOf(into).Elem())
	if err == nil {
		if _, err = d.json.Token(); errors.Is(err, io.EOF) {
			return
		}
		err = errors.New("something follows the closing brace; remove it")
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		err = errors.New("it ends too early; it was not written to its end, so record again or take a whole copy")
	}
	at := d.json.InputOffset()
	if syntax, ok := errors.AsType[*json.SyntaxError](err); ok {
		at = syntax.Offset
		if start := bytes.TrimSpace(text); start[0] != '{' { // parse has refused an empty text
			err = fmt.Errorf("it begins with %q", start[:1])
		}
		err = fmt.Errorf("%w; it must be one JSON object, as clusterscaler record writes it", err)
	}
	f.found = nil // what was missing so far may follow
	f.first("line %d: %v", 1+bytes.Count(text[:min(int(at), len(text))], []byte("\n")), err)
}

var (
	timeType = reflect.TypeFor[time.Time]()
	stringer = map[reflect.Kind]string{
		reflect.Struct: "an object in braces", reflect.Map: "an object in braces", reflect.Slice: "a list in brackets",
		reflect.String: "a text in quotes", reflect.Bool: "true or false", reflect.Int: "a whole number",
	}
)

// value reads what stands at path.
func (d *decoder) value(path string, into reflect.Value) error {
	token, err := d.json.Token()
	if err != nil {
		return err
	}
	if into.Kind() == reflect.Pointer {
		into.Set(reflect.New(into.Type().Elem()))
		into = into.Elem()
	}
	switch {
	case token == json.Delim('{') && into.Kind() == reflect.Struct && into.Type() != timeType:
		return d.object(path, into)
	case token == json.Delim('{') && into.Kind() == reflect.Map:
		return d.names(path, into)
	case token == json.Delim('[') && into.Kind() == reflect.Slice:
		return d.list(path, into)
	}
	if err := d.skip(token); err != nil {
		return err
	}
	d.scalar(path, token, into)
	return nil
}

// scalar sets a value that is no object and no list, or keeps why it cannot.
func (d *decoder) scalar(path string, token json.Token, into reflect.Value) {
	text, isText := token.(string)
	number, isNumber := token.(json.Number)
	truth, isTruth := token.(bool)
	switch {
	case into.Type() == timeType:
		at, err := time.Parse(time.RFC3339, text)
		if !isText || err != nil {
			d.faults.at(path, "is %s; it must be a time in UTC such as \"2026-11-28T09:30:00Z\"", shown(token))
			return
		}
		into.Set(reflect.ValueOf(at.UTC()))
	case into.Kind() == reflect.String && isText:
		into.SetString(text)
	case into.Kind() == reflect.Bool && isTruth:
		into.SetBool(truth)
	case into.Kind() == reflect.Int && isNumber:
		n, err := strconv.ParseInt(number.String(), 10, 32)
		if err != nil {
			d.faults.at(path, "is %s; it must be a whole number below 2^31", number)
			return
		}
		into.SetInt(n)
	case path == "":
		d.faults.first("it is %s; it must be one JSON object, as clusterscaler record writes it", shown(token))
	default:
		d.faults.at(path, "is %s; it must be %s", shown(token), stringer[into.Kind()])
	}
}

// object reads the fields of a struct.
func (d *decoder) object(path string, into reflect.Value) error {
	fields := fieldsOf(into.Type())
	seen := map[string]bool{}
	for d.json.More() {
		name, err := d.name()
		if err != nil {
			return err
		}
		field, known := fields[name]
		switch {
		case !known:
			d.faults.at(path, "has a field %q that is not known%s", name, meant(fields, name))
		case seen[name]:
			d.faults.at(under(path, name), "stands there twice; keep one")
		default:
			seen[name] = true
			if err := d.value(under(path, name), into.FieldByIndex(field.index)); err != nil {
				return err
			}
			continue
		}
		if err := d.skipNext(); err != nil {
			return err
		}
	}
	for _, name := range required(fields) {
		if !seen[name] {
			d.faults.at(under(path, name), "is missing; add it, docs/recording.md says what it holds")
		}
	}
	_, err := d.json.Token()
	return err
}

// names reads an object of texts.
func (d *decoder) names(path string, into reflect.Value) error {
	into.Set(reflect.MakeMap(into.Type()))
	for d.json.More() {
		name, err := d.name()
		if err != nil {
			return err
		}
		value := reflect.New(into.Type().Elem()).Elem()
		if err := d.value(under(path, name), value); err != nil {
			return err
		}
		into.SetMapIndex(reflect.ValueOf(name), value)
	}
	_, err := d.json.Token()
	return err
}

func (d *decoder) list(path string, into reflect.Value) error {
	into.Set(reflect.MakeSlice(into.Type(), 0, 0))
	for n := 0; d.json.More(); n++ {
		item := reflect.New(into.Type().Elem()).Elem()
		if err := d.value(fmt.Sprintf("%s[%d]", path, n), item); err != nil {
			return err
		}
		into.Set(reflect.Append(into, item))
	}
	_, err := d.json.Token()
	return err
}

func (d *decoder) name() (string, error) {
	token, err := d.json.Token()
	name, _ := token.(string) // encoding/json refuses another
	return name, err
}

// skipNext reads over the next value.
func (d *decoder) skipNext() error {
	token, err := d.json.Token()
	if err != nil {
		return err
	}
	return d.skip(token)
}

// skip reads to the end of the value that begins with a token.
func (d *decoder) skip(begin json.Token) error {
	depth := 0
	for token := begin; ; {
		switch token {
		case json.Delim('{'), json.Delim('['):
			depth++
		case json.Delim('}'), json.Delim(']'):
			depth--
		}
		if depth == 0 {
			return nil
		}
		var err error
		if token, err = d.json.Token(); err != nil {
			return err
		}
	}
}

// meant says what a field that is not known may have been.
func meant(fields map[string]field, name string) string {
	plain := func(name string) string {
		return strings.TrimSuffix(strings.ToLower(strings.NewReplacer("_", "", "-", "", " ", "").Replace(name)), "s")
	}
	for known := range fields {
		if plain(known) == plain(name) {
			return fmt.Sprintf("; it is called %q", known)
		}
	}
	return "; if a newer clusterscaler wrote the file, read it with that one, or else remove the field"
}

type field struct {
	index    []int
	optional bool
}

// fieldsOf are a struct's fields by their names in JSON, with those of embedded structs.
func fieldsOf(t reflect.Type) map[string]field {
	all := map[string]field{}
	for _, f := range reflect.VisibleFields(t) {
		if f.Anonymous {
			continue
		}
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		all[name] = field{f.Index, options != ""}
	}
	return all
}

// required are the names of the fields that must be there, in order.
func required(fields map[string]field) []string {
	var names []string
	for name, f := range fields {
		if !f.optional {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

func under(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

// shown is a token as it stands in the file, for a fault.
func shown(token json.Token) string {
	switch token := token.(type) {
	case json.Delim:
		return map[json.Delim]string{'{': "an object", '[': "a list"}[token]
	case string:
		return strconv.Quote(token)
	case nil:
		return "null"
	default:
		return fmt.Sprint(token)
	}
}
