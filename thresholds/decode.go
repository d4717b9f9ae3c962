package thresholds

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
)

// maxDepth is deeper than any entry. It keeps a hostile parameter from growing the stack.
const maxDepth = 16

// Faults of a text that is not JSON. They quote nothing of it.
var (
	errTooDeep  = fmt.Errorf("objects are nested deeper than %d", maxDepth)
	errTrailing = errors.New("text follows the closing brace")
	errCutOff   = errors.New("it ends too early")
)

// decodeObject reads text as one JSON object. Unlike encoding/json it finds every repeated key, because with two
// values for one name nobody can say which was meant. On a fault it returns what it could read.
func decodeObject(text []byte, from origin, secret bool) (map[string]any, Faults) {
	d := decoder{json: json.NewDecoder(bytes.NewReader(text)), origin: from, secret: secret}
	d.json.UseNumber()
	value, err := d.value(nil)
	if err == nil {
		if _, trailing := d.json.Token(); !errors.Is(trailing, io.EOF) {
			err = errTrailing
		}
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		err = errCutOff
	}
	object, isObject := value.(map[string]any)
	switch {
	case err != nil:
		if secret && !slices.Contains([]error{errTooDeep, errTrailing, errCutOff}, err) {
			err = fmt.Errorf("there is an error after %d bytes", d.json.InputOffset())
		}
		d.fault(nil, "is not valid JSON: %v; the smallest valid document is {}", err)
	case !isObject:
		d.fault(nil, "must be a JSON object, not %s; the smallest valid document is {}", typeName(value))
	}
	return object, d.faults
}

type decoder struct {
	json   *json.Decoder
	origin origin
	faults Faults
	// secret: no fault may repeat what the document says.
	secret bool
}

func (d *decoder) fault(path []string, format string, args ...any) {
	d.faults = append(d.faults, Fault{Path: strings.Join(path, "."), In: string(d.origin), Message: fmt.Sprintf(format, args...)})
}

func (d *decoder) value(path []string) (any, error) {
	if len(path) > maxDepth {
		return nil, errTooDeep
	}
	token, err := d.json.Token()
	if err != nil {
		return nil, err
	}
	switch token := token.(type) {
	case json.Delim:
		if token == '{' {
			return d.object(path)
		}
		return d.array(path)
	case json.Number:
		return d.number(path, token), nil
	default:
		return token, nil
	}
}

func (d *decoder) object(path []string) (map[string]any, error) {
	object := map[string]any{}
	for d.json.More() {
		token, err := d.json.Token()
		if err != nil {
			return object, err
		}
		name, _ := token.(string)
		inner := under(path, name)
		if _, repeated := object[name]; repeated {
			d.repeated(inner)
		}
		value, err := d.value(inner)
		if value != nil || err == nil {
			object[name] = value
		}
		if err != nil {
			return object, err
		}
	}
	_, err := d.json.Token()
	return object, err
}

func (d *decoder) repeated(path []string) {
	if of := fieldOf(path); d.secret && len(of) < len(path) {
		d.fault(of, "contains a name twice; keep one")
		return
	}
	d.fault(path, "appears twice; keep one")
}

func (d *decoder) array(path []string) ([]any, error) {
	items := []any{}
	for d.json.More() {
		item, err := d.value(under(path, strconv.Itoa(len(items))))
		if err != nil {
			return items, err
		}
		items = append(items, item)
	}
	_, err := d.json.Token()
	return items, err
}

// number turns 5, 5.0 and 5e0 into the same value: JSON Schema calls them all integers, Go's decoder only the first.
func (d *decoder) number(path []string, n json.Number) any {
	switch f, err := n.Float64(); {
	case err != nil && d.secret:
		d.fault(fieldOf(path), "is out of the range of numbers: the value at %s", pointer(fieldOf(path)))
	case err != nil:
		d.fault(path, "%s is out of the range of numbers", n)
	case f == math.Trunc(f) && math.Abs(f) < 1<<53:
		return int64(f)
	default:
		return f
	}
	return int64(0)
}

func typeName(value any) string {
	switch value.(type) {
	case nil:
		return "null"
	case bool:
		return "a boolean"
	case string:
		return "a string"
	case int64, float64:
		return "a number"
	case []any:
		return "a list"
	default:
		return "an object"
	}
}
