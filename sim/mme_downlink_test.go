package sim_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/diameter"
	"github.com/scefkit/scefkit/sim"
	"github.com/scefkit/scefkit/t6a"
)

func TestDownlinkResults(t *testing.T) {
	t.Attr("covers", "29128-5.6.3-01")
	t.Attr("covers", "29128-5.6.3-02")
	t.Attr("covers", "29128-5.6.3-03")
	t.Attr("covers", "29128-5.6.3-04")
	t.Attr("covers", "29128-5.6.3-07")
	t.Attr("covers", "29128-5.6.3-14")
	t.Attr("covers", "29128-5.6.3-15")
	t.Attr("covers", "T8-4.4.5.3.1-42")
	for _, c := range []struct {
		name    string
		prepare func(ctx context.Context, m *sim.MME, ue *sim.UE) error
		ebi     byte
		want    diameter.Result
	}{
		{"user unknown, and so is the bearer", func(ctx context.Context, _ *sim.MME, ue *sim.UE) error { return ue.Detach(ctx) }, 9, diameter.ErrorUserUnknown},
		{"no such bearer, UE asleep", func(_ context.Context, _ *sim.MME, ue *sim.UE) error { ue.Sleep(); return nil }, 6, diameter.ErrorInvalidEPSBearer},
		{"no bearer", func(ctx context.Context, m *sim.MME, ue *sim.UE) error { return m.Disconnect(ctx, ue, 5) }, 5, diameter.ErrorInvalidEPSBearer},
		{"delivered", nil, 5, diameter.Success},
		{"asleep", func(_ context.Context, _ *sim.MME, ue *sim.UE) error { ue.Sleep(); return nil }, 5, diameter.ErrorUserTemporarilyUnreachable},
		{"out of coverage", func(_ context.Context, _ *sim.MME, ue *sim.UE) error { ue.LeaveCoverage(); return nil }, 5, diameter.ErrorUnreachableUser},
		{"lost on the way", func(_ context.Context, _ *sim.MME, ue *sim.UE) error { ue.LoseDownlink(); return nil }, 5, diameter.UnableToComply},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, m, ue := attached(t, nil)
			if c.prepare != nil {
				require.NoError(t, c.prepare(t.Context(), m, ue))
			}
			ans, r := s.ask(mmeID, s.tdr(mmeID, c.ebi, "on"), nil)
			require.Equal(t, c.want, r)
			_, experimental := diameter.FindAVP(ans.AVPs, 297, 0)
			require.Equal(t, c.want.Vendor != 0, experimental)
			if c.want == diameter.Success {
				require.Equal(t, [][]byte{[]byte("on")}, ue.Received())
			} else {
				require.Empty(t, ue.Received())
			}
			require.Equal(t, c.want == diameter.ErrorUserTemporarilyUnreachable, m.NotReachable(ue, scefID))
		})
	}
}

func TestNoAnswerToDownlinkIsATimeout(t *testing.T) {
	t.Attr("covers", "T8-4.4.5.3.1-42")
	synctest.Test(t, func(t *testing.T) {
		s, m, ue := attached(t, nil)
		m.Misbehave(sim.Always(sim.Fault{Drop: true, Late: true}))
		req, err := diameter.NewRequest(s.tdr(mmeID, 5, "on"))
		require.NoError(t, err)
		_, err = s.tr.Do(t.Context(), mmeID, req)
		require.ErrorIs(t, err, diameter.ErrSent)
		require.Len(t, ue.Received(), 1, "it was the answer that was lost")
	})
}

func TestAcknowledgedDelivery(t *testing.T) {
	t.Attr("covers", "29128-5.6.3-05")
	for _, acknowledged := range []bool{false, true} {
		s, _, ue := attached(t, &sim.MMEOptions{AcknowledgedDelivery: acknowledged})
		var tda t6a.TDA
		s.ask(mmeID, s.tdr(mmeID, 5, "on"), &tda)
		if acknowledged {
			require.Equal(t, t6a.TDAFlagAcknowledgedDelivery, *tda.TDAFlags)
		} else {
			require.Nil(t, tda.TDAFlags)
		}
		ue.Sleep()
		s.ask(mmeID, s.tdr(mmeID, 5, "on"), &tda)
		require.Nil(t, tda.TDAFlags, "nothing was delivered")
	}
}

// TestFlagAndWake: the flag is set for the SCEF that sent data in vain, and tells it when the UE wakes.
func TestFlagAndWake(t *testing.T) {
	t.Attr("covers", "29128-5.6.3-09")
	t.Attr("covers", "29128-5.6.3-11")
	t.Attr("covers", "29128-5.7.1-04")
	t.Attr("covers", "29128-5.7.2-08")
	t.Attr("covers", "29128-5.7.2-09")
	t.Attr("covers", "29128-5.7.2-10")
	synctest.Test(t, func(t *testing.T) {
		s, m, ue := attached(t, nil)
		require.NoError(t, ue.Wake(t.Context()))
		require.Empty(t, s.take(), "no flag, no update")

		ue.Sleep()
		require.Equal(t, diameter.ErrorUserTemporarilyUnreachable, s.deliver("on"))
		require.True(t, m.NotReachable(ue, scefID))
		require.False(t, m.NotReachable(ue, diameter.Identity{Host: "other.example", Realm: "example"}))

		// No answer: the flag stays.
		m.Use(broken{})
		require.Error(t, ue.Wake(t.Context()))
		require.True(t, m.NotReachable(ue, scefID))

		s = join(t, m)
		until := time.Now().Add(20 * time.Second).Truncate(time.Second)
		require.NoError(t, ue.WakeUntil(t.Context(), until))
		c := s.cmr()
		require.Equal(t, t6a.ConnectionActionUpdate, c.ConnectionAction)
		require.Equal(t, []byte{5}, c.BearerIdentifier)
		require.Equal(t, t6a.CMRFlagUEReachableIndicator, *c.CMRFlags)
		require.True(t, until.Equal(c.MaximumUEAvailabilityTime))
		require.NotNil(t, c.RATType)
		require.NotNil(t, c.VisitedPLMNID)
		require.False(t, m.NotReachable(ue, scefID), "reset by the CMA")
		require.NoError(t, ue.Wake(t.Context()))
		require.Empty(t, s.take())
		require.Equal(t, diameter.Success, s.deliver("on"))
	})
}

// TestOneUpdatePerSCEF: several connections with data that waits are told by one update.
func TestOneUpdatePerSCEF(t *testing.T) {
	t.Attr("covers", "29128-5.7.2-12")
	s, m, ue := attached(t, nil)
	_, err := m.Connect(t.Context(), ue, "second.example")
	require.NoError(t, err)
	s.take()
	ue.Sleep()
	for _, ebi := range []byte{6, 5} {
		_, r := s.ask(mmeID, s.tdr(mmeID, ebi, "on"), nil)
		require.Equal(t, diameter.ErrorUserTemporarilyUnreachable, r)
	}
	require.NoError(t, ue.Wake(t.Context()))
	require.Equal(t, []byte{5}, s.cmr().BearerIdentifier)
}

// TestRetransmissionTime: when the MME asks for a time, and for which.
func TestRetransmissionTime(t *testing.T) {
	t.Attr("covers", "29128-5.6.1-12")
	t.Attr("covers", "29128-5.6.1-13")
	t.Attr("covers", "29128-5.6.1-14")
	t.Attr("covers", "29128-5.6.1-15")
	t.Attr("covers", "29128-5.6.3-10")
	t.Attr("covers", "T8-4.4.5.3.1-45")
	at := func(d time.Duration) func(*sim.UE, time.Time, time.Time) time.Time {
		return func(*sim.UE, time.Time, time.Time) time.Time { return time.Now().Add(d) }
	}
	whenAwake := func(_ *sim.UE, wakesAt, _ time.Time) time.Time { return wakesAt }
	for _, c := range []struct {
		name    string
		choose  func(*sim.UE, time.Time, time.Time) time.Time
		maximum time.Duration // 0: not sent
		want    time.Duration // 0: not sent
	}{
		{"no maximum", at(time.Minute), 0, 0},
		{"not configured", nil, time.Hour, 0},
		{"not chosen", func(*sim.UE, time.Time, time.Time) time.Time { return time.Time{} }, time.Hour, 0},
		{"before the maximum", at(time.Minute), time.Hour, time.Minute},
		{"beyond the maximum", at(2 * time.Hour), time.Hour, time.Hour - time.Second},
		{"when the UE wakes", whenAwake, time.Hour, 10 * time.Minute},
		{"no time left", at(time.Minute), time.Second, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, _, ue := attached(t, &sim.MMEOptions{Retransmission: c.choose})
				now := time.Now()
				ue.SleepUntil(now.Add(10 * time.Minute))
				tdr := s.tdr(mmeID, 5, "on")
				if c.maximum > 0 {
					tdr.MaximumRetransmissionTime = now.Add(c.maximum)
				}
				var tda t6a.TDA
				_, r := s.ask(mmeID, tdr, &tda)
				require.Equal(t, diameter.ErrorUserTemporarilyUnreachable, r)
				if c.want == 0 {
					require.Zero(t, tda.RequestedRetransmissionTime)
					return
				}
				require.WithinDuration(t, now.Add(c.want), tda.RequestedRetransmissionTime, 0)
				require.True(t, tda.RequestedRetransmissionTime.Before(tdr.MaximumRetransmissionTime))
			})
		})
	}
}

// TestFlagEndsWithRetransmissionTime: after that time the flag is gone and nobody is told.
func TestFlagEndsWithRetransmissionTime(t *testing.T) {
	t.Attr("covers", "29128-5.6.3-12")
	t.Attr("covers", "29128-5.6.3-13")
	choose := func(*sim.UE, time.Time, time.Time) time.Time { return time.Now().Add(10 * time.Minute) }
	for _, c := range []struct {
		name  string
		wakes time.Duration
		told  bool
	}{
		{"before", 10*time.Minute - time.Second, true},
		{"just then", 10 * time.Minute, false},
		{"after", time.Hour, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, m, ue := attached(t, &sim.MMEOptions{Retransmission: choose})
				ue.Sleep()
				tdr := s.tdr(mmeID, 5, "on")
				tdr.MaximumRetransmissionTime = time.Now().Add(time.Hour)
				s.ask(mmeID, tdr, nil)
				require.True(t, m.NotReachable(ue, scefID))
				time.Sleep(c.wakes)
				require.Equal(t, c.told, m.NotReachable(ue, scefID))
				require.NoError(t, ue.Wake(t.Context()))
				if c.told {
					require.Equal(t, t6a.CMRFlagUEReachableIndicator, *s.cmr().CMRFlags)
				} else {
					require.Empty(t, s.take())
				}
			})
		})
	}
	t.Run("another TDR asked for no time", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			s, m, ue := attached(t, &sim.MMEOptions{Retransmission: choose})
			ue.Sleep()
			tdr := s.tdr(mmeID, 5, "on")
			tdr.MaximumRetransmissionTime = time.Now().Add(time.Hour)
			s.ask(mmeID, tdr, nil)
			s.deliver("no maximum")
			time.Sleep(time.Hour)
			require.True(t, m.NotReachable(ue, scefID))
		})
	})
}

// TestUEThatWakesShortly: data waits at the MME for a UE that is expected in time.
func TestUEThatWakesShortly(t *testing.T) {
	t.Attr("covers", "29128-5.6.3-07")
	t.Attr("covers", "29128-5.6.3-08")
	for _, c := range []struct {
		name        string
		opts        sim.MMEOptions
		wait        time.Duration // SCEF-Wait-Time
		expected    time.Duration // 0: nobody knows when the UE wakes
		wakes       time.Duration
		want        diameter.Result
		after       time.Duration
		reachesFlag bool
	}{
		{"no patience", sim.MMEOptions{}, time.Minute, 5 * time.Second, 5 * time.Second, diameter.ErrorUserTemporarilyUnreachable, 0, true},
		{"shortly", sim.MMEOptions{Shortly: 5 * time.Second}, 0, 4 * time.Second, 3 * time.Second, diameter.Success, 3 * time.Second, false},
		{"not shortly", sim.MMEOptions{Shortly: 5 * time.Second}, 0, 6 * time.Second, 3 * time.Second, diameter.ErrorUserTemporarilyUnreachable, 0, true},
		{"expected, but late", sim.MMEOptions{Shortly: 5 * time.Second}, 0, 4 * time.Second, 9 * time.Second, diameter.ErrorUserTemporarilyUnreachable, 5 * time.Second, true},
		{"nobody knows", sim.MMEOptions{Shortly: 5 * time.Second}, 0, 0, time.Second, diameter.ErrorUserTemporarilyUnreachable, 0, true},
		{"within SCEF-Wait-Time", sim.MMEOptions{ByWaitTime: true}, 9 * time.Second, 6 * time.Second, 6 * time.Second, diameter.Success, 6 * time.Second, false},
		{"beyond SCEF-Wait-Time", sim.MMEOptions{ByWaitTime: true, Shortly: time.Minute}, 5 * time.Second, 6 * time.Second, 6 * time.Second, diameter.ErrorUserTemporarilyUnreachable, 0, true},
		{"no SCEF-Wait-Time", sim.MMEOptions{ByWaitTime: true, Shortly: 7 * time.Second}, 0, 6 * time.Second, 6 * time.Second, diameter.Success, 6 * time.Second, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, m, ue := attached(t, &c.opts)
				now := time.Now()
				ue.Sleep()
				if c.expected > 0 {
					ue.SleepUntil(now.Add(c.expected))
				}
				woken := make(chan error, 1)
				time.AfterFunc(c.wakes, func() { woken <- ue.Wake(t.Context()) })
				tdr := s.tdr(mmeID, 5, "on")
				if c.wait > 0 {
					tdr.SCEFWaitTime = now.Add(c.wait)
				}
				_, r := s.ask(mmeID, tdr, nil)
				require.Equal(t, c.want, r)
				require.Equal(t, c.after, time.Since(now))
				require.Equal(t, c.reachesFlag, m.NotReachable(ue, scefID))
				require.NoError(t, <-woken)
			})
		})
	}
}

// TestDownlinkTwice: a TDR that comes again with the T flag reaches the UE once.
func TestDownlinkTwice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, m, ue := attached(t, nil)
		m.Misbehave(sim.Once(sim.Fault{Drop: true, Late: true}))
		req, err := diameter.NewRequest(s.tdr(mmeID, 5, "on"))
		require.NoError(t, err)
		req.EndToEnd = diameter.NextEndToEnd()
		lost := *req
		ctx, cancel := contextWithTimeout(t, 50*time.Millisecond)
		defer cancel()
		_, err = s.tr.Do(ctx, mmeID, &lost)
		require.ErrorIs(t, err, diameter.ErrSent)

		again := *req
		again.Flags |= diameter.FlagRetransmitted
		for range 2 {
			ans, err := s.tr.Do(t.Context(), mmeID, &again)
			require.NoError(t, err)
			r, err := diameter.ResultOf(ans)
			require.NoError(t, err)
			require.Equal(t, diameter.Success, r)
		}
		require.Len(t, ue.Received(), 1)

		other := again
		other.EndToEnd = diameter.NextEndToEnd()
		_, err = s.tr.Do(t.Context(), mmeID, &other)
		require.NoError(t, err)
		require.Len(t, ue.Received(), 2, "the T flag alone makes no repetition")
	})
}

func TestReceiveWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, _, ue := attached(t, nil)
		time.AfterFunc(time.Minute, func() { s.deliver("one"); s.deliver("two") })
		for _, want := range []string{"one", "two"} {
			got, err := ue.Receive(t.Context())
			require.NoError(t, err)
			require.Equal(t, want, string(got))
		}
		ctx, cancel := contextWithTimeout(t, time.Second)
		defer cancel()
		_, err := ue.Receive(ctx)
		require.Error(t, err)
	})
}

func TestRestartForgets(t *testing.T) {
	s, m, ue := attached(t, nil)
	m.Restart()
	require.Equal(t, diameter.ErrorUserUnknown, s.deliver("x"))
	require.Nil(t, ue.Serving())
	require.NoError(t, ue.Attach(t.Context(), m, apn))
	require.Equal(t, diameter.Success, s.deliver("x"))
}
