package ssmstore_test

import (
	"errors"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"ecs-cluster-scaler/internal/lab/property"
	"ecs-cluster-scaler/thresholds"
	"ecs-cluster-scaler/thresholds/ssmstore"
)

func TestMain(m *testing.M) { property.Main(m, 100) }

// min_instances tells which version of the entry was taken, cpu.scale_out_at which of the defaults.
func TestAFaultyEditFallsBack(t *testing.T) {
	const broken = `{"min_instances": -1}`
	tests := map[string]struct {
		entry, defaults []string
		minInstances    int
		scaleOutAt      float64
		instead         string
		faults          string
	}{
		"nothing faulty": {entry: []string{`{"min_instances": 1}`, `{"min_instances": 2}`}, minInstances: 2, scaleOutAt: 75},
		"the newest entry is faulty": {entry: []string{`{"min_instances": 1}`, `{"min_instances": 2}`, broken}, minInstances: 2, scaleOutAt: 75,
			instead: "version 2 of the entry is used", faults: "/s/clusters/a: entry: min_instances must be at least 0, it is -1"},
		"several faulty in a row": {entry: []string{`{"min_instances": 1}`, broken, `{`, broken}, minInstances: 1, scaleOutAt: 75,
			instead: "version 1 of the entry is used", faults: "must be at least 0"},
		"the newest defaults are faulty": {entry: []string{`{"min_instances": 1}`}, defaults: []string{`{"cpu":{"scale_out_at":80}}`, `{"cpu":{"scale_out_at":85}}`, `{"cpu":{"scale_out_at":850}}`},
			minInstances: 1, scaleOutAt: 85,
			instead: "version 1 of the entry is used with version 2 of the defaults", faults: "/s/clusters/a: defaults: cpu.scale_out_at must be at most 100, it is 850"},
		"the defaults were never valid": {entry: []string{`{"min_instances": 1}`}, defaults: []string{`[]`}, minInstances: 1, scaleOutAt: 75,
			instead: "version 1 of the entry is used without the defaults", faults: "defaults: must be a JSON object"},
		"both are faulty": {entry: []string{`{"min_instances": 1}`, broken}, defaults: []string{`{"cpu":{"scale_out_at":80}}`, `{`},
			minInstances: 1, scaleOutAt: 80,
			instead: "version 1 of the entry is used with version 1 of the defaults", faults: "entry: min_instances"},
		"valid apart, crossed together: the newest entry wins over the newest defaults": {
			entry:    []string{`{"min_instances": 1}`, `{"min_instances": 2, "cpu":{"scale_in_below":70}}`},
			defaults: []string{`{"cpu":{"scale_out_at":80}}`, `{"cpu":{"scale_out_at":60}}`}, minInstances: 2, scaleOutAt: 80,
			instead: "version 2 of the entry is used with version 1 of the defaults", faults: "thresholds cross"},
		"no version is valid": {entry: []string{`{`, broken}, faults: "min_instances must be at least 0"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			api := holding()
			api.put("/s/clusters/a", tt.entry...)
			if tt.defaults != nil {
				api.put("/s/defaults", tt.defaults...)
			}
			got := read(t, open(api)).Clusters[0]
			assert.Contains(t, got.Faults, tt.faults)
			assert.Equal(t, tt.faults == "", got.Faults == "")
			assert.Equal(t, tt.instead, got.Instead)
			switch {
			case tt.faults == "":
				assert.Equal(t, ssmstore.Valid, got.State)
			case tt.instead != "":
				assert.Equal(t, ssmstore.Fallback, got.State)
			default:
				assert.Equal(t, ssmstore.Invalid, got.State)
			}
			assert.Equal(t, tt.minInstances, got.Entry.MinInstances)
			if got.Usable() {
				assert.InDelta(t, tt.scaleOutAt, *got.Entry.CPU.ScaleOutAt, 0)
			} else {
				assert.Zero(t, got.Entry)
			}
		})
	}
}

func TestHistoryIsReadOncePerVersion(t *testing.T) {
	api := holding("/s/clusters/a", `{"min_instances": 1}`, "/s/clusters/b", `{}`)
	store := open(api)
	read(t, store)
	assert.Empty(t, api.histories, "nothing is faulty, nothing older is asked for")

	api.put("/s/clusters/a", `{`)
	for range 3 {
		assert.Equal(t, 1, read(t, store).Clusters[0].Entry.MinInstances)
	}
	assert.Equal(t, []string{"/s/clusters/a"}, api.histories)

	api.put("/s/clusters/a", `{"min_instances": 5}`)
	mended := read(t, store).Clusters[0]
	assert.Empty(t, mended.Faults)
	assert.Equal(t, 5, mended.Entry.MinInstances)
	assert.Len(t, api.histories, 1)
}

func TestFaultyDefaultsCostOneHistory(t *testing.T) {
	api := holding("/s/defaults", `{}`)
	api.put("/s/defaults", `{`)
	for n := range 20 {
		api.put("/s/clusters/c"+strconv.Itoa(n), `{}`)
	}
	for _, c := range read(t, open(api)).Clusters {
		assert.Equal(t, "version 1 of the entry is used with version 1 of the defaults", c.Instead)
	}
	assert.Equal(t, []string{"/s/defaults"}, api.histories)
}

func TestWithoutHistoryTheLastValidCounts(t *testing.T) {
	api := holding("/s/clusters/a", `{"min_instances": 1}`, "/s/clusters/b", `{`)
	store := open(api)
	api.refuse = errors.New("denied")
	first := read(t, store)
	assert.Equal(t, ssmstore.Unsure, first.Clusters[1].State)
	assert.Contains(t, first.Clusters[1].Faults, "its older versions could not be read: read the history of /s/clusters/b: denied")

	api.put("/s/clusters/a", `{`)
	warm := read(t, store).Clusters[0]
	assert.Equal(t, "the version that this function last found valid is used", warm.Instead)
	assert.Equal(t, 1, warm.Entry.MinInstances)

	api.refuse = nil
	assert.Equal(t, "version 1 of the entry is used", read(t, store).Clusters[0].Instead, "asked again once it can be read")
}

// A faulty edit whose history cannot be read leaves in doubt what counts, of that entry alone, and for an hour.
func TestWithoutHistoryDoubtLastsAnHour(t *testing.T) {
	api := holding("/s/clusters/a", `{"min_instances": 1}`, "/s/clusters/b", `{"min_instances": 2}`)
	store := open(api)
	at := func(after time.Duration) []ssmstore.Listed {
		got, err := store.ReadOrLast(t.Context(), readAt.Add(after))
		require.NoError(t, err)
		assert.Empty(t, got.Unread, "the entries themselves were read")
		return got.Clusters
	}
	at(0)
	at(10 * time.Minute)
	api.put("/s/clusters/a", `{`)
	api.refuse = throttled()
	for _, after := range []time.Duration{11 * time.Minute, 70 * time.Minute} {
		got := at(after)
		assert.Equal(t, ssmstore.Fallback, got[0].State)
		assert.Equal(t, 1, got[0].Entry.MinInstances)
		assert.Contains(t, got[0].Unread, "what was read at 04:48 UTC counts until 05:48 UTC")
		assert.Contains(t, got[0].Faults, "its older versions could not be read")
		assert.Empty(t, got[1].Unread, "the other's was read")
	}
	late := at(71 * time.Minute)
	assert.Equal(t, ssmstore.Unsure, late[0].State, "as in a process that never saw it valid")
	assert.True(t, late[1].Usable())

	api.refuse = nil
	mended := at(72 * time.Minute)
	assert.Equal(t, "version 1 of the entry is used", mended[0].Instead)
	assert.Empty(t, mended[0].Unread, "its history says which entry counts")
}

func TestALaggingHistoryIsNotRemembered(t *testing.T) {
	api := holding("/s/clusters/a", `{"min_instances": 1}`)
	api.put("/s/clusters/a", `{`, `{"min_instances": 3}`, `{`)
	api.lag = 2
	store := open(api)
	assert.Contains(t, read(t, store).Clusters[0].Faults, "does not hold its newest version yet")
	api.lag = 0
	assert.Equal(t, 3, read(t, store).Clusters[0].Entry.MinInstances)
}

func TestOneRefusalEndsHistoriesInAPass(t *testing.T) {
	api := holding()
	for n := range 12 {
		api.put("/s/clusters/c"+strconv.Itoa(n), `{`)
	}
	api.refuse = errors.New("throttled")
	read(t, open(api))
	assert.Len(t, api.histories, 1)
}

func TestFallbackTakesTheNewestValidPair(t *testing.T) {
	versions := rapid.SliceOfN(rapid.SampledFrom([]string{
		`{}`, `{`, `{"cpu":{"scale_out_at":60}}`, `{"cpu":{"scale_in_below":65}}`, `{"cpu":{"scale_in_below":40}}`, `{"scale_in":1}`, `{"min_instances":4}`,
	}), 1, 5)
	rapid.Check(t, func(t *rapid.T) {
		entries, defaults := versions.Draw(t, "entry"), versions.Draw(t, "defaults")
		api := holding()
		api.put("/s/clusters/a", entries...)
		api.put("/s/defaults", defaults...)
		got := read(t, open(api)).Clusters[0]
		for e, entrie := range slices.Backward(entries) {
			for d := len(defaults); d >= 0; d-- { // 0: none
				var under []byte
				if d > 0 {
					under = []byte(defaults[d-1])
				}
				want, err := thresholds.Parse([]byte(entrie), under)
				if err != nil {
					continue
				}
				assert.Equal(t, want, got.Entry)
				assert.Equal(t, e == len(entries)-1 && d == len(defaults), got.Faults == "")
				assert.True(t, got.Usable())
				return
			}
		}
		assert.False(t, got.Usable())
	})
}
