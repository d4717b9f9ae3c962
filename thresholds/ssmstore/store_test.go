package ssmstore_test

import (
	"context"
	"strconv"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ecs-cluster-scaler/thresholds/ssmstore"
)

// fakeSSM answers three parameters a page, and now and then, as SSM may, an empty page that has a successor.
type fakeSSM struct {
	parameters []types.Parameter
	pages      int
}

func (f *fakeSSM) GetParametersByPath(_ context.Context, in *ssm.GetParametersByPathInput, _ ...func(*ssm.Options)) (*ssm.GetParametersByPathOutput, error) {
	f.pages++
	var below []types.Parameter
	for _, p := range f.parameters {
		if strings.HasPrefix(*p.Name, *in.Path+"/") {
			below = append(below, p)
		}
	}
	if in.NextToken == nil && len(below) > 0 {
		return &ssm.GetParametersByPathOutput{NextToken: aws.String("0")}, nil
	}
	from, _ := strconv.Atoi(aws.ToString(in.NextToken))
	to := min(from+3, len(below))
	out := &ssm.GetParametersByPathOutput{Parameters: below[from:to]}
	if to < len(below) {
		out.NextToken = aws.String(strconv.Itoa(to))
	}
	return out, nil
}

func parameters(namesAndValues ...string) *fakeSSM {
	f := &fakeSSM{}
	for i := 0; i < len(namesAndValues); i += 2 {
		f.parameters = append(f.parameters, types.Parameter{Name: aws.String(namesAndValues[i]), Value: aws.String(namesAndValues[i+1])})
	}
	return f
}

func TestAllPagesAreReadInTheOrderOfNames(t *testing.T) {
	api := parameters(
		"/scaler/clusters/web", `{"min_instances": 3}`,
		"/scaler/clusters/api", `{}`,
		"/scaler/defaults", `{"min_instances": 2}`,
		"/scaler/clusters/batch", `{}`,
		"/elsewhere/clusters/other", `{}`,
	)
	listing, err := ssmstore.New(api, "/scaler").Read(t.Context())
	require.NoError(t, err)
	var found []string
	for _, c := range listing.Clusters {
		found = append(found, c.Cluster+" "+strconv.Itoa(c.Entry.MinInstances))
	}
	assert.Equal(t, []string{"api 2", "batch 2", "web 3"}, found)
	assert.Empty(t, listing.Strays)
}

func TestOneFaultyEntryLeavesTheOthers(t *testing.T) {
	listing, err := ssmstore.New(parameters(
		"/scaler/clusters/a", `{`,
		"/scaler/clusters/b", `{}`,
		"/scaler/clusters/b/old", `{}`,
		"/scaler/notes", `hello`,
	), "/scaler").Read(t.Context())
	require.NoError(t, err)
	require.Len(t, listing.Clusters, 2)
	require.ErrorContains(t, listing.Clusters[0].Invalid, "entry: is not JSON")
	require.NoError(t, listing.Clusters[1].Invalid)
	assert.Equal(t, []string{"/scaler/clusters/b/old", "/scaler/notes"}, listing.Strays)
}

func TestAPathWithoutEntriesSaysHowToAddTheFirst(t *testing.T) {
	_, err := ssmstore.New(parameters("/scaler/defaults", `{}`), "/scaler").Read(t.Context())
	var empty *ssmstore.EmptyPathError
	require.ErrorAs(t, err, &empty)
	assert.Equal(t, "there is no entry below /scaler/clusters in SSM Parameter Store; add the first with: "+
		"aws ssm put-parameter --type String --name /scaler/clusters/<ECS cluster name> --value '{}'", err.Error())
}

func TestOnlyKeepsTheNamedClusters(t *testing.T) {
	listing, err := ssmstore.New(parameters("/s/clusters/a", `{}`, "/s/clusters/b", `{}`, "/s/clusters/c", `{}`), "/s").Read(t.Context())
	require.NoError(t, err)
	some, err := listing.Only([]string{"c", "a"})
	require.NoError(t, err)
	require.Len(t, some.Clusters, 2)
	assert.Equal(t, "c", some.Clusters[0].Cluster)
	_, err = listing.Only([]string{"d"})
	require.EqualError(t, err, "cluster d has no entry; these have one: a, b, c")
}
