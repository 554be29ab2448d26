package sim_test

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/diameter"
	"github.com/scefkit/scefkit/sim"
	"github.com/scefkit/scefkit/t6a"
)

// broken is a transport that leads nowhere.
type broken struct{}

func (broken) Do(context.Context, diameter.Identity, *diameter.Message) (*diameter.Message, error) {
	return nil, diameter.ErrNoPeer
}

func contextWithTimeout(t *testing.T, d time.Duration) (context.Context, context.CancelFunc) {
	t.Helper()
	return context.WithTimeout(t.Context(), d)
}

func TestUplink(t *testing.T) {
	t.Attr("covers", "29128-5.5.1-03")
	t.Attr("covers", "29128-5.5.2-01")
	t.Attr("covers", "29128-5.5.2-02")
	t.Attr("covers", "T8-4.4.5.4-01")
	for _, sgsn := range []bool{false, true} {
		s, m, ue := attached(t, &sim.MMEOptions{SGSN: sgsn})
		require.NoError(t, ue.Send(t.Context(), []byte("21.5 C")))
		all := s.take()
		require.Len(t, all, 1)
		odr := all[0].(*t6a.ODR)
		require.Equal(t, string(imsi), odr.UserIdentifier.UserName)
		require.Equal(t, []byte{5}, odr.BearerIdentifier, "the bearer of the connection that was established")
		require.Equal(t, "21.5 C", string(odr.NonIPData))
		require.Equal(t, scefID.Host, odr.DestinationHost)
		require.Nil(t, odr.RRCCauseCounter)

		require.Error(t, m.Uplink(t.Context(), ue, sim.Uplink{Bearer: 6, Data: []byte("x")}), "not established")
		require.NoError(t, ue.Detach(t.Context()))
		s.take()
		require.Error(t, ue.Send(t.Context(), []byte("x")))
		require.Empty(t, s.take())
	}
}

func TestUplinkWakesTheUE(t *testing.T) {
	s, _, ue := attached(t, nil)
	ue.Sleep()
	s.deliver("on")
	require.NoError(t, ue.Send(t.Context(), []byte("x")))
	all := s.take()
	require.Len(t, all, 2)
	require.Equal(t, t6a.CMRFlagUEReachableIndicator, *all[0].(*t6a.CMR).CMRFlags)
	require.IsType(t, (*t6a.ODR)(nil), all[1])

	ue.LeaveCoverage()
	require.Error(t, ue.Send(t.Context(), []byte("x")))
	require.Empty(t, s.take())
}

func TestExceptionCounter(t *testing.T) {
	t.Attr("covers", "29128-5.5.1-04")
	t.Attr("covers", "29128-5.5.1-10")
	t.Attr("covers", "29128-5.5.2-03")
	t.Attr("covers", "29128-5.5.2-04")
	t.Attr("covers", "29128-5.5.2-05")
	synctest.Test(t, func(t *testing.T) {
		s, m, ue := attached(t, &sim.MMEOptions{ExceptionReport: 3})
		first := time.Now()
		send := func(exception bool) *t6a.RRCCauseCounter {
			t.Helper()
			err := m.Uplink(t.Context(), ue, sim.Uplink{Data: []byte("x"), Exception: exception})
			if err != nil {
				require.NotZero(t, sim.ResultOf(err))
			}
			all := s.take()
			require.Len(t, all, 1)
			return all[0].(*t6a.ODR).RRCCauseCounter
		}
		require.Nil(t, send(false))
		for i := range 2 { // deferred
			require.Nil(t, send(true))
			require.Equal(t, i+1, m.ExceptionCount(ue))
			time.Sleep(time.Minute)
		}
		require.Nil(t, send(false), "not counted")
		require.Equal(t, 2, m.ExceptionCount(ue))

		// No answer: the counter stays.
		m.Use(broken{})
		require.Error(t, m.Uplink(t.Context(), ue, sim.Uplink{Exception: true}))
		require.Equal(t, 3, m.ExceptionCount(ue))

		// Any answer resets it.
		s = join(t, m)
		s.answer(t6a.CodeODR, diameter.TooBusy)
		c := send(false)
		require.EqualValues(t, 3, *c.CounterValue)
		require.WithinDuration(t, first, c.RRCCounterTimestamp, time.Second, "when it left 0")
		require.Zero(t, m.ExceptionCount(ue))
		require.Nil(t, send(true))
		require.Equal(t, 1, m.ExceptionCount(ue))
	})
}

// TestExceptionsDuringReport: what is counted while a report is under way is in the next one.
func TestExceptionsDuringReport(t *testing.T) {
	t.Attr("covers", "29128-5.5.2-05")
	synctest.Test(t, func(t *testing.T) {
		s, m, ue := attached(t, nil)
		s.hold = make(chan struct{})
		done := make(chan error, 2)
		send := func() { done <- m.Uplink(t.Context(), ue, sim.Uplink{Data: []byte("x"), Exception: true}) }
		go send()
		synctest.Wait()
		time.Sleep(time.Second)
		go send()
		synctest.Wait()
		require.Equal(t, 2, m.ExceptionCount(ue))
		close(s.hold)
		require.NoError(t, <-done)
		require.NoError(t, <-done)
		require.Equal(t, 1, m.ExceptionCount(ue))
	})
}

func TestUplinkFailures(t *testing.T) {
	t.Attr("covers", "29128-5.5.2-06")
	t.Attr("covers", "29128-5.5.2-07")
	t.Attr("covers", "29128-5.5.2-08")
	for _, c := range []struct {
		result       diameter.Result
		disconnected bool
		released     bool
	}{
		{diameter.ErrorInvalidEPSBearer, true, false},
		{diameter.ErrorUserUnknown, true, false},
		{diameter.ErrorNIDDConfigurationUnavailable, true, true},
		{diameter.ErrorOperationNotAllowed, true, true},
		{diameter.UnableToComply, true, true},
		{diameter.MissingAVP, true, true},
		{diameter.TooBusy, false, false},
		{diameter.UnableToDeliver, false, false},
		{diameter.OutOfSpace, false, false},
		{diameter.ErrorUnreachableUser, false, false},
	} {
		t.Run(c.result.String(), func(t *testing.T) {
			rec := sim.NewRecorder(nil)
			s, m, ue := attached(t, &sim.MMEOptions{Recorder: rec})
			s.answer(t6a.CodeODR, c.result)
			err := ue.Send(t.Context(), []byte("x"))
			require.Equal(t, c.result, sim.ResultOf(err))
			all := s.take()
			if c.released {
				require.Len(t, all, 2)
				require.Equal(t, t6a.ConnectionActionRelease, all[1].(*t6a.CMR).ConnectionAction)
				require.Equal(t, []byte{5}, all[1].(*t6a.CMR).BearerIdentifier)
			} else {
				require.Len(t, all, 1)
			}
			require.Equal(t, c.disconnected, len(m.Bearers(ue)) == 0)
			told := 0
			for _, e := range rec.Events() {
				if e.Protocol == sim.RadioLeg && e.To == "UE" && strings.HasPrefix(e.Text, "PDN disconnect") {
					told++
				}
			}
			require.Equal(t, c.disconnected, told == 1, "the UE is told")
		})
	}
	t.Run("no answer", func(t *testing.T) {
		_, m, ue := attached(t, nil)
		m.Use(broken{})
		require.ErrorIs(t, ue.Send(t.Context(), []byte("x")), diameter.ErrNoPeer)
		require.Len(t, m.Bearers(ue), 1)
	})
}

func TestUplinkAgain(t *testing.T) {
	m, err := sim.NewMME(mmeID, scefID, nil)
	require.NoError(t, err)
	var flags []diameter.Flags
	var ids []uint32
	s := join(t, m)
	s.then = func(req *diameter.Message) {}
	ts, tm := diameter.Pipe(scefID, diameter.HandlerFunc(func(ctx context.Context, from diameter.Identity, req *diameter.Message) (*diameter.Message, func()) {
		if req.Command == t6a.CodeODR {
			flags, ids = append(flags, req.Flags&diameter.FlagRetransmitted), append(ids, req.EndToEnd)
		}
		return s.HandleDiameter(ctx, from, req)
	}), mmeID, m)
	defer ts.Close()
	m.Use(tm)
	ue := sim.NewUE(imsi, nil)
	require.NoError(t, ue.Attach(t.Context(), m, apn))
	u := sim.Uplink{Data: []byte("x"), EndToEnd: 4711}
	require.NoError(t, m.Uplink(t.Context(), ue, u))
	u.Again = true
	require.NoError(t, m.Uplink(t.Context(), ue, u))
	require.Equal(t, []diameter.Flags{0, diameter.FlagRetransmitted}, flags)
	require.Equal(t, []uint32{4711, 4711}, ids)
}
