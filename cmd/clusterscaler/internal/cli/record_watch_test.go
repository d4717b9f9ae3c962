package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/smithy-go"
	"github.com/spf13/cobra"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ecs-cluster-scaler/cluster/ecsreader"
	"ecs-cluster-scaler/internal/awsclient"
	"ecs-cluster-scaler/simulator/recorder"
	"ecs-cluster-scaler/simulator/recording"
)

// looked is a recorder of an empty cluster. broken looks fail.
type looked struct {
	r      recording.Recording
	looks  int
	broken func(look int) error
	then   func(look int)
}

func (l *looked) Look(_ context.Context, at time.Time) error {
	l.looks++
	if l.then != nil {
		l.then(l.looks)
	}
	l.r.To = at
	if l.broken != nil {
		return l.broken(l.looks)
	}
	return nil
}

func (l *looked) Recording() recording.Recording { return l.r }
func (*looked) Seen() recorder.Seen              { return recorder.Seen{Hosts: 1, Services: 2, Tasks: 3} }

// watching is a watch for some time from midnight on, in a bubble of synctest, whose clock begins there.
func watching(t *testing.T, l *looked, length time.Duration) (w *watch, cmd *cobra.Command, log, out *bytes.Buffer) {
	t.Helper()
	now := time.Now()
	l.r = recording.Recording{Version: recording.Version, Cluster: "web", Made: recording.Watched, From: now, To: now, Resolution: 60}
	log, out = &bytes.Buffer{}, &bytes.Buffer{}
	cmd = &cobra.Command{}
	cmd.SetOut(out)
	return &watch{
		recordFlags: recordFlags{cluster: "web", every: time.Minute, length: days(length), out: filepath.Join(t.TempDir(), "web.json")},
		recorder:    l, p: newProgress(log, time.Now), began: now, until: now.Add(length), saved: now, told: now,
	}, cmd, log, out
}

func saved(t *testing.T, w *watch) recording.Recording {
	t.Helper()
	file, err := os.Open(w.out)
	require.NoError(t, err)
	defer func() { _ = file.Close() }()
	r, err := recording.Read(w.out, file)
	require.NoError(t, err)
	return r
}

func TestWatchingEndsInTimeAndIsQuiet(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &looked{}
		w, cmd, log, out := watching(t, l, 150*time.Minute)
		began := time.Now()
		require.NoError(t, w.run(t.Context(), cmd))
		assert.Equal(t, 150*time.Minute, time.Since(began))
		assert.Equal(t, 150*time.Minute, saved(t, w).Length())
		assert.Equal(t, "01:00 UTC: 1 host, 2 services, 3 tasks; 1h of 2h30m\n02:00 UTC: 1 host, 2 services, 3 tasks; 2h of 2h30m\n", log.String(), "a line an hour")
		assert.Contains(t, out.String(), "holds 2h30m of cluster web")
		assert.Contains(t, out.String(), "simulate has nothing to scale", "it has no group")
	})
}

func TestTheFileIsWrittenEveryFewMinutes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &looked{}
		w, cmd, _, _ := watching(t, l, time.Hour)
		var lengths []time.Duration
		l.then = func(look int) {
			if look%4 == 0 && look > 5 {
				lengths = append(lengths, saved(t, w).Length())
			}
		}
		require.NoError(t, w.run(t.Context(), cmd))
		require.NotEmpty(t, lengths)
		for i, length := range lengths {
			assert.Equal(t, (time.Duration(4*i+8-1) * time.Minute).Truncate(savedEvery), length)
		}
	})
}

func TestASignalKeepsWhatWasSeen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		l := &looked{then: func(look int) {
			if look == 7 {
				cancel()
			}
		}}
		w, cmd, _, out := watching(t, l, 24*time.Hour)
		require.ErrorIs(t, w.run(ctx, cmd), context.Canceled)
		assert.Equal(t, 7, l.looks)
		assert.Equal(t, 7*time.Minute, saved(t, w).Length())
		assert.Contains(t, out.String(), "holds 7m of cluster web")
	})
}

func TestTroubleIsToldOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &looked{broken: func(look int) error {
			if look > 3 && look < 9 {
				return errors.New("its tasks: no")
			}
			return nil
		}}
		w, cmd, log, _ := watching(t, l, 20*time.Minute)
		require.NoError(t, w.run(t.Context(), cmd))
		assert.Equal(t, "00:04 UTC: not everything can be read: its tasks: no; the recording has a gap until it can\n"+
			"00:09 UTC: everything is read again; the gap is 5m\n", log.String())
	})
}

func TestLastingTroubleIsToldEachHour(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &looked{broken: func(look int) error {
			expired := &smithy.OperationError{ServiceID: "ECS", OperationName: "ListTasks", Err: &smithy.GenericAPIError{Code: "ExpiredTokenException"}}
			return map[bool]error{look > 30: expired}[true]
		}}
		w, cmd, log, out := watching(t, l, 3*time.Hour)
		l.then = func(look int) {
			l.r.Gaps = []recording.Span{{From: l.r.From, To: l.r.From.Add(time.Duration(look) * time.Minute)}}
		}
		require.NoError(t, w.run(t.Context(), cmd))
		what := "the AWS credentials have expired, so ecs:ListTasks failed; sign in again; if they came from environment variables, press Ctrl-C and run the same command with new ones"
		assert.Equal(t, "00:31 UTC: not everything can be read: "+what+"; the recording has a gap until it can\n"+
			"01:31 UTC: for 1h not everything can be read: "+what+"\n02:31 UTC: for 2h not everything can be read: "+what+"\n", log.String(), "and nothing as if all were well")
		assert.Contains(t, out.String(), "could not be read, in 1 gap")
	})
}

func TestAClusterThatIsTooLargeIsTold(t *testing.T) {
	w := &watch{recordFlags: recordFlags{every: time.Minute}}
	assert.Contains(t, w.inWords(&awsclient.NoTimeError{Bucket: "ECS cluster resource read"}), "too large for a look each 1m: use a longer --every")
}

func TestADeletedClusterEndsItsRecording(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &looked{broken: func(look int) error {
			return map[bool]error{look > 12: fmt.Errorf("read cluster web: %w", ecsreader.ErrNoCluster)}[true]
		}}
		w, cmd, log, out := watching(t, l, 24*time.Hour)
		require.EqualError(t, w.run(t.Context(), cmd), "cluster web is gone since 00:13 UTC, so record ended before its time; what was seen until then is kept")
		assert.Equal(t, 13, l.looks)
		assert.Equal(t, 13*time.Minute, saved(t, w).Length())
		assert.Contains(t, out.String(), "holds 13m of cluster web")
		assert.Empty(t, log.String())
	})
}

// A folder that is gone stands for a full disk: /dev/full is refused before.
func TestWhatCannotBeWrittenIsTriedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &looked{}
		w, cmd, log, _ := watching(t, l, 40*time.Minute)
		folder := filepath.Dir(w.out)
		l.then = func(look int) {
			switch look {
			case 2:
				require.NoError(t, os.RemoveAll(folder))
			case 18:
				require.NoError(t, os.Mkdir(folder, 0o700))
			}
		}
		require.NoError(t, w.run(t.Context(), cmd))
		assert.Equal(t, 1, strings.Count(log.String(), "what was seen is kept, and written as soon as that works"), log.String())
		assert.Equal(t, 40*time.Minute, saved(t, w).Length())
	})
}

func TestWhatHasNoPlaceIsWrittenElsewhere(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	synctest.Test(t, func(t *testing.T) {
		w, cmd, _, out := watching(t, &looked{}, 10*time.Minute)
		require.NoError(t, os.RemoveAll(filepath.Dir(w.out)))
		err := w.run(t.Context(), cmd)
		require.ErrorContains(t, err, "--out")
		require.ErrorContains(t, err, "what was seen is in "+os.Getenv("TMPDIR"))
		assert.Empty(t, out.String())
		found, err := filepath.Glob(filepath.Join(os.Getenv("TMPDIR"), "*", "web.json"))
		require.NoError(t, err)
		require.Len(t, found, 1)
		w.out = found[0]
		assert.Equal(t, 10*time.Minute, saved(t, w).Length())
	})
}

func TestWhatIsNeverWrittenIsAnError(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, cmd, _, out := watching(t, &looked{}, 10*time.Minute)
		require.NoError(t, os.RemoveAll(filepath.Dir(w.out)))
		t.Setenv("TMPDIR", filepath.Dir(w.out))
		require.ErrorContains(t, w.run(t.Context(), cmd), "--out")
		assert.Empty(t, out.String())
	})
}

func TestNamesAreReplacedInTheFile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, cmd, _, _ := watching(t, &looked{}, 6*time.Minute)
		w.anonymous = true
		require.NoError(t, w.run(t.Context(), cmd))
		assert.True(t, saved(t, w).Anonymous)
	})
}

func TestDurationsInDays(t *testing.T) {
	for text, want := range map[string]time.Duration{"14d": 14 * 24 * time.Hour, "24h": 24 * time.Hour, "1d12h": 36 * time.Hour, "90m": 90 * time.Minute, "0": 0} {
		var d days
		require.NoError(t, d.Set(text), text)
		assert.Equal(t, want, time.Duration(d))
	}
	for _, text := range []string{"", "24", "d", "-3h", "1d-3h", "2w", "1.5d"} {
		var d days
		require.ErrorContains(t, d.Set(text), "it must be a duration, such as 90m, 24h or 7d", text)
	}
	for d, want := range map[time.Duration]string{7 * 24 * time.Hour: "7d", 24 * time.Hour: "24h", 90 * time.Minute: "90m", 2 * time.Second: "2s", 3*time.Hour + 25*time.Second: "3h0m", 150 * time.Minute: "2h30m", 0: "0s"} {
		assert.Equal(t, want, inDays(d))
	}
}
