package t8_test

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/fault"
	"github.com/scefkit/scefkit/id"
	"github.com/scefkit/scefkit/policy"
	"github.com/scefkit/scefkit/t8"
)

// exchange is a request and its answer as they were on the wire.
type exchange struct {
	line           string // method, path with query, media type of the body, text of the status, media type of the answer
	location       string
	sent, answered string // the bodies
}

// tape is a server that notes what goes through it.
type tape struct {
	*httptest.Server
	mu   sync.Mutex
	last exchange
}

// lay serves an API to as-a and as/b and makes a client of as-a.
func lay(t *testing.T, api t8.API) (*tape, *t8.Client) {
	t.Helper()
	s := taped(t, api, static(t))
	return s, clientOf(t, s.URL)
}

// taped serves an API under a policy.
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
		words := []string{r.Method, r.URL.RequestURI(), r.Header.Get("Content-Type"), http.StatusText(rec.Code), rec.Header().Get("Content-Type")}
		s.mu.Lock()
		s.last = exchange{strings.Join(strings.Fields(strings.Join(words, " ")), " "), rec.Header().Get("Location"), string(b), rec.Body.String()}
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

// noted returns the last exchange.
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

// A trip is one call of a client with what must be seen on its way to the procedure and back.
type trip struct {
	name     string
	line     string // see exchange
	called   string // operation and identifiers at the procedure
	given    any    // the body at the procedure
	answer   any    // of the procedure; nil: nothing
	want     any    // at the client, where it is not the answer
	location string
	sent     string // JSON of the request; "": the test does not say
	answered string // likewise of the answer
	call     func(ctx context.Context, c *t8.Client) (any, error)
}

// travel makes each trip, and makes it again to a procedure that fails.
func travel(t *testing.T, api func(*fake) t8.API, trips []trip) {
	t.Helper()
	for _, x := range trips {
		t.Run(x.name, func(t *testing.T) {
			var given any
			f := &fake{answer: func(_ context.Context, _ string, body any) (any, error) {
				given = body
				return x.answer, nil
			}}
			s, c := lay(t, api(f))
			got, err := x.call(t.Context(), c)
			require.NoError(t, err)
			if want := cmp.Or(x.want, x.answer); want != nil {
				require.Equal(t, want, got)
			} else {
				require.True(t, isNothing(got), "%v", got)
			}
			require.Equal(t, []string{x.called}, f.called())
			require.Equal(t, x.given, given)
			e := s.noted()
			require.Equal(t, x.line, e.line)
			require.Equal(t, x.location, e.location)
			sameJSON(t, x.sent, e.sent, strings.Count(x.line, "application/") > answers(x.line))
			sameJSON(t, x.answered, e.answered, answers(x.line) > 0)

			f = &fake{answer: func(context.Context, string, any) (any, error) {
				return nil, &fault.Error{Op: "test", Code: fault.NotFound, Detail: "no such thing", Err: errors.New("secret")}
			}}
			s, c = lay(t, api(f))
			got, err = x.call(t.Context(), c)
			require.ErrorIs(t, err, fault.NotFound)
			require.True(t, fault.As(err).Remote)
			require.Equal(t, "no such thing", fault.As(err).Detail)
			require.Empty(t, got)
			e = s.noted()
			require.True(t, strings.HasSuffix(e.line, " Not Found application/problem+json"), e.line)
			require.NotContains(t, e.answered, "secret")
		})
	}
}

// answers is 1 when an exchange ends with the media type of an answer, else 0.
func answers(line string) int {
	if strings.Contains(line[strings.LastIndex(line, " ")+1:], "/") {
		return 1
	}
	return 0
}

// isNothing reports whether a client returned no result: nil, or an empty list.
func isNothing(v any) bool {
	r := reflect.ValueOf(v)
	return !r.IsValid() || r.Kind() == reflect.Pointer && r.IsNil() || r.Kind() == reflect.Slice && r.Len() == 0
}

// sameJSON compares two JSON texts, if want says one; there says whether there must be any.
func sameJSON(t *testing.T, want, have string, there bool) {
	t.Helper()
	require.Equal(t, there, have != "", have)
	if want != "" {
		require.JSONEq(t, want, have)
	}
}

// nothing is what a call without result returns.
func nothing(err error) (any, error) { return nil, err }

// A refusal is a request that must not come to the procedure.
type refusal struct {
	name, method, path string
	media              string // of the body; "" is JSON, and a merge patch for PATCH
	body               string
	status             int    // 0 is 400
	cause              string // "" with 400: the test does not say
	params             []string
}

// refuses sends requests that are wrong; each must be answered with ProblemDetails that name every fault, in order.
func refuses(t *testing.T, api func(*fake) t8.API, refusals []refusal) {
	t.Helper()
	for _, x := range refusals {
		t.Run(x.name, func(t *testing.T) {
			f := &fake{}
			s, _ := lay(t, api(f))
			media := x.media
			if x.method == "PATCH" {
				media = cmp.Or(media, "application/merge-patch+json")
			}
			var header []string
			if media != "" {
				header = []string{"Content-Type", media}
			}
			res, body := ask(t, s.Server, x.method, x.path, x.body, header...)
			require.Equal(t, cmp.Or(x.status, 400), res.StatusCode, "%s", body)
			p := problem(t, res, body)
			if x.cause != "" || res.StatusCode != 400 {
				require.Equal(t, x.cause, p.Cause, "%s", body)
			}
			require.Equal(t, x.params, params(p), "%s", body)
			require.Empty(t, f.called())
		})
	}
}

// A replied is a request and what a handler makes of the answer of a procedure to it.
type replied struct {
	name, method, path, body string // the body of PATCH is a merge patch
	answer                   any    // of the procedure
	status                   int
	location, want           string // want is JSON; "": the test does not say, but for 204
}

func repliesAre(t *testing.T, api func(*fake) t8.API, all []replied) {
	t.Helper()
	for _, x := range all {
		t.Run(x.name, func(t *testing.T) {
			s, _ := lay(t, api(&fake{answer: func(context.Context, string, any) (any, error) { return x.answer, nil }}))
			var header []string
			if x.method == "PATCH" {
				header = []string{"Content-Type", "application/merge-patch+json"}
			}
			res, body := ask(t, s.Server, x.method, x.path, x.body, header...)
			require.Equal(t, x.status, res.StatusCode, "%s", body)
			require.Equal(t, x.location, res.Header.Get("Location"))
			require.Equal(t, x.status == 204, len(body) == 0, "%s", body)
			if x.want != "" {
				require.JSONEq(t, x.want, string(body))
			}
		})
	}
}

// ends are a client and a procedure with a handler between them. The procedure notes the body that it gets and answers what
// the test says.
type ends struct {
	*fake
	*tape
	client  *t8.Client
	in, out any
}

func layEnds(t *testing.T, api func(*fake) t8.API) *ends {
	t.Helper()
	e := &ends{}
	e.fake = &fake{answer: func(_ context.Context, _ string, body any) (any, error) { e.in = body; return e.out, nil }}
	e.tape, e.client = lay(t, api(e.fake))
	return e
}

// last returns the last call of the procedure.
func (e *ends) last() string {
	all := e.called()
	return all[len(all)-1]
}

// mergesLikeItself checks that a patch survives being read, and that Apply does with doc what its JSON does as a merge patch of
// RFC 7396, to the resource alone and not to what others hold of it.
func mergesLikeItself[R, P any, A interface {
	*P
	Apply(res *R) error
}](t *testing.T, doc, patch string) {
	t.Helper()
	var res R
	var p P
	require.NoError(t, json.Unmarshal([]byte(doc), &res))
	require.NoError(t, json.Unmarshal([]byte(patch), &p))
	sent, err := json.Marshal(p)
	require.NoError(t, err)
	require.JSONEq(t, patch, string(sent))
	want, err := t8.MergePatch([]byte(doc), []byte(patch))
	require.NoError(t, err)
	old := res
	require.NoError(t, A(&p).Apply(&res))
	got, err := json.Marshal(res)
	require.NoError(t, err)
	require.JSONEq(t, string(want), string(got))
	was, err := json.Marshal(old)
	require.NoError(t, err)
	require.JSONEq(t, doc, string(was))
}

// allows checks that a method which a resource does not have is refused, and what it is told.
func allows(t *testing.T, api t8.API, method, path, allow string) {
	t.Helper()
	s, _ := lay(t, api)
	res, body := ask(t, s.Server, method, path, "")
	require.Equal(t, 405, res.StatusCode)
	require.Equal(t, allow, res.Header.Get("Allow"))
	problem(t, res, body)
}

// foreign checks that an SCS/AS sees nothing below the identifier of another one.
func foreign(t *testing.T, api func(f *fake) t8.API, path string) {
	t.Helper()
	f := &fake{}
	s, _ := lay(t, api(f))
	res, _ := ask(t, s.Server, "GET", path, "", "Authorization", "Bearer "+tokenB)
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
