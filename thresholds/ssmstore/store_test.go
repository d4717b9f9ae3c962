package ssmstore_test

import (
	"context"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ecs-cluster-scaler/thresholds/ssmstore"
)

func TestAllPagesAreReadInOrderOfNames(t *testing.T) {
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

func TestAStrayIsNewsOncePerVersion(t *testing.T) {
	f := holding("/s/clusters/b", `{}`, "/s/notes", `hello`)
	store := open(f)
	news := func(strays ...string) []string {
		listing, err := store.ReadOrLast(t.Context(), readAt)
		require.NoError(t, err)
		assert.Equal(t, strays, listing.Strays)
		return listing.NewStrays
	}
	assert.Equal(t, []string{"/s/notes"}, news("/s/notes"))
	assert.Empty(t, news("/s/notes"))
	f.put("/s/clusters/b/old", `{}`)
	assert.Equal(t, []string{"/s/clusters/b/old"}, news("/s/notes", "/s/clusters/b/old"), "another one")
	f.put("/s/notes", `hello again`)
	assert.Equal(t, []string{"/s/notes"}, news("/s/notes", "/s/clusters/b/old"), "another version")

	f.spoil = func(context.Context, int) error { return throttled() }
	assert.Empty(t, news("/s/notes", "/s/clusters/b/old"), "what was read before is no news")
	f.spoil = nil
	assert.Empty(t, news("/s/notes", "/s/clusters/b/old"))

	f.remove("/s/notes")
	assert.Empty(t, news("/s/clusters/b/old"))
	f.put("/s/notes", `hello`)
	assert.Equal(t, []string{"/s/notes"}, news("/s/clusters/b/old", "/s/notes"), "made anew, as its first version again")
}

func TestAnEmptyPathSaysHowToAddAnEntry(t *testing.T) {
	_, err := open(holding("/s/defaults", `{}`)).Read(t.Context())
	var empty *ssmstore.EmptyPathError
	require.ErrorAs(t, err, &empty)
	assert.Equal(t, "SSM Parameter Store has no entry below /s/clusters in this account and region; check account, region and CONFIG_PATH, or add the first entry with: "+
		"aws ssm put-parameter --type String --name /s/clusters/<ECS cluster name> --value '{}'", err.Error())
}
