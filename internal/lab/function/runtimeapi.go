package function

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"sync"
	"time"

	"ecs-cluster-scaler/internal/lab/internal/process"
)

// runtimeAPI is Lambda's Runtime API as a function sees it.
// https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
type runtimeAPI struct {
	address    string
	server     *http.Server
	queue      chan *invocation
	polled     chan struct{} // one per poll; the poll ends the invocation before it
	initErrors chan string

	mu      sync.Mutex
	current *invocation
}

type invocation struct {
	id       string
	event    []byte
	deadline time.Time
	answered chan answer
}

func newInvocation(event []byte, deadline time.Time) *invocation {
	return &invocation{id: rand.Text(), event: event, deadline: deadline, answered: make(chan answer, 1)}
}

// take is the answer given by now, else the reason why there is none.
func (i *invocation) take(unanswered error) (answer, error) {
	select {
	case given := <-i.answered:
		return given, nil
	default:
		return answer{}, unanswered
	}
}

func startRuntimeAPI(ctx context.Context) (*runtimeAPI, error) {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("start a Lambda Runtime API: %w", err)
	}
	a := &runtimeAPI{
		address:    listener.Addr().String(),
		queue:      make(chan *invocation),
		polled:     make(chan struct{}, 1),
		initErrors: make(chan string, 1),
	}
	const version = "/2018-06-01/runtime"
	routes := http.NewServeMux()
	routes.HandleFunc("GET "+version+"/invocation/next", a.next)
	routes.HandleFunc("POST "+version+"/invocation/{id}/response", a.response)
	routes.HandleFunc("POST "+version+"/invocation/{id}/error", a.failure)
	routes.HandleFunc("POST "+version+"/init/error", a.initError)
	a.server = &http.Server{Handler: routes, ReadHeaderTimeout: initTimeout}
	go func() { _ = a.server.Serve(listener) }()
	return a, nil
}

func (a *runtimeAPI) close() { _ = a.server.Close() }

func (a *runtimeAPI) next(w http.ResponseWriter, r *http.Request) {
	select {
	case a.polled <- struct{}{}:
	default:
	}
	select {
	case work := <-a.queue:
		a.mu.Lock()
		a.current = work
		a.mu.Unlock()
		header := w.Header()
		header.Set("Lambda-Runtime-Aws-Request-Id", work.id)
		header.Set("Lambda-Runtime-Deadline-Ms", strconv.FormatInt(work.deadline.UnixMilli(), 10))
		header.Set("Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:"+process.Region+":"+process.Account+":function:lab")
		header.Set("Lambda-Runtime-Trace-Id", "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Parent=9a9197af755a6419;Sampled=1")
		_, _ = w.Write(work.event)
	case <-r.Context().Done():
	}
}

func (a *runtimeAPI) response(w http.ResponseWriter, r *http.Request) { a.answer(w, r, false) }

func (a *runtimeAPI) failure(w http.ResponseWriter, r *http.Request) { a.answer(w, r, true) }

func (a *runtimeAPI) answer(w http.ResponseWriter, r *http.Request, failed bool) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	a.mu.Lock()
	work := a.current
	a.current = nil
	a.mu.Unlock()
	if work == nil || work.id != r.PathValue("id") {
		http.Error(w, "no such invocation, or it was answered before", http.StatusBadRequest)
		return
	}
	work.answered <- answer{failed: failed, body: body}
	w.WriteHeader(http.StatusAccepted)
}

func (a *runtimeAPI) initError(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	select {
	case a.initErrors <- string(body):
	default:
	}
	w.WriteHeader(http.StatusAccepted)
}
