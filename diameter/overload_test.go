package diameter_test

import (
	"context"
	"encoding/binary"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/scefkit/scefkit/diameter"
	"github.com/stretchr/testify/require"
)

// olr is an OC-OLR.
type olr struct {
	seq      uint64
	kind     diameter.OCReportType
	percent  uint32
	validity uint32
}

func withReport(m *diameter.Message, r olr) *diameter.Message {
	b := diameter.AppendUint64(nil, 624, 0, 0, r.seq)
	b = diameter.AppendUint32(b, 626, 0, 0, uint32(r.kind))
	b = diameter.AppendUint32(b, 627, 0, 0, r.percent)
	b = diameter.AppendUint32(b, 625, 0, 0, r.validity)
	m.AVPs = diameter.AppendString(m.AVPs, 623, 0, 0, b)
	return m
}

func withFeatures(m *diameter.Message) *diameter.Message {
	m.AVPs = diameter.AppendString(m.AVPs, 621, 0, 0, diameter.AppendUint64(nil, 622, 0, 0, 1))
	return m
}

// overloadAVPs returns the OC-OLR of m, nil for none, and whether it has OC-Supported-Features. It has each once.
func overloadAVPs(t testing.TB, m *diameter.Message) (report *olr, features bool) {
	t.Helper()
	for b := m.AVPs; len(b) > 0; {
		a, rest, err := diameter.NextAVP(b)
		require.NoError(t, err)
		b = rest
		switch a.Code {
		case 621:
			require.False(t, features)
			require.Equal(t, diameter.AppendUint64(nil, 622, 0, 0, 1), a.Data)
			require.Zero(t, a.Flags)
			features = true
		case 623:
			require.Nil(t, report)
			require.Zero(t, a.Flags)
			number := func(code diameter.AVPCode) uint32 {
				v, ok := diameter.FindAVP(a.Data, code, 0)
				require.True(t, ok)
				return binary.BigEndian.Uint32(v.Data[len(v.Data)-4:])
			}
			v, _ := diameter.FindAVP(a.Data, 624, 0)
			report = &olr{binary.BigEndian.Uint64(v.Data), diameter.OCReportType(number(626)), number(627), number(625)}
		}
	}
	return report, features
}

// What a node adds to its requests, and when it does not.
func TestOverloadAVPsOfRequests(t *testing.T) {
	forwarded := request(mme)
	forwarded.AVPs = diameter.AppendString(forwarded.AVPs, 282, 0, diameter.AVPMandatory, "hss.epc.example.com")
	for name, c := range map[string]struct {
		req   *diameter.Message
		off   bool
		added int
	}{
		"plain":     {req: request(mme), added: 24},
		"has it":    {req: withFeatures(request(mme))},
		"forwarded": {req: forwarded},
		"off":       {req: request(mme), off: true},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, b *bench) {
				var traced atomic.Pointer[diameter.Message]
				n := b.node(scef, nil, &diameter.Options{Overload: &diameter.Overload{Off: c.off}, Trace: &diameter.Trace{
					Message: func(_ diameter.Identity, d diameter.Direction, m *diameter.Message) {
						if d == diameter.Sent && m.IsRequest() {
							traced.Store(m)
						}
					},
				}})
				r := b.connect(mme, scef)
				done := make(chan error, 1)
				go func() {
					_, err := n.Do(t.Context(), mme, c.req)
					done <- err
				}()
				got := r.receive()
				require.Equal(t, c.req.AVPs, got.AVPs[:len(c.req.AVPs)])
				require.Len(t, got.AVPs, len(c.req.AVPs)+c.added)
				_, features := overloadAVPs(t, got)
				require.Equal(t, c.added > 0 || name == "has it", features)
				require.Equal(t, got.AVPs, traced.Load().AVPs, "the trace shows what is on the wire")
				r.send(success(got))
				require.NoError(t, <-done)
			})
		})
	}
}

// What a node adds to its answers, and when it does not.
func TestOverloadAVPsOfAnswers(t *testing.T) {
	own := olr{seq: 1, kind: diameter.OCReportTypeRealmReport, percent: 3, validity: 4}
	plain := func(req *diameter.Message) *diameter.Message { return success(req) }
	reporting := func(req *diameter.Message) *diameter.Message { return withReport(success(req), own) }
	capable := func(req *diameter.Message) *diameter.Message { return withFeatures(success(req)) }
	for name, c := range map[string]struct {
		ask      func(*diameter.Message) *diameter.Message
		ans      func(*diameter.Message) *diameter.Message
		percent  int
		off      bool
		relay    bool
		features bool
		report   *olr // with the sequence number left out
	}{
		"not asked":             {ans: plain, percent: 20},
		"no overload":           {ask: withFeatures, ans: plain, features: true},
		"overload":              {ask: withFeatures, ans: plain, percent: 20, features: true, report: &olr{percent: 20, validity: 10}},
		"of the handler":        {ask: withFeatures, ans: reporting, percent: 20, report: &own},
		"features of a handler": {ask: withFeatures, ans: capable, percent: 5, features: true, report: &olr{percent: 5, validity: 10}},
		"off":                   {ask: withFeatures, ans: plain, percent: 20, off: true},
		"relayed":               {ask: withFeatures, ans: plain, percent: 20, relay: true},
		"refused": {ask: func(m *diameter.Message) *diameter.Message {
			m.AVPs = diameter.AppendString(m.AVPs, 283, 0, 0, "x.example.com")
			return withFeatures(m)
		}, ans: plain, percent: 20, features: true, report: &olr{percent: 20, validity: 10}},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, b *bench) {
				app := diameter.App{ID: testApp, Vendor: diameter.Vendor3GPP, Handler: handlerFunc(
					func(_ context.Context, req *diameter.Message) *diameter.Message { return c.ans(req) })}
				if c.relay {
					app.ID, app.Vendor = diameter.AppRelay, 0
				}
				n, err := diameter.NewNode(scef, []diameter.App{app}, &diameter.Options{Overload: &diameter.Overload{
					Off: c.off, Reduction: func() int { return c.percent },
				}})
				require.NoError(t, err)
				t.Cleanup(func() { n.Close() })
				go n.Serve(b.listen(scef))
				r := b.connect(mme, scef)
				req := request(diameter.Identity{})
				if c.ask != nil {
					req = c.ask(req)
				}
				r.send(req)
				ans := r.receive()
				report, features := overloadAVPs(t, ans)
				require.Equal(t, c.features, features)
				if report != nil && c.report != &own {
					require.NotZero(t, report.seq)
					report.seq = 0
				}
				require.Equal(t, c.report, report)
			})
		})
	}
}

// An overloaded server tells, and its client leaves out the share that it wants, low priorities first, until it is over.
func TestOverload(t *testing.T) {
	bubble(t, func(t *testing.T, b *bench) {
		var percent, served atomic.Int64
		b.node(scef, handlerFunc(func(_ context.Context, req *diameter.Message) *diameter.Message {
			served.Add(1)
			ans := success(req)
			ans.AVPs = diameter.AppendString(ans.AVPs, 264, 0, diameter.AVPMandatory, "SCEF.epc.example.com")
			ans.AVPs = diameter.AppendString(ans.AVPs, 296, 0, diameter.AVPMandatory, scef.Realm)
			return ans
		}), &diameter.Options{Overload: &diameter.Overload{Reduction: func() int { return int(percent.Load()) }}})
		n := b.node(mme, nil, nil)
		require.NoError(t, n.AddPeer(diameter.Peer{Address: scef.Host}))
		require.NoError(t, n.AwaitPeer(t.Context(), scef, testApp))

		// throttled sends so many requests of each priority in turn and returns how many of each were left out.
		throttled := func(to diameter.Identity, rounds int, priorities ...int) []int {
			t.Helper()
			out, before, sent := make([]int, len(priorities)), served.Load(), 0
			for range rounds {
				for i, p := range priorities {
					_, err := n.Do(t.Context(), to, withPriority(request(to), p))
					if err != nil {
						require.ErrorIs(t, err, diameter.ErrThrottled)
						require.NotErrorIs(t, err, diameter.ErrSent)
						require.NotErrorIs(t, err, diameter.ErrNoPeer)
						out[i]++
						continue
					}
					sent++
				}
			}
			require.Equal(t, int64(sent), served.Load()-before, "what is left out is not sent")
			return out
		}
		// report lets the server measure, and the client hear of it.
		report := func(p int64) {
			t.Helper()
			percent.Store(p)
			time.Sleep(time.Second)
			_, err := n.Do(t.Context(), scef, withPriority(request(scef), 0))
			require.NoError(t, err)
		}
		near := func(want, got []int) {
			t.Helper()
			for i := range want {
				require.InDelta(t, want[i], got[i], 10, "%v", got)
			}
		}
		require.Equal(t, []int{0, 0}, throttled(scef, 100, -1, 15))
		report(40)
		near([]int{400}, throttled(scef, 1000, -1))
		near([]int{0, 800}, throttled(scef, 1000, -1, 15))
		near([]int{0, 400}, throttled(scef, 500, 0, -1))
		anyHost := diameter.Identity{Realm: scef.Realm}
		near([]int{400}, throttled(anyHost, 1000, -1)) // it would go to that host
		report(70)
		near([]int{400, 1000}, throttled(scef, 1000, -1, 15))
		report(0)
		require.Equal(t, []int{0, 0}, throttled(scef, 100, -1, 15), "its end was told")
		report(99)
		near([]int{990}, throttled(scef, 1000, -1))
		time.Sleep(11 * time.Second)
		percent.Store(0)
		require.Equal(t, []int{0}, throttled(scef, 100, -1), "it has expired")
	})
}

// A report holds for the requests that it is about, and for no others.
func TestReportScope(t *testing.T) {
	other := diameter.Identity{Host: "mme2.epc.example.com", Realm: mme.Realm}
	realm := diameter.Identity{Realm: mme.Realm}
	bubble(t, func(t *testing.T, b *bench) {
		n := b.node(scef, nil, nil)
		r, o := b.connect(mme, scef), b.connect(other, scef)
		serve := func(r *raw, self diameter.Identity, reports chan olr) {
			for {
				m, err := r.read()
				if err != nil {
					return
				}
				ans := m.Answer(diameter.AppendUint32(nil, 268, 0, diameter.AVPMandatory, 2001))
				ans.AVPs = diameter.AppendString(ans.AVPs, 264, 0, diameter.AVPMandatory, self.Host)
				ans.AVPs = diameter.AppendString(ans.AVPs, 296, 0, diameter.AVPMandatory, self.Realm)
				select {
				case rep := <-reports:
					ans = withReport(ans, rep)
				default:
				}
				if _, err := r.c.Write(ans.Append(nil)); err != nil {
					return
				}
			}
		}
		reports := make(chan olr, 1)
		go serve(r, mme, reports)
		go serve(o, other, nil)
		do := func(to diameter.Identity) error {
			_, err := n.Do(t.Context(), to, request(to))
			return err
		}
		tell := func(rep olr) {
			t.Helper()
			reports <- rep
			require.NoError(t, do(mme))
			require.Empty(t, reports)
		}
		tell(olr{1, diameter.OCReportTypeRealmReport, 100, 30})
		require.NoError(t, do(mme), "requests to the host are not those to the realm")
		require.NoError(t, do(other))
		require.ErrorIs(t, do(realm), diameter.ErrThrottled)
		tell(olr{2, diameter.OCReportTypeRealmReport, 0, 0})
		require.NoError(t, do(realm))

		tell(olr{1, diameter.OCReportTypePeerReport, 100, 30})
		require.NoError(t, do(mme), "a type that was not offered")

		tell(olr{1, diameter.OCReportTypeHostReport, 100, 30})
		require.ErrorIs(t, do(mme), diameter.ErrThrottled)
		require.NoError(t, do(other))
		failed := 0
		for range 10 { // in turn to both
			if err := do(realm); err != nil {
				require.ErrorIs(t, err, diameter.ErrThrottled)
				failed++
			}
		}
		require.Equal(t, 5, failed)
		req := request(mme)
		req.AVPs = diameter.AppendString(req.AVPs, 282, 0, diameter.AVPMandatory, "hss.epc.example.com")
		_, err := n.Do(t.Context(), mme, req)
		require.NoError(t, err, "the reports are for the node that made the request")
		time.Sleep(31 * time.Second)
		require.NoError(t, do(mme))
	})
}

// The load that a node reports follows from the room for requests that is in use.
func TestOccupancyIsReported(t *testing.T) {
	bubble(t, func(t *testing.T, b *bench) {
		release := make(chan struct{})
		b.node(scef, handlerFunc(func(ctx context.Context, req *diameter.Message) *diameter.Message {
			if req.EndToEnd == 0 {
				select {
				case <-release:
				case <-ctx.Done():
				}
			}
			return success(req)
		}), &diameter.Options{MaxInFlightTotal: 16})
		r := b.connect(mme, scef)
		ask := func(priority int, want diameter.Result) *olr {
			t.Helper()
			m := withFeatures(withPriority(request(scef), priority))
			m.EndToEnd = 1
			r.send(m)
			ans := r.receive()
			require.Equal(t, want, r.result(ans))
			report, features := overloadAVPs(t, ans)
			require.True(t, features)
			time.Sleep(time.Second)
			return report
		}
		require.Nil(t, ask(-1, diameter.Success))
		for range 11 {
			r.send(request(scef))
		}
		require.Nil(t, ask(-1, diameter.Success))
		for range 3 {
			r.send(request(scef))
		}
		time.Sleep(time.Second)
		first := ask(-1, diameter.TooBusy)
		require.Equal(t, &olr{first.seq, diameter.OCReportTypeHostReport, 10, 10}, first)
		second := ask(-1, diameter.TooBusy)
		require.Greater(t, second.seq, first.seq)
		require.Equal(t, uint32(30), second.percent)
		require.Equal(t, uint32(50), ask(0, diameter.Success).percent)
		require.Equal(t, uint32(60), ask(0, diameter.Success).percent)
		close(release)
		for range 14 {
			r.receive()
		}
		for p := uint32(55); p > 0; p -= 5 {
			require.Equal(t, p, ask(-1, diameter.Success).percent)
		}
		for range 10 {
			end := ask(-1, diameter.Success)
			require.Equal(t, []uint32{0, 0}, []uint32{end.percent, end.validity})
		}
		require.Nil(t, ask(-1, diameter.Success))
	})
}

func TestOverloadOptions(t *testing.T) {
	for _, o := range []diameter.Overload{{Validity: time.Second}, {Validity: 25 * time.Hour}, {MaxReports: -1}} {
		_, err := diameter.NewNode(scef, []diameter.App{{ID: testApp}}, &diameter.Options{Overload: &o})
		require.ErrorContains(t, err, "option Overload.")
	}
}

// A repetition that waits for the answer of the first one gets reports as well.
func TestOverloadAVPsOfRepetitions(t *testing.T) {
	bubble(t, func(t *testing.T, b *bench) {
		release := make(chan struct{})
		b.node(scef, handlerFunc(func(_ context.Context, req *diameter.Message) *diameter.Message {
			<-release
			return success(req)
		}), &diameter.Options{Overload: &diameter.Overload{Reduction: func() int { return 7 }}})
		r := b.connect(mme, scef)
		for hbh := range uint32(3) {
			m := request(scef)
			m.HopByHop, m.EndToEnd = hbh, 9
			if hbh > 0 {
				m = withFeatures(m)
				m.Flags |= diameter.FlagRetransmitted
			}
			r.send(m)
		}
		synctest.Wait()
		close(release)
		for range 3 {
			ans := r.receive()
			report, features := overloadAVPs(t, ans)
			require.Equal(t, ans.HopByHop > 0, features)
			require.Equal(t, ans.HopByHop > 0, report != nil)
		}
	})
}
