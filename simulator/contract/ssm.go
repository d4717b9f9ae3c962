package contract

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// parameters: ten a page at most, each with its newest version; without recursion only those of the path's own level
// (https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParametersByPath.html).
func parameters(t *testing.T, a Account) {
	t.Helper()
	list := func(path string, recursive bool) map[string]types.Parameter {
		found := map[string]types.Parameter{}
		for p := ssm.NewGetParametersByPathPaginator(a.SSM, &ssm.GetParametersByPathInput{
			Path: aws.String(path), Recursive: aws.Bool(recursive), WithDecryption: aws.Bool(true), MaxResults: aws.Int32(10),
		}); p.HasMorePages(); {
			out, err := p.NextPage(t.Context())
			require.NoError(t, err)
			assert.LessOrEqual(t, len(out.Parameters), 10)
			for _, one := range out.Parameters {
				found[aws.ToString(one.Name)] = one
			}
		}
		return found
	}
	found := list(a.Path, true)
	assert.Len(t, found, a.Parameters)
	require.Contains(t, found, a.Parameter)
	assert.EqualValues(t, 2, found[a.Parameter].Version)
	assert.Equal(t, types.ParameterTypeString, found[a.Parameter].Type)
	assert.Empty(t, list(a.Path, false), "they are a level deeper")
	assert.Empty(t, list(strings.TrimSuffix(a.Path, a.Path[len(a.Path)-1:]), true), "a path is no prefix")
	assert.Empty(t, list("/"+absent, true))
	_, err := a.SSM.GetParametersByPath(t.Context(), &ssm.GetParametersByPathInput{Path: aws.String(a.Path), MaxResults: aws.Int32(11)})
	require.Error(t, err)
	assert.Equal(t, "ValidationException", code(t, err))
}

// history: all versions, oldest first (https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameterHistory.html).
func history(t *testing.T, a Account) {
	t.Helper()
	var versions []int64
	var values []string
	for p := ssm.NewGetParameterHistoryPaginator(a.SSM, &ssm.GetParameterHistoryInput{
		Name: aws.String(a.Parameter), WithDecryption: aws.Bool(true), MaxResults: aws.Int32(1),
	}); p.HasMorePages(); {
		out, err := p.NextPage(t.Context())
		require.NoError(t, err)
		assert.LessOrEqual(t, len(out.Parameters), 1)
		for _, v := range out.Parameters {
			versions, values = append(versions, v.Version), append(values, aws.ToString(v.Value))
			assert.Empty(t, v.Labels, "nobody gave it one")
		}
	}
	assert.Equal(t, []int64{1, 2}, versions)
	assert.NotEqual(t, values[0], values[1])
	_, err := a.SSM.GetParameterHistory(t.Context(), &ssm.GetParameterHistoryInput{Name: aws.String(a.Path + "/clusters/" + absent)})
	var unknown *types.ParameterNotFound
	require.ErrorAs(t, err, &unknown)
}
