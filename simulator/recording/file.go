package recording

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
)

// Read reads a recording and holds it to all that a field promises. An error names the file, the field and what to do.
// name is the file's, for errors.
func Read(name string, from io.Reader) (Recording, error) {
	text, err := io.ReadAll(from)
	if err != nil {
		return Recording{}, fmt.Errorf("read %s: %w", name, err)
	}
	r, err := parse(text)
	if err != nil {
		return Recording{}, fmt.Errorf("%s: %w", name, err)
	}
	return r, nil
}

func parse(text []byte) (Recording, error) {
	text = bytes.TrimPrefix(text, []byte("\ufeff")) // Windows programs put it there
	switch {
	case len(bytes.TrimSpace(text)) == 0:
		return Recording{}, errors.New("it is empty; clusterscaler record writes a recording")
	case bytes.HasPrefix(text, []byte("\xff\xfe")), bytes.HasPrefix(text, []byte("\xfe\xff")):
		return Recording{}, errors.New("it is in UTF-16; save it as UTF-8")
	case bytes.HasPrefix(text, []byte("\x1f\x8b")):
		return Recording{}, errors.New("it is compressed; unpack it with gunzip first")
	}
	var r Recording
	f := &faults{}
	if err := ofVersion(text); err != nil {
		return Recording{}, err
	}
	decode(text, &r, f)
	if !f.any() {
		r.check(f)
	}
	return r, f.err()
}

// ofVersion refuses a file of another version, whose fields mean something else.
func ofVersion(text []byte) error {
	var only struct {
		Version json.Number `json:"version"`
	}
	_ = json.Unmarshal(text, &only) // a text that is no JSON is told with its place, by who reads on
	if only.Version == "" || only.Version == json.Number(fmt.Sprint(Version)) {
		return nil
	}
	return fmt.Errorf("version is %s; this clusterscaler reads version %d, so read the file with the one that wrote it", only.Version, Version)
}

// Check says what is wrong with a recording, as [Read] does.
func (r Recording) Check() error {
	f := &faults{}
	r.check(f)
	return f.err()
}

// Write writes a recording, of this [Version]. It refuses what [Read] would refuse, and an anonymous recording in which
// a name is left.
func Write(to io.Writer, r Recording) error {
	r.Version = Version
	r.InstanceTypes, r.Groups, r.Services = list(r.InstanceTypes), list(r.Groups), list(r.Services)
	r.StandaloneTasks, r.Hosts = list(r.StandaloneTasks), list(r.Hosts)
	if err := r.Check(); err != nil {
		return fmt.Errorf("the recording is not whole: %w", err)
	}
	var text bytes.Buffer
	e := json.NewEncoder(&text)
	e.SetEscapeHTML(false)
	e.SetIndent("", " ")
	if err := e.Encode(r); err != nil {
		return err
	}
	if r.Anonymous {
		left, err := strangers(text.Bytes())
		if err != nil {
			return err
		}
		if len(left) > 0 {
			return fmt.Errorf("names are left in the anonymous recording, so it is not written: %q", left)
		}
	}
	_, err := to.Write(inLines(text.Bytes()))
	return err
}

var (
	innermost = regexp.MustCompile(`[\[{]\n[^][{}]*\n *[]}]`)
	lineEnds  = regexp.MustCompile(`\n *`)
)

// inLines puts each point of a list on one line, for whoever looks into the file. A text holds no line end in JSON.
func inLines(text []byte) []byte {
	return innermost.ReplaceAllFunc(text, func(item []byte) []byte {
		inside := lineEnds.ReplaceAll(item[1:len(item)-1], []byte(" "))
		return slices.Concat(item[:1], bytes.TrimSpace(inside), item[len(item)-1:])
	})
}

// list is a list that JSON shows as one, empty or not.
func list[T any](items []T) []T {
	if items == nil {
		return []T{}
	}
	return items
}
