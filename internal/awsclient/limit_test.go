package awsclient

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/smithy-go/middleware"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// answering is an HTTP client that answers without a network. Each answer is taken once, then the last for ever.
type answering struct {
	statuses []int
	calls    int
}

func (a *answering) Do(*http.Request) (*http.Response, error) {
	status := a.statuses[min(a.calls, len(a.statuses)-1)]
	a.calls++
	body := `{}`
	if status != http.StatusOK {
		body = `{"__type": "ThrottlingException", "message": "Rate exceeded"}`
	}
	return &http.Response{StatusCode: status, Header: http.Header{"Content-Type": {"application/x-amz-json-1.1"}}, Body: io.NopCloser(strings.NewReader(body))}, nil
}

func client(l *limits, http *answering) *ecs.Client {
	return ecs.NewFromConfig(aws.Config{
		Region: "eu-west-1", Credentials: credentials.NewStaticCredentialsProvider("test", "test", ""),
		HTTPClient: http, APIOptions: []func(*middleware.Stack) error{l.add},
	})
}

func list(t *testing.T, c *ecs.Client) error {
	t.Helper()
	_, err := c.ListServices(t.Context(), &ecs.ListServicesInput{})
	return err
}

func TestCallsKeepToHalfOfTheirBucket(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := client(newLimits(half), &answering{statuses: []int{200}})
		began := time.Now()
		for range 50 {
			require.NoError(t, list(t, c))
		}
		assert.Zero(t, time.Since(began), "half the burst of 100 costs no time")
		for range 70 {
			require.NoError(t, list(t, c))
		}
		assert.Equal(t, 7*time.Second, time.Since(began), "then ten a second")

		_, err := c.ListContainerInstances(t.Context(), &ecs.ListContainerInstancesInput{})
		require.NoError(t, err)
		assert.Equal(t, 7*time.Second, time.Since(began), "another bucket is another limit")
	})
}

func TestClientsOfOneProcessShareTheirBuckets(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLimits(half)
		one, other := client(l, &answering{statuses: []int{200}}), client(l, &answering{statuses: []int{200}})
		began := time.Now()
		for range 30 {
			require.NoError(t, list(t, one))
			require.NoError(t, list(t, other))
		}
		assert.Equal(t, time.Second, time.Since(began))
	})
}

func TestRetriesWaitForTheirBucketToo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLimits(half)
		for range 50 { // the burst is spent
			require.NoError(t, list(t, client(l, &answering{statuses: []int{200}})))
		}
		flaky := &answering{statuses: []int{400, 400, 200}}
		c := ecs.New(client(l, flaky).Options(), func(o *ecs.Options) {
			o.Retryer = retry.NewStandard(func(so *retry.StandardOptions) {
				so.Backoff = retry.BackoffDelayerFunc(func(int, error) (time.Duration, error) { return 0, nil })
			})
		})
		began := time.Now()
		require.NoError(t, list(t, c))
		assert.Equal(t, 3, flaky.calls)
		assert.Equal(t, 300*time.Millisecond, time.Since(began), "each of the three attempts waited a tenth of a second")
	})
}

func TestACallWithoutTimeNamesItsBucket(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := client(newLimits(half), &answering{statuses: []int{200}})
		for range 50 {
			require.NoError(t, list(t, c))
		}
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer cancel()
		began := time.Now()
		_, err := c.ListServices(ctx, &ecs.ListServicesInput{})
		var noTime *NoTimeError
		require.ErrorAs(t, err, &noTime, "%v", err)
		assert.Zero(t, time.Since(began))
		assert.Equal(t, `ecs:ListServices was not called: our share of AWS's limit "ECS service read" allows no more calls in the time that is left`, Sentence(err))
	})
}

func TestFunctionsTogetherKeepToHalf(t *testing.T) {
	assert.InDelta(t, 0.5, float64(PublisherShare+DrainerShare), 1e-9)
	synctest.Test(t, func(t *testing.T) {
		pass, tick := client(newLimits(PublisherShare), &answering{statuses: []int{200}}), client(newLimits(DrainerShare), &answering{statuses: []int{200}})
		began := time.Now()
		for range 40 {
			require.NoError(t, list(t, pass))
		}
		for range 10 {
			require.NoError(t, list(t, tick))
		}
		assert.Zero(t, time.Since(began))
		require.NoError(t, list(t, tick))
		assert.Equal(t, 500*time.Millisecond, time.Since(began), "then two a second")
		for range 20 {
			_, err := tick.StopTask(t.Context(), &ecs.StopTaskInput{Task: aws.String("t")})
			require.NoError(t, err)
		}
		assert.Equal(t, 500*time.Millisecond, time.Since(began), "writes are the drainer's alone")
	})
}
