package tgpp_test

import (
	"testing"

	"github.com/scefkit/scefkit/diameter/tgpp"
	"github.com/scefkit/scefkit/internal/diagen/diatest"
)

func elements() []diatest.Element {
	return []diatest.Element{
		new(tgpp.SupportedFeatures), new(tgpp.EPSLocationInformation), new(tgpp.MMELocationInformation),
		new(tgpp.SGSNLocationInformation), new(tgpp.IMSIGroupID), new(tgpp.EDRXCycleLength),
		new(tgpp.UserCSGInformation), new(tgpp.UEReachabilityConfiguration), new(tgpp.LocationInformationConfiguration),
		new(tgpp.MonitoringEventConfigStatus), new(tgpp.ServiceResult), new(tgpp.ServiceReport),
		new(tgpp.MonitoringEventReportStatus), new(tgpp.IdleStatusIndication),
	}
}

func TestRoundTrip(t *testing.T) { diatest.RoundTrip(t, elements()...) }

func TestConform(t *testing.T) { diatest.Conform(t, "tgpp.dia", nil, elements()...) }

func FuzzDecode(f *testing.F) { diatest.Fuzz(f, nil, elements()...) }
