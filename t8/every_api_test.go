package t8

import (
	"cmp"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/policy"
)

// nobody takes the token "good" only.
type nobody struct{}

func (nobody) Authenticate(r *http.Request) (policy.Caller, string, error) {
	if r.Header.Get("Authorization") != "Bearer good" {
		return policy.Caller{}, "Bearer", errors.New("no token")
	}
	return policy.Caller{ID: "as1"}, "", nil
}

// ask sends a request to the path of a route and returns status and cause.
func ask(t *testing.T, h http.Handler, method, path, token string) (status int) {
	t.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader("{"))
	r.Header.Set("Authorization", "Bearer "+token)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	if w.Code >= 400 {
		require.Equal(t, "application/problem+json", w.Header().Get("Content-Type"), "%s %s", method, path)
		var p ProblemDetails
		require.NoError(t, json.Unmarshal(w.Body.Bytes(), &p))
		require.Equal(t, w.Code, p.Status)
	}
	return w.Code
}

var variable = regexp.MustCompile(`\{[^}]*\}`)

// pathOf returns a path of a route, for the SCS/AS as1.
func pathOf(a API, r *route) string {
	return "/" + a.Name + "/" + a.Version + variable.ReplaceAllString(strings.Replace(r.pattern, "{scsAsId}", "as1", 1), "x")
}

// TestOneDesign checks that all APIs have the same layout of URIs, the same error body and feature negotiation by the same
// member, whatever serves them.
func TestOneDesign(t *testing.T) {
	t.Attr("covers", "T8-4.3.1-02")
	for _, a := range served() {
		h, err := NewHandler(nobody{}, nil, a)
		require.NoError(t, err)
		require.Regexp(t, `^3gpp-`, a.Name)
		require.Regexp(t, `^v\d+$`, a.Version)
		negotiated := false
		for i := range a.routes {
			r := &a.routes[i]
			if a.Name != "3gpp-ecr-control" { // its two operations on no resource name the SCS/AS in the body
				require.Regexp(t, `^/\{scsAsId\}(/|$)`, r.pattern, "%s", a.Name)
			}
			require.Equal(t, 401, ask(t, h, r.method, pathOf(a, r), "bad"), "%s %s", r.method, r.pattern)
			require.Equal(t, 405, ask(t, h, "TRACE", pathOf(a, r), "good"), "%s", r.pattern)
			if strings.HasPrefix(r.pattern, "/{scsAsId}") {
				other := strings.Replace(pathOf(a, r), "/as1", "/another", 1)
				require.Equal(t, 404, ask(t, h, r.method, other, "good"), "what is of another SCS/AS does not exist: %s", other)
			}
			negotiated = negotiated || has(r.body, "supportedFeatures") || has(r.answer, "supportedFeatures")
			for e := r.event; e != nil; e = e.next {
				require.True(t, has(r.body, cmp.Or(e.member, "notificationDestination")), "%s: where %s goes", r.operation, e.name)
			}
		}
		require.Equal(t, 404, ask(t, h, "GET", "/"+a.Name+"/"+a.Version+"/as1/no/such/thing/at/all", "good"))
		require.True(t, negotiated, "%s has no supportedFeatures", a.Name)
	}
}

// has says whether a type has a member, itself or in what it embeds.
func has(x reflect.Type, member string) bool {
	for x != nil && (x.Kind() == reflect.Pointer || x.Kind() == reflect.Slice) {
		x = x.Elem()
	}
	if x == nil || x.Kind() != reflect.Struct {
		return false
	}
	for _, f := range reflect.VisibleFields(x) {
		if name, _, _ := strings.Cut(f.Tag.Get("json"), ","); name == member {
			return true
		}
	}
	return false
}

// served returns the APIs of an SCEF: all but the one that an SCS/AS serves.
func served() []API {
	return slices.DeleteFunc(slices.Clone(apis), func(a API) bool { return a.Name == moSMSAPI(nil).Name })
}

// TestSubsets serves each API alone, and all others, and looks for what is not served.
func TestSubsets(t *testing.T) {
	t.Attr("covers", "T8-4.3.1-03")
	apis := served()
	for i := range apis {
		var others []API
		others = append(append(others, apis[:i]...), apis[i+1:]...)
		alone, err := NewHandler(nobody{}, nil, apis[i])
		require.NoError(t, err)
		rest, err := NewHandler(nobody{}, nil, others...)
		require.NoError(t, err)
		for j := range apis {
			path := pathOf(apis[j], &apis[j].routes[0])
			here, there := alone, rest
			if i != j {
				here, there = rest, alone
			}
			require.Equal(t, 405, ask(t, here, "TRACE", path, "good"), path)
			require.Equal(t, 404, ask(t, there, "TRACE", path, "good"), path)
		}
	}
}
