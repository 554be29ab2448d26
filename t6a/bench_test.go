package t6a_test

import (
	"bytes"
	"testing"

	"github.com/scefkit/scefkit/diameter"
	"github.com/scefkit/scefkit/diameter/tgpp"
	"github.com/scefkit/scefkit/t6a"
)

// benchODR is a request of 424 octets, 64 of them data: with priority and a destination host, as an MME sends it.
func benchODR() *t6a.ODR {
	return &t6a.ODR{
		SessionID:        "mme01.epc.mnc001.mcc001.3gppnetwork.org;1700000000;00000001",
		UserIdentifier:   t6a.UserIdentifier{UserName: "001010000000042"},
		BearerIdentifier: []byte{5},
		DRMP:             new(diameter.DRMPPriority2),
		OriginHost:       "mme01.epc.mnc001.mcc001.3gppnetwork.org",
		OriginRealm:      "epc.mnc001.mcc001.3gppnetwork.org",
		DestinationHost:  "scef01.epc.mnc001.mcc001.3gppnetwork.org",
		DestinationRealm: "epc.mnc001.mcc001.3gppnetwork.org",
		NonIPData:        bytes.Repeat([]byte{0xa5}, 64),
	}
}

// BenchmarkODR reads an ODR and writes its ODA, as a server does for each uplink datagram.
func BenchmarkODR(b *testing.B) {
	req, err := diameter.NewRequest(benchODR())
	if err != nil {
		b.Fatal(err)
	}
	if n := req.Len(); n != 424 {
		b.Fatalf("the request has %d octets", n)
	}
	answer := func(odr *t6a.ODR) t6a.ODA {
		return t6a.ODA{SessionID: odr.SessionID, DRMP: odr.DRMP, Result: diameter.Success,
			OriginHost: odr.DestinationHost, OriginRealm: odr.DestinationRealm}
	}
	b.Run("floor", func(b *testing.B) { // the same octets by hand: no structs, no strings, no checks; a ratio says more than ns
		b.ReportAllocs()
		for b.Loop() {
			var session, host, realm, priority, data []byte
			for rest := req.AVPs; len(rest) > 0; {
				a, next, err := diameter.NextAVP(rest)
				if err != nil {
					b.Fatal(err)
				}
				switch rest = next; a.Code {
				case 263:
					session = a.Data
				case 293:
					host = a.Data
				case 283:
					realm = a.Data
				case 301:
					priority = a.Data
				case 4315:
					data = a.Data
				}
			}
			if len(data) != 64 {
				b.Fatal("no data")
			}
			out := diameter.AppendString(make([]byte, 0, 256), 263, 0, diameter.AVPMandatory, session)
			out = diameter.AppendUint32(out, 277, 0, diameter.AVPMandatory, 1)
			out = diameter.AppendString(out, 264, 0, diameter.AVPMandatory, host)
			out = diameter.AppendString(out, 296, 0, diameter.AVPMandatory, realm)
			out = diameter.AppendString(out, 301, 0, 0, priority)
			_ = diameter.AppendUint32(out, 268, 0, diameter.AVPMandatory, 2001)
		}
	})
	b.Run("codec", func(b *testing.B) { // the structs alone
		b.ReportAllocs()
		for b.Loop() {
			var odr t6a.ODR
			if err := odr.DecodeAVPs(req.AVPs); err != nil {
				b.Fatal(err)
			}
			oda := answer(&odr)
			if _, err := oda.AppendAVPs(make([]byte, 0, 256)); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("messages", func(b *testing.B) { // with the checks of Decode and NewAnswer, and the bytes of the frame
		b.ReportAllocs()
		var frame []byte
		for b.Loop() {
			var odr t6a.ODR
			if err := diameter.Decode(req, &odr); err != nil {
				b.Fatal(err)
			}
			oda := answer(&odr)
			ans, err := diameter.NewAnswer(req, &oda)
			if err != nil {
				b.Fatal(err)
			}
			frame = ans.Append(frame[:0])
		}
	})
	b.Run("refused", func(b *testing.B) { // a request without Bearer-Identifier, and the error answer
		bad := *req
		bad.AVPs = nil
		for rest := req.AVPs; len(rest) > 0; {
			var a diameter.AVP
			a, rest, _ = diameter.NextAVP(rest)
			if a.Code != 1020 {
				bad.AVPs = a.Append(bad.AVPs)
			}
		}
		from := diameter.Identity{Host: "scef.example.com", Realm: "example.com"}
		b.ReportAllocs()
		for b.Loop() {
			var odr t6a.ODR
			err := diameter.Decode(&bad, &odr)
			if err == nil {
				b.Fatal("no error")
			}
			diameter.ErrorAnswerFor(&bad, from, err)
		}
	})
}

func BenchmarkCMR(b *testing.B) {
	cmr := &t6a.CMR{
		SessionID: "mme1.example.com;1;42", UserIdentifier: t6a.UserIdentifier{UserName: "001010000000042"}, BearerIdentifier: []byte{5},
		OriginHost: "mme1.example.com", OriginRealm: "example.com", DestinationRealm: "example.com",
		ConnectionAction: t6a.ConnectionActionEstablishment, ServiceSelection: "iot.example",
		SupportedFeatures: []tgpp.SupportedFeatures{{VendorID: 10415, FeatureListID: 1, FeatureList: 1}},
		RATType:           new(tgpp.RATTypeEUTRANNBIoT), VisitedPLMNID: []byte{0x00, 0xf1, 0x10},
	}
	avps, err := cmr.AppendAVPs(nil)
	if err != nil {
		b.Fatal(err)
	}
	buf := make([]byte, 0, 1024)
	b.ReportAllocs()
	for b.Loop() {
		var c t6a.CMR
		if err := c.DecodeAVPs(avps); err != nil {
			b.Fatal(err)
		}
		if _, err := c.AppendAVPs(buf[:0]); err != nil {
			b.Fatal(err)
		}
	}
}
