package t8_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/fault"
	"github.com/scefkit/scefkit/policy"
	"github.com/scefkit/scefkit/t8"
)

// smsTaker is an application server for short messages.
type smsTaker func(ctx context.Context, n *t8.MSISDNLessMOSMSNotification) (*t8.MSISDNLessMOSMSNotificationReply, error)

func (s smsTaker) DeliverMOSMS(ctx context.Context, n *t8.MSISDNLessMOSMSNotification) (*t8.MSISDNLessMOSMSNotificationReply, error) {
	return s(ctx, n)
}

func aShortMessage() *t8.MSISDNLessMOSMSNotification {
	return &t8.MSISDNLessMOSMSNotification{
		SupportedFeatures: "0", SMS: []byte{0x01, 0xff, 0x00}, ExternalID: "ue@example.com", ApplicationPort: 0,
	}
}

const goodSMS = `{"supportedFeatures":"0","sms":"Af8A","externalId":"ue@example.com","applicationPort":0}`

func smsServer(t *testing.T, s smsTaker, opts *t8.CallbackOptions) *httptest.Server {
	srv := httptest.NewServer(t8.NewMOSMSHandler(s, opts))
	t.Cleanup(srv.Close)
	return srv
}

// A short message travels from the SCEF to the SCS/AS, and the reply back.
func TestMOSMS(t *testing.T) {
	covers(t, "T8-4.4.14.2-11")
	for _, reply := range []*t8.MSISDNLessMOSMSNotificationReply{nil, {}, {SupportedFeatures: "5"}} {
		var calls atomic.Int32
		s := smsServer(t, func(_ context.Context, n *t8.MSISDNLessMOSMSNotification) (*t8.MSISDNLessMOSMSNotificationReply, error) {
			calls.Add(1)
			assert.Equal(t, aShortMessage(), n)
			return reply, nil
		}, nil)
		got, err := notifier(t, t8.NotifierOptions{}).DeliverMOSMS(t.Context(), s.URL+"/any/path?x=1", aShortMessage())
		require.NoError(t, err)
		want := t8.Features("0")
		if reply != nil && reply.SupportedFeatures != "" {
			want = reply.SupportedFeatures
		}
		require.Equal(t, &t8.MSISDNLessMOSMSNotificationReply{SupportedFeatures: want}, got)
		require.EqualValues(t, 1, calls.Load())
	}
}

func TestMOSMSHandlerRefuses(t *testing.T) {
	never := smsTaker(func(context.Context, *t8.MSISDNLessMOSMSNotification) (*t8.MSISDNLessMOSMSNotificationReply, error) {
		t.Error("called")
		return nil, nil
	})
	s := smsServer(t, never, &t8.CallbackOptions{MaxBody: 200})
	for name, c := range map[string]struct {
		method, body, media string
		status              int
		params              []string
	}{
		"GET":     {"GET", "", "", 405, nil},
		"nothing": {"POST", "", "application/json", 400, nil},
		"broken":  {"POST", "{", "application/json", 400, nil},
		"missing": {"POST", "{}", "application/json", 400, []string{"/supportedFeatures", "/sms", "/externalId", "/applicationPort"}},
		"form": {
			"POST", `{"supportedFeatures":"x","sms":"?","externalId":"ue","applicationPort":65536}`, "application/json", 400,
			[]string{"/supportedFeatures", "/sms", "/externalId", "/applicationPort"},
		},
		"media":    {"POST", goodSMS, "text/plain", 415, nil},
		"too long": {"POST", goodSMS + string(make([]byte, 200)), "application/json", 413, nil},
	} {
		res, body := ask(t, s, c.method, "/", c.body, "Content-Type", c.media)
		require.Equal(t, c.status, res.StatusCode, name)
		require.ElementsMatch(t, c.params, params(problem(t, res, body)), name)
		if c.status == 405 {
			require.Equal(t, "OPTIONS, POST", res.Header.Get("Allow"))
		}
	}
	res, _ := ask(t, s, "OPTIONS", "/", "")
	require.Equal(t, 204, res.StatusCode)
	require.Equal(t, "OPTIONS, POST", res.Header.Get("Allow"))
	res, _ = ask(t, s, "POST", "/", goodSMS, "Accept", "text/html")
	require.Equal(t, 406, res.StatusCode)
}

func TestMOSMSHandlerErrors(t *testing.T) {
	var traced atomic.Int32
	trace := &t8.Trace{Answer: func(_ context.Context, x *t8.Exchange) {
		if x.API == "3gpp-msisdn-less-mo-sms" && x.Operation == "DeliverMSISDNlessMOSMSNotification" {
			traced.Store(int32(x.Status))
		}
	}}
	n := notifier(t, t8.NotifierOptions{})
	for status, fails := range map[int]func() error{
		404: func() error { return fault.New("test", fault.NotFound, "no such UE") },
		500: func() error { return errors.New("secret") },
		503: func() error { return context.DeadlineExceeded },
		0:   func() error { panic("ouch") },
	} {
		s := smsServer(t, func(context.Context, *t8.MSISDNLessMOSMSNotification) (*t8.MSISDNLessMOSMSNotificationReply, error) {
			return nil, fails()
		}, &t8.CallbackOptions{Trace: trace})
		reply, err := n.DeliverMOSMS(t.Context(), s.URL, aShortMessage())
		require.Nil(t, reply)
		want := status
		if want == 0 {
			want = 500
		}
		require.ErrorIs(t, err, fault.FromStatus(want, ""))
		require.True(t, fault.As(err).Remote)
		require.Equal(t, "t8.DeliverMSISDNlessMOSMSNotification", fault.As(err).Op)
		require.NotContains(t, err.Error(), "secret")
		s.Close()
		require.EqualValues(t, want, traced.Load())
	}
}

// The SCEF takes what application servers that are not ours answer, follows them and keeps to its guards.
func TestDeliverMOSMS(t *testing.T) {
	s := newSCEF(t) // here an SCS/AS
	n := notifier(t, t8.NotifierOptions{})
	s.answers(200, `{"supportedFeatures":"0","more":[1]}`)
	reply, err := n.DeliverMOSMS(t.Context(), s.URL+"/sms", aShortMessage())
	require.NoError(t, err)
	require.Equal(t, t8.Features("0"), reply.SupportedFeatures)
	require.Equal(t, seen{"POST", "/sms", "application/json", map[string]any{
		"supportedFeatures": "0", "sms": "Af8A", "externalId": "ue@example.com", "applicationPort": 0.0,
	}}, s.last())

	for _, status := range []int{200, 204} {
		s.answers(status, "")
		reply, err = n.DeliverMOSMS(t.Context(), s.URL, aShortMessage())
		require.NoError(t, err)
		require.Equal(t, &t8.MSISDNLessMOSMSNotificationReply{}, reply)
	}
	for _, body := range []string{`[]`, `{`, `{"supportedFeatures":7}`, `ok`} {
		s.answers(200, body)
		_, err = n.DeliverMOSMS(t.Context(), s.URL, aShortMessage())
		require.ErrorIs(t, err, fault.Internal, body)
		require.True(t, fault.As(err).Remote)
	}

	s.mu.Lock()
	s.next = func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/old" {
			http.Redirect(w, r, "/new", http.StatusPermanentRedirect)
			return
		}
		_, _ = w.Write([]byte(`{"supportedFeatures":"2"}`))
	}
	s.mu.Unlock()
	reply, err = n.DeliverMOSMS(t.Context(), s.URL+"/old", aShortMessage())
	require.NoError(t, err)
	require.Equal(t, t8.Features("2"), reply.SupportedFeatures)

	before := s.count()
	_, err = notifier(t, t8.NotifierOptions{Destinations: policy.PublicDestinations{}}).DeliverMOSMS(t.Context(), s.URL, aShortMessage())
	require.ErrorIs(t, err, fault.NotAuthorized)
	_, err = n.DeliverMOSMS(t.Context(), "nowhere", aShortMessage())
	require.ErrorIs(t, err, fault.InvalidParameter)
	require.Equal(t, before, s.count())
}
