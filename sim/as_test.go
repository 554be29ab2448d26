package sim_test

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/sim"
	"github.com/scefkit/scefkit/t8"
)

// post sends a notification and returns the status, or 0 when the connection was cut.
func post(t *testing.T, a *sim.AS, n any) (status int, header http.Header) {
	t.Helper()
	body, err := json.Marshal(n)
	require.NoError(t, err)
	w := httptest.NewRecorder()
	defer func() {
		if p := recover(); p != nil {
			require.Equal(t, http.ErrAbortHandler, p)
			status = 0
		}
	}()
	r := httptest.NewRequestWithContext(t.Context(), "POST", "/notify", bytes.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	a.ServeHTTP(w, r)
	return w.Code, w.Header()
}

func uplink(data string) *t8.NIDDUplinkDataNotification {
	return &t8.NIDDUplinkDataNotification{NIDDConfiguration: "http://scef.example/c/1", ExternalID: externalID, Data: []byte(data)}
}

func TestASTakesNotifications(t *testing.T) {
	rec := sim.NewRecorder(nil)
	a, err := sim.NewAS("as1", "http://scef.example", &sim.ASOptions{Recorder: rec})
	require.NoError(t, err)
	status, _ := post(t, a, uplink("one"))
	require.Equal(t, 204, status)
	post(t, a, &t8.NIDDDownlinkDataDeliveryStatusNotification{NIDDDownlinkDataTransfer: "http://scef.example/d/1", DeliveryStatus: t8.DeliverySuccess})
	post(t, a, uplink("two"))
	for _, want := range []string{"one", "two"} {
		n, err := sim.Next[t8.NIDDUplinkDataNotification](t.Context(), a)
		require.NoError(t, err)
		require.Equal(t, want, string(n.Data))
	}
	d, err := sim.Next[t8.NIDDDownlinkDataDeliveryStatusNotification](t.Context(), a)
	require.NoError(t, err)
	require.Equal(t, t8.DeliverySuccess, d.DeliveryStatus)
	require.Len(t, a.Notifications(), 3)
	require.Equal(t, 6, rec.Count(sim.HTTP))

	status, _ = post(t, a, map[string]int{"nothing": 1})
	require.Equal(t, 400, status)
	require.Len(t, a.Notifications(), 3)

	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	_, err = sim.Next[t8.NIDDUplinkDataNotification](ctx, a)
	require.ErrorIs(t, err, context.DeadlineExceeded)
}

func TestASMisbehaves(t *testing.T) {
	for _, c := range []struct {
		name   string
		fault  sim.ASFault
		status int
		taken  int
		took   time.Duration
	}{
		{"not at all", sim.ASFault{}, 204, 1, 0},
		{"slow", sim.ASFault{Delay: 3 * time.Second}, 204, 1, 3 * time.Second},
		{"overloaded", sim.ASFault{Status: 503, RetryAfter: "5"}, 503, 0, 0},
		{"down", sim.ASFault{Abort: true}, 0, 0, 0},
		{"answer lost", sim.ASFault{Abort: true, Late: true}, 0, 1, 0},
		{"wrong answer", sim.ASFault{Status: 500, Late: true}, 500, 1, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				a, err := sim.NewAS("as1", "http://scef.example", nil)
				require.NoError(t, err)
				a.Misbehave(func() sim.ASFault { return c.fault })
				begin := time.Now()
				status, header := post(t, a, uplink("x"))
				require.Equal(t, c.status, status)
				require.Equal(t, c.took, time.Since(begin))
				require.Len(t, a.Notifications(), c.taken)
				if c.fault.RetryAfter != "" {
					require.Equal(t, c.fault.RetryAfter, header.Get("Retry-After"))
				}
				a.Misbehave(nil)
				status, _ = post(t, a, uplink("y"))
				require.Equal(t, 204, status)
			})
		})
	}
}

func TestASCallsTheSCEF(t *testing.T) {
	var token string
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		token = r.Header.Get("Authorization")
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte("[]"))
	}))
	defer srv.Close()
	rec := sim.NewRecorder(nil)
	a, err := sim.NewAS("as1", srv.URL, &sim.ASOptions{Token: "secret", Recorder: rec, Name: "APP", SCEFName: "NEF"})
	require.NoError(t, err)
	all, err := a.NIDD().Configurations(t.Context(), a.ID())
	require.NoError(t, err)
	require.Empty(t, all)
	require.Equal(t, "Bearer secret", token)
	events := rec.Events()
	require.Len(t, events, 2)
	require.Equal(t, "GET /3gpp-nidd/v1/as1/configurations", events[0].Text)
	require.Equal(t, [2]string{"APP", "NEF"}, [2]string{events[0].From, events[0].To})
	require.Equal(t, "200 OK", events[1].Text)

	_, err = sim.NewAS("as1", "not a URI", nil)
	require.Error(t, err)
}
