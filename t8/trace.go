package t8

import (
	"context"
	"time"

	"github.com/scefkit/scefkit/id"
)

// Trace holds optional hooks for what a Handler, Client or Notifier exchanges; nil ones are skipped. Hooks run in the
// goroutine of the exchange, so they must not block; they must not change what they are given. Bodies hold identities
// in plain: a flow recorder is the place for them, a log is not.
type Trace struct {
	// Request is called when a server has read a request and is about to carry it out, or before a client sends one.
	// The answer is not set yet. What a server refuses before, only Answer sees.
	Request func(ctx context.Context, x *Exchange)
	// Answer is called with the same Exchange when a server has written the answer, or when a client has read it or
	// given up.
	Answer func(ctx context.Context, x *Exchange)
}

// An Exchange is one HTTP request and its answer. The slices are valid until the hook Answer returned.
type Exchange struct {
	API        string // as "3gpp-nidd"; empty for notifications and unknown resources
	Operation  string // operationId; empty for notifications and unknown resources
	SCSAS      id.SCSASID
	Method     string
	URI        string // what was asked for: path and query on a server, whole URI on a client
	Remote     string // address of the client, on a server
	Request    []byte // body; nil for a notification that is a LongBody
	Status     int    // of the answer; 0: there was none
	Answer     []byte // body
	AnswerType string // media type of the body
	Location   string
	Begin      time.Time
	Took       time.Duration
	Err        error // why there is no answer, on a client
}

func (t *Trace) request(ctx context.Context, x *Exchange) {
	if t != nil && t.Request != nil {
		t.Request(ctx, x)
	}
}

func (t *Trace) answer(ctx context.Context, x *Exchange) {
	if t != nil && t.Answer != nil {
		x.Took = time.Since(x.Begin)
		t.Answer(ctx, x)
	}
}
