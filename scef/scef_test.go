package scef_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/diameter"
	"github.com/scefkit/scefkit/fault"
	"github.com/scefkit/scefkit/scef"
	"github.com/scefkit/scefkit/sim"
	"github.com/scefkit/scefkit/store"
	"github.com/scefkit/scefkit/t6a"
	"github.com/scefkit/scefkit/t8"
)

// TestDataBothWays is the main job: it ends with what the AS and the UE have.
func TestDataBothWays(t *testing.T) {
	covers(t, "29128-5.1-01 KAURI-51 KAURI-57 KAURI-62 KAURI-63 KAURI-64 KAURI-80")
	b := start(t)
	m, _ := b.mme(mmeID)
	as, url := b.as("as1")
	ue, cfg := b.attached(as, url, m, 1) // by External Identifier; it has no MSISDN
	payload := make([]byte, 256)
	for i := range payload {
		payload[i] = byte(i)
	}
	require.NoError(t, ue.Send(t.Context(), payload))
	up, err := sim.Next[t8.NIDDUplinkDataNotification](t.Context(), as)
	require.NoError(t, err)
	require.Equal(t, payload, up.Data)
	require.Equal(t, externalOf(1), up.ExternalID)
	require.Equal(t, cfg, up.NIDDConfiguration)

	got, err := b.deliver(as, cfg, string(payload))
	require.NoError(t, err)
	require.Empty(t, got.Self)
	require.Equal(t, [][]byte{payload}, ue.Received())

	ue.Sleep()
	got, err = b.deliver(as, cfg, "while it sleeps")
	require.NoError(t, err)
	require.NoError(t, ue.Wake(t.Context()))
	status, err := sim.Next[t8.NIDDDownlinkDataDeliveryStatusNotification](t.Context(), as)
	require.NoError(t, err)
	require.Equal(t, got.Self, status.NIDDDownlinkDataTransfer)
	require.True(t, strings.HasPrefix(string(status.DeliveryStatus), "SUCCESS"))
	require.Len(t, ue.Received(), 2)
}

// TestNothingOfTheNetworkInside looks for what must not leave the network in all that SCS/AS see, errors included.
func TestNothingOfTheNetworkInside(t *testing.T) {
	covers(t, "KAURI-10 KAURI-23 KAURI-34 KAURI-53")
	b := start(t)
	m, mmeNode := b.mme(mmeID)
	var seen bytes.Buffer
	var mu sync.Mutex
	note := func(text []byte) {
		mu.Lock()
		defer mu.Unlock()
		seen.Write(text)
		seen.WriteByte('\n')
	}
	sink := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		note(body)
		header, _ := json.Marshal(r.Header)
		note(header)
		w.WriteHeader(http.StatusNoContent)
	}))
	defer sink.Close()
	ask := func(method, url, body string) *reply {
		r := b.json("as1", method, url, body)
		header, err := json.Marshal(r.header)
		require.NoError(t, err)
		note(header)
		note(r.body)
		return r
	}
	ue := b.provision(1, "as1")
	unknown := fmt.Sprintf(`{"externalId": "nobody@example.com", "notificationDestination": %q}`, sink.URL)
	ask("POST", configurations, unknown).problem(404)
	cfg := ask("POST", configurations, strings.ReplaceAll(unknown, "nobody", "meter-1")).header.Get("Location")
	require.NotEmpty(t, cfg)
	require.NoError(t, ue.Attach(t.Context(), m, apnOf("as1")))
	require.NoError(t, ue.Send(t.Context(), []byte("up")))
	post := func() *reply {
		return ask("POST", cfg+"/downlink-data-deliveries", `{"externalId": "meter-1@example.com", "data": "ZG93bg=="}`)
	}
	require.Equal(t, 200, post().status)
	for _, r := range []diameter.Result{diameter.UnableToComply, diameter.ErrorUnreachableUser, diameter.UnableToDeliver, diameter.AuthorizationRejected} {
		m.Misbehave(sim.Always(sim.Fault{Result: r}))
		require.Equal(t, 500, post().status)
	}
	m.Misbehave(nil)
	for _, r := range []diameter.Result{diameter.ErrorUserNoAPNSubscription, diameter.ErrorUnauthorizedService, diameter.UnableToComply, diameter.TooBusy} {
		b.hss.Misbehave(sim.Always(sim.Fault{Result: r}))
		require.GreaterOrEqual(t, ask("POST", configurations, strings.ReplaceAll(unknown, "nobody", "meter-2")).status, 400)
	}
	b.hss.Misbehave(nil)
	ue.Sleep()
	require.Equal(t, 201, post().status)
	require.NoError(t, ue.Wake(t.Context()))
	eventually(t, 5*time.Second, func() string {
		mu.Lock()
		defer mu.Unlock()
		if strings.Contains(seen.String(), `"niddDownlinkDataTransfer":`) {
			return ""
		}
		return "no status of the delivery"
	})
	require.NoError(t, mmeNode.Close())
	require.Equal(t, 500, post().status)
	ask("GET", configurations, "")
	require.NoError(t, b.hss.Update(t.Context(), ue.IMSI(), sim.Revocation("")))
	eventually(t, 5*time.Second, func() string {
		mu.Lock()
		defer mu.Unlock()
		if strings.Contains(seen.String(), "TERMINATED_UE_NOT_AUTHORIZED") {
			return ""
		}
		return "no end of the configuration"
	})

	mu.Lock()
	defer mu.Unlock()
	random := regexp.MustCompile(`"Etag":\[[^]]*\]|"Date":\[[^]]*\]|\b[0-9a-z]{24}\b|127\.0\.0\.1:\d+`) // may hold any short word
	text := random.ReplaceAllString(seen.String(), "")
	for _, word := range []string{string(ue.IMSI()), string(ue.IMSI())[5:], realm, "3gppnetwork", hssID.Host, mmeID.Host, "as1.example"} {
		require.NotContains(t, strings.ToLower(text), strings.ToLower(word))
	}
	for _, word := range []string{"diameter", "result-code", "avp", "5653", "5012", "5420", "3002", "3004", "5003", "s6t", "t6a", "odr", "tdr"} {
		require.NotContains(t, strings.ToLower(text), word)
	}
}

// odr builds uplink data of UE n as an MME sends it.
func odr(t *testing.T, from diameter.Identity, n int, data string) *diameter.Message {
	t.Helper()
	m, err := diameter.NewRequest(&t6a.ODR{
		SessionID: diameter.NewSessionID(from.Host), OriginHost: from.Host, OriginRealm: from.Realm, DestinationHost: scefID.Host,
		DestinationRealm: scefID.Realm, UserIdentifier: t6a.UserIdentifier{UserName: string(imsiOf(n))}, BearerIdentifier: []byte{5}, NonIPData: []byte(data),
	})
	require.NoError(t, err)
	return m
}

// TestRetransmittedODR checks that an ODR that comes again is posted once: after its answer, while the first is still in
// work, and over another connection.
func TestRetransmittedODR(t *testing.T) {
	b := start(t, func(s *setup) { s.opts.Diameter.CheckOrigin = diameter.OriginAny })
	m, node := b.mme(mmeID)
	as, url := b.as("as1")
	ue, _ := b.attached(as, url, m, 1)
	ctx := t.Context()

	t.Run("after the answer", func(t *testing.T) {
		up := sim.Uplink{Data: []byte("one"), EndToEnd: diameter.NextEndToEnd()}
		require.NoError(t, m.Uplink(ctx, ue, up))
		up.Again = true
		require.NoError(t, m.Uplink(ctx, ue, up))
		require.Len(t, as.Notifications(), 1)
		up.Again = false // another one with the same number
		require.NoError(t, m.Uplink(ctx, ue, up))
		require.Len(t, as.Notifications(), 2)
	})
	t.Run("while the first is in work", func(t *testing.T) {
		before := len(as.Notifications())
		at := make(chan struct{}, 10)
		release := make(chan struct{})
		as.Misbehave(func() sim.ASFault {
			at <- struct{}{}
			<-release
			return sim.ASFault{}
		})
		up := sim.Uplink{Data: []byte("two"), EndToEnd: diameter.NextEndToEnd()}
		done := make(chan error, 3)
		go func() { done <- m.Uplink(ctx, ue, up) }()
		<-at
		up.Again = true
		came := b.again.Load()
		for range 2 {
			go func() { done <- m.Uplink(ctx, ue, up) }()
		}
		eventually(t, 5*time.Second, func() string {
			if n := b.again.Load() - came; n < 2 {
				return fmt.Sprintf("%d of 2 repetitions have come", n)
			}
			return ""
		})
		select {
		case err := <-done:
			t.Fatalf("answered before the AS did: %v", err)
		default:
		}
		close(release)
		for range 3 {
			require.NoError(t, <-done)
		}
		as.Misbehave(nil)
		require.Len(t, as.Notifications(), before+1)
	})
	t.Run("over another connection", func(t *testing.T) {
		before := len(as.Notifications())
		req := odr(t, mmeID, 1, "three")
		req.EndToEnd = diameter.NextEndToEnd()
		_, err := node.Do(ctx, scefID, req)
		require.NoError(t, err)
		agent := b.open(relay{diameter.Identity{Host: "dra." + realm, Realm: realm}})
		b.await(t6a.App, agent)
		again := *req
		again.Flags |= diameter.FlagRetransmitted
		ans, err := agent.Do(ctx, scefID, &again)
		require.NoError(t, err)
		r, err := diameter.ResultOf(ans)
		require.NoError(t, err)
		require.Equal(t, diameter.Success, r)
		require.Len(t, as.Notifications(), before+1)
	})
}

// relay is an agent that answers nothing: a second way for requests of an MME.
type relay struct{ self diameter.Identity }

func (r relay) Self() diameter.Identity { return r.self }
func (r relay) App() diameter.App {
	return diameter.App{ID: diameter.AppRelay, Handler: r}
}
func (r relay) Use(diameter.Transport) {}
func (r relay) HandleDiameter(context.Context, diameter.Identity, *diameter.Message) (*diameter.Message, func()) {
	return nil, nil
}

// temporary wants a failure that leaves the PDN connection alone.
func temporary(t *testing.T, err error) {
	t.Helper()
	r := sim.ResultOf(err)
	require.NotZero(t, r.Code, "%v", err)
	require.False(t, r.IsSuccess())
	require.NotEqual(t, uint32(5), r.Code/1000, "%v", r)
}

// TestASFails lets the AS fail in each way that it can. None of them is a permanent failure for the MME, and another
// SCS/AS goes on meanwhile.
func TestASFails(t *testing.T) {
	covers(t, "29128-5.5.3-10")
	b := start(t, func(s *setup) { s.opts.NIDD.UplinkTimeout = 200 * time.Millisecond })
	m, _ := b.mme(mmeID)
	as, url := b.as("as1")
	ue, _ := b.attached(as, url, m, 1)
	other, otherURL := b.as("as2")
	otherUE, _ := b.attached(other, otherURL, m, 2)
	goesOn := func(t *testing.T) {
		t.Helper()
		require.NoError(t, otherUE.Send(t.Context(), []byte("other")))
		require.NotEmpty(t, m.Bearers(ue), "the PDN connection is there")
	}
	for name, f := range map[string]sim.ASFault{
		"slow": {Delay: time.Second}, "cuts the connection": {Abort: true}, "500": {Status: 500}, "503": {Status: 503, RetryAfter: "5"},
		"429": {Status: 429}, "404": {Status: 404}, "400": {Status: 400}, "401": {Status: 401}, "301": {Status: 301}, "204 too late": {Delay: 250 * time.Millisecond, Status: 204},
	} {
		t.Run(name, func(t *testing.T) {
			as.Misbehave(func() sim.ASFault { return f })
			begin := time.Now()
			temporary(t, ue.Send(t.Context(), []byte(name)))
			require.Less(t, time.Since(begin), 5*time.Second)
			goesOn(t)
		})
	}
	as.Misbehave(nil)
	require.NoError(t, ue.Send(t.Context(), []byte("well again")))

	t.Run("down", func(t *testing.T) {
		down := listen(t) // an address that nobody listens at
		require.NoError(t, down.Close())
		deadUE, _ := b.attached(as, "http://"+down.Addr().String()+"/", m, 3)
		temporary(t, deadUE.Send(t.Context(), []byte("x")))
		require.NotEmpty(t, m.Bearers(deadUE))
		goesOn(t)
	})
	t.Run("accepts and says nothing", func(t *testing.T) {
		mute := listen(t)
		defer mute.Close()
		muteUE, _ := b.attached(as, "http://"+mute.Addr().String()+"/", m, 4)
		temporary(t, muteUE.Send(t.Context(), []byte("x")))
		goesOn(t)
	})
	t.Run("answers with garbage", func(t *testing.T) {
		l := listen(t)
		defer l.Close()
		go func() {
			for {
				c, err := l.Accept()
				if err != nil {
					return
				}
				_, _ = c.Write([]byte("220 ready\r\n\x00\xff\r\n\r\n"))
				_ = c.Close()
			}
		}()
		ue, _ := b.attached(as, "http://"+l.Addr().String()+"/", m, 5)
		temporary(t, ue.Send(t.Context(), []byte("x")))
		goesOn(t)
	})
}

// TestSlowASHoldsUpNobody floods one SCS/AS that does not answer, and measures another one.
func TestSlowASHoldsUpNobody(t *testing.T) {
	b := start(t, func(s *setup) { s.opts.NIDD.UplinkTimeout = 2 * time.Second })
	m, _ := b.mme(mmeID)
	slow, slowURL := b.as("as1")
	fast, fastURL := b.as("as2")
	slowUE, _ := b.attached(slow, slowURL, m, 1)
	fastUE, cfg := b.attached(fast, fastURL, m, 2)
	release := make(chan struct{})
	slow.Misbehave(func() sim.ASFault {
		<-release
		return sim.ASFault{Status: 503}
	})
	const flood = 400 // more than go to one host at a time
	failed := make(chan error, flood)
	for i := range flood {
		go func() { failed <- slowUE.Send(t.Context(), fmt.Appendf(nil, "%d", i)) }()
	}
	temporary(t, <-failed) // beyond the bound: refused at once
	worst := time.Duration(0)
	for i := range 50 {
		begin := time.Now()
		require.NoError(t, fastUE.Send(t.Context(), fmt.Appendf(nil, "%d", i)))
		_, err := b.deliver(fast, cfg, "down")
		require.NoError(t, err)
		worst = max(worst, time.Since(begin))
	}
	require.Less(t, worst, time.Second)
	require.Len(t, fast.Notifications(), 50)
	close(release)
	for range flood - 1 {
		temporary(t, <-failed)
	}
	require.NotEmpty(t, m.Bearers(slowUE))
}

// TestHSSFails checks what an SCS/AS is told, and that the rest goes on.
func TestHSSFails(t *testing.T) {
	b := start(t)
	m, _ := b.mme(mmeID)
	as, url := b.as("as1")
	ue, cfg := b.attached(as, url, m, 1)
	b.provision(2, "as1")
	goesOn := func() {
		t.Helper()
		require.NoError(t, ue.Send(t.Context(), []byte("up")))
		_, err := b.deliver(as, cfg, "down")
		require.NoError(t, err)
	}
	post := func() *reply {
		return b.json("as1", "POST", configurations, fmt.Sprintf(`{"externalId": "meter-2@example.com", "notificationDestination": %q}`, url))
	}
	// Slow, then without answer: 503 after the time for answers.
	b.hss.Misbehave(sim.Always(sim.Fault{Drop: true}))
	waiting := make(chan *reply, 1)
	go func() { waiting <- post() }()
	goesOn()
	(<-waiting).problem(503)
	b.hss.Misbehave(nil)
	// Gone: at once.
	require.NoError(t, b.hssNode.Close())
	eventually(t, 5*time.Second, func() string {
		for _, p := range b.node.Peers() {
			if p.Identity.Host == hssID.Host && p.State == diameter.PeerOpen {
				return "still connected"
			}
		}
		return ""
	})
	begin := time.Now()
	post().problem(503)
	require.Less(t, time.Since(begin), 900*time.Millisecond)
	goesOn()
	// Back again.
	b.hssNode = b.open(b.hss)
	b.await(b.hss.App().ID, b.hssNode)
	require.Equal(t, 201, post().status)
}

// TestMMEFails checks what an SCS/AS is told, and that UEs of another MME do not notice.
func TestMMEFails(t *testing.T) {
	b := start(t)
	m, node := b.mme(mmeID)
	m2, _ := b.mme(mme2ID)
	as, url := b.as("as1")
	ue, cfg := b.attached(as, url, m, 1)
	_, otherCfg := b.attached(as, url, m2, 2)
	failure := func(r *reply) t8.NIDDDownlinkDataDeliveryFailure {
		t.Helper()
		require.Equal(t, 500, r.status, "%s", r.body)
		require.Equal(t, "application/json", r.header.Get("Content-Type"))
		var f t8.NIDDDownlinkDataDeliveryFailure
		require.NoError(t, json.Unmarshal(r.body, &f))
		return f
	}
	post := func() *reply {
		return b.json("as1", "POST", cfg+"/downlink-data-deliveries", `{"externalId": "meter-1@example.com", "data": "eA=="}`)
	}
	m.Misbehave(sim.Always(sim.Fault{Drop: true}))
	waiting := make(chan *reply, 1)
	go func() { waiting <- post() }()
	_, err := b.deliver(as, otherCfg, "meanwhile")
	require.NoError(t, err)
	require.Equal(t, "TIMEOUT", failure(<-waiting).ProblemDetail.Cause)
	m.Misbehave(nil)

	require.NoError(t, node.Close())
	eventually(t, 5*time.Second, func() string {
		if n := len(b.node.Peers()); n != 2 {
			return fmt.Sprintf("%d peers", n)
		}
		return ""
	})
	require.Equal(t, "NEXT_HOP", failure(post()).ProblemDetail.Cause)
	_, err = b.deliver(as, otherCfg, "meanwhile")
	require.NoError(t, err)

	b.await(t6a.App, b.open(m)) // it did not lose its contexts
	_, err = b.deliver(as, cfg, "again")
	require.NoError(t, err)
	require.NoError(t, ue.Send(t.Context(), []byte("up")))
}

// raw is a peer that sends octets.
type raw struct {
	net.Conn
	t *testing.T
}

// connect opens a connection; with a name, capabilities are exchanged.
func (b *bench) connect(ident diameter.Identity) *raw {
	b.t.Helper()
	nc, err := net.Dial("tcp", b.dia)
	require.NoError(b.t, err)
	require.NoError(b.t, nc.SetDeadline(time.Now().Add(10*time.Second)))
	r := &raw{nc, b.t}
	b.t.Cleanup(func() { nc.Close() })
	if ident.Host != "" {
		req, err := diameter.NewRequest(&diameter.CER{
			OriginHost: ident.Host, OriginRealm: ident.Realm, HostIPAddress: []diameter.Address{diameter.AddressFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}))}, ProductName: "raw",
			AuthApplicationID: []uint32{uint32(t6a.App)},
		})
		require.NoError(b.t, err)
		r.put(req.Append(nil))
		require.Equal(b.t, diameter.Success, r.result())
	}
	return r
}

func (r *raw) put(b []byte) {
	r.t.Helper()
	_, err := r.Write(b)
	require.NoError(r.t, err)
}

// read returns the next message, or nil at the end of the connection.
func (r *raw) read() *diameter.Message {
	r.t.Helper()
	b := make([]byte, diameter.HeaderLen)
	if _, err := io.ReadFull(r, b); err != nil {
		var late net.Error
		require.False(r.t, errors.As(err, &late) && late.Timeout(), "neither an answer nor the end")
		return nil
	}
	_, n, err := diameter.ParseHeader(b)
	require.NoError(r.t, err)
	b = append(b, make([]byte, n-len(b))...)
	_, err = io.ReadFull(r, b[diameter.HeaderLen:])
	require.NoError(r.t, err)
	m, err := diameter.ParseMessage(b)
	require.NoError(r.t, err)
	return m
}

func (r *raw) result() diameter.Result {
	r.t.Helper()
	m := r.read()
	require.NotNil(r.t, m, "the connection has ended")
	res, err := diameter.ResultOf(m)
	require.NoError(r.t, err)
	return res
}

// TestHostilePeer sends what no peer should. Each connection gets a precise answer or its end; the others go on.
func TestHostilePeer(t *testing.T) {
	// What is odd about a message is to be found before whose name it is sent in.
	b := start(t, func(s *setup) { s.opts.Diameter.CheckOrigin = diameter.OriginAny })
	m, _ := b.mme(mmeID)
	as, url := b.as("as1")
	ue, cfg := b.attached(as, url, m, 1)
	goesOn := func(t *testing.T) {
		t.Helper()
		require.NoError(t, ue.Send(t.Context(), []byte("up")))
		_, err := b.deliver(as, cfg, "down")
		require.NoError(t, err)
	}
	number := 0
	evil := func() diameter.Identity { // a name that no connection had before
		number++
		return diameter.Identity{Host: fmt.Sprintf("evil%d.%s", number, realm), Realm: realm}
	}
	good := odr(t, evil(), 1, "x").Append(nil)
	with := func(change func([]byte)) []byte {
		x := bytes.Clone(good)
		change(x)
		return x
	}
	length := func(n int) []byte {
		return with(func(x []byte) { x[1], x[2], x[3] = byte(n>>16), byte(n>>8), byte(n) })
	}
	for _, c := range []struct {
		name string
		send []byte
		want uint32 // result; 0: the connection ends without answer
		ends bool   // after the answer
	}{
		{"length 0", length(0), 5015, true},
		{"length below the header", length(16), 5015, true},
		{"length not a multiple of 4", length(len(good) - 1), 5015, true},
		{"length above the limit", length(1<<24 - 4), 5015, true},
		{"version 9", with(func(x []byte) { x[0] = 9 }), 5011, true},
		{"another application", with(func(x []byte) { binary.BigEndian.PutUint32(x[8:], 4711) }), 3007, false},
		{"another command", with(func(x []byte) { x[7]++; x[6]++ }), 3001, false},
		{"AVP longer than the message", with(func(x []byte) { x[25] = 0xff }), 5014, false},
		{"AVP shorter than its header", with(func(x []byte) { x[25], x[26], x[27] = 0, 0, 7 }), 5014, false},
		{"E flag in a request", with(func(x []byte) { x[4] |= 0x20 }), 3008, false},
		{"no AVPs", append(bytes.Clone(good[:1]), append([]byte{0, 0, 20}, good[4:20]...)...), 5005, false},
		{"garbage", bytes.Repeat([]byte{0xde, 0xad, 0xbe, 0xef}, 300), 0, true},
		{"HTTP", []byte("GET / HTTP/1.1\r\nHost: scef.example.com\r\n\r\n"), 0, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, known := range []bool{true, false} {
				who := diameter.Identity{}
				if known {
					who = evil()
				}
				r := b.connect(who)
				r.put(c.send)
				if known && c.want != 0 {
					require.Equal(t, int(c.want), int(r.result().Code))
				}
				if !known || c.ends {
					for r.read() != nil { // an answer, perhaps, and then the end
					}
				} else {
					r.put(good) // the connection goes on
					require.NotZero(t, r.result().Code)
				}
				require.NoError(t, r.Close())
				goesOn(t)
			}
		})
	}
	t.Run("cut in the middle", func(t *testing.T) {
		for cut := 1; cut < len(good); cut += 7 {
			r := b.connect(evil())
			r.put(good[:cut])
			require.NoError(t, r.Close())
		}
		goesOn(t)
	})
	t.Run("an answer that nobody asked for", func(t *testing.T) {
		r := b.connect(evil())
		r.put(with(func(x []byte) { x[4] &^= 0x80 }))
		r.put(good)
		require.NotZero(t, r.result().Code)
		r.Close()
		goesOn(t)
	})
	t.Run("in pieces", func(t *testing.T) {
		r := b.connect(evil())
		for _, o := range good {
			r.put([]byte{o})
		}
		require.Equal(t, diameter.Success, r.result(), "the bearer is known by IMSI and identity")
		r.Close()
	})
}

// TestHostilePeersLeaveNothing opens many connections that promise more than they send, and counts what they cost.
func TestHostilePeersLeaveNothing(t *testing.T) {
	b := start(t)
	m, _ := b.mme(mmeID)
	as, url := b.as("as1")
	ue, _ := b.attached(as, url, m, 1)
	before := runtime.NumGoroutine()
	heap := func() uint64 {
		runtime.GC()
		var s runtime.MemStats
		runtime.ReadMemStats(&s)
		return s.HeapInuse
	}
	size := heap()
	var all []*raw
	for i := range 200 {
		r := b.connect(diameter.Identity{Host: fmt.Sprintf("evil%d.%s", i, realm), Realm: realm})
		r.put([]byte{1, 0, 0xff, 0xfc, 0xc0, 0, 0, 1}) // 65,532 octets, says the header, which ends here
		all = append(all, r)
	}
	require.NoError(t, ue.Send(t.Context(), []byte("up")))
	grown := int64(heap()) - int64(size)
	require.Less(t, grown, int64(200*(64<<10)+16<<20), "what is promised is not allocated many times over")
	for _, r := range all {
		r.Close()
	}
	eventually(t, 10*time.Second, func() string {
		if n := runtime.NumGoroutine(); n > before+20 { // the node keeps some workers
			return fmt.Sprintf("%d goroutines, %d before", n, before)
		}
		return ""
	})
	eventually(t, 10*time.Second, func() string {
		if g := int64(heap()) - int64(size); g > 8<<20 {
			return fmt.Sprintf("%d octets more", g)
		}
		return ""
	})
	require.NoError(t, ue.Send(t.Context(), []byte("up")))
}

// TestRestart opens a second Node on the store of the first.
func TestRestart(t *testing.T) {
	shared := store.NewMemory()
	var url, cfg, delivery string
	var as *sim.AS
	t.Run("first", func(t *testing.T) {
		b := start(t, func(s *setup) { s.store = keep{shared} })
		m, _ := b.mme(mmeID)
		as, url = b.as("as1")
		var ue *sim.UE
		ue, cfg = b.attached(as, url, m, 1)
		ue.Sleep()
		d, err := b.deliver(as, cfg, "waits")
		require.NoError(t, err)
		delivery = d.Self
	})
	t.Run("second", func(t *testing.T) {
		b := start(t, func(s *setup) { s.store = keep{shared} })
		m, node := b.mme(mmeID)
		ue := b.provision(1, "as1")
		moved := func(uri string) string { return b.root + uri[strings.Index(uri, "/3gpp-nidd"):] }
		require.Equal(t, 200, b.json("as1", "GET", moved(cfg), "").status)
		require.Equal(t, 200, b.json("as1", "GET", moved(delivery), "").status)
		ans, err := node.Do(t.Context(), scefID, odr(t, mmeID, 1, "up"))
		require.NoError(t, err)
		r, err := diameter.ResultOf(ans)
		require.NoError(t, err)
		require.NotEqual(t, diameter.ErrorInvalidEPSBearer, r, "the bearer is known")
		require.NoError(t, ue.Attach(t.Context(), m, apnOf("as1")))
		got, err := ue.Receive(t.Context())
		require.NoError(t, err)
		require.Equal(t, "waits", string(got))
	})
}

// keep is a store that nobody closes.
type keep struct{ store.Store }

func (keep) Close() error { return nil }

// TestEnd ends a Node in each way while work is under way. That no goroutine is left, start checks.
func TestEnd(t *testing.T) {
	for _, c := range []struct {
		name string
		end  func(*scef.Node) error
		done bool // work under way is finished
	}{
		{"Close", (*scef.Node).Close, false},
		{"Shutdown", func(n *scef.Node) error {
			ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
			defer cancel()
			return n.Shutdown(ctx)
		}, true},
		{"Shutdown without time", func(n *scef.Node) error {
			ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
			defer cancel()
			if err := n.Shutdown(ctx); !errors.Is(err, context.DeadlineExceeded) {
				return fmt.Errorf("want the cause: %w", errors.Join(err, errors.ErrUnsupported))
			}
			return nil
		}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := start(t)
			m, _ := b.mme(mmeID)
			as, url := b.as("as1")
			ue, cfg := b.attached(as, url, m, 1)
			other, _ := b.attached(as, url, m, 2)
			atAS, atMME := make(chan struct{}, 1), make(chan struct{}, 1)
			as.Misbehave(func() sim.ASFault {
				atAS <- struct{}{}
				return sim.ASFault{Delay: 300 * time.Millisecond}
			})
			m.Misbehave(func(*diameter.Message) sim.Fault {
				atMME <- struct{}{}
				return sim.Fault{Delay: 300 * time.Millisecond}
			})
			up, down := make(chan error, 1), make(chan error, 1)
			go func() { up <- other.Send(t.Context(), []byte("up")) }()
			ext := b.externalOf(as, cfg)
			go func() {
				_, err := as.NIDD().CreateDelivery(t.Context(), "as1", cfg, &t8.NIDDDownlinkDataTransfer{ExternalID: ext, Data: []byte("down")})
				down <- err
			}()
			<-atAS
			<-atMME
			begin := time.Now()
			if err := c.end(b.node); c.name != "Close" {
				require.NoError(t, err)
			}
			require.Less(t, time.Since(begin), 8*time.Second)
			upErr, downErr := <-up, <-down
			if c.done {
				require.NoError(t, upErr)
				require.NoError(t, downErr)
				require.Len(t, ue.Received(), 1)
			}
			_ = b.node.Close() // again
			_, err := b.deliverAfterEnd(as, cfg)
			require.Error(t, err)
		})
	}
}

// deliverAfterEnd posts to a Node that has ended.
func (b *bench) deliverAfterEnd(as *sim.AS, config string) (*t8.NIDDDownlinkDataTransfer, error) {
	got, err := as.NIDD().CreateDelivery(b.t.Context(), as.ID(), config, &t8.NIDDDownlinkDataTransfer{ExternalID: externalOf(1), Data: []byte("late")})
	if f := fault.As(err); f != nil && f.Remote {
		return got, nil
	}
	return got, err
}

// TestIncomplete checks that New tells all that is missing.
func TestIncomplete(t *testing.T) {
	noLeaks(t)
	_, err := scef.New(scef.Config{}, nil)
	for _, word := range []string{"Identity", "APIRoot", "Store", "Policy", "NIDD"} {
		require.ErrorContains(t, err, word)
	}
}
