package sim_test

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/nidd"
	"github.com/scefkit/scefkit/sim"
)

func TestTriggers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rec := sim.NewRecorder(nil)
		s := &sim.Triggers{Recorder: rec, SCEFName: "MY-SCEF"}
		until := time.Now().Add(time.Hour)
		go func() {
			time.Sleep(time.Minute)
			for range 2 {
				_ = s.Trigger(t.Context(), nidd.TriggerTarget{MSISDN: "15551230001", SCSAS: "as-1"}, until)
			}
		}()
		begin := time.Now()
		for range 2 {
			got, err := s.Next(t.Context())
			require.NoError(t, err)
			require.Equal(t, sim.Triggered{TriggerTarget: nidd.TriggerTarget{MSISDN: "15551230001", SCSAS: "as-1"}, Until: until}, got)
		}
		require.Equal(t, time.Minute, time.Since(begin))
		bad := errors.New("no SMS-SC")
		s.Refuse(func(nidd.TriggerTarget) error { return bad })
		require.ErrorIs(t, s.Trigger(t.Context(), nidd.TriggerTarget{}, until), bad)
		require.Len(t, s.Sent(), 2)
		events := rec.Events()
		require.Len(t, events, 3)
		require.Equal(t, "MY-SCEF", events[0].From)
	})
}
