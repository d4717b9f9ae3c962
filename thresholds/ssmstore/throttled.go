package ssmstore

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"ecs-cluster-scaler/internal/awsclient"
)

const (
	// believedFor is how long an entry counts while it cannot be read again. SSM throttles for minutes, and a right that
	// was lost is found within the hour. After that nobody can say what was meant meanwhile.
	believedFor = time.Hour
	// toReadAgain is how long the entries are waited for where older ones can stand in for them: two attempts of a call.
	toReadAgain = 15 * time.Second
)

// ReadOrLast is Read, except that entries that cannot be read count as they were last read, for an hour. Each of them
// then says so in Unread. After the hour they are in state Expired, so that the clusters are still known. A process that
// has read none yet returns the error.
func (s *Store) ReadOrLast(ctx context.Context, now time.Time) (Listing, error) {
	reading, cancel := ctx, context.CancelFunc(func() {})
	if len(s.last.Clusters) > 0 {
		reading, cancel = context.WithTimeout(ctx, toReadAgain)
	}
	defer cancel()
	listing, err := s.read(reading, now)
	_, empty := errors.AsType[*EmptyPathError](err)
	switch {
	case err == nil:
		s.last, s.lastAt = listing, now
	case empty:
		s.last = Listing{} // they were deleted
	case len(s.last.Clusters) > 0 && !errors.Is(ctx.Err(), context.Canceled):
		return s.last.unread(awsclient.Sentence(err)+"; "+believed(s.lastAt, now), expired(s.lastAt, now)), nil
	}
	return listing, err
}

// unread is the listing as it counts while it cannot be read again.
func (l Listing) unread(why string, expired bool) Listing {
	l.Unread, l.Expired, l.NewStrays = why, expired, nil
	l.Clusters = slices.Clone(l.Clusters)
	for i := range l.Clusters {
		l.Clusters[i].Unread = why
		if expired {
			l.Clusters[i].State = Expired
		}
	}
	return l
}

func expired(at, now time.Time) bool { return now.Sub(at) > believedFor }

// believed says until when what was read at a time counts; zero: for as long as the process lives.
func believed(at, now time.Time) string {
	counts := "counts"
	switch {
	case at.IsZero():
		return "what was found valid before counts"
	case expired(at, now):
		counts = "counted"
	}
	return fmt.Sprintf("what was read at %s UTC %s until %s UTC", at.UTC().Format("15:04"), counts, at.Add(believedFor).UTC().Format("15:04"))
}
