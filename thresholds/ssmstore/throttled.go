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
	// believedFor is how long an entry counts while SSM cannot be read. SSM throttles for minutes, and a lost permission is
	// noticed within the hour. After that, too much may have been changed.
	believedFor = time.Hour
	// toReadAgain is how long a reading may take where older entries can replace it: two attempts of a call.
	toReadAgain = 15 * time.Second
)

// ReadOrLast is Read, but where SSM cannot be read, it returns the last listing for an hour. Each entry then says so in
// Unread. After the hour the entries are Expired: the clusters are still known, but their entries do not count. A process
// without a last listing returns the error.
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

// unread is the listing, marked as one that could not be read again.
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

// believed says how long something that was read at a time counts. Zero: as long as the process lives.
func believed(at, now time.Time) string {
	if at.IsZero() {
		return "what was found valid before stays in force"
	}
	counts := map[bool]string{false: "counts", true: "counted"}[expired(at, now)]
	return fmt.Sprintf("what was read at %s UTC %s until %s UTC", at.UTC().Format("15:04"), counts, at.Add(believedFor).UTC().Format("15:04"))
}
