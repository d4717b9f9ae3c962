package ssmstore_test

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"
	"github.com/aws/smithy-go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"ecs-cluster-scaler/thresholds"
	"ecs-cluster-scaler/thresholds/ssmstore"
)

// fakeSSM holds every version of every parameter. It answers three parameters a page and begins, as SSM may, with an
// empty page that has a successor; history comes two versions a page, oldest first.
type fakeSSM struct {
	names     []string
	versions  map[string][]string
	made      map[string]int64
	histories []string
	refuse    error
	lag       int             // so many of the newest versions are not in the history yet
	sealed    map[string]bool // SecureStrings of a key that may not be used
	secret    map[string]bool // SecureStrings of a key that may
	spoil     func(ctx context.Context, page int) error
}

func holding(namesAndValues ...string) *fakeSSM {
	f := &fakeSSM{versions: map[string][]string{}, made: map[string]int64{}}
	for i := 0; i < len(namesAndValues); i += 2 {
		f.put(namesAndValues[i], namesAndValues[i+1])
	}
	return f
}

func (f *fakeSSM) put(name string, values ...string) {
	if !slices.Contains(f.names, name) {
		f.names = append(f.names, name)
		f.made[name]++
	}
	f.versions[name] = append(f.versions[name], values...)
}

func (f *fakeSSM) remove(name string) {
	f.names = slices.DeleteFunc(f.names, func(n string) bool { return n == name })
	delete(f.versions, name)
}

func (f *fakeSSM) modified(name string, version int) *time.Time {
	return aws.Time(time.Unix(1000*f.made[name]+int64(version), 0))
}

func page(token *string, size, all int) (from, to int, next *string) {
	from, _ = strconv.Atoi(aws.ToString(token))
	if to = min(from+size, all); to < all {
		next = aws.String(strconv.Itoa(to))
	}
	return from, to, next
}

func (f *fakeSSM) GetParametersByPath(ctx context.Context, in *ssm.GetParametersByPathInput, _ ...func(*ssm.Options)) (*ssm.GetParametersByPathOutput, error) {
	if f.spoil != nil {
		at := -1 // the empty first page
		if in.NextToken != nil {
			from, _, _ := page(in.NextToken, 3, 0)
			at = from / 3
		}
		if err := f.spoil(ctx, at+1); err != nil {
			return nil, err
		}
	}
	var below []types.Parameter
	for _, name := range f.names {
		if values := f.versions[name]; strings.HasPrefix(name, *in.Path+"/") {
			if f.sealed[name] && *in.WithDecryption {
				return nil, &smithy.GenericAPIError{Code: "AccessDeniedException", Message: "not authorized to perform: kms:Decrypt"}
			}
			kind := types.ParameterTypeString
			if f.sealed[name] || f.secret[name] {
				kind = types.ParameterTypeSecureString
			}
			below = append(below, types.Parameter{Type: kind, Name: aws.String(name), Value: aws.String(values[len(values)-1]),
				Version: int64(len(values)), LastModifiedDate: f.modified(name, len(values))})
		}
	}
	if in.NextToken == nil && len(below) > 0 {
		return &ssm.GetParametersByPathOutput{NextToken: aws.String("0")}, nil
	}
	from, to, next := page(in.NextToken, 3, len(below))
	return &ssm.GetParametersByPathOutput{Parameters: below[from:to], NextToken: next}, nil
}

func (f *fakeSSM) GetParameterHistory(_ context.Context, in *ssm.GetParameterHistoryInput, _ ...func(*ssm.Options)) (*ssm.GetParameterHistoryOutput, error) {
	if in.NextToken == nil {
		f.histories = append(f.histories, *in.Name)
	}
	if f.refuse != nil {
		return nil, f.refuse
	}
	values := f.versions[*in.Name]
	values = values[:len(values)-f.lag]
	from, to, next := page(in.NextToken, 2, len(values))
	out := &ssm.GetParameterHistoryOutput{NextToken: next}
	for i := from; i < to; i++ {
		out.Parameters = append(out.Parameters, types.ParameterHistory{Name: in.Name, Value: aws.String(values[i]), Version: int64(i + 1)})
	}
	return out, nil
}

func open(api *fakeSSM) *ssmstore.Store {
	return ssmstore.New(api, "/s")
}

func read(t require.TestingT, store *ssmstore.Store) ssmstore.Listing {
	listing, err := store.Read(context.Background())
	require.NoError(t, err)
	return listing
}

func TestAllPagesAreReadInTheOrderOfNames(t *testing.T) {
	listing := read(t, open(holding(
		"/s/clusters/web", `{"min_instances": 3}`,
		"/s/clusters/api", `{}`,
		"/s/defaults", `{"min_instances": 2}`,
		"/s/clusters/batch", `{}`,
		"/elsewhere/clusters/other", `{}`,
	)))
	var found []string
	for _, c := range listing.Clusters {
		found = append(found, c.Cluster+" "+strconv.Itoa(c.Entry.MinInstances))
	}
	assert.Equal(t, []string{"api 2", "batch 2", "web 3"}, found)
	assert.Empty(t, listing.Strays)
}

func TestStraysAreNamedNotJudged(t *testing.T) {
	listing := read(t, open(holding("/s/clusters/b", `{}`, "/s/clusters/b/old", `{}`, "/s/notes", `hello`)))
	require.Len(t, listing.Clusters, 1)
	assert.Equal(t, []string{"/s/clusters/b/old", "/s/notes"}, listing.Strays)
}

func TestAPathWithoutEntriesSaysHowToAddTheFirst(t *testing.T) {
	_, err := open(holding("/s/defaults", `{}`)).Read(t.Context())
	var empty *ssmstore.EmptyPathError
	require.ErrorAs(t, err, &empty)
	assert.Equal(t, "there is no entry below /s/clusters in SSM Parameter Store of this account and region; check these and CONFIG_PATH, or add the first with: "+
		"aws ssm put-parameter --type String --name /s/clusters/<ECS cluster name> --value '{}'", err.Error())
}

func TestOnlyKeepsTheNamedClusters(t *testing.T) {
	listing := read(t, open(holding("/s/clusters/a", `{}`, "/s/clusters/b", `{}`, "/s/clusters/c", `{}`)))
	some, err := listing.Only([]string{"c", "a"})
	require.NoError(t, err)
	require.Len(t, some.Clusters, 2)
	assert.Equal(t, "c", some.Clusters[0].Cluster)
	_, err = listing.Only([]string{"d"})
	require.EqualError(t, err, "cluster \"d\" has no entry; these have one: a, b, c")
}

// min_instances tells which version of the entry was taken, cpu.scale_out_at which of the defaults.
func TestAFaultyEditFallsBackToWhatWasValid(t *testing.T) {
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

func TestFaultyDefaultsCostOneHistoryForAllClusters(t *testing.T) {
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

func TestAHistoryThatCannotBeReadLeavesWhatWasValidBefore(t *testing.T) {
	api := holding("/s/clusters/a", `{"min_instances": 1}`, "/s/clusters/b", `{`)
	store := open(api)
	api.refuse = errors.New("denied")
	first := read(t, store)
	assert.Equal(t, ssmstore.Unsure, first.Clusters[1].State)
	assert.Contains(t, first.Clusters[1].Faults, "its older versions could not be read: read the history of /s/clusters/b: denied")

	api.put("/s/clusters/a", `{`)
	warm := read(t, store).Clusters[0]
	assert.Equal(t, "what this function last found valid is used", warm.Instead)
	assert.Equal(t, 1, warm.Entry.MinInstances)

	api.refuse = nil
	assert.Equal(t, "version 1 of the entry is used", read(t, store).Clusters[0].Instead, "asked again once it can be read")
}

func TestAHistoryThatLagsBehindIsNotRemembered(t *testing.T) {
	api := holding("/s/clusters/a", `{"min_instances": 1}`)
	api.put("/s/clusters/a", `{`, `{"min_instances": 3}`, `{`)
	api.lag = 2
	store := open(api)
	assert.Contains(t, read(t, store).Clusters[0].Faults, "does not hold its newest version yet")
	api.lag = 0
	assert.Equal(t, 3, read(t, store).Clusters[0].Entry.MinInstances)
}

func TestAfterOneRefusalNoHistoryIsAskedForInThisPass(t *testing.T) {
	api := holding()
	for n := range 12 {
		api.put("/s/clusters/c"+strconv.Itoa(n), `{`)
	}
	api.refuse = errors.New("throttled")
	read(t, open(api))
	assert.Len(t, api.histories, 1)
}

func TestASecureStringThatMayNotBeOpenedStopsNoOther(t *testing.T) {
	api := holding("/s/clusters/a", `{"min_instances": 1}`, "/s/clusters/b", `{"min_instances": 2}`)
	store := open(api)
	read(t, store)
	api.sealed = map[string]bool{"/s/clusters/b": true}
	api.put("/s/clusters/b", `{"min_instances": 3}`)
	listing := read(t, store)
	assert.Empty(t, listing.Clusters[0].Faults)
	assert.Equal(t, 1, listing.Clusters[0].Entry.MinInstances)
	assert.Contains(t, listing.Clusters[1].Faults, "allow kms:Decrypt for its key")
	assert.Equal(t, 2, listing.Clusters[1].Entry.MinInstances, "what was valid before")

	fresh := read(t, open(api))
	assert.Equal(t, ssmstore.Unsure, fresh.Clusters[1].State)
}

// An entry that nobody touched is judged again when what it inherits has changed, the other way too, and when nothing is left to inherit.
func TestAnEditOfTheDefaultsReachesEveryEntryOfAProcessThatLives(t *testing.T) {
	api := holding("/s/clusters/a", `{}`, "/s/clusters/b", `{"min_instances": 9}`, "/s/defaults", `{"min_instances": 1, "cpu":{"scale_out_at":80}}`)
	store := open(api)
	requireInherited := func(minInstances int, scaleOutAt float64) {
		t.Helper()
		clusters := read(t, store).Clusters
		assert.Equal(t, minInstances, clusters[0].Entry.MinInstances)
		assert.Equal(t, 9, clusters[1].Entry.MinInstances, "its own")
		for _, c := range clusters {
			assert.InDelta(t, scaleOutAt, *c.Entry.CPU.ScaleOutAt, 0, c.Cluster)
			assert.Empty(t, c.Faults)
		}
	}
	requireInherited(1, 80)
	api.put("/s/defaults", `{"min_instances": 2, "cpu":{"scale_out_at":60}}`)
	requireInherited(2, 60)
	api.remove("/s/defaults")
	requireInherited(0, 75)
	api.put("/s/defaults", `{"min_instances": 3}`)
	requireInherited(3, 75)

	api.put("/s/defaults", `{"cpu":{"scale_out_at":850}}`)
	for _, c := range read(t, store).Clusters {
		assert.Contains(t, c.Faults, "defaults: cpu.scale_out_at", c.Cluster)
		assert.Contains(t, c.Instead, "with version 1 of the defaults", c.Cluster)
	}
}

// A String's faults quote it, which helps; a SecureString's do not, nor those of an entry that inherits from one.
func TestFaultsQuoteNothingOfASecureString(t *testing.T) {
	faulty := func(secret ...string) ssmstore.Listing {
		api := holding("/s/clusters/a", `{"cpu": {"scale_out_at": 73912}, "hunter2": 1}`, "/s/defaults", `{"memory": {"scale_out_at": 73913}}`)
		api.secret = map[string]bool{}
		for _, name := range secret {
			api.secret[name] = true
		}
		return read(t, open(api))
	}
	plain := faulty().Clusters[0]
	assert.Contains(t, plain.Faults, "73912")
	assert.Contains(t, plain.Faults, "73913")
	assert.Contains(t, plain.Faults, "hunter2")
	for name, secret := range map[string][]string{"the entry": {"/s/clusters/a"}, "the defaults": {"/s/defaults"}, "both": {"/s/clusters/a", "/s/defaults"}} {
		got := faulty(secret...).Clusters[0]
		assert.Contains(t, got.Faults, "entry: cpu.scale_out_at must be at most 100; the value at /cpu/scale_out_at is more", name)
		assert.Contains(t, got.Faults, "defaults: memory.scale_out_at", name)
		assert.NotRegexp(t, "73912|73913|hunter2", got.Faults+got.Instead, name)
	}
}

func TestAnEntryMadeAnewIsJudgedAnew(t *testing.T) {
	api := holding("/s/clusters/a", `{"min_instances": 1}`, "/s/clusters/b", `{}`)
	store := open(api)
	read(t, store)
	api.remove("/s/clusters/a")
	assert.Len(t, read(t, store).Clusters, 1, "a deleted entry is gone at once")

	api.put("/s/clusters/a", `{"min_instances": 7}`)
	assert.Equal(t, 7, read(t, store).Clusters[0].Entry.MinInstances)
	api.remove("/s/clusters/a")
	api.put("/s/clusters/a", `{"min_instances": 8}`)
	assert.Equal(t, 8, read(t, store).Clusters[0].Entry.MinInstances, "version 1 again, but another")
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
