package nta_test

import (
	"testing"

	"github.com/scefkit/scefkit/internal/diagen/diatest"
	"github.com/scefkit/scefkit/nta"
)

func elements() []diatest.Element {
	return []diatest.Element{
		new(nta.AccessNetworkReports), new(nta.EventConfiguration), new(nta.EventConfigurationStatus),
		new(nta.EventReports), new(nta.ECR), new(nta.ECA), new(nta.ERR), new(nta.ERA),
	}
}

func TestRoundTrip(t *testing.T) { diatest.RoundTrip(t, elements()...) }

func TestConform(t *testing.T) { diatest.Conform(t, "nta.dia", nta.New, elements()...) }

func FuzzDecode(f *testing.F) { diatest.Fuzz(f, nil, elements()...) }
