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

// as notes the notifications that an application server gets.
type as struct {
	t8.NIDDNotificationsBase
	got []any
	err error
}

func (a *as) note(n any) error { a.got = append(a.got, n); return a.err }

func (a *as) UplinkData(_ context.Context, n *t8.NIDDUplinkDataNotification) error { return a.note(n) }
func (a *as) DeliveryStatus(_ context.Context, n *t8.NIDDDownlinkDataDeliveryStatusNotification) error {
	return a.note(n)
}

func (a *as) ConfigurationStatus(_ context.Context, n *t8.NIDDConfigurationStatusNotification) error {
	return a.note(n)
}

func (a *as) GroupDelivery(_ context.Context, n *t8.GMDNIDDDownlinkDataDeliveryNotification) error {
	return a.note(n)
}
func (a *as) ManagePort(_ context.Context, n *t8.ManagePortNotification) error { return a.note(n) }
func (a *as) Test(_ context.Context, n *t8.TestNotification) error             { return a.note(n) }

var notifications = []struct {
	name, body string
	want       any
}{
	{"uplink data", `{"niddConfiguration":"https://scef/c","externalId":"ue@example.com","data":"aGk=","rdsPort":{"portUE":1,"portSCEF":2}}`,
		&t8.NIDDUplinkDataNotification{NIDDConfiguration: "https://scef/c", ExternalID: "ue@example.com", Data: []byte("hi"), RDSPort: &t8.RDSPort{PortUE: 1, PortSCEF: 2}}},
	{"delivery status", `{"niddDownlinkDataTransfer":"https://scef/d","deliveryStatus":"FAILURE_TIMEOUT"}`,
		&t8.NIDDDownlinkDataDeliveryStatusNotification{NIDDDownlinkDataTransfer: "https://scef/d", DeliveryStatus: t8.DeliveryFailureTimeout}},
	{"authorisation update", `{"niddConfiguration":"https://scef/c","msisdn":"12345","status":"TERMINATED_UE_NOT_AUTHORIZED"}`,
		&t8.NIDDConfigurationStatusNotification{NIDDConfiguration: "https://scef/c", MSISDN: "12345", Status: t8.NIDDTerminatedUENotAuthorized}},
	{"RDS change", `{"niddConfiguration":"https://scef/c","msisdn":"12345","status":"ACTIVE","rdsCapIndication":false}`,
		&t8.NIDDConfigurationStatusNotification{NIDDConfiguration: "https://scef/c", MSISDN: "12345", Status: t8.NIDDActive, RDSCapIndication: new(false)}},
	{"unknown port", `{"niddConfiguration":"https://scef/c","msisdn":"12345","status":"RDS_PORT_UNKNOWN","rdsPort":{"portUE":9,"portSCEF":0}}`,
		&t8.NIDDConfigurationStatusNotification{NIDDConfiguration: "https://scef/c", MSISDN: "12345", Status: t8.NIDDRDSPortUnknown, RDSPort: &t8.RDSPort{PortUE: 9}}},
	{"group delivery", `{"niddDownlinkDataTransfer":"https://scef/d","gmdResults":[{"msisdn":"12345","deliveryStatus":"SUCCESS"}]}`,
		&t8.GMDNIDDDownlinkDataDeliveryNotification{NIDDDownlinkDataTransfer: "https://scef/d", GMDResults: []t8.GMDResult{{MSISDN: "12345", DeliveryStatus: t8.DeliverySuccess}}}},
	{"ports", `{"niddConfiguration":"https://scef/c","msisdn":"12345","managedPorts":[{"appId":"meter","self":"https://scef/p","manageEntity":"UE"}]}`,
		&t8.ManagePortNotification{NIDDConfiguration: "https://scef/c", MSISDN: "12345", ManagedPorts: []t8.ManagePort{{AppID: "meter", Self: "https://scef/p", ManageEntity: t8.ManagedByUE}}}},
	{"no ports", `{"niddConfiguration":"https://scef/c","msisdn":"12345"}`,
		&t8.ManagePortNotification{NIDDConfiguration: "https://scef/c", MSISDN: "12345"}},
	{"test", `{"subscription":"https://scef/c"}`, &t8.TestNotification{Subscription: "https://scef/c"}},
}

// T8 wants a 200 unless 204 is chosen; both can be.
func TestCallbackAcknowledges(t *testing.T) {
	covers(t, "T8-4.4.5.3.1-93", "T8-4.4.5.3.1-94", "T8-4.4.5.4-12", "T8-4.4.5.4-13", "T8-4.4.5.5-07", "T8-4.4.5.5-08",
		"T8-4.4.5.3.2-28", "T8-4.4.5.3.2-29", "T8-4.4.5.5-16", "T8-4.4.5.5-17", "T8-4.4.5.5-21", "T8-4.4.5.5-22", "T8-4.4.5.6.2-05", "T8-4.4.5.6.2-06")
	for _, c := range notifications {
		for status, ack := range map[int]string{204: "", 200: "taken"} {
			t.Run(c.name, func(t *testing.T) {
				a := &as{}
				s := httptest.NewServer(t8.NewCallback(a, &t8.CallbackOptions{Acknowledgement: ack}))
				defer s.Close()
				res, body := ask(t, s, "POST", "/any/where", c.body)
				require.Equal(t, status, res.StatusCode, "%s", body)
				require.Equal(t, []any{c.want}, a.got)
				if ack != "" {
					require.JSONEq(t, `{"details":"taken"}`, string(body))
				} else {
					require.Empty(t, body)
				}
			})
		}
	}
}

func TestCallbackRefusesUnknownConfiguration(t *testing.T) {
	covers(t, "T8-4.4.5.4-14")
	a := &as{err: fault.New("as", fault.NotFound, "no such configuration")}
	s := httptest.NewServer(t8.NewCallback(a, nil))
	defer s.Close()
	res, body := ask(t, s, "POST", "/", notifications[0].body)
	require.Equal(t, 404, res.StatusCode)
	require.Equal(t, "no such configuration", problem(t, res, body).Detail)
}

func TestCallbackFaults(t *testing.T) {
	for _, c := range []struct {
		name, method, body, media string
		status                    int
		params                    []string
	}{
		{"method", "PUT", `{}`, "application/json", 405, nil},
		{"media type", "POST", `{}`, "text/plain", 415, nil},
		{"broken", "POST", `{`, "application/json", 400, nil},
		{"no kind", "POST", `{"a":1}`, "application/json", 400, nil},
		{"too long", "POST", `{"data":"` + string(make([]byte, 300)) + `"}`, "application/json", 413, nil},
		{"faults", "POST", `{"data":1,"externalId":"x"}`, "application/json", 400, []string{"/data", "/niddConfiguration", "/externalId"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := &as{}
			s := httptest.NewServer(t8.NewCallback(a, &t8.CallbackOptions{MaxBody: 200}))
			defer s.Close()
			res, body := ask(t, s, c.method, "/", c.body, "Content-Type", c.media)
			require.Equal(t, c.status, res.StatusCode, "%s", body)
			require.Equal(t, c.params, params(problem(t, res, body)))
			require.Empty(t, a.got)
		})
	}
}

func TestCallbackBaseRefusesDataOnly(t *testing.T) {
	s := httptest.NewServer(t8.NewCallback(t8.NIDDNotificationsBase{}, nil))
	defer s.Close()
	for _, c := range notifications {
		res, _ := ask(t, s, "POST", "/", c.body)
		want := http.StatusNoContent
		if c.name == "uplink data" {
			want = http.StatusNotFound
		}
		require.Equal(t, want, res.StatusCode, c.name)
	}
}

func TestCallbackSurvivesPanic(t *testing.T) {
	s := httptest.NewServer(t8.NewCallback(nil, nil)) // a nil receiver panics
	defer s.Close()
	res, body := ask(t, s, "POST", "/", notifications[0].body)
	require.Equal(t, 500, res.StatusCode)
	problem(t, res, body)
}
