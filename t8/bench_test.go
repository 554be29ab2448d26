package t8_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"mime"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/scefkit/scefkit/id"
	"github.com/scefkit/scefkit/policy"
	"github.com/scefkit/scefkit/t8"
)

// delivered is a procedure that delivers at once.
type delivered struct{ t8.NIDD }

func (delivered) CreateDelivery(_ context.Context, _ id.SCSASID, _ string, b *t8.NIDDDownlinkDataTransfer) (*t8.NIDDDownlinkDataTransfer, error) {
	r := *b
	r.DeliveryStatus = t8.DeliverySuccessNextHopAcknowledged
	return &r, nil
}

// byHand is the handler that somebody writes for this one operation with net/http and encoding/json, with the checks that
// nobody leaves out.
func byHand(auth policy.Authenticator, p t8.NIDD) http.Handler {
	type rdsPort struct {
		PortUE   int `json:"portUE"`
		PortSCEF int `json:"portSCEF"`
	}
	type transfer struct {
		ExternalID      string     `json:"externalId,omitempty"`
		ExternalGroupID string     `json:"externalGroupId,omitempty"`
		MSISDN          string     `json:"msisdn,omitempty"`
		Self            string     `json:"self,omitempty"`
		Data            []byte     `json:"data"`
		Reliable        bool       `json:"reliableDataService,omitempty"`
		RDSPort         *rdsPort   `json:"rdsPort,omitempty"`
		MaximumLatency  *int64     `json:"maximumLatency,omitempty"`
		Priority        *int       `json:"priority,omitempty"`
		Option          string     `json:"pdnEstablishmentOption,omitempty"`
		DeliveryStatus  string     `json:"deliveryStatus,omitempty"`
		Retransmission  *time.Time `json:"requestedRetransmissionTime,omitempty"`
	}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /3gpp-nidd/v1/{scsAsId}/configurations/{configurationId}/downlink-data-deliveries", func(w http.ResponseWriter, r *http.Request) {
		scsas, _, err := auth.Authenticate(r)
		if err != nil || string(scsas.ID) != r.PathValue("scsAsId") {
			http.Error(w, "unauthorized", http.StatusUnauthorized)
			return
		}
		if media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || media != "application/json" {
			http.Error(w, "media type", http.StatusUnsupportedMediaType)
			return
		}
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 64<<10))
		if err != nil {
			http.Error(w, "body", http.StatusBadRequest)
			return
		}
		var in transfer
		if err := json.Unmarshal(body, &in); err != nil {
			http.Error(w, "JSON", http.StatusBadRequest)
			return
		}
		if len(in.Data) == 0 || in.ExternalID == "" && in.MSISDN == "" && in.ExternalGroupID == "" {
			http.Error(w, "missing", http.StatusBadRequest)
			return
		}
		d := &t8.NIDDDownlinkDataTransfer{
			ExternalID: id.ExternalID(in.ExternalID), MSISDN: id.MSISDN(in.MSISDN), Data: in.Data, ReliableDataService: in.Reliable,
			Priority: in.Priority, PDNEstablishmentOption: t8.PDNEstablishmentOption(in.Option),
		}
		out, err := p.CreateDelivery(r.Context(), scsas.ID, r.PathValue("configurationId"), d)
		if err != nil {
			http.Error(w, "failed", http.StatusInternalServerError)
			return
		}
		in.DeliveryStatus = string(out.DeliveryStatus)
		b, err := json.Marshal(in)
		if err != nil {
			http.Error(w, "failed", http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(b)
	})
	return mux
}

// sink takes an answer as cheaply as can be.
type sink struct {
	h      http.Header
	status int
	b      []byte
}

func (s *sink) Header() http.Header         { return s.h }
func (s *sink) WriteHeader(status int)      { s.status = status }
func (s *sink) Write(b []byte) (int, error) { s.b = append(s.b[:0], b...); return len(b), nil }

// BenchmarkDeliveryAgainstHand carries out the same delivery by a Handler and by a handler that is written by hand, in turns, and
// gives the ratio of their times.
func BenchmarkDeliveryAgainstHand(b *testing.B) {
	body := []byte(`{"externalId":"device-000123@iot.example.com","data":"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4vMDEyMzQ1Njc4OTo7PD0+Pw==","maximumLatency":3600,"priority":3,"pdnEstablishmentOption":"WAIT_FOR_UE"}`)
	auth := static(b)
	ours, err := t8.NewHandler(auth, &t8.HandlerOptions{Authorizer: auth}, t8.NIDDAPI(delivered{}))
	if err != nil {
		b.Fatal(err)
	}
	hand := byHand(auth, delivered{})
	w := &sink{}
	request := func(h http.Handler) time.Duration {
		r := httptest.NewRequest("POST", deliveries, bytes.NewReader(body))
		r.Header["Authorization"] = []string{"Bearer " + tokenA}
		r.Header["Content-Type"] = []string{"application/json"}
		w.h, w.status, w.b = http.Header{}, 200, w.b[:0]
		begin := time.Now()
		h.ServeHTTP(w, r)
		took := time.Since(begin)
		if w.status != 200 || !bytes.Contains(w.b, []byte(`"deliveryStatus":"SUCCESS_NEXT_HOP_ACKNOWLEDGED"`)) {
			b.Fatalf("%d %s", w.status, w.b)
		}
		return took
	}
	var a, z time.Duration
	for b.Loop() {
		a += request(ours)
		z += request(hand)
	}
	b.ReportMetric(float64(a.Nanoseconds())/float64(b.N), "handler-ns")
	b.ReportMetric(float64(z.Nanoseconds())/float64(b.N), "by-hand-ns")
	b.ReportMetric(float64(a)/float64(z), "ratio")
	b.ReportMetric(0, "ns/op")
}

// BenchmarkETag is the retrieval of a configuration, which gets an ETag.
func BenchmarkETag(b *testing.B) {
	auth := static(b)
	h, err := t8.NewHandler(auth, nil, t8.NIDDAPI(&fake{answer: func(context.Context, string, any) (any, error) {
		return &t8.NIDDConfiguration{Self: "https://scef.example.com/3gpp-nidd/v1/as-a/configurations/c1", ExternalID: "ue@example.com", NotificationDestination: "https://as.example.com/n", MaximumPacketSize: 10864, Status: t8.NIDDActive}, nil
	}}))
	if err != nil {
		b.Fatal(err)
	}
	r := httptest.NewRequest("GET", config1, nil)
	r.Header["Authorization"] = []string{"Bearer " + tokenA}
	w := &sink{}
	b.ReportAllocs()
	for b.Loop() {
		w.h = http.Header{}
		h.ServeHTTP(w, r)
	}
}
