// Package ssmstore reads the entries of all clusters from SSM Parameter Store. If the newest version of an entry has
// faults, it falls back to an older one.
package ssmstore

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"

	"ecs-cluster-scaler/internal/awsclient"
)

// SSM is what the store asks of SSM Parameter Store.
type SSM interface {
	GetParametersByPath(ctx context.Context, in *ssm.GetParametersByPathInput, opts ...func(*ssm.Options)) (*ssm.GetParametersByPathOutput, error)
	GetParameterHistory(ctx context.Context, in *ssm.GetParameterHistoryInput, opts ...func(*ssm.Options)) (*ssm.GetParameterHistoryOutput, error)
}

// parametersPerCall is the most that GetParametersByPath returns
// (https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParametersByPath.html).
const parametersPerCall = 10

// Store reads the entries below one path. It remembers which versions count, so one is made and kept. Its methods are for
// one goroutine.
type Store struct {
	ssm      SSM
	path     string
	resolved map[string]resolved
	history  map[version][]document
	refused  error
	// strays are those that the last reading found.
	strays map[version]bool
	// last is the last complete listing, read at lastAt.
	last   Listing
	lastAt time.Time
}

// New returns a store for the entries below path, such as /ecs-cluster-scaler.
func New(api SSM, path string) *Store {
	return &Store{ssm: api, path: path, resolved: map[string]resolved{}, history: map[version][]document{}}
}

// EmptyPathError means that the path holds no entry, which is what a mistyped path looks like.
type EmptyPathError struct{ Path string }

// Error says how to add the first entry.
func (e *EmptyPathError) Error() string {
	return fmt.Sprintf("SSM Parameter Store has no entry below %s/clusters in this account and region; check account, region and CONFIG_PATH, or add the first entry with: "+
		"aws ssm put-parameter --type String --name %s/clusters/<ECS cluster name> --value '{}'", e.Path, e.Path)
}

// Read reads all entries. With none it returns an EmptyPathError.
func (s *Store) Read(ctx context.Context) (Listing, error) { return s.read(ctx, time.Time{}) }

// read is Read at a time. With a zero time, an entry that was found valid counts until a newer one can be validated.
func (s *Store) read(ctx context.Context, now time.Time) (Listing, error) {
	s.refused = nil
	parameters, err := s.parameters(ctx, true)
	if awsclient.Denied(err) {
		// AWS denies the whole call for one SecureString whose key may not be used. Without decryption it answers.
		if plain, errPlain := s.parameters(ctx, false); errPlain == nil {
			parameters, err = plain, nil
		}
	}
	if err != nil {
		return Listing{}, fmt.Errorf("read the entries below %s: %w", s.path, err)
	}
	var listing Listing
	var defaults *document
	entries, strays := map[string]document{}, map[version]bool{}
	for _, p := range parameters {
		name := strings.TrimPrefix(p.name, s.path+"/")
		clusterName, isEntry := strings.CutPrefix(name, "clusters/")
		switch {
		case name == "defaults":
			defaults = &p
		case isEntry && !strings.Contains(clusterName, "/"):
			entries[clusterName] = p
		default:
			strays[p.version] = true
			listing.Strays = append(listing.Strays, p.name)
			if !s.strays[p.version] {
				listing.NewStrays = append(listing.NewStrays, p.name)
			}
		}
	}
	if len(entries) == 0 {
		return Listing{}, &EmptyPathError{Path: s.path}
	}
	for _, name := range slices.Sorted(maps.Keys(entries)) {
		listing.Clusters = append(listing.Clusters, s.resolve(ctx, name, entries[name], defaults, now))
	}
	s.strays = strays
	s.forget(entries)
	return listing, nil
}

func (s *Store) parameters(ctx context.Context, decrypted bool) ([]document, error) {
	var all []document
	pages := ssm.NewGetParametersByPathPaginator(s.ssm, &ssm.GetParametersByPathInput{
		Path:           aws.String(s.path),
		Recursive:      aws.Bool(true),
		WithDecryption: aws.Bool(decrypted),
		MaxResults:     aws.Int32(parametersPerCall),
	})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		for _, p := range page.Parameters {
			d := current(p)
			if !decrypted && d.secret {
				d.text, d.sealed = nil, true
			}
			all = append(all, d)
		}
	}
	return all, nil
}
