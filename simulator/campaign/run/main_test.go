package main

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestAMistypedNumberIsASentenceWithTheNextStep(t *testing.T) {
	for name, c := range map[string]struct {
		args []string
		want string
	}{
		"a seed that is no number":     {[]string{"-seed", "abc"}, "SEED, SEEDS, FROM and HEARTBEAT (-seed, -seeds, -from, -heartbeat) are whole numbers"},
		"a negative seed":              {[]string{"-seed", "-1"}, "are whole numbers"},
		"seed 0 is not all seeds":      {[]string{"-seed", "0"}, "must be at least 1"},
		"from seed 0":                  {[]string{"-from", "0"}, "must be at least 1"},
		"no schedule proves nothing":   {[]string{"-seeds", "0"}, "SEEDS (-seeds) is 0; it must be at least 1"},
		"fewer schedules than none":    {[]string{"-seeds", "-5"}, "SEEDS (-seeds) is -5"},
		"a heartbeat that AWS refuses": {[]string{"-heartbeat", "20"}, "HEARTBEAT (-heartbeat) is 20; it must be from 30 to 7200 seconds"},
		"nothing at once":              {[]string{"-j", "0"}, "-j is 0; it must be at least 1"},
		"a word that is no flag":       {[]string{"7"}, `"7" is no flag`},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := parse(c.args)
			require.ErrorContains(t, err, c.want)
		})
	}
}

func TestFlagsThatCanBeUsedAreTaken(t *testing.T) {
	o, err := parse([]string{"-seeds", "50", "-from", "7", "-heartbeat", "0", "-j", "2"})
	require.NoError(t, err)
	assert.Equal(t, options{seeds: 50, from: 7, atOnce: 2}, o)
}
