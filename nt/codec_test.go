package nt_test

import (
	"testing"

	"github.com/scefkit/scefkit/internal/diagen/diatest"
	"github.com/scefkit/scefkit/nt"
)

func elements() []diatest.Element {
	return []diatest.Element{
		new(nt.TimeWindow), new(nt.TransferPolicy), new(nt.BTR), new(nt.BTA),
	}
}

func TestRoundTrip(t *testing.T) { diatest.RoundTrip(t, elements()...) }

func TestConform(t *testing.T) { diatest.Conform(t, "nt.dia", nt.New, elements()...) }

func FuzzDecode(f *testing.F) { diatest.Fuzz(f, nil, elements()...) }
