package aws

import (
	"strconv"
	"time"

	"github.com/aws/smithy-go"
)

// calls counts the calls of the present moment by what they ask, so that the same question asked twice has luck twice,
// and the order in which goroutines ask different ones has no say.
type calls struct {
	at       time.Time
	attempts map[string]int
}

// attempt names one call; the caller holds the lock.
func (w *World) attempt(op, key string) string {
	if w.calls.attempts == nil || !w.calls.at.Equal(w.now) {
		w.calls = calls{at: w.now, attempts: map[string]int{}}
	}
	name := op + " " + key
	w.calls.attempts[name]++
	return name + " " + strconv.FormatInt(w.now.UnixNano(), 36) + " " + strconv.Itoa(w.calls.attempts[name])
}

// fault is what AWS answers to a call that came too soon, at the rate of [FaultKnobs.Throttled]. key is what the call asks:
// all of its arguments that tell it from other calls of the operation. The caller holds the lock.
// https://docs.aws.amazon.com/AmazonECS/latest/APIReference/request-throttling.html
func (w *World) fault(op, key string) error {
	rate := w.Knobs.Faults.Throttled
	if rate <= 0 || w.draw("throttle "+w.attempt(op, key)).Float64() >= rate {
		return nil
	}
	return &smithy.OperationError{ServiceID: "simulated", OperationName: op, Err: &smithy.GenericAPIError{
		Code: "ThrottlingException", Message: "Rate exceeded", Fault: smithy.FaultClient,
	}}
}

// emptyPages are the operations whose documents allow a page that holds nothing, and a token
// (https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParametersByPath.html).
var emptyPages = map[string]bool{"GetParametersByPath": true}

// pageSize is how many of at most n results a page holds: all, or at the rate of [FaultKnobs.HalfPages] half of them, and
// nothing where AWS says that this happens. A list must go on with a token after such a page, and a next call with
// it has new luck. The caller holds the lock.
func (w *World) pageSize(op, key string, n int) int {
	rate := w.Knobs.Faults.HalfPages
	if rate <= 0 {
		return n
	}
	luck := w.draw("page " + w.attempt("page of "+op, key))
	switch {
	case luck.Float64() >= rate:
		return n
	case emptyPages[op] && luck.IntN(2) == 0:
		return 0
	default:
		return (n + 1) / 2
	}
}

// page cuts total results, of which a call wants at most limit from where its token says. next is nil after the last.
func (w *World) page(op, key string, token *string, total, limit int) (from, to int, next *string) {
	if token != nil {
		from, _ = strconv.Atoi(*token)
		from = min(max(from, 0), total)
		key += " " + *token
	}
	to = min(total, from+w.pageSize(op, key, limit))
	if to < total {
		rest := strconv.Itoa(to)
		next = &rest
	}
	return from, to, next
}
