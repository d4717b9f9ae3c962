package publisher_test

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ecs-cluster-scaler/scaler"
	"ecs-cluster-scaler/scaler/publisher"
)

// While SSM does not answer, a cluster that needs a host gets it, none gives one up, and everybody is told.
func TestAPassGoesOnWithTheEntriesThatItLastRead(t *testing.T) {
	for code, says := range map[string]string{
		"ThrottlingException":   "AWS throttles ssm:GetParametersByPath",
		"AccessDeniedException": "AWS denies ssm:GetParametersByPath",
	} {
		t.Run(code, func(t *testing.T) {
			f := newFakeAWS().with("hot", 4, 900).with("idle", 4, 100)
			f.entries["idle"] = `{"cpu": {"scale_out_at": 60}}`
			var log bytes.Buffer
			p := logging(f, &log)
			pass := func(after time.Duration) publisher.Answer {
				f.put = nil
				answer, err := p.Run(t.Context(), minute.Add(after))
				require.NoError(t, err)
				return answer
			}
			first := pass(0)
			require.Equal(t, scaler.ScaleOut, verdict(t, first, "hot").Signal)
			require.Equal(t, scaler.ScaleIn, verdict(t, first, "idle").Signal)
			require.Empty(t, first.Failed)

			f.before = refusing("GetParametersByPath", "", code)
			for _, after := range []time.Duration{time.Minute, time.Hour} {
				log.Reset()
				answer := pass(after)
				assert.Equal(t, scaler.ScaleOut, verdict(t, answer, "hot").Signal, "a cause is a cause")
				idle := verdict(t, answer, "idle")
				assert.Equal(t, scaler.Stay, idle.Signal, "never -1 on what was not read")
				assert.Zero(t, idle.InstanceGap)
				assert.True(t, idle.Has(scaler.Unreadable), idle.Reasons)
				assert.InDelta(t, 60, *idle.Thresholds.CPU.ScaleOutAt, 0, "its own entry, not the built-in one")
				for _, v := range answer.Clusters {
					assert.Contains(t, strings.Join(v.Notes, " "), says, v.Cluster)
					assert.Contains(t, strings.Join(v.Notes, " "), "what was read at 04:38 UTC counts until 05:38 UTC", v.Cluster)
				}
				require.Len(t, answer.Failed, 2)
				assert.Contains(t, answer.Failed[0].Error, says)
				failed, _ := f.published("ClustersFailed", "")
				assert.InDelta(t, 2, failed, 0, "clusters-failed tells somebody")
				assert.Contains(t, log.String(), "the entries could not be read")
			}

			late := pass(time.Hour + time.Minute)
			for _, v := range late.Clusters {
				assert.Equal(t, scaler.Stay, v.Signal)
				assert.Equal(t, []scaler.Reason{scaler.Unreadable}, v.Reasons)
				assert.Contains(t, v.Why[0], "what was read at 04:38 UTC counted until 05:38 UTC")
				zero, found := f.published("ScalingSignal", v.Cluster)
				assert.True(t, found, "an explicit 0, so that no alarm goes on with what was published before")
				assert.Zero(t, zero)
			}
			require.Len(t, late.Clusters, 2)
			require.Len(t, late.Failed, 2)
			_, read := f.published("ClustersRead", "")
			assert.False(t, read, "publisher-silent rings")

			f.before = nil
			mended := pass(2 * time.Hour)
			assert.Equal(t, scaler.ScaleIn, verdict(t, mended, "idle").Signal)
			assert.Empty(t, mended.Failed)
			read2, found := f.published("ClustersRead", "")
			assert.True(t, found)
			assert.InDelta(t, 2, read2, 0)
		})
	}
}

func TestAProcessThatHasReadNoEntryYetFailsItsPass(t *testing.T) {
	f := newFakeAWS().with("a", 4, 900)
	f.before = refusing("GetParametersByPath", "", "ThrottlingException")
	_, err := newPublisher(f).Run(t.Context(), minute)
	require.Error(t, err)
	assert.Empty(t, f.put)
}

// SSM that hangs until the pass is out of time: nothing was read, and nothing is made up.
func TestAPassWithoutTimeLeftPublishesZeroForTheClustersThatItKnows(t *testing.T) {
	f := newFakeAWS().with("a", 4, 900)
	p := newPublisher(f)
	_, err := p.Run(t.Context(), minute)
	require.NoError(t, err)
	f.put = nil
	ctx, cancel := context.WithDeadline(t.Context(), time.Now().Add(-time.Second))
	defer cancel()
	answer, err := p.Judge(ctx, minute.Add(time.Minute))
	require.NoError(t, err)
	v := verdict(t, answer, "a")
	assert.Equal(t, scaler.Stay, v.Signal)
	assert.Equal(t, []scaler.Reason{scaler.Unreadable}, v.Reasons)
}

// An edit that is faulty and whose history AWS does not show leaves in doubt what counts: the cluster still scales out.
func TestAFaultyEditWithoutItsHistoryForbidsAScaleInAndHidesNoCause(t *testing.T) {
	f := newFakeAWS().with("hot", 4, 900).with("idle", 4, 100)
	p := newPublisher(f)
	_, err := p.Run(t.Context(), minute)
	require.NoError(t, err)
	f.entries["hot"], f.entries["idle"], f.edits = `{`, `{`, 1
	f.before = refusing("GetParameterHistory", "", "ThrottlingException")
	answer, err := p.Run(t.Context(), minute.Add(time.Minute))
	require.NoError(t, err)
	assert.Equal(t, scaler.ScaleOut, verdict(t, answer, "hot").Signal)
	idle := verdict(t, answer, "idle")
	assert.Equal(t, scaler.Stay, idle.Signal)
	assert.True(t, idle.Has(scaler.Unreadable), idle.Reasons)
	assert.Contains(t, strings.Join(idle.Notes, " "), "what this function last found valid is used")
	assert.Len(t, answer.Failed, 2)
	assert.InDelta(t, 2, last(t, f, "InvalidEntries"), 0)
}

// last is a total's value in the newest pass.
func last(t *testing.T, f *fakeAWS, metric string) float64 {
	t.Helper()
	require.NotEmpty(t, f.put)
	f.put = f.put[len(f.put)-1:]
	value, found := f.published(metric, "")
	require.True(t, found)
	return value
}

func TestAStrayParameterIsOneLogLinePerVersion(t *testing.T) {
	f := newFakeAWS().with("web", 4, 600)
	f.entries["web/old"] = `{}`
	var log bytes.Buffer
	p := logging(f, &log)
	const says = "a parameter below the configuration path is neither the defaults nor an entry"
	for after := range 5 {
		_, err := p.Run(t.Context(), minute.Add(time.Duration(after)*time.Minute))
		require.NoError(t, err)
	}
	assert.Equal(t, 1, strings.Count(log.String(), says))
	f.edits++
	_, err := p.Run(t.Context(), minute.Add(5*time.Minute))
	require.NoError(t, err)
	assert.Equal(t, 2, strings.Count(log.String(), says))
}
