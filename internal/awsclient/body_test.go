package awsclient

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The order of events that a busy processor makes: the server has the whole request and sends the head of its answer,
// the SDK closes the request's body, and only then net/http comes back from sending it.
func TestAnOvertakingAnswerIsNotLost(t *testing.T) {
	for name, call := range map[string]func(context.Context, *ecs.Client) error{
		"a read": func(ctx context.Context, c *ecs.Client) error {
			_, err := c.ListServices(ctx, &ecs.ListServicesInput{Cluster: aws.String("web")})
			return err
		},
		"a change": func(ctx context.Context, c *ecs.Client) error {
			_, err := c.StopTask(ctx, &ecs.StopTaskInput{Cluster: aws.String("web"), Task: aws.String("1")})
			return err
		},
		"the smallest body": func(ctx context.Context, c *ecs.Client) error {
			_, err := c.ListServices(ctx, &ecs.ListServicesInput{})
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			race := newRace(t)
			cfg := race.config(t)
			require.NoError(t, call(t.Context(), ecs.NewFromConfig(cfg)))
			assert.Equal(t, 1, race.requests, "a call that was carried out is not repeated")
		})
	}
}

// race orders the events of a call's first attempt.
type race struct {
	server   *httptest.Server
	closed   chan struct{} // the SDK has closed the request's body
	close    func()
	sent     chan struct{} // net/http is done with the request
	send     func()
	requests int
}

func newRace(t *testing.T) *race {
	t.Helper()
	r := &race{closed: make(chan struct{}), sent: make(chan struct{})}
	r.close, r.send = sync.OnceFunc(func() { close(r.closed) }), sync.OnceFunc(func() { close(r.sent) })
	r.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		r.requests++
		_, _ = io.Copy(io.Discard, request.Body)
		w.Header().Set("Content-Type", "application/x-amz-json-1.1")
		w.Header().Set("Content-Length", "2")
		_ = http.NewResponseController(w).Flush()
		<-r.sent
		_, _ = w.Write([]byte(`{}`))
	}))
	t.Cleanup(r.server.Close)
	return r
}

func (r *race) config(t *testing.T) aws.Config {
	t.Helper()
	for name, value := range map[string]string{
		"AWS_REGION": "eu-west-1", "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_CA_BUNDLE": "",
		"AWS_ENDPOINT_URL": r.server.URL, "AWS_CONFIG_FILE": "/dev/null", "AWS_SHARED_CREDENTIALS_FILE": "/dev/null", "AWS_PROFILE": "",
	} {
		t.Setenv(name, value)
	}
	cfg, err := Config(t.Context(), PublisherShare)
	require.NoError(t, err)
	cfg.HTTPClient = r
	return cfg
}

// Do is the SDK's HTTP client: net/http on a connection that is slow to come back from sending a body.
func (r *race) Do(request *http.Request) (*http.Response, error) {
	transport := &http.Transport{DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := new(net.Dialer).DialContext(ctx, network, address)
		return &slow{Conn: conn, until: r.closed}, err
	}}
	traced := httptrace.WithClientTrace(request.Context(), &httptrace.ClientTrace{WroteRequest: func(httptrace.WroteRequestInfo) { r.send() }})
	response, err := transport.RoundTrip(request.WithContext(traced))
	if err != nil {
		return nil, err
	}
	response.Body = &late{ReadCloser: response.Body, begin: r.close, after: r.sent}
	return response, nil
}

// slow is a connection whose second write, that of the body, returns late.
type slow struct {
	net.Conn
	until  <-chan struct{}
	writes int
}

func (s *slow) Write(p []byte) (int, error) {
	n, err := s.Conn.Write(p)
	s.writes++
	if s.writes > 1 {
		<-s.until
	}
	return n, err
}

// late is an answer's body. Nobody reads it before the request's body is closed.
type late struct {
	io.ReadCloser
	begin func()
	after <-chan struct{}
}

func (l *late) Read(p []byte) (int, error) {
	l.begin()
	<-l.after
	return l.ReadCloser.Read(p)
}
