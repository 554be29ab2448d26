package diametertest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/scefkit/scefkit/diameter"
)

// App is the application of the requests that [RunTransport] sends; the transport has to carry it.
const App diameter.ApplicationID = 16777346 // T6a

// In whose name [RunTransport] sends its requests; a transport whose far end checks that has this identity.
const (
	OriginHost  = "mme.epc.example.com"
	OriginRealm = "epc.example.com"
)

// command is T6a's MO-Data command; any would do.
const command diameter.CommandCode = 8388733

// Open returns a transport under test whose requests for destination to, in application [App], reach h. What it opens, it
// closes with t.Cleanup. If the transport is an io.Closer, Close is tested, too; it may then be closed twice.
type Open func(t testing.TB, h diameter.Handler) (tr diameter.Transport, to diameter.Identity)

// RunTransport checks that transports made by open keep the contract of [diameter.Transport], and that what answers them
// keeps that of [diameter.Handler]. There is one way to the destination in them, so that what a transport does when a way
// fails is not among the checks, except that an error answer arrives when no other way is left.
func RunTransport(t *testing.T, open Open) {
	for _, c := range transportChecks {
		t.Run(c.name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), checkTime)
			defer cancel()
			if err := c.check(ctx, func(h diameter.Handler) (diameter.Transport, diameter.Identity) { return open(t, h) }); err != nil {
				t.Error(err)
			}
		})
	}
}

// checkTime bounds one check.
const checkTime = 10 * time.Second

type opener func(h diameter.Handler) (diameter.Transport, diameter.Identity)

var transportChecks = []struct {
	name  string
	check func(ctx context.Context, open opener) error
}{
	{"AnswerArrives", checkAnswer},
	{"ErrorAnswerIsAnAnswer", checkErrorAnswer},
	{"RequestIsUnchanged", checkUnchanged},
	{"RequestArrivesWhole", checkWhole},
	{"EndToEndIsKept", checkEndToEndKept},
	{"EndToEndIsChosen", checkEndToEndChosen},
	{"NoPeer", checkNoPeer},
	{"ContextEndedBefore", checkContextBefore},
	{"ContextEnds", checkContextEnds},
	{"NoAnswer", checkNoAnswer},
	{"Concurrent", checkConcurrent},
	{"AnswersOvertake", checkOvertake},
	{"ThenRunsOnce", checkThen},
	{"CloseFailsWaiting", checkCloseWaiting},
	{"ClosedSendsNothing", checkClosed},
}

func newRequest(payload string) *diameter.Message {
	b := diameter.AppendString(nil, 263, 0, diameter.AVPMandatory, payload)
	b = diameter.AppendString(b, 264, 0, diameter.AVPMandatory, OriginHost)
	b = diameter.AppendString(b, 296, 0, diameter.AVPMandatory, OriginRealm)
	return &diameter.Message{Flags: diameter.FlagRequest | diameter.FlagProxiable, Command: command, App: App, AVPs: b}
}

func echo(req *diameter.Message) *diameter.Message { return req.Answer(bytes.Clone(req.AVPs)) }

// handler makes a Handler that has no then.
func handler(f func(ctx context.Context, req *diameter.Message) *diameter.Message) diameter.Handler {
	return diameter.HandlerFunc(func(ctx context.Context, _ diameter.Identity, req *diameter.Message) (*diameter.Message, func()) {
		return f(ctx, req), nil
	})
}

func echoHandler() diameter.Handler {
	return handler(func(_ context.Context, req *diameter.Message) *diameter.Message { return echo(req) })
}

func checkAnswer(ctx context.Context, open opener) error {
	tr, to := open(echoHandler())
	req := newRequest("hello")
	ans, err := tr.Do(ctx, to, req)
	if err != nil {
		return fmt.Errorf("Do: %w", err)
	}
	return isEcho(req, ans)
}

// isEcho checks that ans is what echoHandler answers to req.
func isEcho(req, ans *diameter.Message) error {
	switch {
	case ans == nil:
		return errors.New("Do returned neither answer nor error")
	case ans.IsRequest():
		return errors.New("the answer has the R flag")
	case ans.Command != req.Command || ans.App != req.App:
		return fmt.Errorf("the answer is of command %d in application %d, not %d in %d", ans.Command, ans.App, req.Command, req.App)
	case !carries(ans.AVPs, req.AVPs):
		return fmt.Errorf("the answer has the AVPs %x, not %x", ans.AVPs, req.AVPs)
	}
	return nil
}

// carries reports whether got are the AVPs sent, with others after them at most that may be ignored.
func carries(got, sent []byte) bool {
	added, ok := bytes.CutPrefix(got, sent)
	for ok && len(added) > 0 {
		a, rest, err := diameter.NextAVP(added)
		ok, added = err == nil && a.Flags&diameter.AVPMandatory == 0, rest
	}
	return ok
}

func checkErrorAnswer(ctx context.Context, open opener) error {
	self := diameter.Identity{Host: "other.example.com", Realm: "example.com"}
	for _, want := range []diameter.Result{diameter.UnableToDeliver, diameter.TooBusy, diameter.UnableToComply, diameter.ErrorUserUnknown} {
		tr, to := open(handler(func(_ context.Context, req *diameter.Message) *diameter.Message {
			return diameter.ErrorAnswer(req, self, want, "no", nil)
		}))
		ans, err := tr.Do(ctx, to, newRequest("hello"))
		if err != nil {
			return fmt.Errorf("Do failed with %w although %v was answered", err, want)
		}
		if got, err := diameter.ResultOf(ans); err != nil || got != want {
			return fmt.Errorf("result %v, %v; want %v", got, err, want)
		}
		if e := ans.Flags&diameter.FlagError != 0; e != want.IsProtocolError() {
			return fmt.Errorf("wrong E flag %v in an answer with %v", e, want)
		}
	}
	return nil
}

func checkUnchanged(ctx context.Context, open opener) error {
	tr, to := open(echoHandler())
	req := newRequest("hello")
	req.HopByHop = 77
	before := *req
	before.AVPs = bytes.Clone(req.AVPs)
	if _, err := tr.Do(ctx, to, req); err != nil {
		return fmt.Errorf("Do: %w", err)
	}
	if !bytes.Equal(req.Append(nil), before.Append(nil)) {
		return fmt.Errorf("Do changed the request from %+v to %+v", before, *req)
	}
	return nil
}

func checkWhole(ctx context.Context, open opener) error {
	var got atomic.Pointer[diameter.Message]
	tr, to := open(handler(func(_ context.Context, req *diameter.Message) *diameter.Message {
		got.Store(req)
		return echo(req)
	}))
	for _, n := range []int{0, 1, 2, 3, 500, 30_000} {
		req := newRequest(string(bytes.Repeat([]byte{'x'}, n)))
		req.Flags |= diameter.FlagRetransmitted
		if _, err := tr.Do(ctx, to, req); err != nil {
			return fmt.Errorf("Do: %w", err)
		}
		m := got.Load()
		if m == nil {
			return errors.New("the handler did not get the request")
		}
		if m.Flags != req.Flags || m.Command != req.Command || m.App != req.App || !carries(m.AVPs, req.AVPs) {
			return fmt.Errorf("request of %d octets arrived as another", req.Len())
		}
	}
	return nil
}

func checkEndToEndKept(ctx context.Context, open opener) error {
	var got atomic.Uint32
	tr, to := open(handler(func(_ context.Context, req *diameter.Message) *diameter.Message {
		got.Store(req.EndToEnd)
		return echo(req)
	}))
	req := newRequest("hello")
	req.EndToEnd = 0x12345678
	ans, err := tr.Do(ctx, to, req)
	if err != nil {
		return fmt.Errorf("Do: %w", err)
	}
	if got.Load() != req.EndToEnd || ans.EndToEnd != req.EndToEnd {
		return fmt.Errorf("End-to-End Identifier %#x arrived as %#x and came back as %#x", req.EndToEnd, got.Load(), ans.EndToEnd)
	}
	return nil
}

func checkEndToEndChosen(ctx context.Context, open opener) error {
	seen := make(chan uint32, 100)
	tr, to := open(handler(func(_ context.Context, req *diameter.Message) *diameter.Message {
		seen <- req.EndToEnd
		return echo(req)
	}))
	all := make(map[uint32]bool)
	for range cap(seen) {
		if _, err := tr.Do(ctx, to, newRequest("hello")); err != nil {
			return fmt.Errorf("Do: %w", err)
		}
		id := <-seen
		if id == 0 || all[id] {
			return fmt.Errorf("End-to-End Identifier %#x chosen for request %d is 0 or was used", id, len(all)+1)
		}
		all[id] = true
	}
	return nil
}

func checkNoPeer(ctx context.Context, open opener) error {
	var called atomic.Bool
	tr, _ := open(handler(func(_ context.Context, req *diameter.Message) *diameter.Message {
		called.Store(true)
		return echo(req)
	}))
	_, err := tr.Do(ctx, diameter.Identity{Host: "nobody.invalid", Realm: "invalid"}, newRequest("hello"))
	if !errors.Is(err, diameter.ErrNoPeer) || errors.Is(err, diameter.ErrSent) {
		return fmt.Errorf("Do without a way to the destination: error %v, want ErrNoPeer without ErrSent", err)
	}
	if called.Load() {
		return errors.New("the request reached a handler")
	}
	return nil
}

var errEnough = errors.New("enough")

func checkContextBefore(ctx context.Context, open opener) error {
	var called atomic.Bool
	tr, to := open(handler(func(_ context.Context, req *diameter.Message) *diameter.Message {
		called.Store(true)
		return echo(req)
	}))
	ended, cancel := context.WithCancelCause(ctx)
	cancel(errEnough)
	_, err := tr.Do(ended, to, newRequest("hello"))
	if !errors.Is(err, errEnough) || errors.Is(err, diameter.ErrSent) {
		return fmt.Errorf("Do with a context that ended: error %v, want its cause without ErrSent", err)
	}
	if called.Load() {
		return errors.New("the request reached the handler")
	}
	return nil
}

func checkContextEnds(ctx context.Context, open opener) error {
	arrived, release := make(chan struct{}), make(chan struct{})
	var first atomic.Bool
	tr, to := open(handler(func(_ context.Context, req *diameter.Message) *diameter.Message {
		if first.CompareAndSwap(false, true) {
			close(arrived)
			<-release
		}
		return echo(req)
	}))
	defer close(release)
	short, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	done := make(chan error, 1)
	go func() {
		_, err := tr.Do(short, to, newRequest("hello"))
		done <- err
	}()
	select {
	case <-arrived:
	case err := <-done:
		return fmt.Errorf("Do returned %v before the handler did", err)
	case <-ctx.Done():
		return errors.New("the request did not arrive")
	}
	cancel(errEnough)
	select {
	case err := <-done:
		if !errors.Is(err, errEnough) || !errors.Is(err, diameter.ErrSent) {
			return fmt.Errorf("Do with a context that ends: error %v, want its cause with ErrSent", err)
		}
	case <-ctx.Done():
		return errors.New("Do did not return when its context ended")
	}
	// A request after it is not confused by an answer that comes late.
	req := newRequest("again")
	ans, err := tr.Do(ctx, to, req)
	if err != nil {
		return fmt.Errorf("Do after one that was given up: %w", err)
	}
	return isEcho(req, ans)
}

func checkNoAnswer(ctx context.Context, open opener) error {
	tr, to := open(handler(func(context.Context, *diameter.Message) *diameter.Message { return nil }))
	short, cancel := context.WithTimeout(ctx, 50*time.Millisecond)
	defer cancel()
	ans, err := tr.Do(short, to, newRequest("hello"))
	if ans != nil || !errors.Is(err, context.DeadlineExceeded) || !errors.Is(err, diameter.ErrSent) {
		return fmt.Errorf("Do without an answer: %v, error %v; want DeadlineExceeded with ErrSent", ans, err)
	}
	return nil
}

func checkConcurrent(ctx context.Context, open opener) error {
	tr, to := open(echoHandler())
	var wg sync.WaitGroup
	errs := make(chan error, 32)
	for g := range cap(errs) {
		wg.Go(func() {
			for i := range 50 {
				req := newRequest(fmt.Sprintf("request %d of %d", i, g))
				ans, err := tr.Do(ctx, to, req)
				if err == nil {
					err = isEcho(req, ans)
				}
				if err != nil {
					errs <- fmt.Errorf("request %d of %d: %w", i, g, err)
					return
				}
			}
		})
	}
	wg.Wait()
	close(errs)
	return <-errs
}

func checkOvertake(ctx context.Context, open opener) error {
	arrived, release := make(chan struct{}, 1), make(chan struct{})
	var once sync.Once
	free := func() { once.Do(func() { close(release) }) }
	tr, to := open(handler(func(_ context.Context, req *diameter.Message) *diameter.Message {
		if a, ok := diameter.FindAVP(req.AVPs, 263, 0); ok && string(a.Data) == "slow" {
			arrived <- struct{}{}
			<-release
		}
		return echo(req)
	}))
	defer free()
	slow := make(chan error, 1)
	go func() {
		req := newRequest("slow")
		ans, err := tr.Do(ctx, to, req)
		if err == nil {
			err = isEcho(req, ans)
		}
		slow <- err
	}()
	select {
	case <-arrived:
	case err := <-slow:
		return fmt.Errorf("a request that takes long: %w", err)
	}
	short, cancel := context.WithTimeout(ctx, checkTime/2)
	defer cancel()
	for range 10 {
		req := newRequest("fast")
		ans, err := tr.Do(short, to, req)
		if err == nil {
			err = isEcho(req, ans)
		}
		if err != nil {
			return fmt.Errorf("a request behind one that takes long: %w", err)
		}
	}
	free()
	return <-slow
}

func checkThen(ctx context.Context, open opener) error {
	var count atomic.Int32
	then := make(chan struct{}, 10)
	tr, to := open(diameter.HandlerFunc(func(_ context.Context, _ diameter.Identity, req *diameter.Message) (*diameter.Message, func()) {
		var ans *diameter.Message
		if req.Flags&diameter.FlagProxiable != 0 {
			ans = echo(req)
		}
		return ans, func() {
			count.Add(1)
			then <- struct{}{}
		}
	}))
	if _, err := tr.Do(ctx, to, newRequest("hello")); err != nil {
		return fmt.Errorf("Do: %w", err)
	}
	silent := newRequest("hello")
	silent.Flags &^= diameter.FlagProxiable
	short, cancel := context.WithTimeout(ctx, 50*time.Millisecond)
	defer cancel()
	if _, err := tr.Do(short, to, silent); err == nil {
		return errors.New("Do returned an answer that nobody gave")
	}
	for range 2 {
		select {
		case <-then:
		case <-ctx.Done():
			return fmt.Errorf("then was called %d times for two requests", count.Load())
		}
	}
	if n := count.Load(); n != 2 {
		return fmt.Errorf("then was called %d times for two requests", n)
	}
	return nil
}

func checkCloseWaiting(ctx context.Context, open opener) error {
	arrived := make(chan struct{})
	tr, to := open(handler(func(ctx context.Context, req *diameter.Message) *diameter.Message {
		close(arrived)
		<-ctx.Done()
		return nil
	}))
	c, ok := tr.(io.Closer)
	if !ok {
		return nil
	}
	done := make(chan error, 1)
	go func() {
		_, err := tr.Do(ctx, to, newRequest("hello"))
		done <- err
	}()
	select {
	case <-arrived:
	case <-ctx.Done():
		return errors.New("the request did not arrive")
	}
	if err := c.Close(); err != nil {
		return fmt.Errorf("Close: %w", err)
	}
	select {
	case err := <-done:
		if !errors.Is(err, diameter.ErrClosed) || !errors.Is(err, diameter.ErrSent) {
			return fmt.Errorf("Do during Close: error %v, want ErrClosed with ErrSent", err)
		}
	case <-ctx.Done():
		return errors.New("Do did not return when the transport was closed")
	}
	return nil
}

func checkClosed(ctx context.Context, open opener) error {
	tr, to := open(echoHandler())
	c, ok := tr.(io.Closer)
	if !ok {
		return nil
	}
	for range 2 {
		if err := c.Close(); err != nil {
			return fmt.Errorf("Close: %w", err)
		}
	}
	if _, err := tr.Do(ctx, to, newRequest("hello")); !errors.Is(err, diameter.ErrClosed) || errors.Is(err, diameter.ErrSent) {
		return fmt.Errorf("Do after Close: error %v, want ErrClosed without ErrSent", err)
	}
	return nil
}
