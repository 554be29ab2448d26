package t8_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/fault"
	"github.com/scefkit/scefkit/id"
	"github.com/scefkit/scefkit/policy"
	"github.com/scefkit/scefkit/t8"
)

// trip is one call of a client that a handler serves, with what the wire must carry in both directions.
type tripThere struct {
	name     string
	invoke   func(c *t8.Client) (any, error)
	method   string
	path     string
	media    string
	body     string // JSON of the request
	called   string // how the procedure was called
	given    any    // the body that the procedure gets
	answer   any    // what the procedure answers, and what the client returns
	status   int
	wire     string // JSON of the answer
	location string
}

// exchange is what a tape notes.
type exchange struct {
	method, path, media, body string
	status                    int
	answerMedia, location     string
	answer                    string
}

// tape is a server that notes what goes through it.
type tape struct {
	*httptest.Server
	mu   sync.Mutex
	last exchange
}

// taped serves an API to as-a and as/b and notes the exchanges.
func taped(t *testing.T, api t8.API, authz policy.Authorizer) *tape {
	t.Helper()
	h, err := t8.NewHandler(static(t), &t8.HandlerOptions{Authorizer: authz}, api)
	require.NoError(t, err)
	s := &tape{}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		r.Body = io.NopCloser(bytes.NewReader(b))
		rec := httptest.NewRecorder()
		h.ServeHTTP(rec, r)
		s.mu.Lock()
		s.last = exchange{
			r.Method, r.URL.EscapedPath(), r.Header.Get("Content-Type"), string(b),
			rec.Code, rec.Header().Get("Content-Type"), rec.Header().Get("Location"), rec.Body.String(),
		}
		s.mu.Unlock()
		for k, v := range rec.Header() {
			w.Header()[k] = v
		}
		w.WriteHeader(rec.Code)
		_, _ = w.Write(rec.Body.Bytes())
	}))
	t.Cleanup(s.Close)
	return s
}

func (s *tape) noted() exchange {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.last
}

// clientOf returns a client of as-a.
func clientOf(t *testing.T, root string) *t8.Client {
	t.Helper()
	c, err := t8.NewClient(root, &t8.ClientOptions{Token: func(context.Context) (string, error) { return tokenA, nil }})
	require.NoError(t, err)
	return c
}

// bothWays runs each trip twice: with the answer of the procedure, and with one that does not know the resource.
func bothWays(t *testing.T, api func(f *fake) t8.API, trips []tripThere) {
	for _, x := range trips {
		t.Run(x.name, func(t *testing.T) {
			var mu sync.Mutex
			var given any
			f := &fake{answer: func(_ context.Context, _ string, body any) (any, error) {
				mu.Lock()
				defer mu.Unlock()
				given = body
				return x.answer, nil
			}}
			s := taped(t, api(f), nil)
			c := clientOf(t, s.URL)
			got, err := x.invoke(c)
			require.NoError(t, err)
			if x.answer == nil {
				require.Empty(t, got)
			} else {
				require.Equal(t, x.answer, got)
			}
			require.Equal(t, []string{x.called}, f.called())
			mu.Lock()
			require.Equal(t, x.given, given)
			mu.Unlock()
			e := s.noted()
			require.Equal(t, x.method+" "+x.path+" "+x.media, e.method+" "+e.path+" "+e.media)
			require.Equal(t, x.status, e.status, e.answer)
			require.Equal(t, x.location, e.location)
			sameJSON(t, x.body, e.body)
			sameJSON(t, x.wire, e.answer)
			if x.wire != "" {
				require.Equal(t, "application/json", e.answerMedia)
			}

			f = &fake{answer: func(context.Context, string, any) (any, error) {
				return nil, &fault.Error{Op: "test", Code: fault.NotFound, Detail: "no such thing", Err: errors.New("secret")}
			}}
			s = taped(t, api(f), nil)
			got, err = x.invoke(clientOf(t, s.URL))
			require.ErrorIs(t, err, fault.NotFound)
			require.True(t, fault.As(err).Remote)
			require.Equal(t, "no such thing", fault.As(err).Detail)
			require.Empty(t, got)
			e = s.noted()
			require.Equal(t, 404, e.status)
			require.Equal(t, "application/problem+json", e.answerMedia)
			require.NotContains(t, e.answer, "secret")
		})
	}
}

// sameJSON compares two JSON texts; an empty one is none.
func sameJSON(t *testing.T, want, have string) {
	t.Helper()
	if want == "" {
		require.Empty(t, have)
		return
	}
	require.JSONEq(t, want, have)
}

// refusal is a request that a handler refuses before its procedure.
type refusalThere struct {
	name, method, path, media, body string
	status                          int
	cause                           string
	params                          []string
}

func refusesAll(t *testing.T, api func(f *fake) t8.API, all []refusalThere) {
	for _, x := range all {
		t.Run(x.name, func(t *testing.T) {
			f := &fake{}
			s := taped(t, api(f), nil)
			var header []string
			if x.media != "" {
				header = []string{"Content-Type", x.media}
			}
			res, body := ask(t, s.Server, x.method, x.path, x.body, header...)
			require.Equal(t, x.status, res.StatusCode, "%s", body)
			p := problem(t, res, body)
			require.Equal(t, x.cause, p.Cause, "%s", body)
			require.ElementsMatch(t, x.params, params(p), "%s", body)
			require.Empty(t, f.called())
		})
	}
}

// allows checks that a method which a resource does not have is refused, and what it is told.
func allows(t *testing.T, api t8.API, method, path, allow string) {
	t.Helper()
	res, body := ask(t, taped(t, api, nil).Server, method, path, "")
	require.Equal(t, 405, res.StatusCode)
	require.Equal(t, allow, res.Header.Get("Allow"))
	problem(t, res, body)
}

// foreign checks that an SCS/AS sees nothing below the identifier of another one.
func foreign(t *testing.T, api func(f *fake) t8.API, path string) {
	t.Helper()
	f := &fake{}
	res, _ := ask(t, taped(t, api(f), nil).Server, "GET", path, "", "Authorization", "Bearer "+tokenB)
	require.Equal(t, 404, res.StatusCode)
	require.Empty(t, f.called())
}

// denied is a policy that allows nothing.
type denied struct{}

func (denied) Authorize(context.Context, id.SCSASID, policy.Operation) error { return errors.New("no") }

// notAuthorized checks what a policy that allows nothing makes of a request.
func notAuthorized(t *testing.T, api func(f *fake) t8.API, status int, method, path, body string) {
	t.Helper()
	f := &fake{}
	res, b := ask(t, taped(t, api(f), denied{}).Server, method, path, body)
	require.Equal(t, status, res.StatusCode, "%s", b)
	problem(t, res, b)
	require.Empty(t, f.called())
}

// from reads JSON into a part of a body.
func from[T any](s string) T {
	var v T
	if err := json.Unmarshal([]byte(s), &v); err != nil {
		panic(err)
	}
	return v
}

// paramsOf returns the parameters that an error names.
func paramsOf(err error) []string {
	var all []string
	for _, p := range fault.As(err).Params {
		all = append(all, p.Param)
	}
	return all
}

// reported returns the report that an error carries.
func reported(t *testing.T, err error) any {
	t.Helper()
	r, ok := errors.AsType[t8.ReportError](err)
	require.True(t, ok, "%v", err)
	return r.Body
}
