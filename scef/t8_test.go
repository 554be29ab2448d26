package scef_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/fault"
	"github.com/scefkit/scefkit/id"
	"github.com/scefkit/scefkit/policy"
	"github.com/scefkit/scefkit/sim"
	"github.com/scefkit/scefkit/t8"
)

const configurations = "/3gpp-nidd/v1/as1/configurations"

// TestBadConfiguration checks that every fault of a request is told at once, and that no node of the network hears of it.
func TestBadConfiguration(t *testing.T) {
	covers(t, "T8-4.4.5.2.1-11 KAURI-39")
	b := start(t)
	b.provision(1, "as1")
	for _, c := range []struct {
		name, body string
		cause      string
		want       []string
	}{
		{"no JSON", `{"externalId": `, "INVALID_MSG_FORMAT", nil},
		{"nothing", ``, "INVALID_MSG_FORMAT", nil},
		{"more than JSON", `{} {}`, "INVALID_MSG_FORMAT", nil},
		{"a list", `[]`, "INVALID_MSG_FORMAT", nil},
		{"null", `null`, "", nil},
		{"no UE", `{"notificationDestination": "http://127.0.0.1/"}`, "", []string{"/externalId", "/externalGroupId", "/msisdn"}},
		{"no destination", `{"externalId": "meter-1@example.com"}`, "MANDATORY_IE_MISSING", []string{"/notificationDestination"}},
		{"neither", `{}`, "MANDATORY_IE_MISSING", []string{"/externalId", "/externalGroupId", "/msisdn", "/notificationDestination"}},
		{"two UEs", `{"externalId": "meter-1@example.com", "msisdn": "999000000001", "notificationDestination": "http://127.0.0.1/"}`, "", []string{"/externalId", "/msisdn"}},
		{"wrong types", `{"externalId": 5, "notificationDestination": ["x"], "duration": "tomorrow", "reliableDataService": "yes"}`, "", []string{"/externalId", "/notificationDestination", "/duration", "/reliableDataService"}},
		{"bad values", `{"externalId": "meter-1", "notificationDestination": "mailto:me", "supportedFeatures": "xyz"}`, "", []string{"/externalId", "/notificationDestination", "/supportedFeatures"}},
		{
			"inside", `{"externalId": "meter-1@example.com", "notificationDestination": "http://127.0.0.1/", "niddDownlinkDataTransfers": [{"externalId": "meter-1@example.com", "data": "%%", "maximumLatency": -1}]}`,
			"", []string{"/niddDownlinkDataTransfers/0/data", "/niddDownlinkDataTransfers/0/maximumLatency"},
		},
		{"a list of none", `{"externalId": "meter-1@example.com", "notificationDestination": "http://127.0.0.1/", "niddDownlinkDataTransfers": []}`, "", []string{"/niddDownlinkDataTransfers"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := b.json("as1", "POST", configurations, c.body).problem(400)
			if c.cause != "" {
				require.Equal(t, c.cause, p.Cause)
			}
			got := pointers(p)
			for _, want := range c.want {
				require.Contains(t, got, want)
			}
			for _, x := range p.InvalidParams {
				require.NotEmpty(t, x.Reason)
			}
		})
	}
	require.Zero(t, b.asks.Load(), "nobody in the network was asked")
	require.Equal(t, "[]", string(b.json("as1", "GET", configurations, "").body))
}

// TestBadDelivery does the same for downlink data.
func TestBadDelivery(t *testing.T) {
	covers(t, "T8-4.4.5.3.1-10")
	b := start(t)
	m, _ := b.mme(mmeID)
	as, url := b.as("as1")
	ue, cfg := b.attached(as, url, m, 1)
	asked := b.asks.Load()
	for _, c := range []struct {
		name, body string
		want       []string
	}{
		{"no UE", `{"data": "eA=="}`, []string{"/externalId", "/msisdn"}},
		{"no data", `{"externalId": "meter-1@example.com"}`, []string{"/data"}},
		{"neither", `{}`, []string{"/externalId", "/msisdn", "/data"}},
		{"no octets", `{"externalId": "meter-1@example.com", "data": ""}`, []string{"/data"}},
		{"two UEs", `{"externalId": "meter-1@example.com", "msisdn": "999000000001", "data": "eA=="}`, []string{"/externalId", "/msisdn"}},
		{"another UE", `{"externalId": "meter-2@example.com", "data": "eA=="}`, []string{"/externalId"}},
		{"wrong types", `{"externalId": "meter-1@example.com", "data": 5, "maximumLatency": "long", "rdsPort": {"portUE": 70000}, "priority": 1.5}`, []string{"/data", "/maximumLatency", "/rdsPort/portUE", "/rdsPort/portSCEF", "/priority"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := pointers(b.json("as1", "POST", cfg+"/downlink-data-deliveries", c.body).problem(400))
			for _, want := range c.want {
				require.Contains(t, got, want)
			}
		})
	}
	require.Equal(t, asked, b.asks.Load())
	require.Empty(t, ue.Received())
}

// TestBadPatch checks patches, which are checked together with what they change.
func TestBadPatch(t *testing.T) {
	b := start(t)
	b.provision(1, "as1")
	as, url := b.as("as1")
	cfg := b.configure(as, url, 1)
	before := b.json("as1", "GET", cfg, "").body
	asked := b.asks.Load()
	for body, want := range map[string]string{
		`{"notificationDestination": null}`:                      "/notificationDestination",
		`{"notificationDestination": 5}`:                         "/notificationDestination",
		`{"notificationDestination": "ftp://x"}`:                 "/notificationDestination",
		`{"duration": true}`:                                     "/duration",
		`{"rdsPorts": []}`:                                       "/rdsPorts",
		`{"rdsPorts": [{"portUE": 1, "portSCEF": 2}, {}]}`:       "/rdsPorts/1/portUE",
		`{"rdsPorts": [{"portUE": 1, "portSCEF": "no number"}]}`: "/rdsPorts/0/portSCEF",
	} {
		require.Contains(t, pointers(b.json("as1", "PATCH", cfg, body).problem(400)), want, "%s", body)
	}
	require.Equal(t, asked, b.asks.Load())
	require.Equal(t, string(before), string(b.json("as1", "GET", cfg, "").body), "nothing was changed")
}

func TestMediaType(t *testing.T) {
	b := start(t)
	b.provision(1, "as1")
	as, url := b.as("as1")
	cfg := b.configure(as, url, 1)
	body := fmt.Sprintf(`{"externalId": "meter-1@example.com", "notificationDestination": %q}`, url)
	for _, q := range []request{
		{method: "POST", url: configurations, media: "text/plain"},
		{method: "POST", url: configurations, media: ""},
		{method: "POST", url: configurations, media: "application/xml"},
		{method: "POST", url: configurations, media: "application/json; charset=latin1"},
		{method: "POST", url: cfg + "/downlink-data-deliveries", media: "application/cbor"},
		{method: "PATCH", url: cfg, media: "application/json"},
		{method: "PATCH", url: cfg, media: "application/json-patch+json"},
	} {
		q.token, q.body = "Bearer "+tokenOf("as1"), body
		r := b.send(q)
		r.problem(415)
		if q.method == "PATCH" {
			require.Contains(t, r.header.Get("Accept-Patch"), "application/merge-patch+json")
		}
	}
}

func TestBodyTooLarge(t *testing.T) {
	b := start(t)
	asked := b.asks.Load()
	for _, chunked := range []bool{false, true} {
		r := b.send(request{
			method: "POST", url: configurations, token: "Bearer " + tokenOf("as1"), media: "application/json",
			body: `{"mtcProviderId": "` + strings.Repeat("x", 70<<10) + `"}`, chunked: chunked,
		})
		r.problem(413)
	}
	require.Equal(t, asked, b.asks.Load())
	require.Equal(t, 200, b.json("as1", "GET", configurations, "").status, "the server goes on")
}

// TestUnknownPathOrMethod checks that these errors look like all others.
func TestUnknownPathOrMethod(t *testing.T) {
	b := start(t)
	for _, path := range []string{
		"/", "/favicon.ico", "/3gpp-nidd", "/3gpp-nidd/v1", "/3gpp-nidd/v1/as1", "/3gpp-nidd/v2/as1/configurations", configurations + "/", configurations + "/x/y",
		"/3gpp-monitoring-event/v1/as1/subscriptions", configurations + "/x/downlink-data-deliveries/y/z",
	} {
		b.json("as1", "GET", path, "").problem(404)
	}
	b.json("as1", "GET", configurations+"/none", "").problem(404)
	for method, allow := range map[string]string{"PUT": "GET", "DELETE": "POST", "PATCH": "GET", "BREW": "POST"} {
		r := b.json("as1", method, configurations, "")
		r.problem(405)
		require.Contains(t, r.header.Get("Allow"), allow)
	}
	b.json("as1", "POST", configurations+"/x", "{}").problem(405)
}

// operations are the requests of the API on a configuration and a delivery, with bodies that are in order.
func operations(cfg, delivery, url string) []request {
	transfer := `{"externalId": "meter-1@example.com", "data": "eA=="}`
	return []request{
		{method: "GET", url: configurations},
		{method: "POST", url: configurations, media: "application/json", body: fmt.Sprintf(`{"externalId": "meter-2@example.com", "notificationDestination": %q}`, url)},
		{method: "GET", url: cfg},
		{method: "PATCH", url: cfg, media: "application/merge-patch+json", body: `{"pdnEstablishmentOption": "INDICATE_ERROR"}`},
		{method: "DELETE", url: cfg},
		{method: "GET", url: cfg + "/downlink-data-deliveries"},
		{method: "POST", url: cfg + "/downlink-data-deliveries", media: "application/json", body: transfer},
		{method: "GET", url: delivery},
		{method: "PUT", url: delivery, media: "application/json", body: transfer},
		{method: "PATCH", url: delivery, media: "application/merge-patch+json", body: `{"data": "eA=="}`},
		{method: "DELETE", url: delivery},
		{method: "GET", url: cfg + "/rds-ports"},
		{method: "DELETE", url: cfg + "/rds-ports/ue1-ef2"},
	}
}

// stored returns a bench with a configuration and a delivery that waits for its UE.
func stored(t *testing.T, change ...func(*setup)) (b *bench, as *sim.AS, url, cfg, delivery string) {
	b = start(t, change...)
	b.provision(1, "as1")
	b.provision(2, "as1")
	as, url = b.as("as1")
	cfg = b.configure(as, url, 1)
	d, err := b.deliver(as, cfg, "waits")
	require.NoError(t, err)
	require.NotEmpty(t, d.Self)
	return b, as, url, cfg, d.Self
}

// TestAuthentication tries every operation without a valid credential.
func TestAuthentication(t *testing.T) {
	covers(t, "T8-4.4.5.2.1-12 T8-4.4.5.2.1-15 T8-4.4.5.2.1-35 T8-4.4.5.2.1-39 T8-4.4.5.2.1-46 T8-4.4.5.2.1-49 KAURI-27")
	b, _, url, cfg, delivery := stored(t)
	before, asked := b.json("as1", "GET", configurations, "").body, b.asks.Load()
	for _, q := range operations(cfg, delivery, url) {
		for token, challenge := range map[string]string{
			"":                          `Bearer realm=`,
			"Bearer wrong-wrong-wrong!": "invalid_token",
			"Bearer ":                   "invalid_token",
			"Basic YXMxOmFzMQ==":        `Bearer realm=`,
			tokenOf("as1"):              `Bearer realm=`,
		} {
			q.token = token
			r := b.send(q)
			p := r.problem(401)
			require.Contains(t, r.header.Get("WWW-Authenticate"), challenge, "%s %s with %q", q.method, q.url, token)
			require.Empty(t, p.InvalidParams, "nothing is told about the body")
		}
	}
	require.Equal(t, asked, b.asks.Load(), "nobody in the network was asked")
	require.Equal(t, string(before), string(b.json("as1", "GET", configurations, "").body), "nothing was changed")
}

// TestForeign checks that the resources of another SCS/AS are as if they did not exist, whatever one tries.
func TestForeign(t *testing.T) {
	covers(t, "T8-4.4.5.2.1-39 T8-4.4.5.2.1-46 T8-4.4.5.2.1-49 KAURI-29")
	b, _, url, cfg, delivery := stored(t)
	before, asked := b.json("as1", "GET", configurations, "").body, b.asks.Load()
	own := strings.NewReplacer("/as1/", "/as2/")
	for i, q := range operations(cfg, delivery, url) {
		q.token = "Bearer " + tokenOf("as2")
		theirs := b.send(q)
		theirs.problem(404)
		if i < 2 {
			continue // its own collection exists
		}
		q.url = own.Replace(q.url) // the identifier in a path of one's own
		mine := b.send(q)
		mine.problem(404)
		_, ident, _ := t8.ParseNIDDConfigurationURI(cfg)
		q.url = strings.ReplaceAll(q.url, ident, strings.Repeat("0", len(ident)))
		require.Equal(t, string(b.send(q).body), string(mine.body), "not told from one that does not exist")
	}
	require.Equal(t, asked, b.asks.Load())
	require.Equal(t, string(before), string(b.json("as1", "GET", configurations, "").body), "nothing was changed")
}

// TestNotPermitted checks an SCS/AS that is known, but may not use the API.
func TestNotPermitted(t *testing.T) {
	covers(t, "KAURI-28 KAURI-50 T8-4.2-01 T8-4.4.5.3.1-12 T8-4.4.5.2.1-15 T8-4.4.5.2.1-39 T8-4.4.5.2.1-49")
	b, _, url, cfg, delivery := stored(t, func(s *setup) {
		s.static.SCSAS = append(s.static.SCSAS,
			policy.StaticSCSAS{ID: "as3", Tokens: []string{tokenOf("as3")}, APIs: []string{"3gpp-monitoring-event"}}, // not this API
			policy.StaticSCSAS{ID: "as4", Tokens: []string{tokenOf("as4")}})                                          // no profile
	})
	asked := b.asks.Load()
	for _, as := range []id.SCSASID{"as3", "as4"} {
		for _, q := range operations(cfg, delivery, url) {
			q.token, q.url = "Bearer "+tokenOf(as), strings.ReplaceAll(q.url, "/as1/", "/"+string(as)+"/")
			r := b.send(q)
			if q.method == "POST" && strings.HasSuffix(q.url, "downlink-data-deliveries") {
				r.problem(401) // what clause 4.4.5.3.1 says
				require.NotEmpty(t, r.header.Get("WWW-Authenticate"))
				continue
			}
			r.problem(403)
		}
	}
	require.Equal(t, asked, b.asks.Load())
}

// TestStatusCodes checks what success looks like on the wire. Of the two answers that §4.4.5.2.1 has for DELETE the one without
// content is chosen: the description of the API in annex A knows no other.
func TestStatusCodes(t *testing.T) {
	covers(t, "T8-4.4.5.2.1-42 T8-4.4.5.2.1-52 T8-4.4.5.2.1-53 T8-4.4.5.3.1-59 T8-4.4.5.3.1-72 T8-4.4.5.3.1-84 KAURI-39")
	b, as, url, cfg, delivery := stored(t)
	r := b.json("as1", "POST", configurations, fmt.Sprintf(`{"externalId": "meter-2@example.com", "notificationDestination": %q}`, url))
	require.Equal(t, 201, r.status)
	require.Equal(t, "application/json", r.header.Get("Content-Type"))
	require.True(t, strings.HasPrefix(r.header.Get("Location"), b.root+configurations+"/"), r.header.Get("Location"))
	second := r.header.Get("Location")

	r = b.json("as1", "PATCH", cfg, `{"pdnEstablishmentOption": "INDICATE_ERROR"}`)
	require.Equal(t, 200, r.status, "%s", r.body)
	require.Contains(t, string(r.body), "INDICATE_ERROR")
	r = b.json("as1", "PUT", delivery, `{"externalId": "meter-1@example.com", "data": "bmV3"}`)
	require.Equal(t, 200, r.status, "%s", r.body)
	require.Contains(t, string(r.body), `"bmV3"`)
	r = b.json("as1", "PATCH", delivery, `{"data": "bmV3ZXI="}`)
	require.Equal(t, 200, r.status, "%s", r.body)
	require.Contains(t, string(r.body), `"bmV3ZXI="`)
	r = b.json("as1", "DELETE", delivery, "")
	require.Equal(t, 204, r.status)
	require.Empty(t, r.body)
	b.json("as1", "DELETE", delivery, "").problem(404)
	r = b.json("as1", "DELETE", second, "")
	require.Equal(t, 204, r.status)
	require.Empty(t, r.body)
	b.json("as1", "GET", second, "").problem(404)

	m, _ := b.mme(mmeID)
	ue := sim.NewUE(imsiOf(1), nil)
	require.NoError(t, ue.Attach(t.Context(), m, apnOf("as1")))
	r = b.json("as1", "POST", cfg+"/downlink-data-deliveries", `{"externalId": "meter-1@example.com", "data": "bm93"}`)
	require.Equal(t, 200, r.status, "%s", r.body)
	require.Empty(t, r.header.Get("Location"))
	require.Equal(t, "now", string(ue.Received()[0]))
	require.Len(t, ue.Received(), 1, "what was cancelled is not sent")
	require.Empty(t, as.Notifications())
}

// TestTwoSCSAS runs two SCS/AS at a time, with the same device.
func TestTwoSCSAS(t *testing.T) {
	covers(t, "T8-4.3.2-03 KAURI-29")
	b := start(t)
	m, _ := b.mme(mmeID)
	one, url1 := b.as("as1")
	two, url2 := b.as("as2")
	ue := b.provision(1, "as1", "as2")
	cfg1, cfg2 := b.configure(one, url1, 1), b.configure(two, url2, 1)
	require.NoError(t, m.Register(ue))
	bearer1, err := m.Connect(t.Context(), ue, apnOf("as1"))
	require.NoError(t, err)
	bearer2, err := m.Connect(t.Context(), ue, apnOf("as2"))
	require.NoError(t, err)

	require.NoError(t, m.Uplink(t.Context(), ue, sim.Uplink{Bearer: bearer1, Data: []byte("for one")}))
	require.NoError(t, m.Uplink(t.Context(), ue, sim.Uplink{Bearer: bearer2, Data: []byte("for two")}))
	for as, want := range map[*sim.AS]string{one: "for one", two: "for two"} {
		require.Len(t, as.Notifications(), 1)
		n, err := sim.Next[t8.NIDDUplinkDataNotification](t.Context(), as)
		require.NoError(t, err)
		require.Equal(t, want, string(n.Data))
		list, err := as.NIDD().Configurations(t.Context(), as.ID())
		require.NoError(t, err)
		require.Len(t, list, 1)
		require.Equal(t, list[0].Self, n.NIDDConfiguration)
		require.Equal(t, externalOf(1), n.ExternalID)
	}
	_, err = one.NIDD().Configuration(t.Context(), "as1", cfg2)
	require.ErrorIs(t, err, fault.NotFound)
	_, err = b.deliver(one, cfg1, "from one")
	require.NoError(t, err)
	require.NoError(t, two.NIDD().DeleteConfiguration(t.Context(), "as2", cfg2))
	eventually(t, 5e9, func() string {
		if n := len(m.Bearers(ue)); n != 1 {
			return fmt.Sprintf("%d bearers", n)
		}
		return ""
	})
	_, err = b.deliver(one, cfg1, "still there")
	require.NoError(t, err)
	require.NoError(t, m.Uplink(t.Context(), ue, sim.Uplink{Bearer: bearer1, Data: []byte("likewise")}))
}

// TestDestination checks that notifications go only where policy allows, by address or by name.
func TestDestination(t *testing.T) {
	b := start(t, func(s *setup) { s.static.Destinations.Allow = nil })
	m, _ := b.mme(mmeID)
	ue := b.provision(1, "as1")
	asked := b.asks.Load()
	post := func(url string) *reply {
		return b.json("as1", "POST", configurations, fmt.Sprintf(`{"externalId": "meter-1@example.com", "notificationDestination": %q}`, url))
	}
	for _, url := range []string{
		"http://127.0.0.1/", "http://127.1.2.3:8080/x", "http://[::1]/", "http://[::ffff:127.0.0.1]/", "http://10.0.0.1/", "https://192.168.1.1/", "http://172.16.0.1/",
		"http://169.254.169.254/latest/meta-data", "http://[fe80::1]/", "http://[fd00::1]/", "http://0.0.0.0/", "http://100.64.0.1/",
	} {
		p := post(url).problem(403)
		require.Equal(t, "PARAMETER_OUT_OF_RANGE", p.Cause, url)
		require.Equal(t, []string{"/notificationDestination"}, pointers(p), url)
	}
	require.Equal(t, asked, b.asks.Load())

	// A name passes; where it leads to shows when it is used.
	l := listen(t)
	defer l.Close()
	reached := make(chan struct{}, 1)
	go http.Serve(l, http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached <- struct{}{} })) //nolint:gosec // ends with l
	_, port, _ := strings.Cut(l.Addr().String(), ":")
	r := post("http://localhost:" + port + "/")
	require.Equal(t, 201, r.status, "%s", r.body)
	require.NoError(t, ue.Attach(t.Context(), m, apnOf("as1")))
	result := sim.ResultOf(ue.Send(t.Context(), []byte("x")))
	require.NotEqual(t, 5, int(result.Code/1000), "%v", result)
	require.NotZero(t, result.Code)
	require.False(t, result.IsSuccess())
	select {
	case <-reached:
		t.Fatal("the notification went to a loopback address")
	default:
	}
	p := b.json("as1", "PATCH", r.header.Get("Location"), `{"notificationDestination": "http://127.0.0.1/"}`).problem(403)
	require.Equal(t, []string{"/notificationDestination"}, pointers(p))
}
