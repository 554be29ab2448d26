package t8_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/fault"
	"github.com/scefkit/scefkit/t8"
)

// scef is an SCEF that is not ours: it notes what arrives and answers what the test says.
type scef struct {
	*httptest.Server
	mu   sync.Mutex
	seen []seen
	next func(w http.ResponseWriter, r *http.Request)
}

type seen struct {
	method, path, media string
	body                map[string]any
}

func newSCEF(t *testing.T) *scef {
	s := &scef{}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		x := seen{method: r.Method, path: r.URL.EscapedPath(), media: r.Header.Get("Content-Type")}
		if b, _ := io.ReadAll(r.Body); len(b) > 0 {
			if err := json.Unmarshal(b, &x.body); err != nil {
				t.Errorf("%s: %v", b, err)
			}
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		s.seen = append(s.seen, x)
		s.next(w, r)
	}))
	t.Cleanup(s.Close)
	return s
}

// answers makes the SCEF answer with a status, headers and a body.
func (s *scef) answers(status int, body string, header ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.next = func(w http.ResponseWriter, _ *http.Request) {
		for i := 0; i < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		if body != "" {
			w.Header().Set("Content-Type", "application/json")
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

func (s *scef) last() seen {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.seen[len(s.seen)-1]
}

func (s *scef) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.seen)
}

func TestClientConfiguration(t *testing.T) {
	covers(t, "T8-4.4.5.2.1-01", "T8-4.4.5.2.1-02", "T8-4.4.5.2.1-03", "T8-4.4.5.2.1-04", "T8-4.4.5.2.1-05", "T8-4.4.5.2.1-06",
		"T8-4.4.5.2.1-07", "T8-4.4.5.2.1-08", "T8-4.4.5.2.1-25", "T8-4.4.5.2.1-30", "T8-4.4.5.2.1-34", "T8-4.4.5.2.1-45", "T8-4.4.5.2.2-02", "KAURI-57", "KAURI-58")
	s := newSCEF(t)
	nidd := client(t, s.URL)
	// The SCEF puts its resources where it likes; the client must not build their URIs.
	s.answers(201, `{"externalId":"ue@example.com","notificationDestination":"https://as.example.com/n","maximumPacketSize":800,
		"niddDownlinkDataTransfers":[{"self":"`+s.URL+`/elsewhere/d-9","externalId":"ue@example.com","data":"aGk=","deliveryStatus":"BUFFERING"}]}`,
		"Location", "/elsewhere/c-77")
	cfg, err := nidd.CreateConfiguration(t.Context(), asA, &t8.NIDDConfiguration{
		ExternalID: "ue@example.com", NotificationDestination: "https://as.example.com/n", SupportedFeatures: t8.FeatureSet(t8.FeaturePatchUpdate),
		Duration: time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC), PDNEstablishmentOption: t8.WaitForUE,
		ReliableDataService: true, RDSPorts: []t8.RDSPort{{PortUE: 0, PortSCEF: 5}},
		DownlinkDataTransfers: []t8.NIDDDownlinkDataTransfer{{ExternalID: "ue@example.com", Data: []byte("hi"), Priority: new(2)}},
	})
	require.NoError(t, err)
	require.Equal(t, seen{"POST", "/3gpp-nidd/v1/as-a/configurations", "application/json", map[string]any{
		"externalId": "ue@example.com", "notificationDestination": "https://as.example.com/n", "supportedFeatures": "100",
		"duration": "2027-01-01T00:00:00Z", "pdnEstablishmentOption": "WAIT_FOR_UE", "reliableDataService": true,
		"rdsPorts":                  []any{map[string]any{"portUE": 0.0, "portSCEF": 5.0}},
		"niddDownlinkDataTransfers": []any{map[string]any{"externalId": "ue@example.com", "data": "aGk=", "priority": 2.0}},
	}}, s.last())
	require.Equal(t, s.URL+"/elsewhere/c-77", cfg.Self)
	require.Equal(t, 800, cfg.MaximumPacketSize)

	s.answers(204, "")
	got, err := nidd.ModifyConfiguration(t.Context(), asA, cfg.Self, &t8.NIDDConfigurationPatch{Duration: t8.Null[time.Time]()})
	require.NoError(t, err)
	require.Nil(t, got)
	require.Equal(t, seen{"PATCH", "/elsewhere/c-77", "application/merge-patch+json", map[string]any{"duration": nil}}, s.last())

	require.NoError(t, nidd.CancelDelivery(t.Context(), asA, cfg.Self, cfg.DownlinkDataTransfers[0].Self))
	require.Equal(t, seen{method: "DELETE", path: "/elsewhere/d-9"}, s.last())

	require.NoError(t, nidd.DeleteConfiguration(t.Context(), asA, cfg.Self))
	require.Equal(t, seen{method: "DELETE", path: "/elsewhere/c-77"}, s.last())

	s.answers(201, `{"externalGroupId":"g@example.com","notificationDestination":"https://as.example.com/n"}`, "Location", s.URL+"/g")
	cfg, err = nidd.CreateConfiguration(t.Context(), asA, &t8.NIDDConfiguration{ExternalGroupID: "g@example.com", NotificationDestination: "https://as.example.com/n"})
	require.NoError(t, err)
	require.Equal(t, map[string]any{"externalGroupId": "g@example.com", "notificationDestination": "https://as.example.com/n"}, s.last().body)
	require.Equal(t, s.URL+"/g", cfg.Self)
}

func TestClientGroup(t *testing.T) {
	covers(t, "T8-4.4.5.2.2-02", "T8-4.4.5.2.2-06", "T8-4.4.5.3.2-01", "T8-4.4.5.3.2-02", "T8-4.4.5.3.2-03", "T8-4.4.5.3.2-04", "T8-4.4.5.3.2-05",
		"T8-4.4.5.3.2-06")
	s := newSCEF(t)
	nidd := client(t, s.URL)
	cfg := &t8.NIDDConfiguration{ExternalGroupID: "g@example.com", NotificationDestination: "https://as.example.com/n", SupportedFeatures: "1"}
	cfg.DownlinkDataTransfers = []t8.NIDDDownlinkDataTransfer{{ExternalGroupID: "g@example.com", Data: []byte("hi")}}
	_, err := nidd.CreateConfiguration(t.Context(), asA, cfg)
	require.ErrorIs(t, err, fault.OperationProhibited)
	require.Zero(t, s.count(), "nothing was sent")
	cfg.DownlinkDataTransfers = nil
	s.answers(201, `{"externalGroupId":"g@example.com","notificationDestination":"https://as.example.com/n","supportedFeatures":"1"}`, "Location", s.URL+"/g")
	got, err := nidd.CreateConfiguration(t.Context(), asA, cfg)
	require.NoError(t, err)
	require.True(t, got.SupportedFeatures.Has(t8.FeatureGroupMessageDelivery))
	require.Equal(t, "g@example.com", s.last().body["externalGroupId"])

	s.answers(201, `{"externalGroupId":"g@example.com","data":"aGk=","deliveryStatus":"SENDING"}`, "Location", s.URL+"/held/1")
	d, err := nidd.CreateDelivery(t.Context(), asA, got.Self, &t8.NIDDDownlinkDataTransfer{
		ExternalGroupID: "g@example.com", Data: []byte("hi"), ReliableDataService: true, RDSPort: &t8.RDSPort{PortUE: 1, PortSCEF: 2},
		PDNEstablishmentOption: t8.WaitForUE, MaximumLatency: new(t8.DurationSec(time.Hour)),
	})
	require.NoError(t, err)
	require.Equal(t, seen{"POST", "/g/downlink-data-deliveries", "application/json", map[string]any{
		"externalGroupId": "g@example.com", "data": "aGk=", "reliableDataService": true, "rdsPort": map[string]any{"portUE": 1.0, "portSCEF": 2.0},
		"pdnEstablishmentOption": "WAIT_FOR_UE", "maximumLatency": 3600.0,
	}}, s.last())
	require.Equal(t, s.URL+"/held/1", d.Self)
}

func TestClientDelivery(t *testing.T) {
	covers(t, "T8-4.4.5.3.1-01", "T8-4.4.5.3.1-02", "T8-4.4.5.3.1-03", "T8-4.4.5.3.1-04", "T8-4.4.5.3.1-05", "T8-4.4.5.3.1-06", "T8-4.4.5.3.1-07",
		"T8-4.4.5.3.1-30", "T8-4.4.5.3.1-54", "T8-4.4.5.3.1-68", "T8-4.4.5.3.1-69", "T8-4.4.5.3.1-81")
	s := newSCEF(t)
	nidd := client(t, s.URL)
	s.answers(201, `{"msisdn":"491700000001","data":"aGk=","deliveryStatus":"BUFFERING","requestedRetransmissionTime":"2027-01-01T00:00:00Z"}`, "Location", s.URL+"/held/1")
	d := &t8.NIDDDownlinkDataTransfer{
		MSISDN: "491700000001", Data: []byte("hi"), PDNEstablishmentOption: t8.SendTrigger, ReliableDataService: true, RDSPort: &t8.RDSPort{PortUE: 1, PortSCEF: 2},
		MaximumLatency: new(t8.DurationSec(0)), Priority: new(0),
	}
	got, err := nidd.CreateDelivery(t.Context(), asA, s.URL+"/elsewhere/c-77", d)
	require.NoError(t, err)
	require.Equal(t, seen{"POST", "/elsewhere/c-77/downlink-data-deliveries", "application/json", map[string]any{
		"msisdn": "491700000001", "data": "aGk=", "pdnEstablishmentOption": "SEND_TRIGGER", "reliableDataService": true,
		"rdsPort": map[string]any{"portUE": 1.0, "portSCEF": 2.0}, "maximumLatency": 0.0, "priority": 0.0,
	}}, s.last())
	require.Equal(t, s.URL+"/held/1", got.Self)
	require.Equal(t, t8.DeliveryBuffering, got.DeliveryStatus)
	require.Equal(t, 2027, got.RequestedRetransmissionTime.Year())

	s.answers(204, "")
	_, err = nidd.ReplaceDelivery(t.Context(), asA, "c-77", got.Self, d)
	require.NoError(t, err)
	require.Equal(t, "PUT", s.last().method)
	require.Equal(t, "/held/1", s.last().path)
	require.Equal(t, "491700000001", s.last().body["msisdn"])

	_, err = nidd.ModifyDelivery(t.Context(), asA, "c-77", got.Self, &t8.NIDDDownlinkDataTransferPatch{Priority: t8.Set(7)})
	require.NoError(t, err)
	require.Equal(t, seen{"PATCH", "/held/1", "application/json", map[string]any{"priority": 7.0}}, s.last())

	require.NoError(t, nidd.CancelDelivery(t.Context(), asA, "c-77", got.Self))
	require.Equal(t, seen{method: "DELETE", path: "/held/1"}, s.last())

	// With identifiers the client builds the URI; segments are escaped.
	require.NoError(t, nidd.CancelDelivery(t.Context(), "a/s", "c", "d 1"))
	require.Equal(t, "/3gpp-nidd/v1/a%2Fs/configurations/c/downlink-data-deliveries/d%201", s.last().path)
}

func TestClientTakesEveryAlternativeAsSuccess(t *testing.T) {
	covers(t, "T8-4.4.1-01")
	s := newSCEF(t)
	nidd := client(t, s.URL)
	ctx := t.Context()
	cfg := `{"msisdn":"12345","notificationDestination":"https://as/","self":"` + s.URL + `/c"}`
	data := `{"msisdn":"12345","data":"aGk=","deliveryStatus":"SUCCESS"}`

	s.answers(200, cfg)
	c, err := nidd.ModifyConfiguration(ctx, asA, "c", &t8.NIDDConfigurationPatch{})
	require.NoError(t, err)
	require.NotNil(t, c)
	s.answers(200, data)
	d, err := nidd.ReplaceDelivery(ctx, asA, "c", "d", &t8.NIDDDownlinkDataTransfer{})
	require.NoError(t, err)
	require.Equal(t, t8.DeliverySuccess, d.DeliveryStatus)
	d, err = nidd.ModifyDelivery(ctx, asA, "c", "d", &t8.NIDDDownlinkDataTransferPatch{})
	require.NoError(t, err)
	require.NotNil(t, d)
	d, err = nidd.CreateDelivery(ctx, asA, "c", &t8.NIDDDownlinkDataTransfer{})
	require.NoError(t, err)
	require.Empty(t, d.Self, "200: no resource")
	require.NoError(t, nidd.DeleteConfiguration(ctx, asA, "c")) // 200 with a body
	require.NoError(t, nidd.CancelDelivery(ctx, asA, "c", "d"))

	s.answers(204, "")
	c, err = nidd.ModifyConfiguration(ctx, asA, "c", &t8.NIDDConfigurationPatch{})
	require.NoError(t, err)
	require.Nil(t, c)
	d, err = nidd.ReplaceDelivery(ctx, asA, "c", "d", &t8.NIDDDownlinkDataTransfer{})
	require.NoError(t, err)
	require.Nil(t, d)
	require.NoError(t, nidd.DeleteConfiguration(ctx, asA, "c"))

	s.answers(201, data, "Location", "/d")
	d, err = nidd.CreateDelivery(ctx, asA, "c", &t8.NIDDDownlinkDataTransfer{})
	require.NoError(t, err)
	require.Equal(t, s.URL+"/d", d.Self)
}

func TestClientPorts(t *testing.T) {
	covers(t, "T8-4.4.5.6.1-09", "T8-4.4.5.6.1-10", "T8-4.4.5.6.1-11", "T8-4.4.5.6.1-30", "T8-4.4.5.6.1-48")
	s := newSCEF(t)
	nidd := client(t, s.URL)
	s.answers(201, `{"appId":"meter","manageEntity":"AS"}`, "Location", s.URL+"/ports/1")
	p, err := nidd.ReservePort(t.Context(), asA, s.URL+"/c", t8.PortID(t8.RDSPort{PortUE: 3, PortSCEF: 5}), &t8.ManagePort{AppID: "meter", SkipUEInquiry: true, SupportedFormats: []t8.SerializationFormat{t8.FormatCBOR}})
	require.NoError(t, err)
	require.Equal(t, seen{"PUT", "/c/rds-ports/ue3-ef5", "application/json", map[string]any{"appId": "meter", "skipUeInquiry": true, "supportedFormats": []any{"CBOR"}}}, s.last())
	require.Equal(t, s.URL+"/ports/1", p.Self)
	require.Equal(t, t8.ManagedByAS, p.ManageEntity)

	s.answers(200, `{"appId":"meter","configuredFormat":"CBOR"}`)
	got, err := nidd.Port(t.Context(), asA, s.URL+"/c", "ue3-ef5")
	require.NoError(t, err)
	require.Equal(t, t8.FormatCBOR, got.ConfiguredFormat)
	require.Equal(t, seen{method: "GET", path: "/c/rds-ports/ue3-ef5"}, s.last())

	s.answers(204, "")
	done, err := nidd.ReleasePort(t.Context(), asA, s.URL+"/c", p.Self)
	require.NoError(t, err)
	require.True(t, done)
	require.Equal(t, seen{method: "DELETE", path: "/ports/1"}, s.last())

	s.answers(202, "")
	done, err = nidd.ReleasePort(t.Context(), asA, s.URL+"/c", p.Self)
	require.NoError(t, err)
	require.False(t, done)
	p, err = nidd.ReservePort(t.Context(), asA, s.URL+"/c", "ue3-ef5", &t8.ManagePort{AppID: "meter"})
	require.NoError(t, err)
	require.Nil(t, p)
}

// A failure of a delivery is told around ProblemDetails, by every operation that may earn one.
func TestDeliveryFailures(t *testing.T) {
	s := serve(t, &fake{answer: func(context.Context, string, any) (any, error) {
		return nil, &fault.Error{Op: "test", Code: fault.TemporarilyUnreachable, RetryAt: newYear}
	}}, nil)
	for _, c := range [][]string{{"POST", deliveries, goodDelivery}, {"PUT", delivery1, goodDelivery}, {"PATCH", delivery1, `{}`}, {"DELETE", delivery1, ""}} {
		res, body := ask(t, s, c[0], c[1], c[2])
		require.Equal(t, 500, res.StatusCode)
		require.Equal(t, "application/json", res.Header.Get("Content-Type"))
		require.JSONEq(t, `{"problemDetail":{"title":"Internal Server Error","status":500,"cause":"TEMPORARILY_NOT_REACHABLE"},
			"requestedRetransmissionTime":"2027-01-01T00:00:00Z"}`, string(body))
	}
	res, _ := ask(t, s, "GET", delivery1, "")
	require.Equal(t, "application/problem+json", res.Header.Get("Content-Type"), "and by no other")
}

// A failure on ports is ProblemDetails with more members. They cross the wire, to reserve and to release.
func TestPortFailures(t *testing.T) {
	formats := []t8.SerializationFormat{t8.FormatXML, "YAML"}
	given := &fault.Error{
		Op: "test", Code: fault.FormatNotSupported, Detail: "no common format", RetryAt: newYear,
		Err: t8.ReportError{Body: t8.RDSDownlinkDataDeliveryFailure{SupportedUEFormats: formats}},
	}
	s := serve(t, &fake{answer: func(context.Context, string, any) (any, error) { return nil, given }}, nil)
	for _, method := range []string{"PUT", "DELETE"} {
		res, body := ask(t, s, method, port1, goodPort)
		require.Equal(t, 500, res.StatusCode)
		require.Equal(t, "application/problem+json", res.Header.Get("Content-Type"))
		require.JSONEq(t, `{"title":"Internal Server Error","status":500,"detail":"no common format","cause":"SERIALIZATION_FORMAT_NOT_SUPPORTED",
			"requestedRetransmissionTime":"2027-01-01T00:00:00Z","supportedUeFormats":["XML","YAML"]}`, string(body))
	}
	nidd := client(t, s.URL)
	reserve := func() error {
		_, err := nidd.ReservePort(t.Context(), asA, "c1", "ue1-ef1", &t8.ManagePort{AppID: "meter"})
		return err
	}
	release := func() error {
		_, err := nidd.ReleasePort(t.Context(), asA, "c1", "ue1-ef1")
		return err
	}
	for _, call := range []func() error{reserve, release} {
		err := call()
		require.ErrorIs(t, err, fault.FormatNotSupported)
		require.Equal(t, newYear, fault.As(err).RetryAt)
		require.Equal(t, formats, reported(t, err).(t8.RDSDownlinkDataDeliveryFailure).SupportedUEFormats)
	}
	given.Err = nil
	for _, call := range []func() error{reserve, release} {
		err := call()
		require.ErrorIs(t, err, fault.FormatNotSupported)
		require.Equal(t, newYear, fault.As(err).RetryAt)
		_, more := errors.AsType[t8.ReportError](err)
		require.False(t, more, "it says no more than the fault")
	}
}

func TestClientUsesSeveralSCEFs(t *testing.T) {
	covers(t, "T8-4.3.2-02")
	one, two := newSCEF(t), newSCEF(t)
	one.answers(200, `[]`)
	two.answers(200, `[{"msisdn":"12345"}]`)
	a, b := client(t, one.URL), client(t, two.URL)
	results := make(chan error, 2)
	for nidd, want := range map[t8.NIDD]int{a: 0, b: 1} {
		go func() {
			all, err := nidd.Configurations(t.Context(), asA)
			if err == nil && len(all) != want {
				err = fmt.Errorf("%d configurations, want %d", len(all), want)
			}
			results <- err
		}()
	}
	require.NoError(t, <-results)
	require.NoError(t, <-results)
	require.Equal(t, 1, one.count())
	require.Equal(t, 1, two.count())
}

func TestClientErrors(t *testing.T) {
	s := newSCEF(t)
	nidd := client(t, s.URL)
	for _, c := range []struct {
		name   string
		status int
		body   string
		header []string
		code   fault.Code
		check  func(t *testing.T, e *fault.Error)
	}{
		{"nothing said", 404, "", nil, fault.NotFound, nil},
		{"cause", 403, `{"cause":"DATA_TOO_LARGE","detail":"1600 bits"}`, nil, fault.DataTooLarge, func(t *testing.T, e *fault.Error) {
			require.Equal(t, "1600 bits", e.Detail)
		}},
		{"unknown cause", 403, `{"cause":"FULL_MOON"}`, nil, fault.NotAuthorized, func(t *testing.T, e *fault.Error) {
			require.Equal(t, "FULL_MOON", e.CauseText())
		}},
		{"parameters", 400, `{"invalidParams":[{"param":"/data","reason":"bad"}]}`, nil, fault.InvalidParameter, func(t *testing.T, e *fault.Error) {
			require.Equal(t, []fault.Param{{Param: "/data", Reason: "bad"}}, e.Params)
		}},
		{"failure body", 500, `{"problemDetail":{"cause":"TEMPORARILY_NOT_REACHABLE"},"requestedRetransmissionTime":"2027-01-01T00:00:00Z"}`, nil, fault.TemporarilyUnreachable, func(t *testing.T, e *fault.Error) {
			require.Equal(t, 2027, e.RetryAt.Year())
		}},
		{"retry after", 503, "", []string{"Retry-After", "30"}, fault.Unavailable, func(t *testing.T, e *fault.Error) {
			require.InDelta(t, 30, time.Until(e.RetryAt).Seconds(), 5)
		}},
		{"retry at", 429, "", []string{"Retry-After", "Fri, 01 Jan 2027 00:00:00 GMT"}, fault.RateLimited, func(t *testing.T, e *fault.Error) {
			require.Equal(t, 2027, e.RetryAt.Year())
		}},
		{"HTML", 502, "<html>", nil, fault.Internal, nil},
		{"not the JSON of T8", 200, `{"data":[]}`, nil, fault.Internal, nil},
		{"redirection without Location", 307, "", nil, fault.Internal, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			s.answers(c.status, c.body, c.header...)
			_, err := nidd.Delivery(t.Context(), asA, "c", "d")
			require.ErrorIs(t, err, c.code)
			e := fault.As(err)
			if c.status != 307 {
				require.True(t, e.Remote)
			}
			if c.check != nil {
				c.check(t, e)
			}
		})
	}
	s.Close()
	_, err := nidd.Delivery(t.Context(), asA, "c", "d")
	require.ErrorIs(t, err, fault.Unavailable)
	require.False(t, fault.As(err).Remote)
}

func TestClientBoundsTheAnswer(t *testing.T) {
	s := newSCEF(t)
	s.answers(200, `[`+strings.Repeat(" ", 2<<20)+`]`)
	_, err := client(t, s.URL).Configurations(t.Context(), asA)
	require.ErrorContains(t, err, "too long")
}

func TestClientRedirections(t *testing.T) {
	other := newSCEF(t)
	other.answers(200, `{"msisdn":"12345","data":"aGk="}`)
	s := newSCEF(t)
	nidd := client(t, s.URL)
	for _, status := range []int{307, 308} {
		s.answers(status, "", "Location", other.URL+"/there")
		_, err := nidd.ReplaceDelivery(t.Context(), asA, "c", "d", &t8.NIDDDownlinkDataTransfer{MSISDN: "12345", Data: []byte("hi")})
		require.NoError(t, err)
		require.Equal(t, "PUT", other.last().method)
		require.Equal(t, "aGk=", other.last().body["data"])
	}
	n := other.count()
	_, err := nidd.CreateConfiguration(t.Context(), asA, &t8.NIDDConfiguration{})
	require.Error(t, err, "the creation of a resource is not redirected")
	s.answers(302, "", "Location", other.URL+"/there")
	_, err = nidd.Delivery(t.Context(), asA, "c", "d")
	require.Error(t, err, "302 is none of T8's")
	require.Equal(t, n, other.count())

	s.answers(308, "", "Location", s.URL+"/again")
	_, err = nidd.Delivery(t.Context(), asA, "c", "d")
	require.Error(t, err, "no endless round")
}

func TestNewClientRefusesBadRoots(t *testing.T) {
	for _, root := range []string{"", "scef.example.com", "ftp://x", "https://", "https://x?y", "https://x#y", "::"} {
		_, err := t8.NewClient(root, nil)
		require.Error(t, err, root)
	}
	_, err := t8.NewClient("https://x", &t8.ClientOptions{MaxBody: -1})
	require.Error(t, err)
}

func TestClientToken(t *testing.T) {
	s := newSCEF(t)
	s.answers(200, `[]`)
	c, err := t8.NewClient(s.URL, &t8.ClientOptions{Token: func(context.Context) (string, error) { return "", errors.New("no token") }})
	require.NoError(t, err)
	_, err = c.NIDD().Configurations(t.Context(), asA)
	require.ErrorIs(t, err, fault.Unauthenticated)
	require.Zero(t, s.count())
}

// The client against the handler: what one writes the other reads, errors included.
func TestClientAgainstHandler(t *testing.T) {
	sent := &t8.NIDDDownlinkDataTransfer{ExternalID: "ue@example.com", Data: []byte{0, 1, 255}, MaximumLatency: new(t8.DurationSec(time.Hour)), Priority: new(-1)}
	f := &fake{}
	f.answer = func(_ context.Context, op string, body any) (any, error) {
		if op == "CreateDelivery" {
			require.Equal(t, sent, body)
			return body, nil
		}
		return nil, &fault.Error{Code: fault.Sending, Detail: "on its way", Params: []fault.Param{{Param: "/x", Reason: "y"}}}
	}
	nidd := client(t, serve(t, f, nil).URL)
	got, err := nidd.CreateDelivery(t.Context(), asA, "c1", sent)
	require.NoError(t, err)
	require.Equal(t, sent, got)
	err = nidd.CancelDelivery(t.Context(), asA, "c1", "d1")
	require.ErrorIs(t, err, fault.Sending)
	require.Equal(t, "on its way", fault.As(err).Detail)
	require.Equal(t, []fault.Param{{Param: "/x", Reason: "y"}}, fault.As(err).Params)
	_, err = nidd.CreateConfiguration(t.Context(), asA, &t8.NIDDConfiguration{MSISDN: "12345", ExternalID: "a@b"})
	require.ErrorIs(t, err, fault.InvalidParameter)
	require.Len(t, fault.As(err).Params, 3)
	_, err = nidd.Configuration(t.Context(), "somebody", "c1")
	require.ErrorIs(t, err, fault.NotFound)
}

func TestClientLists(t *testing.T) {
	held := []t8.NIDDDownlinkDataTransfer{{MSISDN: "12345", Data: []byte("hi"), Self: "https://scef/d", DeliveryStatus: t8.DeliveryBuffering}}
	ports := []t8.ManagePort{{AppID: "meter", Self: "https://scef/p", ManageEntity: t8.ManagedByUE}}
	nidd := client(t, serve(t, &fake{answer: func(_ context.Context, op string, _ any) (any, error) {
		return map[string]any{"Deliveries": held, "Ports": ports}[op], nil
	}}, nil).URL)
	d, err := nidd.Deliveries(t.Context(), asA, "c1")
	require.NoError(t, err)
	require.Equal(t, held, d)
	p, err := nidd.Ports(t.Context(), asA, "c1")
	require.NoError(t, err)
	require.Equal(t, ports, p)
	c, err := nidd.Configurations(t.Context(), asA)
	require.NoError(t, err)
	require.Empty(t, c)
}

// Every code crosses the wire unchanged, unless several share status and cause.
func TestFaultsCrossTheWire(t *testing.T) {
	for _, code := range fault.Codes() {
		nidd := client(t, serve(t, &fake{answer: func(context.Context, string, any) (any, error) { return nil, fault.New("op", code, "") }}, nil).URL)
		err := nidd.CancelDelivery(t.Context(), asA, "c1", "d1")
		require.ErrorIs(t, err, fault.FromStatus(code.Status(), code.Cause()), "%v", code)
	}
}
