package ssmstore

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"
)

// fallBack finds the newest version of the entry that is valid over any version of the defaults, and the newest such
// defaults. Having no defaults counts as their oldest version: a faulty first version must not stop clusters that ran well
// without any. The entry's history is read only if its newest version is valid over none of them.
func (s *Store) fallBack(ctx context.Context, listed *Listed, entry document, defaults *document) error {
	var under []*document
	if defaults != nil {
		under = append(under, defaults)
		if !defaults.sealed {
			older, err := s.olderThan(ctx, *defaults)
			if err != nil {
				return err
			}
			for _, d := range older {
				under = append(under, &d)
			}
		}
	}
	under = append(under, nil)
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

// olderThan returns a parameter's versions before the given one, newest first. It reads each history once.
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
			// Hundreds of entries may be faulty while healthy clusters wait. After one refusal, no history is read in this
			// pass.
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
