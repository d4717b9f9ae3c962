package ssmstore

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"

	"ecs-cluster-scaler/internal/awsclient"
	"ecs-cluster-scaler/thresholds"
)

// version is one version of one parameter. A parameter that was deleted and created again starts at
// version 1 again, so the time is needed to tell them apart.
type version struct {
	name     string
	number   int64
	modified int64
}

// document is one version's text.
type document struct {
	version
	text []byte
	// secret: a SecureString; no log repeats anything of it. sealed: one that could not be decrypted.
	secret, sealed bool
}

// errSealed is the fault of an entry, or of defaults, that cannot be decrypted.
var errSealed = errors.New("it is a SecureString that cannot be decrypted; allow kms:Decrypt for its key, or store it as String")

func current(p types.Parameter) document {
	return document{
		version: version{aws.ToString(p.Name), p.Version, aws.ToTime(p.LastModifiedDate).UnixNano()},
		text:    []byte(aws.ToString(p.Value)), secret: p.Type == types.ParameterTypeSecureString,
	}
}

// resolved is the entry that counts for one pair of versions.
type resolved struct {
	entry, defaults version
	listed          Listed
	// at is when these versions were last the newest.
	at time.Time
}

// resolve finds the entry that counts for one cluster, once for each pair of versions of it and the defaults.
func (s *Store) resolve(ctx context.Context, name string, entry document, defaults *document, now time.Time) Listed {
	var under version
	if defaults != nil {
		under = defaults.version
	}
	if known, ok := s.resolved[name]; ok && known.entry == entry.version && known.defaults == under {
		known.at = now
		s.resolved[name] = known
		return known.listed
	}
	listed := Listed{Cluster: name}
	parsed, err := parse(entry, defaults)
	if err == nil {
		listed.Entry = parsed
	} else {
		listed.State, listed.Faults = Invalid, fmt.Sprintf("%s: %v", entry.name, err)
		if err := s.fallBack(ctx, &listed, entry, defaults); err != nil {
			// Not remembered: the next pass may be able to read the history. What was valid before still is.
			listed.Faults += "; its older versions could not be read: " + awsclient.Sentence(err)
			listed.State = Unsure
			if before, ok := s.resolved[name]; ok && before.listed.Usable() && !expired(before.at, now) {
				listed.State, listed.Entry = Fallback, before.listed.Entry
				listed.Instead = "the version that this function last found valid is used"
				listed.Unread = "the valid version of the entry is not known; " + believed(before.at, now)
			}
			return listed
		}
	}
	s.resolved[name] = resolved{entry: entry.version, defaults: under, listed: listed, at: now}
	return listed
}

func parse(entry document, defaults *document) (thresholds.Entry, error) {
	switch {
	case entry.sealed:
		return thresholds.Entry{}, errSealed
	case defaults == nil:
		defaults = &document{}
	case defaults.sealed:
		return thresholds.Entry{}, fmt.Errorf("%s: %w", defaults.name, errSealed)
	}
	if entry.secret || defaults.secret {
		return thresholds.ParseSecret(entry.text, defaults.text)
	}
	return thresholds.Parse(entry.text, defaults.text)
}

// forget drops what is known of clusters whose entry is gone, and all histories but those of defaults that still count.
func (s *Store) forget(entries map[string]document) {
	inherited := map[version]bool{}
	for name, r := range s.resolved {
		if _, listed := entries[name]; !listed {
			delete(s.resolved, name)
		} else {
			inherited[r.defaults] = true
		}
	}
	maps.DeleteFunc(s.history, func(v version, _ []document) bool { return !inherited[v] })
}
