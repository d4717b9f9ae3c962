package aws

import (
	"slices"
	"strings"
	"time"
)

// parameters is Parameter Store, in the order of names.
type parameters struct{ all []*parameter }

// parameter is one with its history, oldest version first.
type parameter struct {
	name     string
	versions []parameterVersion
}

type parameterVersion struct {
	number   int64
	value    string
	modified time.Time
}

// versionsKept is how many versions Parameter Store keeps
// (https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-versions.html).
const versionsKept = 100

// PutParameter is SSM's, with Overwrite.
func (w *World) PutParameter(name, value string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	at, found := w.parameters.find(name)
	if !found {
		w.parameters.all = slices.Insert(w.parameters.all, at, &parameter{name: name})
	}
	p := w.parameters.all[at]
	v := parameterVersion{number: 1, value: value, modified: w.now}
	if n := len(p.versions); n > 0 {
		v.number = p.versions[n-1].number + 1
	}
	p.versions = append(p.versions, v)
	p.versions = p.versions[max(0, len(p.versions)-versionsKept):]
}

// DeleteParameter is SSM's: the history goes too, and a new one of the name begins at version 1.
func (w *World) DeleteParameter(name string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if at, found := w.parameters.find(name); found {
		w.parameters.all = slices.Delete(w.parameters.all, at, at+1)
	}
}

func (p *parameters) find(name string) (int, bool) {
	return slices.BinarySearchFunc(p.all, name, func(p *parameter, name string) int { return strings.Compare(p.name, name) })
}

// below are the parameters of a path; without recursion only those of its own level
// (https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParametersByPath.html).
func (p *parameters) below(path string, recursive bool) []*parameter {
	prefix := strings.TrimSuffix(path, "/") + "/"
	var found []*parameter
	for _, one := range p.all {
		rest, ok := strings.CutPrefix(one.name, prefix)
		if ok && (recursive || !strings.Contains(rest, "/")) {
			found = append(found, one)
		}
	}
	return found
}
