package t8_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/fault"
	"github.com/scefkit/scefkit/t8"
)

const (
	base       = "/3gpp-nidd/v1/as-a"
	configs    = base + "/configurations"
	config1    = configs + "/c1"
	deliveries = config1 + "/downlink-data-deliveries"
	delivery1  = deliveries + "/d1"
	port1      = config1 + "/rds-ports/ue1-ef2"

	goodConfig   = `{"externalId":"ue@example.com","notificationDestination":"https://as.example.com/n"}`
	goodDelivery = `{"externalId":"ue@example.com","data":"aGk="}`
	goodPort     = `{"appId":"meter"}`
)

// ask sends one request as as-a unless header says otherwise; an empty header value removes the header.
func ask(t *testing.T, s *httptest.Server, method, path, body string, header ...string) (*http.Response, []byte) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, s.URL+path, strings.NewReader(body))
	require.NoError(t, err)
	r.Header.Set("Authorization", "Bearer "+tokenA)
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i < len(header); i += 2 {
		if header[i+1] == "" {
			r.Header.Del(header[i])
		} else {
			r.Header.Set(header[i], header[i+1])
		}
	}
	res, err := http.DefaultTransport.RoundTrip(r)
	require.NoError(t, err)
	defer func() { require.NoError(t, res.Body.Close()) }()
	b, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	return res, b
}

// problem checks that the answer is ProblemDetails and returns it.
func problem(t *testing.T, res *http.Response, body []byte) t8.ProblemDetails {
	t.Helper()
	require.Equal(t, "application/problem+json", res.Header.Get("Content-Type"), "%s", body)
	var p t8.ProblemDetails
	require.NoError(t, json.Unmarshal(body, &p))
	require.Equal(t, res.StatusCode, p.Status)
	require.Equal(t, http.StatusText(res.StatusCode), p.Title)
	return p
}

func params(p t8.ProblemDetails) []string {
	var all []string
	for _, x := range p.InvalidParams {
		all = append(all, x.Param)
	}
	return all
}

func TestHandlerRefusesBeforeTheProcedure(t *testing.T) {
	covers(t, "T8-4.4.5.2.1-11", "T8-4.4.5.3.1-12", "T8-4.4.5.3.1-10", "KAURI-11", "KAURI-12", "KAURI-27", "KAURI-28", "KAURI-29")
	big := fmt.Sprintf(`{"externalId":"ue@example.com","data":%q}`, strings.Repeat("A", 70<<10))
	for _, c := range []struct {
		name, method, path, body string
		header                   []string
		status                   int
		cause                    string
		params                   []string
		detail                   string // part of it
	}{
		{name: "broken JSON", method: "POST", path: configs, body: `{"externalId":"a@b",}`, status: 400, cause: "INVALID_MSG_FORMAT", detail: "at offset 20"},
		{name: "unfinished", method: "POST", path: configs, body: `{"externalId":"a@b"`, status: 400, cause: "INVALID_MSG_FORMAT", detail: "at offset 19"},
		{name: "empty", method: "POST", path: configs, header: []string{"Content-Type", "application/json"}, status: 400, cause: "INVALID_MSG_FORMAT", detail: "empty"},
		{name: "null", method: "POST", path: configs, body: `null`, status: 400, cause: "INVALID_MSG_FORMAT", detail: "not a JSON object"},
		{name: "array", method: "POST", path: configs, body: `[]`, status: 400, cause: "INVALID_MSG_FORMAT", detail: "not a JSON object"},
		{name: "trailing octets", method: "POST", path: configs, body: goodConfig + `x`, status: 400, cause: "INVALID_MSG_FORMAT", detail: "after the document"},
		{name: "not UTF-8", method: "POST", path: configs, body: "{\"mtcProviderId\":\"\xff\"}", status: 400, cause: "INVALID_MSG_FORMAT", detail: "UTF-8"},
		{name: "too deep", method: "POST", path: configs, body: `{"x":` + strings.Repeat("[", 99) + strings.Repeat("]", 99) + `}`, status: 400, cause: "INVALID_MSG_FORMAT", detail: "levels"},
		{name: "twice", method: "POST", path: configs, body: `{"externalId":"a@b","externalId":"c@d","notificationDestination":"https://x/"}`, status: 400, cause: "MANDATORY_IE_INCORRECT", params: []string{"/externalId"}},
		{name: "nothing there", method: "POST", path: configs, body: `{}`, status: 400, cause: "MANDATORY_IE_MISSING", params: []string{"/notificationDestination", "/externalId", "/msisdn", "/externalGroupId"}},
		{name: "contradiction", method: "POST", path: configs, body: `{"externalId":"a@b","msisdn":"12345","notificationDestination":"https://x/"}`, status: 400, cause: "MANDATORY_IE_INCORRECT", params: []string{"/externalId", "/msisdn"}},
		{
			name: "every fault at once", method: "POST", path: configs,
			body:   `{"externalId":7,"supportedFeatures":"xyz","duration":"tomorrow","reliableDataService":"yes","rdsPorts":[{"portUE":70000,"portSCEF":1},{"portUE":1}],"notificationDestination":"ftp://x/","niddDownlinkDataTransfers":[{"data":"%%","msisdn":"12a"}]}`,
			status: 400, cause: "MANDATORY_IE_INCORRECT",
			params: []string{"/externalId", "/duration", "/reliableDataService", "/rdsPorts/1/portSCEF", "/niddDownlinkDataTransfers/0/data", "/supportedFeatures", "/rdsPorts/0/portUE", "/notificationDestination", "/niddDownlinkDataTransfers/0/msisdn"},
		},
		{name: "wrong type of data", method: "POST", path: deliveries, body: `{"externalId":"ue@example.com","data":12}`, status: 400, cause: "MANDATORY_IE_INCORRECT", params: []string{"/data"}},
		{name: "no data", method: "POST", path: deliveries, body: `{"externalId":"ue@example.com"}`, status: 400, cause: "MANDATORY_IE_MISSING", params: []string{"/data"}},
		{name: "null data", method: "POST", path: deliveries, body: `{"externalId":"ue@example.com","data":null}`, status: 400, cause: "MANDATORY_IE_MISSING", params: []string{"/data"}},
		{name: "no octets", method: "POST", path: deliveries, body: `{"externalId":"ue@example.com","data":""}`, status: 400, cause: "MANDATORY_IE_INCORRECT", params: []string{"/data"}},
		{name: "no UE", method: "POST", path: deliveries, body: `{"data":"aGk="}`, status: 400, cause: "MANDATORY_IE_MISSING", params: []string{"/externalId", "/externalGroupId", "/msisdn"}},
		{name: "negative latency, fraction", method: "POST", path: deliveries, body: `{"externalId":"ue@example.com","data":"aGk=","maximumLatency":-1,"priority":1.5}`, status: 400, cause: "MANDATORY_IE_INCORRECT", params: []string{"/maximumLatency", "/priority"}},
		{name: "PUT without data", method: "PUT", path: delivery1, body: `{"externalId":"ue@example.com"}`, status: 400, cause: "MANDATORY_IE_MISSING", params: []string{"/data"}},
		{name: "PATCH removes data", method: "PATCH", path: delivery1, body: `{"data":null}`, status: 400, cause: "MANDATORY_IE_INCORRECT", params: []string{"/data"}},
		{name: "PATCH removes destination", method: "PATCH", path: config1, body: `{"notificationDestination":null,"rdsPorts":[]}`, header: []string{"Content-Type", merge}, status: 400, cause: "MANDATORY_IE_INCORRECT", params: []string{"/rdsPorts", "/notificationDestination"}},
		{name: "PATCH wrong type", method: "PATCH", path: config1, body: `{"duration":5}`, header: []string{"Content-Type", merge}, status: 400, cause: "MANDATORY_IE_INCORRECT", params: []string{"/duration"}},
		{name: "port without application", method: "PUT", path: port1, body: `{}`, status: 400, cause: "MANDATORY_IE_MISSING", params: []string{"/appId"}},
		{name: "no such port", method: "PUT", path: config1 + "/rds-ports/ue16-ef1", body: goodPort, status: 400, cause: "MANDATORY_IE_INCORRECT", params: []string{"{portId}"}},
		{name: "no media type", method: "POST", path: configs, body: goodConfig, header: []string{"Content-Type", ""}, status: 415},
		{name: "other media type", method: "POST", path: configs, body: goodConfig, header: []string{"Content-Type", "text/plain"}, status: 415},
		{name: "other charset", method: "POST", path: configs, body: goodConfig, header: []string{"Content-Type", "application/json; charset=latin1"}, status: 415},
		{name: "compressed", method: "POST", path: configs, body: goodConfig, header: []string{"Content-Encoding", "gzip"}, status: 415},
		{name: "PATCH with plain JSON", method: "PATCH", path: config1, body: `{}`, status: 415},
		{name: "too large", method: "POST", path: deliveries, body: big, status: 413},
		{name: "no XML here", method: "GET", path: configs, header: []string{"Accept", "text/xml, application/json;q=0"}, status: 406},
		{name: "no such API", method: "GET", path: "/3gpp-none/v1/as-a/configurations", status: 404},
		{name: "no such version", method: "GET", path: "/3gpp-nidd/v2/as-a/configurations", status: 404},
		{name: "no such resource", method: "GET", path: base + "/things", status: 404},
		{name: "slash at the end", method: "GET", path: configs + "/", status: 404},
		{name: "below", method: "GET", path: delivery1 + "/x", status: 404},
		{name: "PUT on the collection", method: "PUT", path: configs, body: goodConfig, status: 405},
		{name: "TRACE", method: "FOO", path: config1, status: 405},
		{name: "no credential", method: "GET", path: configs, header: []string{"Authorization", ""}, status: 401},
		{name: "wrong credential", method: "GET", path: configs, header: []string{"Authorization", "Bearer nobody-knows-this"}, status: 401},
		{name: "resource of another", method: "GET", path: "/3gpp-nidd/v1/as%2Fb/configurations", status: 404},
		{name: "API not allowed", method: "GET", path: "/3gpp-nidd/v1/as%2Fb/configurations", header: []string{"Authorization", "Bearer " + tokenB}, status: 403},
		{name: "not allowed to send", method: "POST", path: "/3gpp-nidd/v1/as%2Fb/configurations/c1/downlink-data-deliveries", body: goodDelivery, header: []string{"Authorization", "Bearer " + tokenB}, status: 401},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := &fake{}
			s := serve(t, f, nil)
			res, body := ask(t, s, c.method, c.path, c.body, c.header...)
			require.Equal(t, c.status, res.StatusCode, "%s", body)
			p := problem(t, res, body)
			require.Equal(t, c.cause, p.Cause)
			require.Equal(t, c.params, params(p), "%s", body)
			require.Contains(t, p.Detail, c.detail)
			require.Empty(t, f.called())
			switch c.status {
			case 401:
				require.Contains(t, res.Header.Get("WWW-Authenticate"), "Bearer")
			case 405:
				require.Contains(t, res.Header.Get("Allow"), "GET, HEAD")
			}
		})
	}
}

func TestHandlerChunkedBodyIsBounded(t *testing.T) {
	s := serve(t, &fake{}, &t8.HandlerOptions{MaxBody: 100})
	r, err := http.NewRequestWithContext(t.Context(), "POST", s.URL+configs, io.MultiReader(strings.NewReader(goodConfig), strings.NewReader(strings.Repeat(" ", 1000))))
	require.NoError(t, err)
	r.Header = http.Header{"Authorization": {"Bearer " + tokenA}, "Content-Type": {"application/json"}}
	res, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	b, _ := io.ReadAll(res.Body)
	require.NoError(t, res.Body.Close())
	require.Equal(t, 413, res.StatusCode, "%s", b)
}

func TestHandlerAnswers(t *testing.T) {
	covers(t, "T8-4.4.5.2.1-22", "KAURI-42")
	const self = "https://scef.example.com" + config1
	cfg := &t8.NIDDConfiguration{Self: self, ExternalID: "ue@example.com", NotificationDestination: "https://as.example.com/n", MaximumPacketSize: 800}
	pending := &t8.NIDDDownlinkDataTransfer{Self: "https://scef.example.com" + delivery1, ExternalID: "ue@example.com", Data: []byte("hi"), DeliveryStatus: t8.DeliveryBuffering}
	done := &t8.NIDDDownlinkDataTransfer{ExternalID: "ue@example.com", Data: []byte("hi"), DeliveryStatus: t8.DeliverySuccess}
	port := &t8.ManagePort{Self: "https://scef.example.com" + port1, AppID: "meter"}
	for _, c := range []struct {
		name, method, path, body, media string
		answer                          any
		status                          int
		call, location, want            string
	}{
		{"list of none", "GET", configs, "", "", nil, 200, "Configurations as-a", "", `[]`},
		{"list", "GET", configs, "", "", []t8.NIDDConfiguration{*cfg}, 200, "Configurations as-a", "", `"maximumPacketSize":800`},
		{"head", "HEAD", configs, "", "", nil, 200, "Configurations as-a", "", ``},
		{"create", "POST", configs, goodConfig, "", cfg, 201, "CreateConfiguration as-a", self, `"self":"` + self},
		{"media type with charset", "POST", configs, goodConfig, `application/json; charset="UTF-8"`, cfg, 201, "CreateConfiguration as-a", self, `"self"`},
		{"read", "GET", config1, "", "", cfg, 200, "Configuration as-a c1", "", `"self"`},
		{"escaped segment", "GET", configs + "/c%2F1", "", "", cfg, 200, "Configuration as-a c/1", "", `"self"`},
		{"modify", "PATCH", config1, `{"duration":null}`, "application/merge-patch+json", cfg, 200, "ModifyConfiguration as-a c1", "", `"self"`},
		{"modify, nothing to tell", "PATCH", config1, `{}`, "application/merge-patch+json", nil, 204, "ModifyConfiguration as-a c1", "", ``},
		{"delete", "DELETE", config1, "", "", nil, 204, "DeleteConfiguration as-a c1", "", ``},
		{"deliveries", "GET", deliveries, "", "", []t8.NIDDDownlinkDataTransfer{*pending}, 200, "Deliveries as-a c1", "", `"data":"aGk="`},
		{"delivered", "POST", deliveries, goodDelivery, "", done, 200, "CreateDelivery as-a c1", "", `"deliveryStatus":"SUCCESS"`},
		{"held", "POST", deliveries, goodDelivery, "", pending, 201, "CreateDelivery as-a c1", pending.Self, `"deliveryStatus":"BUFFERING"`},
		{"pending", "GET", delivery1, "", "", pending, 200, "Delivery as-a c1 d1", "", `"BUFFERING"`},
		{"replace", "PUT", delivery1, goodDelivery, "", pending, 200, "ReplaceDelivery as-a c1 d1", "", `"BUFFERING"`},
		{"replace, nothing to tell", "PUT", delivery1, goodDelivery, "", nil, 204, "ReplaceDelivery as-a c1 d1", "", ``},
		{"patch as JSON", "PATCH", delivery1, `{"priority":3}`, "application/json", pending, 200, "ModifyDelivery as-a c1 d1", "", `"BUFFERING"`},
		{"patch as merge patch", "PATCH", delivery1, `{"priority":3}`, "application/merge-patch+json", nil, 204, "ModifyDelivery as-a c1 d1", "", ``},
		{"cancel", "DELETE", delivery1, "", "", nil, 204, "CancelDelivery as-a c1 d1", "", ``},
		{"ports", "GET", config1 + "/rds-ports", "", "", nil, 200, "Ports as-a c1", "", `[]`},
		{"port", "GET", port1, "", "", port, 200, "Port as-a c1 ue1-ef2", "", `"meter"`},
		{"reserve", "PUT", port1, goodPort, "", port, 201, "ReservePort as-a c1 ue1-ef2", port.Self, `"meter"`},
		{"reserve, UE is asked", "PUT", port1, goodPort, "", nil, 202, "ReservePort as-a c1 ue1-ef2", "", ``},
		{"release", "DELETE", port1, "", "", true, 204, "ReleasePort as-a c1 ue1-ef2", "", ``},
		{"release, UE is asked", "DELETE", port1, "", "", false, 202, "ReleasePort as-a c1 ue1-ef2", "", ``},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := &fake{answer: func(context.Context, string, any) (any, error) { return c.answer, nil }}
			s := serve(t, f, nil)
			var header []string
			if c.media != "" {
				header = []string{"Content-Type", c.media}
			}
			res, body := ask(t, s, c.method, c.path, c.body, header...)
			require.Equal(t, c.status, res.StatusCode, "%s", body)
			require.Equal(t, []string{c.call}, f.called())
			require.Equal(t, c.location, res.Header.Get("Location"))
			require.Contains(t, string(body), c.want)
			if c.want == "" {
				require.Empty(t, body)
			} else {
				require.Equal(t, "application/json", res.Header.Get("Content-Type"))
			}
		})
	}
}

func TestHandlerSkipsReadOnlyMembers(t *testing.T) {
	f := &fake{answer: func(_ context.Context, _ string, body any) (any, error) {
		c := body.(*t8.NIDDConfiguration)
		require.Equal(t, &t8.NIDDConfiguration{
			ExternalID: "ue@example.com", NotificationDestination: "https://as.example.com/n",
			WebsockNotifConfig:    &t8.WebsockNotifConfig{RequestWebsocketURI: true},
			DownlinkDataTransfers: []t8.NIDDDownlinkDataTransfer{{ExternalID: "ue@example.com", Data: []byte("hi")}},
		}, c)
		return &t8.NIDDConfiguration{Self: "x"}, nil
	}}
	s := serve(t, f, nil)
	res, body := ask(t, s, "POST", configs, `{"self":17,"externalId":"ue@example.com","status":"GONE","maximumPacketSize":"much","unknown":{"a":[1,2]},
		"notificationDestination":"https://as.example.com/n","websockNotifConfig":{"websocketUri":"wss://me/","requestWebsocketUri":true},
		"niddDownlinkDataTransfers":[{"self":"s","externalId":"ue@example.com","data":"aGk=","deliveryStatus":"SUCCESS","requestedRetransmissionTime":false}]}`)
	require.Equal(t, 201, res.StatusCode, "%s", body)
}

func TestHandlerErrors(t *testing.T) {
	at := time.Now().Add(90 * time.Second).UTC()
	secret := errors.New("secret of the inside")
	withRetry := func(code fault.Code) error {
		return &fault.Error{Op: "test", Code: code, Detail: "told", RetryAt: at, Err: secret}
	}
	for _, c := range []struct {
		name, method, path, body string
		err                      error
		status                   int
		media, cause             string
		retryAfter               bool
		retransmit               bool
	}{
		{"problem", "GET", config1, "", fault.New("op", fault.NotFound, "gone"), 404, "application/problem+json", "", false, false},
		{"rate", "POST", deliveries, goodDelivery, withRetry(fault.RateLimited), 429, "application/problem+json", "", true, false},
		{"overload", "GET", config1, "", withRetry(fault.Unavailable), 503, "application/problem+json", "", true, false},
		{"delivery 403", "POST", deliveries, goodDelivery, withRetry(fault.DataTooLarge), 403, "application/problem+json", "DATA_TOO_LARGE", false, false},
		{"delivery 500 on POST", "POST", deliveries, goodDelivery, withRetry(fault.TemporarilyUnreachable), 500, "application/json", "TEMPORARILY_NOT_REACHABLE", false, true},
		{"delivery 500 on PUT", "PUT", delivery1, goodDelivery, withRetry(fault.Timeout), 500, "application/json", "TIMEOUT", false, true},
		{"delivery 500 on PATCH", "PATCH", delivery1, `{}`, withRetry(fault.NextHop), 500, "application/json", "NEXT_HOP", false, true},
		{"delivery 500 on DELETE", "DELETE", delivery1, "", withRetry(fault.NextHop), 500, "application/json", "NEXT_HOP", false, true},
		{"delivery 404", "DELETE", delivery1, "", withRetry(fault.AlreadyDelivered), 404, "application/problem+json", "ALREADY_DELIVERED", false, false},
		{"port 500", "PUT", port1, goodPort, withRetry(fault.TemporarilyUnreachable), 500, "application/problem+json", "TEMPORARILY_NOT_REACHABLE", false, true},
		{"configuration 500", "DELETE", config1, "", withRetry(fault.NetworkFailure), 500, "application/problem+json", "", false, false},
		{"no fault", "GET", config1, "", secret, 500, "application/problem+json", "", false, false},
		{"procedure gave up", "GET", config1, "", context.DeadlineExceeded, 503, "application/problem+json", "", false, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := serve(t, &fake{answer: func(context.Context, string, any) (any, error) { return nil, c.err }}, nil)
			res, body := ask(t, s, c.method, c.path, c.body)
			require.Equal(t, c.status, res.StatusCode, "%s", body)
			require.Equal(t, c.media, res.Header.Get("Content-Type"))
			require.NotContains(t, string(body), "secret")
			require.Equal(t, c.retryAfter, res.Header.Get("Retry-After") == "90")
			var p struct {
				t8.ProblemDetails
				ProblemDetail               *t8.ProblemDetails
				RequestedRetransmissionTime time.Time
			}
			require.NoError(t, json.Unmarshal(body, &p))
			if c.media == "application/json" {
				p.ProblemDetails = *p.ProblemDetail
			}
			require.Equal(t, c.status, p.Status)
			require.Equal(t, c.cause, p.Cause)
			require.Equal(t, c.retransmit, p.RequestedRetransmissionTime.Equal(at), "%s", body)

			_, err := client(t, s.URL).Configuration(t.Context(), asA, "c1") // and back
			if c.path == config1 && c.method == "GET" {
				require.ErrorIs(t, err, fault.FromStatus(c.status, c.cause))
				require.True(t, fault.As(err).Remote)
			}
		})
	}
}

func TestHandlerSurvivesPanic(t *testing.T) {
	var log bytes.Buffer
	boom := true
	f := &fake{answer: func(context.Context, string, any) (any, error) {
		if boom {
			boom = false
			panic("boom")
		}
		return nil, nil
	}}
	s := serve(t, f, &t8.HandlerOptions{Logger: slog.New(slog.NewJSONHandler(&log, nil))})
	res, body := ask(t, s, "GET", configs, "")
	require.Equal(t, 500, res.StatusCode)
	problem(t, res, body)
	require.NotContains(t, string(body), "boom")
	res, _ = ask(t, s, "GET", configs, "")
	require.Equal(t, 200, res.StatusCode)
	s.Close()
	require.Contains(t, log.String(), "boom")
}

func TestHandlerOptionsAndPrefix(t *testing.T) {
	s := serve(t, &fake{}, &t8.HandlerOptions{Prefix: "/exposure/"})
	res, _ := ask(t, s, "OPTIONS", "/exposure"+config1, "", "Authorization", "")
	require.Equal(t, 204, res.StatusCode)
	require.Equal(t, "DELETE, GET, HEAD, PATCH, OPTIONS", res.Header.Get("Allow"))
	res, _ = ask(t, s, "GET", "/exposure"+configs, "")
	require.Equal(t, 200, res.StatusCode)
	res, body := ask(t, s, "GET", configs, "")
	require.Equal(t, 404, res.StatusCode)
	problem(t, res, body)
}

func TestNewHandlerNamesEveryMistake(t *testing.T) {
	_, err := t8.NewHandler(nil, &t8.HandlerOptions{Prefix: "x", MaxBody: -1}, t8.NIDDAPI(&fake{}), t8.NIDDAPI(&fake{}))
	for _, want := range []string{"authenticator", "prefix", "MaxBody", "twice"} {
		require.ErrorContains(t, err, want)
	}
}

// AfterResponse must not run before the client has the whole answer.
func TestAfterResponse(t *testing.T) {
	read := make(chan struct{})
	ran := make(chan string, 2)
	f := &fake{answer: func(ctx context.Context, _ string, _ any) (any, error) {
		t8.AfterResponse(ctx, func() { <-read; ran <- "first" })
		t8.AfterResponse(ctx, func() { ran <- "second"; panic("logged only") })
		return &t8.NIDDConfiguration{Self: "https://scef.example.com" + config1}, nil
	}}
	s := serve(t, f, nil)
	res, body := ask(t, s, "POST", configs, goodConfig) // returns with the answer while the first still waits
	require.Equal(t, 201, res.StatusCode)
	require.NotEmpty(t, body)
	require.Empty(t, ran)
	close(read)
	require.Equal(t, "first", <-ran)
	require.Equal(t, "second", <-ran)

	done := false
	t8.AfterResponse(t.Context(), func() { done = true })
	require.True(t, done, "in process it runs at once")
}

func TestHandlerContextEndsWithTheClient(t *testing.T) {
	started, ended := make(chan struct{}), make(chan error, 1)
	f := &fake{answer: func(ctx context.Context, _ string, _ any) (any, error) {
		close(started)
		<-ctx.Done()
		ended <- ctx.Err()
		return nil, ctx.Err()
	}}
	s := serve(t, f, nil)
	ctx, cancel := context.WithCancel(t.Context())
	go func() { <-started; cancel() }()
	_, err := client(t, s.URL).Configurations(ctx, asA)
	require.ErrorIs(t, err, context.Canceled)
	require.ErrorIs(t, <-ended, context.Canceled)
}

func TestHandlerTrace(t *testing.T) {
	var requests, answers []t8.Exchange
	finished := make(chan struct{}, 10)
	tr := &t8.Trace{
		Request: func(_ context.Context, x *t8.Exchange) { requests = append(requests, *x) },
		Answer:  func(_ context.Context, x *t8.Exchange) { answers = append(answers, *x); finished <- struct{}{} },
	}
	f := &fake{answer: func(context.Context, string, any) (any, error) {
		return &t8.NIDDConfiguration{Self: "https://scef.example.com" + config1}, nil
	}}
	s := serve(t, f, &t8.HandlerOptions{Trace: tr})
	ask(t, s, "POST", configs, goodConfig)
	<-finished
	ask(t, s, "GET", "/nowhere", "")
	<-finished
	require.Len(t, requests, 1)
	require.Len(t, answers, 2)
	require.Equal(t, goodConfig, string(requests[0].Request))
	x := answers[0]
	require.Equal(t, []any{"3gpp-nidd", "CreateNIDDConfiguration", asA, "POST", configs, 201, "application/json"},
		[]any{x.API, x.Operation, x.SCSAS, x.Method, x.URI, x.Status, x.AnswerType})
	require.Contains(t, string(x.Answer), config1)
	require.Positive(t, x.Took)
	require.Equal(t, 404, answers[1].Status)
}

// No identity of a subscriber may appear in a log.
func TestHandlerLogsNoIdentity(t *testing.T) {
	var log bytes.Buffer
	f := &fake{answer: func(context.Context, string, any) (any, error) { return nil, errors.New("something") }}
	s := serve(t, f, &t8.HandlerOptions{Logger: slog.New(slog.NewJSONHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))})
	ask(t, s, "POST", configs, `{"msisdn":"491701234567","notificationDestination":"https://as.example.com/n"}`)
	ask(t, s, "POST", configs, `{"msisdn":"491701234567x","notificationDestination":"https://as.example.com/n"}`)
	s.Close()
	require.Contains(t, log.String(), "CreateNIDDConfiguration")
	require.NotContains(t, log.String(), "491701234567")
}

func TestNewServerBoundsItsClients(t *testing.T) {
	s := t8.NewServer("127.0.0.1:0", http.NotFoundHandler(), nil)
	require.Positive(t, s.ReadHeaderTimeout)
	require.Positive(t, s.ReadTimeout)
	require.Positive(t, s.WriteTimeout)
	require.Positive(t, s.IdleTimeout)
	require.Positive(t, s.MaxHeaderBytes)
	require.Nil(t, s.TLSConfig)
	mine := &tls.Config{MinVersion: tls.VersionTLS10}
	s = t8.NewServer("127.0.0.1:0", http.NotFoundHandler(), mine)
	require.Equal(t, uint16(tls.VersionTLS12), s.TLSConfig.MinVersion)
	require.Equal(t, uint16(tls.VersionTLS10), mine.MinVersion, "copied")
}
