package t8_test

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http/httptest"
	"testing"

	"github.com/scefkit/scefkit/t8"
)

// FuzzHandler: no body brings the SCEF to an error of its own, and every answer with a body is JSON.
func FuzzHandler(f *testing.F) {
	ops := []struct{ method, path, media string }{
		{"POST", configs, "application/json"},
		{"PATCH", config1, merge},
		{"POST", deliveries, "application/json"},
		{"PUT", delivery1, "application/json"},
		{"PATCH", delivery1, merge},
		{"PUT", port1, "application/json"},
	}
	seeds := []string{
		goodConfig, `{"duration":null,"rdsPorts":[{"portUE":1,"portSCEF":2}],"vendorSpecific-000001":{"a":1}}`, goodDelivery,
		`{"msisdn":"12345","data":"AA==","priority":-1,"maximumLatency":0,"vendorSpecific-000001":null}`, `{"data":"AA==","priority":null}`, goodPort,
	}
	for i, s := range seeds {
		f.Add(uint8(i), []byte(s), "")
	}
	f.Add(uint8(1), []byte(`{}`), `"x"`)
	f.Add(uint8(0), []byte(`[{"a":"\ud800"}]`), "*")
	cfg := t8.NIDDConfiguration{Self: "https://scef/c", MSISDN: "12345", NotificationDestination: "https://as/n", VendorSpecific: t8.VendorSpecific{"000001": []byte(`{"b":2}`)}}
	held := t8.NIDDDownlinkDataTransfer{Self: "https://scef/d", MSISDN: "12345", Data: []byte("x")}
	p := &fake{answer: func(_ context.Context, op string, body any) (any, error) { // answers with what it was given
		switch b := body.(type) {
		case *t8.NIDDConfiguration:
			v := *b
			v.Self = "https://scef/c"
			return &v, nil
		case *t8.NIDDConfigurationPatch:
			v := cfg
			return &v, b.Apply(&v)
		case *t8.NIDDDownlinkDataTransferPatch:
			v := held
			return &v, b.Apply(&v)
		case nil:
			return map[string]any{"Configuration": &cfg, "Delivery": &held, "Port": &t8.ManagePort{}}[op], nil
		}
		return body, nil
	}}
	h, err := t8.NewHandler(static(f), nil, t8.NIDDAPI(p))
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, which uint8, body []byte, match string) {
		p.calls = nil
		op := ops[int(which)%len(ops)]
		r := httptest.NewRequest(op.method, op.path, bytes.NewReader(body))
		r.Header.Set("Authorization", "Bearer "+tokenA)
		r.Header.Set("Content-Type", op.media)
		r.Header.Set("Content-Length", "1") // as a server leaves it
		if match != "" {
			r.Header.Set("If-Match", match)
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code >= 500 || w.Body.Len() > 0 && !json.Valid(w.Body.Bytes()) {
			t.Fatalf("%s %s %q: %d %s", op.method, op.path, body, w.Code, w.Body)
		}
	})
}
