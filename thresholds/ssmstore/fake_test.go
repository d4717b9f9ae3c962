package ssmstore_test

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"
	"github.com/aws/smithy-go"
	"github.com/stretchr/testify/require"

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
