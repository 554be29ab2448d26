package bench

import (
	"bufio"
	"bytes"
	"context"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/scefkit/scefkit/diameter"
	"github.com/scefkit/scefkit/diameter/tgpp"
	"github.com/scefkit/scefkit/id"
	"github.com/scefkit/scefkit/sim"
	"github.com/scefkit/scefkit/t6a"
	"github.com/scefkit/scefkit/t8"
)

// The neighbours of the measured process: serving nodes, application server, HSS.

func imsiOf(ue int) string { return fmt.Sprintf("001010%09d", ue+1) }

func externalIDOf(ue int) id.ExternalID {
	return id.ExternalID(fmt.Sprintf("ue%07d@iot.example.com", ue+1))
}

// payload is 64 octets.
var payload = func() []byte {
	b := make([]byte, 64)
	for i := range b {
		b[i] = byte(i)
	}
	return b
}()

const bearer = 5

// mme is a serving node on one connection. Its goroutine answers what comes in and gives answers to whoever set
// answered; what that returns, appended to out, is sent with the answers, in one write for all that was read at once.
type mme struct {
	host     string
	conn     net.Conn
	r        *bufio.Reader
	answered atomic.Pointer[func(frame, out []byte) []byte]
}

// dialMME connects to an SCEF or its floor.
func dialMME(tb testing.TB, address string, i int) *mme {
	tb.Helper()
	conn, err := net.Dial("tcp", address)
	check(tb, err)
	m := &mme{host: mmeHost(i), conn: conn, r: bufio.NewReaderSize(conn, readBuffer)}
	tb.Cleanup(func() { conn.Close() })
	check(tb, greet(conn, m.r, m.host))
	go m.run()
	return m
}

func dialMMEs(tb testing.TB, address string, n int) []*mme {
	tb.Helper()
	var all []*mme
	for i := range n {
		all = append(all, dialMME(tb, address, i))
	}
	return all
}

// listenMME waits for the floor, which dials, and returns the address.
func listenMME(tb testing.TB, i int) string {
	tb.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	check(tb, err)
	tb.Cleanup(func() { l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			m := &mme{host: mmeHost(i), conn: conn, r: bufio.NewReaderSize(conn, readBuffer)}
			go m.run()
		}
	}()
	return l.Addr().String()
}

func (m *mme) run() {
	defer m.conn.Close()
	var out []byte
	for {
		frame, err := readFrame(m.r)
		if err != nil {
			return
		}
		switch asked := frame[4]&flagRequest != 0; {
		case asked && command(frame) == commandTDR:
			var q request
			if q.parse(frame) != nil {
				return
			}
			out = q.appendAnswer(out, commandTDR, hopByHop(frame), endToEnd(frame), m.host)
		case asked && command(frame) == uint32(diameter.CodeCER):
			cea, err := welcome(frame, m.host)
			if err != nil {
				return
			}
			out = append(out, cea...)
		case asked && command(frame) == uint32(diameter.CodeDWR):
			if out, err = appendDWA(out, frame, m.host); err != nil {
				return
			}
		case !asked:
			if f := m.answered.Load(); f != nil {
				out = (*f)(frame, out)
			}
		}
		if len(out) > 0 && !frameWaits(m.r) {
			if _, err := m.conn.Write(out); err != nil {
				return
			}
			out = out[:0]
		}
	}
}

// attach establishes the T6a connections of UEs.
func (m *mme) attach(tb testing.TB, ues []int) {
	tb.Helper()
	answers := make(chan uint32, 1)
	f := func(frame, out []byte) []byte { answers <- resultCode(frame); return out }
	m.answered.Store(&f)
	const window = 64
	sent := 0
	for got := range len(ues) {
		for sent < len(ues) && sent-got < window {
			_, err := m.conn.Write(m.establishment(tb, ues[sent], uint32(sent)))
			check(tb, err)
			sent++
		}
		select {
		case code := <-answers:
			if code != 2001 {
				tb.Fatalf("CMA with %d", code)
			}
		case <-time.After(10 * time.Second):
			tb.Fatal("no CMA")
		}
	}
}

func (m *mme) establishment(tb testing.TB, ue int, hbh uint32) []byte {
	tb.Helper()
	cmr, err := diameter.NewRequest(establishment(ue, m.host))
	check(tb, err)
	cmr.HopByHop, cmr.EndToEnd = hbh, diameter.NextEndToEnd()
	return cmr.Append(nil)
}

func establishment(ue int, host string) *t6a.CMR {
	return &t6a.CMR{
		SessionID: host + ";1;" + strconv.Itoa(ue), UserIdentifier: t6a.UserIdentifier{UserName: imsiOf(ue)},
		BearerIdentifier: []byte{bearer}, OriginHost: host, OriginRealm: realm, DestinationHost: scefHost, DestinationRealm: realm,
		ConnectionAction: t6a.ConnectionActionEstablishment, ServiceSelection: apn,
		ThreeGPPChargingCharacteristics: "0800", RATType: new(tgpp.RATType(1005)), VisitedPLMNID: []byte{0x00, 0xf1, 0x10},
	}
}

// A load is a number of messages that are sent with a number of them outstanding; it notes how long each took.
type load struct {
	messages int
	every    time.Duration // between two messages, sent on time however long others take; 0: whenever one of them is answered
	begin    time.Time     // of the first, when every is set
	issued   atomic.Int64
	failed   atomic.Pointer[error]

	mu   sync.Mutex
	took []time.Duration // guarded by mu
}

func (l *load) next() bool { return l.issued.Add(1) <= int64(l.messages) }

// turn waits for the turn of a message and returns the time that it was due, or false when there are no more.
func (l *load) turn() (time.Time, bool) {
	n := l.issued.Add(1)
	switch {
	case n > int64(l.messages) || l.failed.Load() != nil:
		return time.Time{}, false
	case l.every == 0:
		return time.Now(), true
	}
	due := l.begin.Add(time.Duration(n-1) * l.every)
	time.Sleep(time.Until(due))
	return due, true
}

func (l *load) fail(err error) {
	l.failed.CompareAndSwap(nil, &err)
}

func (l *load) add(took []time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.took = append(l.took, took...)
}

// uplink sends ODRs over all connections, outstanding of them in all, for UEs that pick chooses.
func uplink(mmes []*mme, messages, outstanding int, pick func(conn, k int) (ue int)) (*load, error) {
	l := &load{messages: messages}
	var all sync.WaitGroup
	for i, m := range mmes {
		all.Add(1)
		window := max(outstanding/len(mmes), 1)
		template := appendData(nil, commandODR, 0, 0, []byte(m.host+";1790000000;0000000001"), m.host, scefHost, imsiOf(0), bearer, payload)
		user := bytes.Index(template, []byte(imsiOf(0)))
		var (
			began = make([]time.Time, window)
			took  = make([]time.Duration, 0, messages/len(mmes)*2)
			open  int
			k     int
		)
		appendNext := func(out []byte, slot uint32) []byte {
			if l.failed.Load() != nil || !l.next() {
				return out
			}
			open++
			at := len(out)
			out = append(out, template...)
			binary.BigEndian.PutUint32(out[at+positionHopHop:], slot)
			binary.BigEndian.PutUint32(out[at+positionEndEnd:], diameter.NextEndToEnd())
			ue := pick(i, k) + 1
			k++
			for j := user + 14; ue > 0; j-- {
				out[at+j] = byte('0' + ue%10)
				ue /= 10
			}
			began[slot] = time.Now()
			return out
		}
		finished := make(chan struct{})
		answered := func(frame, out []byte) []byte {
			slot := hopByHop(frame)
			open--
			took = append(took, time.Since(began[slot]))
			if code := resultCode(frame); code != 2001 {
				l.fail(fmt.Errorf("bench: ODA with %d", code))
			}
			if out = appendNext(out, slot); open == 0 {
				close(finished)
			}
			return out
		}
		var first []byte
		for slot := range window {
			first = appendNext(first, uint32(slot))
		}
		if open == 0 {
			all.Done()
			continue
		}
		m.answered.Store(&answered)
		if _, err := m.conn.Write(first); err != nil {
			return nil, err
		}
		go func() {
			defer all.Done()
			select {
			case <-finished:
			case <-time.After(time.Minute):
				l.fail(errors.New("bench: ODAs are missing"))
				return
			}
			l.add(took)
		}()
	}
	all.Wait()
	if err := l.failed.Load(); err != nil {
		return nil, *err
	}
	return l, nil
}

// uplinkPaced sends ODRs over one connection, each at its time.
func uplinkPaced(m *mme, messages int, every time.Duration, pick func(k int) (ue int)) (*load, error) {
	l := &load{messages: messages, every: every, begin: time.Now()}
	due, took := make([]time.Time, messages), make([]time.Duration, messages)
	left := messages
	finished := make(chan struct{})
	answered := func(frame, out []byte) []byte {
		n := hopByHop(frame)
		took[n] = time.Since(due[n])
		if code := resultCode(frame); code != 2001 {
			l.fail(fmt.Errorf("bench: ODA with %d", code))
		}
		if left--; left == 0 {
			close(finished)
		}
		return out
	}
	m.answered.Store(&answered)
	for n := range messages {
		var ok bool
		if due[n], ok = l.turn(); !ok {
			return nil, *l.failed.Load()
		}
		odr := appendData(nil, commandODR, uint32(n), diameter.NextEndToEnd(), []byte(m.host+";1790000000;0000000001"), m.host, scefHost,
			imsiOf(pick(n)), bearer, payload)
		if _, err := m.conn.Write(odr); err != nil {
			return nil, err
		}
	}
	select {
	case <-finished:
	case <-time.After(time.Minute):
		return nil, errors.New("bench: ODAs are missing")
	}
	l.add(took)
	return l, nil
}

// downlinkRequest is a POST of downlink data for the UE.
func downlinkRequest(host, configID string, ue int) []byte {
	body := fmt.Sprintf(`{"externalId":%q,"data":%q}`, string(externalIDOf(ue)), base64.StdEncoding.EncodeToString(payload))
	return fmt.Appendf(nil, "POST /3gpp-nidd/v1/%s/configurations/%s/downlink-data-deliveries HTTP/1.1\r\nHost: %s\r\n"+
		"Authorization: Bearer %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s",
		scsas, configID, host, token, len(body), body)
}

// downlink posts requests, each over one of outstanding connections, that pick chooses.
func downlink(address string, messages, outstanding int, pick func(conn, k int) []byte) (*load, error) {
	return post(address, &load{messages: messages}, " 200 ", outstanding, pick)
}

// post sends the requests of l and expects answers with the status.
func post(address string, l *load, want string, outstanding int, pick func(conn, k int) []byte) (*load, error) {
	var all sync.WaitGroup
	for i := range outstanding {
		conn, err := net.Dial("tcp", address)
		if err != nil {
			return nil, err
		}
		all.Go(func() {
			defer conn.Close()
			r := bufio.NewReader(conn)
			took := make([]time.Duration, 0, l.messages/outstanding*2)
			for k := 0; ; k++ {
				begin, ok := l.turn()
				if !ok {
					break
				}
				if _, err := conn.Write(pick(i, k)); err != nil {
					l.fail(err)
					return
				}
				status, n, err := readHead(r)
				if err == nil && !bytes.Contains(status, []byte(want)) {
					body, _ := r.Peek(n)
					err = fmt.Errorf("%q, %s", status, body)
				}
				if err == nil {
					_, err = r.Discard(n)
				}
				if err != nil {
					l.fail(fmt.Errorf("bench: POST: %w", err))
					return
				}
				took = append(took, time.Since(begin))
			}
			l.add(took)
		})
	}
	all.Wait()
	if err := l.failed.Load(); err != nil {
		return nil, *err
	}
	return l, nil
}

// readHead reads the head of an HTTP message: its first line and the length of its body.
func readHead(r *bufio.Reader) (first []byte, length int, err error) {
	for {
		line, err := r.ReadSlice('\n')
		if err != nil {
			return first, 0, err
		}
		const name = "content-length: "
		switch {
		case first == nil:
			first = append(make([]byte, 0, 64), line[:min(len(line), 64)]...)
		case len(line) <= 2:
			return first, length, nil
		case len(line) > len(name) && line[0]|0x20 == 'c' && bytes.EqualFold(line[:len(name)], []byte(name)):
			if length, err = strconv.Atoi(string(bytes.TrimSpace(line[len(name):]))); err != nil {
				return first, 0, err
			}
		}
	}
}

// listenAS runs an application server that acknowledges every notification and returns its URI.
func listenAS(tb testing.TB) string { return listenASAt(tb, "127.0.0.1:0") }

// listenASAt is listenAS at an address.
func listenASAt(tb testing.TB, address string) string {
	tb.Helper()
	l, err := net.Listen("tcp", address)
	check(tb, err)
	tb.Cleanup(func() { l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				r := bufio.NewReaderSize(conn, 8<<10)
				answer := []byte("HTTP/1.1 204 No Content\r\n\r\n")
				for {
					_, n, err := readHead(r)
					if err == nil {
						_, err = r.Discard(n)
					}
					if err == nil {
						_, err = conn.Write(answer)
					}
					if err != nil {
						return
					}
				}
			}()
		}
	}()
	return "http://" + l.Addr().String() + "/nidd/as1"
}

// everybody is the group of all UEs.
const everybody = id.ExternalGroupID("everybody@iot.example.com")

// listenHSS runs an HSS that knows UEs and returns its address.
func listenHSS(tb testing.TB, ues int) string {
	tb.Helper()
	hss := sim.NewHSS(diameter.Identity{Host: hssHost, Realm: realm}, nil)
	for ue := range ues {
		hss.Provision(sim.Subscriber{
			IMSI: id.IMSI(imsiOf(ue)), ExternalIDs: []id.ExternalID{externalIDOf(ue)}, APNs: []id.APN{apn},
		})
	}
	members := make([]sim.Subscriber, ues)
	for ue := range members {
		members[ue] = sim.Subscriber{IMSI: id.IMSI(imsiOf(ue)), ExternalIDs: []id.ExternalID{externalIDOf(ue)}}
	}
	hss.AddGroup(sim.Group{ID: everybody, Members: members, APNs: []id.APN{apn}})
	node, err := sim.Open(hss, nil)
	check(tb, err)
	tb.Cleanup(func() { node.Close() })
	l, err := net.Listen("tcp", "127.0.0.1:0")
	check(tb, err)
	go node.Serve(l)
	return l.Addr().String()
}

func clientOf(tb testing.TB, address string) *t8.Client {
	tb.Helper()
	client, err := t8.NewClient("http://"+address, &t8.ClientOptions{
		HTTP:  &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}},
		Token: func(context.Context) (string, error) { return token, nil },
	})
	check(tb, err)
	return client
}

// configure creates a configuration for each UE and returns their ids.
func configure(tb testing.TB, address, destination string, ues int) []string {
	tb.Helper()
	client := clientOf(tb, address)
	ids := make([]string, ues)
	var turn atomic.Int64
	var all sync.WaitGroup
	for range 64 {
		all.Go(func() {
			for ue := int(turn.Add(1)) - 1; ue < ues && !tb.Failed(); ue = int(turn.Add(1)) - 1 {
				c, err := client.NIDD().CreateConfiguration(tb.Context(), scsas, &t8.NIDDConfiguration{
					ExternalID: externalIDOf(ue), NotificationDestination: destination,
				})
				if err != nil {
					tb.Error(err)
					return
				}
				_, ids[ue], _ = t8.ParseNIDDConfigurationURI(c.Self)
			}
		})
	}
	all.Wait()
	if tb.Failed() {
		tb.FailNow()
	}
	return ids
}
