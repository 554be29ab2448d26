package tgpp_test

import (
	"testing"

	"github.com/scefkit/scefkit/diameter/tgpp"
	"github.com/scefkit/scefkit/internal/diagen/diatest"
)

func TestRoundTrip(t *testing.T) {
	diatest.RoundTrip(t, new(tgpp.SupportedFeatures))
}

func FuzzDecode(f *testing.F) {
	diatest.Fuzz(f, nil, new(tgpp.SupportedFeatures))
}
