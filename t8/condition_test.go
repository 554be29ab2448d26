package t8_test

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/fault"
	"github.com/scefkit/scefkit/t8"
)

// shelf is a procedure with one configuration, one delivery and room for ports. careful makes it ask for the condition
// of a request under its lock.
type shelf struct {
	*fake
	mu       sync.Mutex
	provider string
	gone     bool
	careful  bool
	arrived  func() // called when a change comes in, before the lock
}

func (s *shelf) resource() *t8.NIDDConfiguration {
	return &t8.NIDDConfiguration{Self: "https://scef.example.com" + config1, MSISDN: "12345", NotificationDestination: "https://as/n", MTCProviderID: s.provider}
}

func newShelf() *shelf {
	s := &shelf{fake: &fake{}}
	s.answer = func(ctx context.Context, op string, body any) (any, error) {
		if op != "Configuration" && s.arrived != nil {
			s.arrived()
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.gone && strings.HasSuffix(op, "Configuration") && op != "CreateConfiguration" {
			return nil, fault.New(op, fault.NotFound, "")
		}
		change := func() error {
			if !s.careful {
				return nil
			}
			if s.gone {
				return t8.Precondition(ctx).Check(nil)
			}
			return t8.Precondition(ctx).Check(s.resource())
		}
		switch op {
		case "Configuration", "CreateConfiguration":
			return s.resource(), nil
		case "Configurations":
			return []t8.NIDDConfiguration{*s.resource()}, nil
		case "ModifyConfiguration":
			if err := change(); err != nil {
				return nil, err
			}
			s.provider += "x"
			return s.resource(), nil
		case "DeleteConfiguration":
			if err := change(); err != nil {
				return nil, err
			}
			s.gone = true
			return nil, nil
		case "CreateDelivery":
			return &t8.NIDDDownlinkDataTransfer{MSISDN: "12345", Data: []byte("x")}, nil
		case "Port":
			return nil, fault.New(op, fault.NotFound, "")
		case "ReservePort":
			return &t8.ManagePort{Self: "https://scef/p", AppID: "meter"}, nil
		}
		return nil, fault.New(op, fault.NotFound, "")
	}
	return s
}

const (
	merge     = "application/merge-patch+json"
	mediaType = "Content-Type"
)

func TestETagAndRetrieval(t *testing.T) {
	s := serve(t, newShelf(), nil)
	res, body := ask(t, s, "GET", config1, "")
	tag := res.Header.Get("ETag")
	require.Regexp(t, `^"[-_A-Za-z0-9]{16}"$`, tag)
	res, _ = ask(t, s, "HEAD", config1, "")
	require.Equal(t, tag, res.Header.Get("ETag"))
	require.Equal(t, int64(len(body)), res.ContentLength)
	res, _ = ask(t, s, "POST", configs, goodConfig)
	require.Equal(t, 201, res.StatusCode)
	require.Equal(t, tag, res.Header.Get("ETag"), "the same resource")

	for header, status := range map[string]int{
		tag: 304, "W/" + tag: 304, "*": 304, `"a", ` + tag: 304, `"a,b" ,W/"c",` + tag: 304, `"other"`: 200, "": 200, `W/"x"`: 200,
		strings.Trim(tag, `"`): 200, `"unfinished`: 200,
	} {
		for _, method := range []string{"GET", "HEAD"} {
			res, b := ask(t, s, method, config1, "", "If-None-Match", header)
			require.Equal(t, status, res.StatusCode, header)
			require.Equal(t, tag, res.Header.Get("ETag"), "a 304 has it, too")
			require.Equal(t, status == 200 && method == "GET", len(b) > 0)
		}
	}
	for header, status := range map[string]int{tag: 200, "*": 200, "W/" + tag: 412, `"other"`: 412} {
		res, _ = ask(t, s, "GET", config1, "", "If-Match", header)
		require.Equal(t, status, res.StatusCode, header)
	}

	for _, c := range [][3]string{{"GET", configs, ""}, {"POST", deliveries, goodDelivery}, {"DELETE", config1, ""}} {
		res, _ = ask(t, s, c[0], c[1], c[2])
		require.Equal(t, 2, res.StatusCode/100)
		require.Empty(t, res.Header.Get("ETag"), "%s shows no resource", c[0])
	}
	res, _ = ask(t, s, "GET", config1, "")
	require.Equal(t, 404, res.StatusCode)
	require.Empty(t, res.Header.Get("ETag"))
}

func TestConditionsOfChanges(t *testing.T) {
	for _, careful := range []bool{false, true} {
		p := newShelf()
		p.careful = careful
		s := serve(t, p, nil)
		get := func() string {
			res, _ := ask(t, s, "GET", config1, "")
			return res.Header.Get("ETag")
		}
		patch := func(header ...string) (*http.Response, []byte) {
			return ask(t, s, "PATCH", config1, `{}`, append(header, mediaType, merge)...)
		}
		old := get()
		res, body := patch("If-Match", `"other", W/`+old)
		require.Equal(t, 412, res.StatusCode)
		problem(t, res, body)
		require.Equal(t, old, get(), "nothing was changed")
		res, _ = patch("If-Match", old)
		require.Equal(t, 200, res.StatusCode)
		require.NotEqual(t, old, get())
		require.Equal(t, get(), res.Header.Get("ETag"), "for the next change")
		res, _ = patch("If-Match", old)
		require.Equal(t, 412, res.StatusCode)
		res, _ = patch("If-Match", "*")
		require.Equal(t, 200, res.StatusCode)
		res, _ = patch("If-None-Match", get())
		require.Equal(t, 412, res.StatusCode)
		res, _ = patch("If-None-Match", "*")
		require.Equal(t, 412, res.StatusCode)
		res, _ = ask(t, s, "PATCH", config1, `{"duration":7}`, mediaType, merge, "If-Match", old)
		require.Equal(t, 400, res.StatusCode, "what is wrong anyhow comes first (RFC 9110 §13.2.1)")

		// A port may be reserved only where there is none.
		res, _ = ask(t, s, "PUT", port1, goodPort, "If-None-Match", "*")
		require.Equal(t, 201, res.StatusCode)
		res, _ = ask(t, s, "PUT", port1, goodPort, "If-Match", "*")
		require.Equal(t, 412, res.StatusCode)

		res, _ = ask(t, s, "DELETE", config1, "", "If-Match", old)
		require.Equal(t, 412, res.StatusCode)
		res, _ = ask(t, s, "DELETE", config1, "", "If-Match", get())
		require.Equal(t, 204, res.StatusCode)
		res, _ = ask(t, s, "DELETE", config1, "", "If-Match", old)
		require.Equal(t, 404, res.StatusCode)
		res, _ = ask(t, s, "POST", configs, goodConfig, "If-Match", old)
		require.Equal(t, 201, res.StatusCode, "a creation has no condition")
	}
}

// Two changes on the same condition arrive at once: both pass the look of the Handler, one passes that of the procedure.
func TestConditionDoesNotRace(t *testing.T) {
	p := newShelf()
	p.careful = true
	s := serve(t, p, nil)
	res, _ := ask(t, s, "GET", config1, "")
	var both sync.WaitGroup
	both.Add(2)
	p.arrived = func() { both.Done(); both.Wait() }
	statuses := make(chan int, 2)
	for range 2 {
		go func() {
			r, err := http.NewRequestWithContext(t.Context(), "PATCH", s.URL+config1, strings.NewReader(`{}`))
			if err != nil {
				statuses <- 0
				return
			}
			r.Header = http.Header{"Authorization": {"Bearer " + tokenA}, mediaType: {merge}, "If-Match": {res.Header.Get("ETag")}}
			answer, err := http.DefaultTransport.RoundTrip(r)
			if err != nil {
				statuses <- 0
				return
			}
			_ = answer.Body.Close()
			statuses <- answer.StatusCode
		}()
	}
	require.Equal(t, 612, <-statuses+<-statuses, "a 200 and a 412")
	require.Equal(t, "x", p.provider)
}

func TestClientConditions(t *testing.T) {
	p := newShelf()
	nidd := client(t, serve(t, p, nil).URL)
	var tag string
	_, err := nidd.Configuration(t8.KeepETag(t.Context(), &tag), asA, "c1")
	require.NoError(t, err)
	require.NotEmpty(t, tag)
	old := tag
	ctx := t8.KeepETag(t8.IfMatch(t.Context(), tag), &tag)
	_, err = nidd.ModifyConfiguration(ctx, asA, "c1", &t8.NIDDConfigurationPatch{})
	require.NoError(t, err)
	require.NotEqual(t, old, tag)
	_, err = nidd.ModifyConfiguration(ctx, asA, "c1", &t8.NIDDConfigurationPatch{})
	require.ErrorIs(t, err, fault.PreconditionFailed)
	require.ErrorIs(t, nidd.DeleteConfiguration(ctx, asA, "c1"), fault.PreconditionFailed)
	require.NoError(t, nidd.DeleteConfiguration(t8.IfMatch(t.Context(), tag), asA, "c1"))
	_, err = nidd.Configurations(ctx, asA) // not a change
	require.NoError(t, err)
	require.Empty(t, tag)
}

func TestConditionInProcess(t *testing.T) {
	v := &t8.RDSPort{PortUE: 1, PortSCEF: 2}
	require.True(t, t8.Precondition(t.Context()).IsZero())
	require.NoError(t, t8.Precondition(t.Context()).Check(v))
	require.NoError(t, t8.Precondition(t8.IfMatch(t.Context(), "*")).Check(v))
	require.ErrorIs(t, t8.Precondition(t8.IfMatch(t.Context(), "*")).Check(nil), fault.PreconditionFailed)
	require.ErrorIs(t, t8.Precondition(t8.IfMatch(t.Context(), `"x"`)).Check(v), fault.PreconditionFailed)
}
