package godiameter_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/fiorix/go-diameter/v4/diam"
	"github.com/fiorix/go-diameter/v4/diam/avp"
	"github.com/fiorix/go-diameter/v4/diam/datatype"
	"github.com/fiorix/go-diameter/v4/diam/dict"
	"github.com/fiorix/go-diameter/v4/diam/sm"
	"github.com/scefkit/scefkit/diameter"
	"github.com/scefkit/scefkit/t6a"
	"github.com/stretchr/testify/require"
)

// A server that is measured runs in a process of its own, which is this binary again, so that its CPU time does not hold
// the load generator's. Its stdout gives its address in one line, and its CPU time in a line for each line of its stdin,
// the end of which ends it.

const serverVar = "SCEFKIT_GODIAMETER_SERVER"

func TestMain(m *testing.M) {
	if name := os.Getenv(serverVar); name != "" {
		if err := runServer(name); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

const (
	benchRealm = "epc.mnc001.mcc001.3gppnetwork.org"
	benchMME   = "mme01." + benchRealm
	benchSCEF  = "scef01." + benchRealm
)

// benchODR is a request of 424 octets, 64 of them data, as an MME sends it.
func benchODR(tb testing.TB) *diameter.Message {
	req, err := diameter.NewRequest(&t6a.ODR{
		SessionID:        benchMME + ";1700000000;00000001",
		UserIdentifier:   t6a.UserIdentifier{UserName: "001010000000042"},
		BearerIdentifier: []byte{5},
		DRMP:             new(diameter.DRMPPriority2),
		OriginHost:       benchMME,
		OriginRealm:      benchRealm,
		DestinationHost:  benchSCEF,
		DestinationRealm: benchRealm,
		NonIPData:        bytes.Repeat([]byte{0xa5}, 64),
	})
	require.NoError(tb, err)
	require.Equal(tb, 424, req.Len())
	req.HopByHop, req.EndToEnd = 1, 1
	return req
}

// answerODR is the work of either server, with scefkit.
func answerODR(req *diameter.Message) (*diameter.Message, error) {
	var odr t6a.ODR
	if err := odr.Decode(req); err != nil {
		return nil, err
	}
	if len(odr.NonIPData) != 64 || odr.UserIdentifier.UserName == "" {
		return nil, errors.New("no data")
	}
	oda := t6a.ODA{
		SessionID: odr.SessionID, DRMP: odr.DRMP, Result: diameter.Success, OriginHost: benchSCEF, OriginRealm: benchRealm,
	}
	return oda.Answer(req)
}

// typedDictionary is what a program without scefkit gives to go-diameter for the ODR.
const typedDictionary = `<diameter>
<application id="16777346" type="auth" name="T6a">
	<vendor id="10415" name="TGPP"/>
	<command code="8388733" short="OD" name="MO-Data">
		<request>
			<rule avp="Session-Id" required="true" max="1"/>
			<rule avp="DRMP" max="1"/>
			<rule avp="Auth-Session-State" required="true" max="1"/>
			<rule avp="Origin-Host" required="true" max="1"/>
			<rule avp="Origin-Realm" required="true" max="1"/>
			<rule avp="Destination-Host" max="1"/>
			<rule avp="Destination-Realm" required="true" max="1"/>
			<rule avp="User-Identifier" required="true" max="1"/>
			<rule avp="Bearer-Identifier" required="true" max="1"/>
			<rule avp="Non-IP-Data" max="1"/>
		</request>
		<answer>
			<rule avp="Session-Id" required="true" max="1"/>
			<rule avp="Result-Code" max="1"/>
		</answer>
	</command>
	<avp name="DRMP" code="301"><data type="Unsigned32"/></avp>
	<avp name="User-Identifier" code="3102" vendor-id="10415"><data type="Grouped"><rule avp="User-Name" max="1"/></data></avp>
	<avp name="Bearer-Identifier" code="1020" vendor-id="10415"><data type="OctetString"/></avp>
	<avp name="Non-IP-Data" code="4315" vendor-id="10415"><data type="OctetString"/></avp>
</application>
</diameter>`

// typedODR is the ODR for Unmarshal of go-diameter.
type typedODR struct {
	SessionID        datatype.UTF8String       `avp:"Session-Id"`
	DRMP             datatype.Unsigned32       `avp:"DRMP"`
	AuthSessionState datatype.Enumerated       `avp:"Auth-Session-State"`
	OriginHost       datatype.DiameterIdentity `avp:"Origin-Host"`
	OriginRealm      datatype.DiameterIdentity `avp:"Origin-Realm"`
	DestinationHost  datatype.DiameterIdentity `avp:"Destination-Host"`
	DestinationRealm datatype.DiameterIdentity `avp:"Destination-Realm"`
	UserIdentifier   struct {
		UserName datatype.UTF8String `avp:"User-Name"`
	} `avp:"User-Identifier"`
	BearerIdentifier datatype.OctetString `avp:"Bearer-Identifier"`
	NonIPData        datatype.OctetString `avp:"Non-IP-Data"`
}

// answerTyped is the work of either server, with go-diameter.
func answerTyped(m *diam.Message) (*diam.Message, error) {
	var odr typedODR
	if err := m.Unmarshal(&odr); err != nil {
		return nil, err
	}
	if len(odr.NonIPData) != 64 || odr.UserIdentifier.UserName == "" {
		return nil, errors.New("no data")
	}
	ans := diam.NewMessage(m.Header.CommandCode, m.Header.CommandFlags&^diam.RequestFlag, m.Header.ApplicationID,
		m.Header.HopByHopID, m.Header.EndToEndID, m.Dictionary())
	ans.AddAVP(diam.NewAVP(avp.SessionID, avp.Mbit, 0, odr.SessionID))
	ans.AddAVP(diam.NewAVP(uint32(301), 0, 0, odr.DRMP))
	ans.AddAVP(diam.NewAVP(avp.ResultCode, avp.Mbit, 0, datatype.Unsigned32(diam.Success)))
	ans.AddAVP(diam.NewAVP(avp.AuthSessionState, avp.Mbit, 0, datatype.Enumerated(1)))
	ans.AddAVP(diam.NewAVP(avp.OriginHost, avp.Mbit, 0, datatype.DiameterIdentity(benchSCEF)))
	ans.AddAVP(diam.NewAVP(avp.OriginRealm, avp.Mbit, 0, datatype.DiameterIdentity(benchRealm)))
	return ans, nil
}

// newTypedDictionary returns a dictionary of its own: the base protocol and typedDictionary.
func newTypedDictionary() (*dict.Parser, error) {
	base, err := dict.Default.App(uint32(diameter.AppBase))
	if err != nil {
		return nil, err
	}
	app := *base
	app.AVP = nil
	for _, a := range base.AVP {
		unlinked := *a
		unlinked.App = nil
		app.AVP = append(app.AVP, &unlinked)
	}
	text, err := xml.Marshal(dict.File{App: []*dict.App{&app}})
	if err != nil {
		return nil, err
	}
	d, err := dict.NewParser()
	if err != nil {
		return nil, err
	}
	return d, errors.Join(d.Load(bytes.NewReader(text)), d.Load(strings.NewReader(typedDictionary)))
}

// runServer is what a child does.
func runServer(name string) error {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	ended := make(chan error, 1)
	switch name {
	case "go-diameter":
		d, err := newTypedDictionary()
		if err != nil {
			return err
		}
		machine := sm.New(&sm.Settings{OriginHost: benchSCEF, OriginRealm: benchRealm, VendorID: 10415, ProductName: "bench", Dict: d})
		machine.HandleFunc("ODR", func(c diam.Conn, m *diam.Message) {
			ans, err := answerTyped(m)
			if err == nil {
				_, err = ans.WriteTo(c)
			}
			if err != nil {
				fmt.Fprintln(os.Stderr, err)
				c.Close()
			}
		})
		go func() { ended <- (&diam.Server{Handler: machine, Dict: d}).Serve(l) }()
	case "Node":
		self := diameter.Identity{Host: benchSCEF, Realm: benchRealm}
		h := handlerFunc(func(_ context.Context, _ diameter.Identity, req *diameter.Message) *diameter.Message {
			ans, err := answerODR(req)
			if err != nil {
				return diameter.ErrorAnswerFor(req, self, err)
			}
			return ans
		})
		n, err := diameter.NewNode(self, nodeApp(h), nil)
		if err != nil {
			return err
		}
		defer n.Close()
		go func() { ended <- n.Serve(l) }()
	}
	out := json.NewEncoder(os.Stdout)
	if err := out.Encode(l.Addr().String()); err != nil {
		return err
	}
	in := bufio.NewScanner(os.Stdin)
	for in.Scan() {
		var r syscall.Rusage
		if err := syscall.Getrusage(syscall.RUSAGE_SELF, &r); err != nil {
			return err
		}
		if err := out.Encode(time.Duration(r.Utime.Nano() + r.Stime.Nano())); err != nil {
			return err
		}
	}
	select {
	case err := <-ended: // before its time
		return err
	default:
		return nil
	}
}

// server is the parent's end of a child.
type server struct {
	tb   testing.TB
	addr string
	in   io.WriteCloser
	out  *json.Decoder
}

func startServer(tb testing.TB, name string) *server {
	self, err := os.Executable()
	require.NoError(tb, err)
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), serverVar+"="+name)
	cmd.Stderr = os.Stderr
	s := &server{tb: tb}
	s.in, err = cmd.StdinPipe()
	require.NoError(tb, err)
	out, err := cmd.StdoutPipe()
	require.NoError(tb, err)
	require.NoError(tb, cmd.Start())
	tb.Cleanup(func() {
		s.in.Close()
		require.NoError(tb, cmd.Wait())
	})
	s.out = json.NewDecoder(out)
	require.NoError(tb, s.out.Decode(&s.addr))
	return s
}

// cpu returns the user and system time that the server has taken.
func (s *server) cpu() (d time.Duration) {
	_, err := fmt.Fprintln(s.in)
	require.NoError(s.tb, err)
	require.NoError(s.tb, s.out.Decode(&d))
	return d
}

// loader keeps window requests outstanding on one connection.
type loader struct {
	conn    net.Conn
	r       *bufio.Reader
	frame   []byte      // the request
	sent    []time.Time // by identifier, which begin at 1: go-diameter answers 0 with another
	batch   []byte
	waiting int
	took    []time.Duration
}

// connect exchanges capabilities with the server.
func connect(addr string, i, window int, frame []byte) (*loader, error) {
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		return nil, err
	}
	host := fmt.Sprintf("mme%02d.%s", i+1, benchRealm)
	frame = bytes.ReplaceAll(frame, []byte(benchMME), []byte(host)) // a peer speaks for itself alone
	l := &loader{conn: conn, r: bufio.NewReaderSize(conn, 64<<10), frame: frame, sent: make([]time.Time, window+1)}
	app := uint32(t6a.App)
	cer, err := diameter.NewRequest(&diameter.CER{
		OriginHost: host, OriginRealm: benchRealm,
		HostIPAddress: []diameter.Address{diameter.AddressFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}))},
		ProductName:   "bench", SupportedVendorID: []uint32{10415},
		VendorSpecificApplicationID: []diameter.VendorSpecificApplicationID{{VendorID: 10415, AuthApplicationID: &app}},
	})
	if err != nil {
		return nil, err
	}
	cer.HopByHop, cer.EndToEnd = 1, 1
	if _, err := conn.Write(cer.Append(nil)); err != nil {
		return nil, err
	}
	cea, err := l.next()
	if err != nil {
		return nil, err
	}
	return l, isSuccess(cea)
}

func isSuccess(frame []byte) error {
	m, err := diameter.ParseMessage(frame)
	if err != nil {
		return err
	}
	if r, err := diameter.ResultOf(m); err != nil || !r.IsSuccess() {
		return fmt.Errorf("answered %v: %w", r, err)
	}
	return nil
}

// next returns the next message, valid until the next read.
func (l *loader) next() ([]byte, error) {
	head, err := l.r.Peek(diameter.HeaderLen)
	if err != nil {
		return nil, err
	}
	n := int(binary.BigEndian.Uint32(head) & 0xffffff)
	frame, err := l.r.Peek(n)
	if err != nil {
		return nil, err
	}
	_, err = l.r.Discard(n)
	return frame, err
}

// add puts a request under the Hop-by-Hop Identifier into the batch.
func (l *loader) add(id uint32, now time.Time) {
	binary.BigEndian.PutUint32(l.frame[12:], id)
	binary.BigEndian.PutUint32(l.frame[16:], id)
	l.batch = append(l.batch, l.frame...)
	l.sent[id] = now
	l.waiting++
}

// run sends requests until end and waits for their answers.
func (l *loader) run(end time.Time) error {
	l.took = l.took[:0]
	now := time.Now()
	for id := 1; id < len(l.sent); id++ {
		l.add(uint32(id), now)
	}
	for l.waiting > 0 {
		if len(l.batch) > 0 {
			if _, err := l.conn.Write(l.batch); err != nil {
				return err
			}
			l.batch = l.batch[:0]
		}
		for more := true; more; more = l.r.Buffered() >= diameter.HeaderLen {
			frame, err := l.next()
			if err != nil {
				return err
			}
			id := binary.BigEndian.Uint32(frame[12:])
			if int(id) >= len(l.sent) || l.sent[id].IsZero() {
				return fmt.Errorf("answer to %d, which was not asked", id)
			}
			if len(l.took)%1024 == 0 {
				if err := isSuccess(frame); err != nil {
					return err
				}
			}
			now = time.Now()
			l.took = append(l.took, now.Sub(l.sent[id]))
			l.sent[id] = time.Time{}
			l.waiting--
			if now.Before(end) {
				l.add(id, now)
			}
		}
	}
	return nil
}

// figures are what one server has done in one or more rounds.
type figures struct {
	took         []time.Duration
	elapsed, cpu time.Duration
}

func (f *figures) perSecond() float64 { return float64(len(f.took)) / f.elapsed.Seconds() }
func (f *figures) cpuMicros() float64 {
	return float64(f.cpu.Nanoseconds()) / 1e3 / float64(len(f.took))
}

// percentile returns a latency in microseconds.
func (f *figures) percentile(p int) float64 {
	slices.Sort(f.took)
	return float64(f.took[len(f.took)*p/100].Nanoseconds()) / 1e3
}
