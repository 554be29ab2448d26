package t8_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/fault"
	"github.com/scefkit/scefkit/id"
	"github.com/scefkit/scefkit/t8"
)

// fakeTriggers is a procedure for device triggers.
type fakeTriggers struct{ *fake }

var _ t8.DeviceTriggering = fakeTriggers{}

func (f fakeTriggers) Triggers(ctx context.Context, s id.SCSASID) ([]t8.DeviceTrigger, error) {
	return do[[]t8.DeviceTrigger](ctx, f.fake, "Triggers", nil, s)
}

func (f fakeTriggers) CreateTrigger(ctx context.Context, s id.SCSASID, b *t8.DeviceTrigger) (*t8.DeviceTrigger, error) {
	return do[*t8.DeviceTrigger](ctx, f.fake, "CreateTrigger", b, s)
}

func (f fakeTriggers) Trigger(ctx context.Context, s id.SCSASID, c string) (*t8.DeviceTrigger, error) {
	return do[*t8.DeviceTrigger](ctx, f.fake, "Trigger", nil, s, c)
}

func (f fakeTriggers) ReplaceTrigger(ctx context.Context, s id.SCSASID, c string, b *t8.DeviceTrigger) (*t8.DeviceTrigger, error) {
	return do[*t8.DeviceTrigger](ctx, f.fake, "ReplaceTrigger", b, s, c)
}

func (f fakeTriggers) ModifyTrigger(ctx context.Context, s id.SCSASID, c string, b *t8.DeviceTriggerPatch) (*t8.DeviceTrigger, error) {
	return do[*t8.DeviceTrigger](ctx, f.fake, "ModifyTrigger", b, s, c)
}

func (f fakeTriggers) RecallTrigger(ctx context.Context, s id.SCSASID, c string) (*t8.DeviceTrigger, error) {
	return do[*t8.DeviceTrigger](ctx, f.fake, "RecallTrigger", nil, s, c)
}

func triggersOf(f *fake) t8.API { return t8.DeviceTriggeringAPI(fakeTriggers{f}) }

func aTrigger() *t8.DeviceTrigger {
	return &t8.DeviceTrigger{
		ExternalID: "ue@example.com", ValidityPeriod: t8.DurationSec(time.Hour), Priority: t8.TriggerWithPriority,
		ApplicationPortID: 4711, AppSrcPortID: new(0), TriggerPayload: []byte("wake up"),
		NotificationDestination: "https://as.example.com/n", SupportedFeatures: t8.FeatureSet(t8.DeviceTriggeringFeaturePatchUpdate),
	}
}

func TestDeviceTriggering(t *testing.T) {
	covers(t, "T8-4.4.6-01", "T8-4.4.6-02", "T8-4.4.6-03", "T8-4.4.6-04", "T8-4.4.6-05", "T8-4.4.6-06", "T8-4.4.6-24", "T8-4.4.6-25",
		"T8-4.4.6-28", "T8-4.4.6-29", "T8-4.4.6-32", "T8-4.4.6-33", "T8-4.4.6-46", "T8-4.4.6-47", "T8-4.4.6-48", "T8-4.4.6-49", "T8-4.4.6-53")
	kept := aTrigger()
	kept.Self, kept.DeliveryResult = "https://scef.example.com/t/1", t8.TriggerResultTriggered
	recalled := *kept
	recalled.DeliveryResult = t8.TriggerResultTerminate
	change := &t8.DeviceTriggerPatch{ValidityPeriod: t8.Set(t8.DurationSec(0)), AppSrcPortID: t8.Set(7)}
	const at = "/3gpp-device-triggering/v1/as-a/transactions"
	travel(t, triggersOf, []trip{
		{
			name: "all", line: "GET " + at + " OK application/json",
			called: "Triggers as-a", answer: []t8.DeviceTrigger{*kept},
			call: func(ctx context.Context, c *t8.Client) (any, error) { return c.DeviceTriggering().Triggers(ctx, asA) },
		},
		{
			name: "none", line: "GET " + at + " OK application/json",
			called: "Triggers as-a", want: []t8.DeviceTrigger{},
			call: func(ctx context.Context, c *t8.Client) (any, error) { return c.DeviceTriggering().Triggers(ctx, asA) },
		},
		{
			name: "create", line: "POST " + at + " application/json Created application/json",
			called: "CreateTrigger as-a", given: aTrigger(), answer: kept, location: kept.Self,
			call: func(ctx context.Context, c *t8.Client) (any, error) {
				return c.DeviceTriggering().CreateTrigger(ctx, asA, aTrigger())
			},
		},
		{
			name: "one", line: "GET " + at + "/a%2Fb OK application/json",
			called: "Trigger as-a a/b", answer: kept,
			call: func(ctx context.Context, c *t8.Client) (any, error) {
				return c.DeviceTriggering().Trigger(ctx, asA, "a/b")
			},
		},
		{
			name: "replace", line: "PUT " + at + "/1 application/json OK application/json",
			called: "ReplaceTrigger as-a 1", given: aTrigger(), answer: kept,
			call: func(ctx context.Context, c *t8.Client) (any, error) {
				return c.DeviceTriggering().ReplaceTrigger(ctx, asA, "1", aTrigger())
			},
		},
		{
			name: "replace silently", line: "PUT " + at + "/1 application/json No Content",
			called: "ReplaceTrigger as-a 1", given: aTrigger(),
			call: func(ctx context.Context, c *t8.Client) (any, error) {
				return c.DeviceTriggering().ReplaceTrigger(ctx, asA, "1", aTrigger())
			},
		},
		{
			name: "modify", line: "PATCH " + at + "/1 application/json OK application/json",
			called: "ModifyTrigger as-a 1", given: change, answer: kept,
			call: func(ctx context.Context, c *t8.Client) (any, error) {
				return c.DeviceTriggering().ModifyTrigger(ctx, asA, "1", change)
			},
		},
		{
			name: "modify silently", line: "PATCH " + at + "/1 application/json No Content",
			called: "ModifyTrigger as-a 1", given: change,
			call: func(ctx context.Context, c *t8.Client) (any, error) {
				return c.DeviceTriggering().ModifyTrigger(ctx, asA, "1", change)
			},
		},
		{
			name: "recall", line: "DELETE " + at + "/1 OK application/json",
			called: "RecallTrigger as-a 1", answer: &recalled,
			call: func(ctx context.Context, c *t8.Client) (any, error) {
				return c.DeviceTriggering().RecallTrigger(ctx, asA, "1")
			},
		},
		{
			name: "recall silently", line: "DELETE " + at + "/1 No Content",
			called: "RecallTrigger as-a 1",
			call: func(ctx context.Context, c *t8.Client) (any, error) {
				return c.DeviceTriggering().RecallTrigger(ctx, asA, "1")
			},
		},
	})
}

func TestDeviceTriggeringRefusals(t *testing.T) {
	covers(t, "T8-4.4.6-07")
	const at = "/3gpp-device-triggering/v1/as-a/transactions"
	const good = `"validityPeriod":60,"priority":"NO_PRIORITY","applicationPortId":0,"triggerPayload":"","notificationDestination":"https://as.example.com/n"`
	refuses(t, triggersOf, []refusal{
		{name: "nothing", method: "POST", path: at, body: `{}`, params: []string{
			"/validityPeriod", "/priority", "/applicationPortId", "/triggerPayload", "/notificationDestination", "/externalId", "/msisdn",
		}},
		{name: "two UEs", method: "POST", path: at, body: `{"externalId":"ue@example.com","msisdn":"491700000000",` + good + `}`, params: []string{"/externalId", "/msisdn"}},
		{name: "ranges", method: "PUT", path: at + "/1", body: `{"externalId":"ue","appSrcPortId":65536,` + good + `}`, params: []string{"/externalId", "/appSrcPortId"}},
		{name: "patch with null", method: "PATCH", path: at + "/1", media: "application/json", body: `{"validityPeriod":null,"priority":null,"triggerPayload":null,"notificationDestination":null}`, params: []string{
			"/validityPeriod", "/priority", "/triggerPayload", "/notificationDestination",
		}},
		{name: "patch out of range", method: "PATCH", path: at + "/1", media: "application/json", body: `{"applicationPortId":-1,"appSrcPortId":65536,"notificationDestination":"ftp://x/"}`, params: []string{
			"/applicationPortId", "/appSrcPortId", "/notificationDestination",
		}},
	})
}

// What only the SCEF sets is skipped in requests, and the Location is that of Self.
func TestDeviceTriggeringWire(t *testing.T) {
	covers(t, "T8-4.4.6-26", "T8-4.4.6-27")
	f := &fake{answer: func(_ context.Context, op string, body any) (any, error) {
		v := *body.(*t8.DeviceTrigger)
		require.Equal(t, t8.DeviceTrigger{
			MSISDN: "491700000000", Priority: "NEW", TriggerPayload: []byte{}, NotificationDestination: "https://as.example.com/n",
			WebsockNotifConfig: &t8.WebsockNotifConfig{},
		}, v, op)
		v.Self = "/elsewhere/1"
		return &v, nil
	}}
	w, c := lay(t, triggersOf(f))
	const body = `{"self":1,"deliveryResult":2,"msisdn":"491700000000","validityPeriod":0,"priority":"NEW","applicationPortId":0,
		"triggerPayload":"","notificationDestination":"https://as.example.com/n","websockNotifConfig":{"websocketUri":3}}`
	res, b := ask(t, w.Server, "POST", "/3gpp-device-triggering/v1/as-a/transactions", body)
	require.Equal(t, 201, res.StatusCode, "%s", b)
	require.Equal(t, "/elsewhere/1", res.Header.Get("Location"))

	// The client goes on with the URI that the SCEF gave.
	v, err := c.DeviceTriggering().CreateTrigger(t.Context(), asA, &t8.DeviceTrigger{
		MSISDN: "491700000000", Priority: "NEW", TriggerPayload: []byte{}, NotificationDestination: "https://as.example.com/n",
		WebsockNotifConfig: &t8.WebsockNotifConfig{},
	})
	require.NoError(t, err)
	require.Equal(t, w.URL+"/elsewhere/1", v.Self)
	_, err = c.DeviceTriggering().RecallTrigger(t.Context(), asA, v.Self)
	require.ErrorIs(t, err, fault.NotFound)
	require.Equal(t, "DELETE /elsewhere/1 Not Found application/problem+json", w.noted().line)
}

func TestDeviceTriggerPatchTakesBothMediaTypes(t *testing.T) {
	f := &fake{}
	w, _ := lay(t, triggersOf(f))
	for media, status := range map[string]int{"application/json": 204, "application/merge-patch+json": 204, "application/json-patch+json": 415} {
		res, _ := ask(t, w.Server, "PATCH", "/3gpp-device-triggering/v1/as-a/transactions/1", `{}`, "Content-Type", media)
		require.Equal(t, status, res.StatusCode, media)
	}
}

func TestDeviceTriggerPatch(t *testing.T) {
	v := aTrigger()
	v.WebsockNotifConfig = &t8.WebsockNotifConfig{WebsocketURI: "wss://scef.example.com/w", RequestWebsocketURI: true}
	was := *v
	require.NoError(t, (&t8.DeviceTriggerPatch{}).Apply(v))
	require.Equal(t, &was, v, "absent changes nothing")

	require.NoError(t, (&t8.DeviceTriggerPatch{
		ValidityPeriod: t8.Set(t8.DurationSec(time.Minute)), Priority: t8.Set(t8.TriggerWithoutPriority), ApplicationPortID: t8.Set(0),
		AppSrcPortID: t8.Set(65535), TriggerPayload: t8.Set([]byte("x")), NotificationDestination: t8.Set("http://b/"),
		RequestTestNotification: t8.Set(true), WebsockNotifConfig: t8.Set(t8.WebsockNotifConfig{}),
	}).Apply(v))
	require.Equal(t, &t8.DeviceTrigger{
		ExternalID: "ue@example.com", ValidityPeriod: t8.DurationSec(time.Minute), Priority: t8.TriggerWithoutPriority,
		AppSrcPortID: new(65535), TriggerPayload: []byte("x"), NotificationDestination: "http://b/", RequestTestNotification: true,
		SupportedFeatures: was.SupportedFeatures, WebsockNotifConfig: &t8.WebsockNotifConfig{WebsocketURI: "wss://scef.example.com/w"},
	}, v)
	require.True(t, was.WebsockNotifConfig.RequestWebsocketURI, "what was shared is not changed")

	was = *v
	err := (&t8.DeviceTriggerPatch{ApplicationPortID: t8.Set(70000), Priority: t8.Null[t8.TriggerPriority]()}).Apply(v)
	require.ErrorIs(t, err, fault.InvalidParameter)
	require.Equal(t, &was, v)
}

// The delivery report reaches the SCS/AS, which may acknowledge with 200 or 204.
func TestDeviceTriggerReport(t *testing.T) {
	covers(t, "T8-4.4.6-73")
	for _, status := range []int{200, 204} {
		s := newSCEF(t) // here an SCS/AS
		s.answers(status, "")
		err := notifier(t, t8.NotifierOptions{}).Notify(t.Context(), s.URL+"/n",
			&t8.DeviceTriggerDeliveryReportNotification{Transaction: "https://scef.example.com/t/1", Result: t8.TriggerResultExpired})
		require.NoError(t, err)
		require.Equal(t, seen{"POST", "/n", "application/json", map[string]any{
			"transaction": "https://scef.example.com/t/1", "result": "EXPIRED",
		}}, s.last())
	}
}

func TestFeatureNamesOfAPIs(t *testing.T) {
	for _, names := range []map[int]string{t8.DeviceTriggeringFeatureNames(), t8.GMDFeatureNames(), t8.PFDManagementFeatureNames()} {
		once := map[string]bool{}
		for n := 1; n <= len(names); n++ {
			require.NotEmpty(t, names[n])
			require.False(t, once[names[n]])
			once[names[n]] = true
		}
	}
}

// A server that tells a failure in ProblemDetails under the media type of a report has told no report.
func TestProblemUnderOtherMediaTypeIsNoReport(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusForbidden)
		_, _ = w.Write([]byte(`{"status":403,"cause":"OPERATION_PROHIBITED"}`))
	}))
	defer s.Close()
	c, err := t8.NewClient(s.URL, nil)
	require.NoError(t, err)
	_, err = c.PFDManagement().ReplaceApplication(t.Context(), asA, "1", "a", &t8.PFDData{})
	require.ErrorIs(t, err, fault.OperationProhibited)
	var r t8.ReportError
	require.NotErrorAs(t, err, &r)
}
