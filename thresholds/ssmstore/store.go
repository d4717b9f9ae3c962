// Package ssmstore reads the entries of all clusters from SSM Parameter Store.
package ssmstore

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"

	"ecs-cluster-scaler/thresholds"
)

// SSM is what the store asks of SSM Parameter Store.
type SSM interface {
	GetParametersByPath(ctx context.Context, in *ssm.GetParametersByPathInput, opts ...func(*ssm.Options)) (*ssm.GetParametersByPathOutput, error)
}

// parametersPerCall is the most that GetParametersByPath returns
// (https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParametersByPath.html).
const parametersPerCall = 10

// Store reads the entries below one path.
type Store struct {
	ssm  SSM
	path string
}

// New returns a store for the entries below path, such as /ecs-cluster-scaler.
func New(api SSM, path string) *Store {
	return &Store{ssm: api, path: strings.TrimSuffix(path, "/")}
}

// Listed is one cluster that has an entry.
type Listed struct {
	Cluster string
	Entry   thresholds.Entry
	// Invalid says what is wrong when no valid entry is known; Entry is then empty.
	Invalid error
}

// Listing is everything that the path holds.
type Listing struct {
	// Clusters are in the order of their names.
	Clusters []Listed
	// Strays are parameters below the path that are neither the defaults nor an entry.
	Strays []string
}

// Only keeps the named clusters; none named keeps all. A name without an entry is an error that says which exist.
func (l Listing) Only(names []string) (Listing, error) {
	if len(names) == 0 {
		return l, nil
	}
	kept := l
	kept.Clusters = nil
	for _, name := range names {
		i := slices.IndexFunc(l.Clusters, func(c Listed) bool { return c.Cluster == name })
		if i < 0 {
			var known []string
			for _, c := range l.Clusters {
				known = append(known, c.Cluster)
			}
			return Listing{}, fmt.Errorf("cluster %s has no entry; these have one: %s", name, strings.Join(known, ", "))
		}
		kept.Clusters = append(kept.Clusters, l.Clusters[i])
	}
	return kept, nil
}

// EmptyPathError means that the path holds no entry, which is what a mistyped path looks like.
type EmptyPathError struct{ Path string }

// Error says how to add the first entry.
func (e *EmptyPathError) Error() string {
	return fmt.Sprintf("there is no entry below %s/clusters in SSM Parameter Store; add the first with: "+
		"aws ssm put-parameter --type String --name %s/clusters/<ECS cluster name> --value '{}'", e.Path, e.Path)
}

// Read reads all entries. With none it returns an EmptyPathError.
func (s *Store) Read(ctx context.Context) (Listing, error) {
	var listing Listing
	var defaults []byte
	entries := map[string][]byte{}
	pages := ssm.NewGetParametersByPathPaginator(s.ssm, &ssm.GetParametersByPathInput{
		Path:           aws.String(s.path),
		Recursive:      aws.Bool(true),
		WithDecryption: aws.Bool(true),
		MaxResults:     aws.Int32(parametersPerCall),
	})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return Listing{}, fmt.Errorf("read the entries below %s: %w", s.path, err)
		}
		for _, p := range page.Parameters {
			relative := strings.TrimPrefix(aws.ToString(p.Name), s.path+"/")
			name, isEntry := strings.CutPrefix(relative, "clusters/")
			switch {
			case relative == "defaults":
				defaults = []byte(aws.ToString(p.Value))
			case isEntry && !strings.Contains(name, "/"):
				entries[name] = []byte(aws.ToString(p.Value))
			default:
				listing.Strays = append(listing.Strays, aws.ToString(p.Name))
			}
		}
	}
	if len(entries) == 0 {
		return Listing{}, &EmptyPathError{Path: s.path}
	}
	for _, name := range slices.Sorted(maps.Keys(entries)) {
		listed := Listed{Cluster: name}
		listed.Entry, listed.Invalid = thresholds.Parse(entries[name], defaults)
		listing.Clusters = append(listing.Clusters, listed)
	}
	return listing, nil
}
