package ssmstore_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/smithy-go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ecs-cluster-scaler/thresholds/ssmstore"
)

var readAt = time.Date(2026, 11, 22, 4, 38, 0, 0, time.UTC)

func called(err error) error {
	return &smithy.OperationError{ServiceID: "SSM", OperationName: "GetParametersByPath", Err: err}
}

func throttled() error {
	return called(&smithy.GenericAPIError{Code: "ThrottlingException", Message: "Rate exceeded"})
}

// Whatever keeps SSM from answering, the entries that were last read whole count for an hour, and say why.
func TestUnreadableEntriesCountAsLastRead(t *testing.T) {
	always := func(err error) func(context.Context, int) error {
		return func(context.Context, int) error { return err }
	}
	for name, fault := range map[string]struct {
		spoil func(context.Context, int) error
		says  string
	}{
		"throttled":  {always(throttled()), "AWS throttles ssm:GetParametersByPath"},
		"denied":     {always(called(&smithy.GenericAPIError{Code: "AccessDeniedException", Message: "no"})), "AWS denies ssm:GetParametersByPath"},
		"broken":     {always(called(&smithy.GenericAPIError{Code: "InternalServerError", Message: "oops", Fault: smithy.FaultServer})), "ssm:GetParametersByPath"},
		"no network": {always(called(errors.New("connection reset"))), "connection reset"},
		"half a page": {func(_ context.Context, page int) error {
			if page == 2 {
				return throttled()
			}
			return nil
		}, "AWS throttles ssm:GetParametersByPath"},
	} {
		t.Run(name, func(t *testing.T) {
			api := holding()
			for n := range 5 {
				api.put(fmt.Sprintf("/s/clusters/c%d", n), `{"min_instances": 1}`)
			}
			store := open(api)
			first, err := store.ReadOrLast(t.Context(), readAt)
			require.NoError(t, err)
			assert.Empty(t, first.Unread)

			api.spoil = fault.spoil
			api.put("/s/clusters/c0", `{"min_instances": 7}`) // on the page that still comes
			api.put("/s/clusters/new", `{}`)
			for _, after := range []time.Duration{0, time.Minute, time.Hour} {
				got, err := store.ReadOrLast(t.Context(), readAt.Add(after))
				require.NoError(t, err)
				assert.Equal(t, first.Names(), got.Names())
				for _, c := range got.Clusters {
					assert.True(t, c.Usable())
					assert.Equal(t, 1, c.Entry.MinInstances, "%s: nothing of a listing that was not read whole", c.Cluster)
					assert.Contains(t, c.Unread, fault.says)
					assert.Contains(t, c.Unread, "what was read at 04:38 UTC counts until 05:38 UTC")
				}
			}

			late, err := store.ReadOrLast(t.Context(), readAt.Add(time.Hour+time.Minute))
			require.NoError(t, err)
			assert.Equal(t, first.Names(), late.Names(), "the clusters are still known")
			assert.True(t, late.Expired)
			for _, c := range late.Clusters {
				assert.Equal(t, ssmstore.Expired, c.State, "after an hour nobody knows what was meant")
				assert.False(t, c.Usable())
			}

			api.spoil = nil
			mended, err := store.ReadOrLast(t.Context(), readAt.Add(2*time.Hour))
			require.NoError(t, err)
			assert.False(t, mended.Expired)
			assert.Len(t, mended.Clusters, 6)
			assert.Equal(t, 7, mended.Clusters[0].Entry.MinInstances)
			assert.Empty(t, mended.Clusters[0].Unread)
		})
	}
}

func TestTheHourBeginsWithTheLastWholeListing(t *testing.T) {
	api := holding("/s/clusters/a", `{}`)
	store := open(api)
	for _, after := range []time.Duration{0, 50 * time.Minute} {
		_, err := store.ReadOrLast(t.Context(), readAt.Add(after))
		require.NoError(t, err)
	}
	api.spoil = func(context.Context, int) error { return throttled() }
	got, err := store.ReadOrLast(t.Context(), readAt.Add(110*time.Minute))
	require.NoError(t, err)
	assert.False(t, got.Expired)
	got, err = store.ReadOrLast(t.Context(), readAt.Add(111*time.Minute))
	require.NoError(t, err)
	assert.True(t, got.Expired)
}

func TestAFirstReadingThatFailsSaysWhy(t *testing.T) {
	api := holding("/s/clusters/a", `{}`)
	api.spoil = func(context.Context, int) error { return throttled() }
	_, err := open(api).ReadOrLast(t.Context(), readAt)
	require.ErrorContains(t, err, "read the entries below /s")
}

func TestDeletedEntriesDoNotCountAgain(t *testing.T) {
	api := holding("/s/clusters/a", `{}`, "/s/clusters/b", `{}`)
	store := open(api)
	_, err := store.ReadOrLast(t.Context(), readAt)
	require.NoError(t, err)

	api.remove("/s/clusters/a")
	_, err = store.ReadOrLast(t.Context(), readAt)
	require.NoError(t, err)
	api.spoil = func(context.Context, int) error { return throttled() }
	got, err := store.ReadOrLast(t.Context(), readAt)
	require.NoError(t, err)
	assert.Equal(t, []string{"b"}, got.Names())

	api.spoil = nil
	api.remove("/s/clusters/b")
	_, err = store.ReadOrLast(t.Context(), readAt)
	_, empty := errors.AsType[*ssmstore.EmptyPathError](err)
	require.True(t, empty, "%v", err)
	api.spoil = func(context.Context, int) error { return throttled() }
	_, err = store.ReadOrLast(t.Context(), readAt)
	require.Error(t, err)
}

// The rest of the pass needs its time, too.
func TestLastEntriesShortenTheWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		api := holding("/s/clusters/a", `{"min_instances": 4}`)
		store := open(api)
		_, err := store.ReadOrLast(t.Context(), readAt)
		require.NoError(t, err)
		api.spoil = func(ctx context.Context, _ int) error { <-ctx.Done(); return ctx.Err() }
		ctx, cancel := context.WithTimeout(t.Context(), 45*time.Second)
		defer cancel()
		began := time.Now()
		got, err := store.ReadOrLast(ctx, readAt.Add(time.Minute))
		require.NoError(t, err)
		assert.Equal(t, 4, got.Clusters[0].Entry.MinInstances)
		assert.Equal(t, 15*time.Second, time.Since(began))
	})
}

func TestACancelledReadingGetsNoEntries(t *testing.T) {
	api := holding("/s/clusters/a", `{}`)
	store := open(api)
	_, err := store.ReadOrLast(t.Context(), readAt)
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	api.spoil = func(ctx context.Context, _ int) error { return ctx.Err() }
	_, err = store.ReadOrLast(ctx, readAt)
	require.ErrorIs(t, err, context.Canceled)
}
