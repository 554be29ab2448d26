package tsp_test

import (
	"testing"

	"github.com/scefkit/scefkit/internal/diagen/diatest"
	"github.com/scefkit/scefkit/tsp"
)

func elements() []diatest.Element {
	return []diatest.Element{
		new(tsp.DeviceAction), new(tsp.DeviceNotification), new(tsp.TriggerData), new(tsp.DAR), new(tsp.DAA), new(tsp.DNR),
		new(tsp.DNA),
	}
}

func TestRoundTrip(t *testing.T) { diatest.RoundTrip(t, elements()...) }

func TestConform(t *testing.T) { diatest.Conform(t, "tsp.dia", tsp.New, elements()...) }

func FuzzDecode(f *testing.F) { diatest.Fuzz(f, nil, elements()...) }
