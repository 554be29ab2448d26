package mb2_test

import (
	"testing"

	"github.com/scefkit/scefkit/internal/diagen/diatest"
	"github.com/scefkit/scefkit/mb2"
)

func elements() []diatest.Element {
	return []diatest.Element{
		new(mb2.QoSInformation), new(mb2.AllocationRetentionPriority), new(mb2.MBMSBearerEventNotification),
		new(mb2.MBMSBearerRequest), new(mb2.MBMSBearerResponse), new(mb2.TMGIAllocationRequest),
		new(mb2.TMGIAllocationResponse), new(mb2.TMGIDeallocationRequest), new(mb2.TMGIDeallocationResponse),
		new(mb2.TMGIExpiry), new(mb2.LocalM1Information), new(mb2.LocalMB2UInformation), new(mb2.ROHCRequest),
		new(mb2.UserplaneProtocolResult), new(mb2.GAR), new(mb2.GAA), new(mb2.GNR), new(mb2.GNA),
	}
}

func TestRoundTrip(t *testing.T) { diatest.RoundTrip(t, elements()...) }

func TestConform(t *testing.T) { diatest.Conform(t, "mb2.dia", mb2.New, elements()...) }

func FuzzDecode(f *testing.F) { diatest.Fuzz(f, nil, elements()...) }
