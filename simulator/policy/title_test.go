package policy

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestATitleSaysWhatAPolicyIs(t *testing.T) {
	for name, title := range map[string]string{
		"gap": "ours", "ours": "ours", "surge": "ours, in one at a time", "signal": "ours, one at a time",
		"alarms-75": "two alarm pairs, 75 %", "alarms-60-drain-ends-early": "two alarm pairs, 60 %, drain ends early",
		"schedulable-2": "schedulable tasks, 2", "managed-90": "ECS managed scaling, target 90",
		"mine": "mine", "managed": "managed",
	} {
		assert.Equal(t, title, Title(name))
	}
}

func TestEachPolicyHasATitleOfItsOwn(t *testing.T) {
	seen := map[string]string{}
	for _, name := range Names() {
		title := Title(name)
		assert.NotEqual(t, name, title)
		assert.NotEmpty(t, About(name), name)
		assert.Empty(t, seen[title], "%s is called like %s", name, seen[title])
		seen[title] = name
	}
}

func TestOursIsWhatIsSetUpByDefault(t *testing.T) {
	assert.Equal(t, Gap, Names()[0])
	made, err := New("ours", Options{})
	require.NoError(t, err)
	assert.Equal(t, Gap, made.Name())
}
