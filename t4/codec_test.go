package t4_test

import (
	"testing"

	"github.com/scefkit/scefkit/internal/diagen/diatest"
	"github.com/scefkit/scefkit/t4"
)

func elements() []diatest.Element {
	return []diatest.Element{
		new(t4.ServingNode), new(t4.AdditionalServingNode), new(t4.UserIdentifier), new(t4.DTR), new(t4.DTA), new(t4.DRR),
		new(t4.DRA),
	}
}

func TestRoundTrip(t *testing.T) { diatest.RoundTrip(t, elements()...) }

func TestConform(t *testing.T) { diatest.Conform(t, "t4.dia", t4.New, elements()...) }

func FuzzDecode(f *testing.F) { diatest.Fuzz(f, nil, elements()...) }
