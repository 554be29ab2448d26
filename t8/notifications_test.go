package t8_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/fault"
	"github.com/scefkit/scefkit/t8"
)

// note returns a receiver that keeps what it gets.
func note[T any](got *[]any) func(context.Context, *T) error {
	return func(_ context.Context, n *T) error { *got = append(*got, n); return nil }
}

func allNotifications(got *[]any) *t8.NotificationHandler {
	return &t8.NotificationHandler{
		Monitoring: note[t8.MonitoringNotification](got), ConsentRevocation: note[t8.ConsentRevocNotif](got), BDT: note[t8.BDTWarningNotification](got),
		ChargeableParty: note[t8.NotificationData](got), DeviceTriggering: note[t8.DeviceTriggerDeliveryReportNotification](got),
		GroupMessageMB2: note[t8.GMDMB2Notification](got), GroupMessageXMB: note[t8.GMDXMBNotification](got),
		NetworkStatus: note[t8.NetworkStatusNotification](got), PFD: note[[]t8.PFDReport](got),
		NetworkParameters: note[t8.NetworkParametersNotification](got), ASSessionWithQoS: note[t8.UserPlaneNotificationData](got),
		Options: t8.CallbackOptions{Test: note[t8.TestNotification](got)},
	}
}

// kindsOfNotification holds a body for each API, by the segment of the path.
var kindsOfNotification = map[string]struct {
	body, broken, param string
	want                any
}{
	"3gpp-monitoring-event": {`{"subscription":"https://scef/s","configResults":[{"msisdns":["12345"],"resultReason":"ROAMING_NOT_ALLOWED"}]}`, `{"subscription":5,"x":1}`, "/subscription", &t8.MonitoringNotification{}},
	"consent-revocation":    {`{"subscriptionId":"s","consentsRevoked":[{"ucPurpose":"ANALYTICS","msisdn":"12345"}]}`, `{"subscriptionId":"s"}`, "/consentsRevoked", &t8.ConsentRevocNotif{}},
	"3gpp-bdt":              {`{"bdtRefId":"r"}`, `{}`, "/bdtRefId", &t8.BDTWarningNotification{}},
	"3gpp-chargeable-party": {`{"transaction":"https://scef/t","eventReports":[{"event":"SESSION_TERMINATION"}]}`, `{"eventReports":[]}`, "/eventReports", &t8.NotificationData{}},
	"3gpp-device-triggering": {
		`{"transaction":"https://scef/t","result":"SUCCESS"}`, `{"result":"SUCCESS"}`, "/transaction", &t8.DeviceTriggerDeliveryReportNotification{}},
	"3gpp-group-message-delivery-mb2":      {`{"transaction":"https://scef/t","deliveryTriggerStatus":true}`, `{"transaction":"https://scef/t"}`, "/deliveryTriggerStatus", &t8.GMDMB2Notification{}},
	"3gpp-group-message-delivery-xmb":      {`{"transaction":"https://scef/t","deliveryTriggerStatus":true}`, `{"deliveryTriggerStatus":1}`, "/transaction", &t8.GMDXMBNotification{}},
	"3gpp-net-stat-report":                 {`{"subscription":"https://scef/s","nsiValue":3}`, `{"subscription":"https://scef/s","nsiValue":32}`, "/nsiValue", &t8.NetworkStatusNotification{}},
	"3gpp-pfd-management":                  {`[{"externalAppIds":["a"],"failureCode":"OTHER_REASON"}]`, `[{"failureCode":"OTHER_REASON"}]`, "/0/externalAppIds", &[]t8.PFDReport{}},
	"3gpp-network-parameter-configuration": {`{"configuration":"https://scef/c"}`, `{"x":1}`, "/configuration", &t8.NetworkParametersNotification{}},
	"3gpp-as-session-with-qos":             {`{"transaction":"https://scef/t","eventReports":[{"event":"SESSION_TERMINATION"}]}`, `{"transaction":"https://scef/t"}`, "/eventReports", &t8.UserPlaneNotificationData{}},
}

func TestNotificationHandler(t *testing.T) {
	var got []any
	h := allNotifications(&got)
	nidd := &as{}
	h.NIDD = nidd
	s := httptest.NewServer(h)
	defer s.Close()
	for segment, c := range kindsOfNotification {
		t.Run(segment, func(t *testing.T) {
			got = nil
			res, body := ask(t, s, "POST", "/notify/"+segment+"/17", c.body)
			require.Equal(t, 204, res.StatusCode, "%s", body)
			require.Len(t, got, 1)
			require.IsType(t, c.want, got[0])
			require.NotEqual(t, c.want, got[0], "something was read")

			res, body = ask(t, s, "POST", "/notify/"+segment, c.broken)
			require.Equal(t, 400, res.StatusCode)
			require.Contains(t, params(problem(t, res, body)), c.param)
			require.Len(t, got, 1)

			res, body = ask(t, s, "POST", "/notify/"+segment, `{"subscription":"https://scef/s"}`)
			require.Equal(t, 204, res.StatusCode, "%s", body)
			require.Equal(t, &t8.TestNotification{Subscription: "https://scef/s"}, got[1])
		})
	}
	for _, c := range notifications {
		nidd.got = nil
		res, _ := ask(t, s, "POST", "/3gpp-nidd", c.body)
		require.Equal(t, 204, res.StatusCode)
		require.Equal(t, []any{c.want}, nidd.got)
	}
	for _, path := range []string{"/", "/notify", "/3gpp-unknown"} {
		res, body := ask(t, s, "POST", path, `{"subscription":"https://scef/s","nsiValue":3}`)
		require.Equal(t, 404, res.StatusCode)
		problem(t, res, body)
	}
	none := httptest.NewServer(&t8.NotificationHandler{})
	defer none.Close()
	for segment, c := range kindsOfNotification {
		res, _ := ask(t, none, "POST", "/"+segment, c.body)
		require.Equal(t, 404, res.StatusCode)
	}
	res, _ := ask(t, none, "POST", "/3gpp-nidd", notifications[0].body)
	require.Equal(t, 404, res.StatusCode)
}

// A receiver can say no, and look at the request.
func TestReceive(t *testing.T) {
	var path string
	s := httptest.NewServer(t8.Receive(func(ctx context.Context, n *t8.BDTWarningNotification) error {
		path = t8.NotificationRequest(ctx).URL.Path
		if n.ReferenceID == "unknown" {
			return fault.New("as", fault.NotFound, "no such policy")
		}
		return nil
	}, &t8.CallbackOptions{Acknowledgement: "ok"}))
	defer s.Close()
	res, body := ask(t, s, "POST", "/n/7", `{"bdtRefId":"r"}`)
	require.Equal(t, 200, res.StatusCode)
	require.JSONEq(t, `{"details":"ok"}`, string(body))
	require.Equal(t, "/n/7", path)
	res, body = ask(t, s, "POST", "/n/7", `{"bdtRefId":"unknown"}`)
	require.Equal(t, 404, res.StatusCode)
	require.Equal(t, "no such policy", problem(t, res, body).Detail)
	res, _ = ask(t, s, "POST", "/n/7", `{"subscription":"https://scef/s"}`)
	require.Equal(t, 200, res.StatusCode, "a test is acknowledged without a receiver for it")
	require.Nil(t, t8.NotificationRequest(t.Context()))
}

func ExampleNotificationHandler() {
	h := &t8.NotificationHandler{
		Monitoring: func(_ context.Context, n *t8.MonitoringNotification) error {
			if n.Subscription != "https://scef.example.com/3gpp-monitoring-event/v1/as1/subscriptions/7" {
				return fault.New("", fault.NotFound, "no such subscription")
			}
			return nil // acknowledges
		},
		NIDD: t8.NIDDNotificationsBase{}, // embed it in a type of your own
	}
	mux := http.NewServeMux()
	mux.Handle("/notify/", h)
	// notificationDestination: https://as.example.com/notify/3gpp-monitoring-event
	_ = t8.NewServer(":8443", mux, nil)
	// Output:
}
