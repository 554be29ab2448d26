package s6t_test

import (
	"fmt"
	"time"

	"github.com/scefkit/scefkit/diameter"
	"github.com/scefkit/scefkit/diameter/tgpp"
	"github.com/scefkit/scefkit/s6t"
)

// The SCEF asks whether a UE may use NIDD, and the HSS grants it.
func Example() {
	req, err := diameter.NewRequest(&s6t.NIR{
		SessionID:        "scef.example.com;1;1",
		OriginHost:       "scef.example.com",
		OriginRealm:      "example.com",
		DestinationRealm: "example.com",
		UserIdentifier:   s6t.UserIdentifier{ExternalIdentifier: "lamp7@example.com"},
		NIDDAuthorizationRequest: &s6t.NIDDAuthorizationRequest{
			ServiceSelection:      "iot.example",
			RequestedValidityTime: time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC),
		},
	})
	if err != nil {
		panic(err)
	}

	msisdn, err := tgpp.AppendTBCD(nil, "15551230002") // at the HSS
	if err != nil {
		panic(err)
	}
	ans, err := diameter.NewAnswer(req, &s6t.NIA{
		SessionID:   "scef.example.com;1;1",
		Result:      diameter.Success,
		OriginHost:  "hss.example.com",
		OriginRealm: "example.com",
		NIDDAuthorizationResponse: &s6t.NIDDAuthorizationResponse{
			UserName:            "001010000000042",
			MSISDN:              msisdn,
			GrantedValidityTime: time.Date(2029, 1, 1, 0, 0, 0, 0, time.UTC),
		},
	})
	if err != nil {
		panic(err)
	}

	if r, err := diameter.ResultOf(ans); err != nil || !r.IsSuccess() { // back at the SCEF
		panic("not authorized")
	}
	var nia s6t.NIA
	if err := diameter.Decode(ans, &nia); err != nil {
		panic(err)
	}
	fmt.Println(nia.NIDDAuthorizationResponse)
	// Output:
	// {MSISDN: 15551******, User-Name: "00101**********", Granted-Validity-Time: 2029-01-01T00:00:00Z}
}
