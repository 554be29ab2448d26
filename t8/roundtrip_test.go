package t8_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/fault"
	"github.com/scefkit/scefkit/t8"
)

// wire is a server with one API whose procedure is a fake, and what passed.
type wire struct {
	*httptest.Server
	mu   sync.Mutex
	seen string // method, path with query, media type of the body, status and media type of the answer
}

// lay makes a wire and a client of as-a at its end.
func lay(t *testing.T, api t8.API) (*wire, *t8.Client) {
	t.Helper()
	auth := static(t)
	h, err := t8.NewHandler(auth, &t8.HandlerOptions{Authorizer: auth}, api)
	require.NoError(t, err)
	w := &wire{}
	w.Server = httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		rec := &statusRecorder{ResponseWriter: rw, status: 200}
		h.ServeHTTP(rec, r)
		words := []string{r.Method, r.URL.RequestURI(), r.Header.Get("Content-Type"), http.StatusText(rec.status), rw.Header().Get("Content-Type")}
		w.mu.Lock()
		w.seen = strings.Join(strings.Fields(strings.Join(words, " ")), " ")
		w.mu.Unlock()
	}))
	t.Cleanup(w.Close)
	c, err := t8.NewClient(w.URL, &t8.ClientOptions{Token: func(context.Context) (string, error) { return tokenA, nil }})
	require.NoError(t, err)
	return w, c
}

type statusRecorder struct {
	http.ResponseWriter
	status int
}

func (s *statusRecorder) WriteHeader(status int) {
	s.status = status
	s.ResponseWriter.WriteHeader(status)
}

// passed returns what the last request was. The recorder ends after the client has its answer.
func (w *wire) passed() string {
	w.Close() // waits for the handler
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.seen
}

// A trip is one call of a client with what must be seen on its way.
type trip struct {
	name   string
	wire   string // see wire.seen
	called string // operation and identifiers at the procedure
	body   any    // at the procedure
	answer any    // of the procedure; nil: nothing
	want   any    // at the client
	call   func(ctx context.Context, c *t8.Client) (any, error)
}

// travel makes each trip, and makes it again to a procedure that fails.
func travel(t *testing.T, api func(*fake) t8.API, trips []trip) {
	t.Helper()
	for _, x := range trips {
		t.Run(x.name, func(t *testing.T) {
			var got any
			f := &fake{answer: func(_ context.Context, _ string, body any) (any, error) {
				got = body
				return x.answer, nil
			}}
			w, c := lay(t, api(f))
			v, err := x.call(t.Context(), c)
			require.NoError(t, err)
			require.Equal(t, x.wire, w.passed())
			require.Equal(t, []string{x.called}, f.called())
			require.Equal(t, x.body, got)
			require.Equal(t, x.want, v)

			f = &fake{answer: func(context.Context, string, any) (any, error) {
				return nil, fault.New("test", fault.NotFound, "gone")
			}}
			_, c = lay(t, api(f))
			_, err = x.call(t.Context(), c)
			require.ErrorIs(t, err, fault.NotFound)
			require.True(t, fault.As(err).Remote)
			require.Equal(t, "gone", fault.As(err).Detail)
		})
	}
}

// nothing is what a call without result returns.
func nothing(err error) (any, error) { return nil, err }

// a refusal is a request that must not come to the procedure.
type refusal struct {
	name, method, path, body string
	params                   []string // pointers of invalidParams
}

// refuses sends requests that are wrong; each must be answered with 400 that names every fault.
func refuses(t *testing.T, api func(*fake) t8.API, refusals []refusal) {
	t.Helper()
	f := &fake{}
	w, _ := lay(t, api(f))
	for _, x := range refusals {
		t.Run(x.name, func(t *testing.T) {
			media := "application/json"
			if x.method == "PATCH" && !strings.Contains(x.path, "3gpp-device-triggering") {
				media = "application/merge-patch+json"
			}
			res, body := ask(t, w.Server, x.method, x.path, x.body, "Content-Type", media)
			require.Equal(t, 400, res.StatusCode, "%s", body)
			require.ElementsMatch(t, x.params, params(problem(t, res, body)), "%s", body)
		})
	}
	require.Empty(t, f.called())
}
