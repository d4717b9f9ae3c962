package faulty_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"reflect"
	"testing"
	"testing/synctest"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/smithy-go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ecs-cluster-scaler/simulator/aws"
	"ecs-cluster-scaler/simulator/faulty"
)

// wrapped is an account with cluster web, which has one host.
func wrapped(t *testing.T, fates ...faulty.Fate) (*aws.World, *faulty.AWS) {
	t.Helper()
	w := aws.New(aws.Defaults())
	c := w.NewCluster("web")
	w.NewGroup(aws.GroupSpec{
		Name: "web-blue", Cluster: c.Name, Type: aws.InstanceType{Name: "m5.large", Resources: aws.Resources{CPU: 2048, Memory: 7680}},
		Zones: []string{"eu-west-1a"}, Min: 1, Max: 3, Desired: 1,
	})
	w.Run(w.Now().Add(time.Hour))
	return w, faulty.Wrap(faulty.Clients{SSM: w.SSM(), ECS: w.ECS(), AutoScaling: w.AutoScaling(), CloudWatch: w.CloudWatch()}, fates...)
}

func list(t *testing.T, f *faulty.AWS) ([]string, error) {
	t.Helper()
	out, err := f.ECS.ListContainerInstances(t.Context(), &ecs.ListContainerInstancesInput{Cluster: sdk.String("web")})
	if err != nil {
		return nil, err
	}
	return out.ContainerInstanceArns, nil
}

func drain(t *testing.T, w *aws.World, f *faulty.AWS) (draining bool, err error) {
	t.Helper()
	out, err := w.ECS().ListContainerInstances(t.Context(), &ecs.ListContainerInstancesInput{Cluster: sdk.String("web")})
	require.NoError(t, err)
	_, err = f.ECS.UpdateContainerInstancesState(t.Context(), &ecs.UpdateContainerInstancesStateInput{
		Cluster: sdk.String("web"), ContainerInstances: out.ContainerInstanceArns, Status: "DRAINING",
	})
	hosts, failed := w.ECS().DescribeContainerInstances(t.Context(), &ecs.DescribeContainerInstancesInput{
		Cluster: sdk.String("web"), ContainerInstances: out.ContainerInstanceArns,
	})
	require.NoError(t, failed)
	return sdk.ToString(hosts.ContainerInstances[0].Status) == "DRAINING", err
}

func TestNoFateIsTheCallItself(t *testing.T) {
	_, f := wrapped(t)
	hosts, err := list(t, f)
	require.NoError(t, err)
	assert.Len(t, hosts, 1)
	_, err = f.SSM.GetParametersByPath(t.Context(), &ssm.GetParametersByPathInput{Path: sdk.String("/none")})
	require.NoError(t, err)
	calls := f.Calls()
	require.Len(t, calls, 2)
	assert.Equal(t, "web", calls[0].Resource)
	assert.False(t, calls[0].Writes)
	assert.Equal(t, "ssm:GetParametersByPath", calls[1].IAMAction())
	assert.Equal(t, 1, f.Count("ListContainerInstances"))
	f.Forget()
	assert.Empty(t, f.Calls())
}

func TestRefusalsAreErrorsOfTheSDK(t *testing.T) {
	for name, tt := range map[string]struct {
		fate faulty.Fate
		is   func(*testing.T, error)
	}{
		"denied":    {faulty.Denied, func(t *testing.T, err error) { t.Helper(); assert.True(t, faulty.IsDenied(err)) }},
		"throttled": {faulty.Throttled, func(t *testing.T, err error) { t.Helper(); assert.ErrorContains(t, err, "ThrottlingException") }},
		"timed out": {faulty.TimedOut, func(t *testing.T, err error) { t.Helper(); assert.ErrorIs(t, err, context.DeadlineExceeded) }},
		"answered": {faulty.Answers("ServerException", "no"), func(t *testing.T, err error) {
			t.Helper()
			var api smithy.APIError
			require.ErrorAs(t, err, &api)
			assert.Equal(t, "ServerException", api.ErrorCode())
		}},
	} {
		t.Run(name, func(t *testing.T) {
			w, f := wrapped(t, faulty.On(tt.fate, "UpdateContainerInstancesState"))
			_, err := list(t, f)
			require.NoError(t, err, "other actions are carried out")
			draining, err := drain(t, w, f)
			tt.is(t, err)
			assert.False(t, draining)
			var operation *smithy.OperationError
			require.ErrorAs(t, err, &operation)
			assert.Equal(t, "UpdateContainerInstancesState", operation.OperationName)
			f.Set()
			draining, err = drain(t, w, f)
			require.NoError(t, err)
			assert.True(t, draining)
		})
	}
}

func TestALostAnswerIsCarriedOut(t *testing.T) {
	w, f := wrapped(t, faulty.AnswerLost)
	draining, err := drain(t, w, f)
	require.ErrorIs(t, err, faulty.ErrLost)
	assert.True(t, draining)
}

func TestNothingIsCalledAfterDeath(t *testing.T) {
	for _, carried := range []bool{false, true} {
		death := faulty.DiesAt(1, carried)
		w, f := wrapped(t, death.Fate)
		_, err := list(t, f)
		require.NoError(t, err)
		assert.False(t, death.Dead())
		draining, err := drain(t, w, f)
		require.ErrorIs(t, err, faulty.ErrDied)
		assert.Equal(t, carried, draining)
		assert.True(t, death.Dead())
		_, err = list(t, f)
		require.ErrorIs(t, err, faulty.ErrDied)
	}
}

func TestSlowCallsEndWithTheirContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, f := wrapped(t, faulty.Slow(time.Second))
		began := time.Now()
		_, err := list(t, f)
		require.NoError(t, err)
		assert.Equal(t, time.Second, time.Since(began))
		for _, fate := range []faulty.Fate{faulty.Slow(time.Hour), faulty.Hangs} {
			f.Set(fate)
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			_, err = f.ECS.ListServices(ctx, &ecs.ListServicesInput{Cluster: sdk.String("web")})
			require.ErrorIs(t, err, context.DeadlineExceeded)
			cancel()
		}
	})
}

func TestRewriteChangesAnswersOfItsKind(t *testing.T) {
	_, f := wrapped(t, faulty.Rewrite(func(_ faulty.Call, out *ecs.ListContainerInstancesOutput) { out.ContainerInstanceArns = nil }))
	hosts, err := list(t, f)
	require.NoError(t, err)
	assert.Empty(t, hosts)
	_, err = f.ECS.ListServices(t.Context(), &ecs.ListServicesInput{Cluster: sdk.String("web")})
	require.NoError(t, err)
}

func TestTheFirstFateIsOutermost(t *testing.T) {
	_, f := wrapped(t, faulty.Rewrite(func(_ faulty.Call, out *ecs.ListContainerInstancesOutput) {
		out.ContainerInstanceArns = append(out.ContainerInstanceArns, "one more")
	}), faulty.Rewrite(func(_ faulty.Call, out *ecs.ListContainerInstancesOutput) { out.ContainerInstanceArns = nil }))
	hosts, err := list(t, f)
	require.NoError(t, err)
	assert.Equal(t, []string{"one more"}, hosts)
}

func TestSometimesIsAShare(t *testing.T) {
	_, f := wrapped(t, faulty.Sometimes(0.25, rand.New(rand.NewPCG(1, 1)), faulty.Throttled))
	failed := 0
	for range 1000 {
		if _, err := list(t, f); err != nil {
			failed++
		}
	}
	assert.InDelta(t, 250, failed, 40)
}

// A method that did not go through the fates would be a call that never fails.
func TestEveryMethodHasItsFate(t *testing.T) {
	spoilt := errors.New("spoilt")
	var seen faulty.Call
	_, f := wrapped(t, func(_ context.Context, c faulty.Call, _ func() (any, error)) (any, error) {
		seen = c
		return nil, spoilt
	})
	for service, client := range map[string]any{"SSM": f.SSM, "ECS": f.ECS, "Auto Scaling": f.AutoScaling, "CloudWatch": f.CloudWatch} {
		v := reflect.ValueOf(client)
		for m := range v.NumMethod() {
			method, in := v.Method(m), reflect.New(v.Method(m).Type().In(1).Elem())
			out := method.Call([]reflect.Value{reflect.ValueOf(t.Context()), in})
			err, _ := reflect.TypeAssert[error](out[1])
			require.ErrorIs(t, err, spoilt)
			assert.Equal(t, v.Type().Method(m).Name, seen.Action)
			assert.Equal(t, service, seen.Service)
			assert.Same(t, in.Interface(), seen.Input)
		}
	}
}
