package s6m_test

import (
	"testing"

	"github.com/scefkit/scefkit/internal/diagen/diatest"
	"github.com/scefkit/scefkit/s6m"
)

func elements() []diatest.Element {
	return []diatest.Element{
		new(s6m.ServingNode), new(s6m.AdditionalServingNode), new(s6m.UserIdentifier), new(s6m.ServiceParameters),
		new(s6m.T4Parameters), new(s6m.ServiceData), new(s6m.T4Data), new(s6m.SIR), new(s6m.SIA),
	}
}

func TestRoundTrip(t *testing.T) { diatest.RoundTrip(t, elements()...) }

func TestConform(t *testing.T) { diatest.Conform(t, "s6m.dia", s6m.New, elements()...) }

func FuzzDecode(f *testing.F) { diatest.Fuzz(f, nil, elements()...) }
