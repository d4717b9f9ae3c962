package ssmstore_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestOnlyKeepsTheNamedClusters(t *testing.T) {
	listing := read(t, open(holding("/s/clusters/a", `{}`, "/s/clusters/b", `{}`, "/s/clusters/c", `{}`)))
	some, err := listing.Only([]string{"c", "a"})
	require.NoError(t, err)
	require.Len(t, some.Clusters, 2)
	assert.Equal(t, "c", some.Clusters[0].Cluster)
	_, err = listing.Only([]string{"d"})
	require.EqualError(t, err, "cluster \"d\" has no entry; these clusters have one: a, b, c")
}
