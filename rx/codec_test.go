package rx_test

import (
	"testing"

	"github.com/scefkit/scefkit/internal/diagen/diatest"
	"github.com/scefkit/scefkit/rx"
)

func elements() []diatest.Element {
	return []diatest.Element{
		new(rx.GrantedServiceUnit), new(rx.SubscriptionID), new(rx.UsedServiceUnit), new(rx.UserEquipmentInfo),
		new(rx.AccessNetworkChargingIdentifier), new(rx.Flows), new(rx.MediaComponentDescription),
		new(rx.MediaSubComponent), new(rx.AcceptableServiceInfo), new(rx.SponsoredConnectivityData),
		new(rx.CalleeInformation), new(rx.MAInformation), new(rx.N5GSRANNASReleaseCause), new(rx.NGAPCause),
		new(rx.WirelineUserLocationInfo), new(rx.UserEquipmentInfoExtension), new(rx.AAR), new(rx.AAA), new(rx.RAR),
		new(rx.RAA), new(rx.STR), new(rx.STA), new(rx.ASR), new(rx.ASA),
	}
}

func TestRoundTrip(t *testing.T) { diatest.RoundTrip(t, elements()...) }

func TestConform(t *testing.T) { diatest.Conform(t, "rx.dia", rx.New, elements()...) }

func FuzzDecode(f *testing.F) { diatest.Fuzz(f, nil, elements()...) }
