package drainer_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestFaultyEntryDrainsByDefaults(t *testing.T) {
	for name, change := range map[string]func(*account){
		"faulty": func(a *account) { a.faulty("web", `{"drain": 1}`) },
		"gone":   func(a *account) { a.forget("web") },
		"off":    func(a *account) { a.enter("web", `{"enabled": false}`) },
	} {
		a := newAccount().host("i-1", wait)
		change(a)
		until(t, a, a.process(), 6)
		assert.Empty(t, a.left(), name)
	}
}

// The entry may say hold, another hook, or ten hours: what cannot be read must not end anything.
func TestUnreadEntriesReleaseNoHost(t *testing.T) {
	a := newAccount().host("i-1", wait)
	a.deny["GetParametersByPath"] = true
	until(t, a, a.process(), 90)
	assert.NotEmpty(t, a.left(), "past the built-in deadline")
	a.deny["GetParametersByPath"] = false
	until(t, a, a.process(), 6)
	assert.Empty(t, a.left(), "read again")
}

func TestLastEntriesServeWhileUnread(t *testing.T) {
	a := newAccount().host("i-1", wait)
	d := a.process()
	tick(t, a, d)
	a.deny["GetParametersByPath"] = true
	a.pass(time.Minute)
	until(t, a, d, 6)
	assert.Empty(t, a.left())
}

func TestUnsureEntryReleasesNoHost(t *testing.T) {
	a := newAccount().host("i-1", wait)
	a.faulty("web", `{"drain": 1}`)
	a.deny["GetParameterHistory"] = true
	until(t, a, a.process(), 90)
	assert.NotEmpty(t, a.left())
}
