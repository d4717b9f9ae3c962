package publisher_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ecs-cluster-scaler/scaler"
	"ecs-cluster-scaler/simulator/faulty"
)

// While SSM does not answer, a cluster that needs a host gets it, none gives one up, and everybody is told.
func TestUnreadableEntriesFallBackToLastRead(t *testing.T) {
	for says, fate := range map[string]faulty.Fate{
		"AWS throttles ssm:GetParametersByPath": faulty.Throttled,
		"AWS denies ssm:GetParametersByPath":    faulty.Denied,
	} {
		t.Run(says, func(t *testing.T) {
			a := newAccount().with("hot", 4, 900).with("idle", 4, 100)
			a.enter("idle", `{"cpu": {"scale_out_at": 60}}`)
			var log bytes.Buffer
			p := a.logging(&log)
			first := pass(t, p, 0)
			require.Equal(t, scaler.ScaleOut, verdict(t, first, "hot").Signal)
			require.Equal(t, scaler.ScaleIn, verdict(t, first, "idle").Signal)
			require.Empty(t, first.Failed)

			a.calls.Set(faulty.On(fate, "GetParametersByPath"))
			for _, after := range []time.Duration{time.Minute, time.Hour} {
				log.Reset()
				a.calls.Forget()
				answer := pass(t, p, after)
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
				failed, _ := a.published("ClustersFailed", "")
				assert.InDelta(t, 2, failed, 0, "clusters-failed tells somebody")
				assert.Contains(t, log.String(), "the entries could not be read")
			}

			a.calls.Forget()
			late := pass(t, p, time.Hour+time.Minute)
			for _, v := range late.Clusters {
				assert.Equal(t, scaler.Stay, v.Signal)
				assert.Equal(t, []scaler.Reason{scaler.Unreadable}, v.Reasons)
				assert.Contains(t, v.Why[0], "what was read at 04:38 UTC counted until 05:38 UTC")
				zero, found := a.published("ScalingSignal", v.Cluster)
				assert.True(t, found, "an explicit 0, so that no alarm goes on with what was published before")
				assert.Zero(t, zero)
			}
			require.Len(t, late.Clusters, 2)
			require.Len(t, late.Failed, 2)
			_, read := a.published("ClustersRead", "")
			assert.False(t, read, "publisher-silent rings")

			a.calls.Set()
			a.calls.Forget()
			mended := pass(t, p, 2*time.Hour)
			assert.Equal(t, scaler.ScaleIn, verdict(t, mended, "idle").Signal)
			assert.Empty(t, mended.Failed)
			clusters, found := a.published("ClustersRead", "")
			assert.True(t, found)
			assert.InDelta(t, 2, clusters, 0)
		})
	}
}

func TestAFirstPassWithoutEntriesFails(t *testing.T) {
	a := newAccount().with("a", 4, 900)
	a.calls.Set(faulty.On(faulty.Throttled, "GetParametersByPath"))
	_, err := a.publisher().Run(t.Context(), minute)
	require.Error(t, err)
	assert.Empty(t, a.puts())
}

// Which version counts of an edit that is faulty is in doubt without its history: the cluster still scales out.
func TestADoubtfulEditForbidsScaleInOnly(t *testing.T) {
	a := newAccount().with("hot", 4, 900).with("idle", 4, 100)
	p := a.publisher()
	pass(t, p, 0)
	a.enter("hot", `{`)
	a.enter("idle", `{`)
	a.calls.Set(faulty.On(faulty.Throttled, "GetParameterHistory"))
	a.calls.Forget()
	answer := pass(t, p, time.Minute)
	assert.Equal(t, scaler.ScaleOut, verdict(t, answer, "hot").Signal)
	idle := verdict(t, answer, "idle")
	assert.Equal(t, scaler.Stay, idle.Signal)
	assert.True(t, idle.Has(scaler.Unreadable), idle.Reasons)
	assert.Contains(t, strings.Join(idle.Notes, " "), "the version that this function last found valid is used")
	assert.Len(t, answer.Failed, 2)
	invalid, found := a.published("InvalidEntries", "")
	assert.True(t, found)
	assert.InDelta(t, 2, invalid, 0)
}

func TestAStrayParameterIsLoggedOncePerVersion(t *testing.T) {
	a := newAccount().with("web", 4, 600)
	a.PutParameter("/s/clusters/web/old", `{}`)
	var log bytes.Buffer
	p := a.logging(&log)
	const says = "a parameter below the configuration path is neither the defaults nor an entry"
	for after := range 5 {
		pass(t, p, time.Duration(after)*time.Minute)
	}
	assert.Equal(t, 1, strings.Count(log.String(), says))
	a.PutParameter("/s/clusters/web/old", `{}`)
	pass(t, p, 5*time.Minute)
	assert.Equal(t, 2, strings.Count(log.String(), says))
}
