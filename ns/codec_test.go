package ns_test

import (
	"testing"

	"github.com/scefkit/scefkit/internal/diagen/diatest"
	"github.com/scefkit/scefkit/ns"
)

func elements() []diatest.Element {
	return []diatest.Element{
		new(ns.NetworkCongestionAreaReport), new(ns.NSR), new(ns.NSA), new(ns.NCR), new(ns.NCA),
	}
}

func TestRoundTrip(t *testing.T) { diatest.RoundTrip(t, elements()...) }

func TestConform(t *testing.T) { diatest.Conform(t, "ns.dia", ns.New, elements()...) }

func FuzzDecode(f *testing.F) { diatest.Fuzz(f, nil, elements()...) }
