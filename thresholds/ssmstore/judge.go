package ssmstore

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"

	"ecs-cluster-scaler/internal/awsclient"
	"ecs-cluster-scaler/thresholds"
)

// version is one version of one parameter. A parameter that was deleted and made again counts from 1 again, so that
// the time belongs to it.
type version struct {
	name     string
	number   int64
	modified int64
}

// document is one version's text.
type document struct {
	version
	text []byte
	// secret: a SecureString, of which no log repeats anything. sealed: one that could not be decrypted.
	secret, sealed bool
}

// errSealed is said of an entry, or the defaults, that only a key would open.
var errSealed = errors.New("it is a SecureString that may not be decrypted; allow kms:Decrypt for its key, or store it as String")

// judgement is what was found for one pair of versions.
type judgement struct {
	entry, defaults version
	listed          Listed
	// at is when these versions were last the newest.
	at time.Time
}

// listed judges one cluster's entry, once for each pair of versions of it and the defaults.
func (s *Store) listed(ctx context.Context, name string, entry document, defaults *document, now time.Time) Listed {
	var under version
	if defaults != nil {
		under = defaults.version
	}
	if known, ok := s.judged[name]; ok && known.entry == entry.version && known.defaults == under {
		known.at = now
		s.judged[name] = known
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
			if before, ok := s.judged[name]; ok && before.listed.Usable() && !expired(before.at, now) {
				listed.State, listed.Entry = Fallback, before.listed.Entry
				listed.Instead = "what this function last found valid is used"
				listed.Unread = "which version of the entry is valid could not be read; " + believed(before.at, now)
			}
			return listed
		}
	}
	s.judged[name] = judgement{entry: entry.version, defaults: under, listed: listed, at: now}
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

// fallBack finds the newest version of the entry that is valid under any defaults, with the newest such defaults. Before
// their first version there were no defaults, so that none is the oldest of them. The entry's history is read only
// when its newest version is valid under no defaults at all.
func (s *Store) fallBack(ctx context.Context, listed *Listed, entry document, defaults *document) error {
	under := []*document{nil}
	if defaults != nil {
		var older []document
		if !defaults.sealed {
			var err error
			if older, err = s.olderThan(ctx, *defaults); err != nil {
				return err
			}
		}
		under = under[:0]
		for _, d := range append([]document{*defaults}, older...) {
			under = append(under, &d)
		}
		under = append(under, nil)
	}
	if try(listed, entry, under) {
		return nil
	}
	if entry.sealed {
		return errSealed // and so is its history
	}
	older, err := s.olderThan(ctx, entry)
	if err != nil {
		return err
	}
	for _, e := range older {
		if try(listed, e, under) {
			return nil
		}
	}
	return nil
}

func try(listed *Listed, entry document, under []*document) bool {
	for _, d := range under {
		parsed, err := parse(entry, d)
		if err != nil {
			continue
		}
		listed.State, listed.Entry = Fallback, parsed
		listed.Instead = fmt.Sprintf("version %d of the entry is used", entry.number)
		switch {
		case d != nil:
			listed.Instead += fmt.Sprintf(" with version %d of the defaults", d.number)
		case len(under) > 1:
			listed.Instead += " without the defaults"
		}
		return true
	}
	return false
}

// olderThan reads a parameter's versions before the given one, newest first; of each, once.
func (s *Store) olderThan(ctx context.Context, newest document) ([]document, error) {
	if known, ok := s.history[newest.version]; ok {
		return known, nil
	}
	if s.refused != nil {
		return nil, s.refused
	}
	var older []document
	complete := false
	pages := ssm.NewGetParameterHistoryPaginator(s.ssm, &ssm.GetParameterHistoryInput{
		Name:           aws.String(newest.name),
		WithDecryption: aws.Bool(true),
	})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			// Hundreds of entries may be faulty, and healthy clusters wait meanwhile: after one refusal no history is
			// asked for in this pass.
			s.refused = fmt.Errorf("read the history of %s: %w", newest.name, err)
			return nil, s.refused
		}
		for _, p := range page.Parameters {
			complete = complete || p.Version == newest.number
			if p.Version < newest.number {
				older = append(older, document{
					version: version{newest.name, p.Version, 0}, text: []byte(aws.ToString(p.Value)), secret: p.Type == types.ParameterTypeSecureString,
				})
			}
		}
	}
	slices.SortFunc(older, func(a, b document) int { return cmp.Compare(b.number, a.number) })
	if !complete {
		return nil, fmt.Errorf("the history of %s does not hold its newest version yet", newest.name)
	}
	s.history[newest.version] = older
	return older, nil
}

// forget drops what is known of clusters whose entry is gone, and the histories that the judgements now hold.
func (s *Store) forget(entries map[string]document) {
	for name := range s.judged {
		if _, listed := entries[name]; !listed {
			delete(s.judged, name)
		}
	}
	for v := range s.history {
		current := false
		for _, j := range s.judged {
			current = current || j.defaults == v
		}
		if !current {
			delete(s.history, v)
		}
	}
}
