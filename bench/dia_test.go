package bench

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"sync"

	"github.com/scefkit/scefkit/diameter"
	"github.com/scefkit/scefkit/t6a"
)

// What moves fast on either side of the measured process is made by hand; the exchange of capabilities, which happens
// once, is left to package diameter.

const (
	realm    = "epc.mnc001.mcc001.3gppnetwork.org"
	scefHost = "scef01." + realm
	hssHost  = "hss01." + realm
)

func mmeHost(i int) string { return fmt.Sprintf("mme%02d.%s", i+1, realm) }

const (
	avpUserName     = 1
	avpSessionID    = 263
	avpOriginHost   = 264
	avpResultCode   = 268
	avpAuthState    = 277
	avpDestRealm    = 283
	avpDestHost     = 293
	avpOriginRealm  = 296
	avpDRMP         = 301
	avpBearer       = 1020
	avpUser         = 3102
	avpNonIPData    = 4315
	vendor3GPP      = 10415
	flagRequest     = 0x80
	flagProxiable   = 0x40
	headerLen       = 20
	readBuffer      = 64 << 10
	commandODR      = uint32(t6a.CodeODR)
	commandTDR      = uint32(t6a.CodeTDR)
	applicationT6a  = uint32(t6a.App)
	positionHopHop  = 12
	positionEndEnd  = 16
	avpMandatory    = 0x40000000
	avpMandatory3GP = 0xc0000000
)

func command(frame []byte) uint32  { return binary.BigEndian.Uint32(frame[4:]) & 0xffffff }
func hopByHop(frame []byte) uint32 { return binary.BigEndian.Uint32(frame[positionHopHop:]) }
func endToEnd(frame []byte) uint32 { return binary.BigEndian.Uint32(frame[positionEndEnd:]) }

// readFrame returns the next message, valid until the next read.
func readFrame(r *bufio.Reader) ([]byte, error) {
	head, err := r.Peek(4)
	if err != nil {
		return nil, err
	}
	n := int(binary.BigEndian.Uint32(head) & 0xffffff)
	if head[0] != 1 || n < headerLen || n > r.Size() {
		return nil, errors.New("bench: not a Diameter message")
	}
	frame, err := r.Peek(n)
	if err != nil {
		return nil, io.ErrUnexpectedEOF
	}
	_, err = r.Discard(n)
	return frame, err
}

// frameWaits reports whether a whole message lies in the buffer.
func frameWaits(r *bufio.Reader) bool {
	if r.Buffered() < 4 {
		return false
	}
	head, _ := r.Peek(4)
	return r.Buffered() >= int(binary.BigEndian.Uint32(head)&0xffffff)
}

func beginFrame(b []byte, flags byte, cmd, hbh, e2e uint32) []byte {
	b = append(b, 1, 0, 0, 0)
	b = binary.BigEndian.AppendUint32(b, uint32(flags)<<24|cmd)
	b = binary.BigEndian.AppendUint32(b, applicationT6a)
	b = binary.BigEndian.AppendUint32(b, hbh)
	return binary.BigEndian.AppendUint32(b, e2e)
}

// endFrame sets the length of the message that begins at start.
func endFrame(b []byte, start int) []byte {
	binary.BigEndian.PutUint32(b[start:], 1<<24|uint32(len(b)-start))
	return b
}

var padding [3]byte

func appendAVP[T string | []byte](b []byte, code uint32, data T) []byte {
	b = binary.BigEndian.AppendUint32(b, code)
	b = binary.BigEndian.AppendUint32(b, avpMandatory|uint32(8+len(data)))
	b = append(b, data...)
	return append(b, padding[:-len(data)&3]...)
}

func appendAVP3GPP(b []byte, code uint32, data []byte) []byte {
	b = binary.BigEndian.AppendUint32(b, code)
	b = binary.BigEndian.AppendUint32(b, avpMandatory3GP|uint32(12+len(data)))
	b = binary.BigEndian.AppendUint32(b, vendor3GPP)
	b = append(b, data...)
	return append(b, padding[:-len(data)&3]...)
}

func appendAVP32(b []byte, code, v uint32) []byte {
	b = binary.BigEndian.AppendUint32(b, code)
	b = binary.BigEndian.AppendUint32(b, avpMandatory|12)
	return binary.BigEndian.AppendUint32(b, v)
}

var errAVP = errors.New("bench: not an AVP")

// nextAVP cuts the first AVP off b.
func nextAVP(b []byte) (code, vendor uint32, data, rest []byte, err error) {
	if len(b) < 8 {
		return 0, 0, nil, nil, errAVP
	}
	code = binary.BigEndian.Uint32(b)
	n, from := int(binary.BigEndian.Uint32(b[4:])&0xffffff), 8
	if b[4]&0x80 != 0 {
		from = 12
	}
	if n < from || n > len(b) {
		return 0, 0, nil, nil, errAVP
	}
	if from == 12 {
		vendor = binary.BigEndian.Uint32(b[8:])
	}
	return code, vendor, b[from:n], b[min((n+3)&^3, len(b)):], nil
}

// request is what the hand-made ends take from an ODR or a TDR; it aliases the frame.
type request struct {
	session, user, bearer, data []byte
	drmp                        uint32
}

func (q *request) parse(frame []byte) error {
	*q = request{}
	for b := frame[headerLen:]; len(b) > 0; {
		code, vendor, data, rest, err := nextAVP(b)
		if err != nil {
			return err
		}
		b = rest
		switch {
		case vendor == 0 && code == avpSessionID:
			q.session = data
		case vendor == 0 && code == avpDRMP && len(data) == 4:
			q.drmp = binary.BigEndian.Uint32(data)
		case vendor == vendor3GPP && code == avpBearer:
			q.bearer = data
		case vendor == vendor3GPP && code == avpNonIPData:
			q.data = data
		case vendor == vendor3GPP && code == avpUser:
			for len(data) > 0 {
				code, vendor, inner, rest, err := nextAVP(data)
				if err != nil {
					return err
				}
				if data = rest; code == avpUserName && vendor == 0 {
					q.user = inner
				}
			}
		}
	}
	return nil
}

// appendAnswer appends the answer with success to a request.
func (q *request) appendAnswer(b []byte, cmd, hbh, e2e uint32, host string) []byte {
	start := len(b)
	b = beginFrame(b, flagProxiable, cmd, hbh, e2e)
	b = appendAVP(b, avpSessionID, q.session)
	b = appendAVP32(b, avpDRMP, q.drmp)
	b = appendAVP32(b, avpResultCode, 2001)
	b = appendAVP32(b, avpAuthState, 1)
	b = appendAVP(b, avpOriginHost, host)
	b = appendAVP(b, avpOriginRealm, realm)
	return endFrame(b, start)
}

// appendData appends an ODR or TDR.
func appendData(b []byte, cmd, hbh, e2e uint32, session []byte, from, to, user string, bearer byte, data []byte) []byte {
	start := len(b)
	b = beginFrame(b, flagRequest|flagProxiable, cmd, hbh, e2e)
	b = appendAVP(b, avpSessionID, session)
	b = appendAVP32(b, avpDRMP, 2)
	b = appendAVP32(b, avpAuthState, 1)
	b = appendAVP(b, avpOriginHost, from)
	b = appendAVP(b, avpOriginRealm, realm)
	b = appendAVP(b, avpDestHost, to)
	b = appendAVP(b, avpDestRealm, realm)
	var room [32]byte
	b = appendAVP3GPP(b, avpUser, appendAVP(room[:0], avpUserName, user))
	b = appendAVP3GPP(b, avpBearer, []byte{bearer})
	b = appendAVP3GPP(b, avpNonIPData, data)
	return endFrame(b, start)
}

// resultCode returns the Result-Code of an answer, 0 when it has none.
func resultCode(frame []byte) uint32 {
	for b := frame[headerLen:]; len(b) > 0; {
		code, vendor, data, rest, err := nextAVP(b)
		if err != nil {
			return 0
		}
		if b = rest; code == avpResultCode && vendor == 0 && len(data) == 4 {
			return binary.BigEndian.Uint32(data)
		}
	}
	return 0
}

// A writer sends what several goroutines append with as few system calls as it can. Its goroutine ends when the
// connection fails.
type writer struct {
	conn net.Conn
	wake chan struct{}

	mu  sync.Mutex
	buf []byte // guarded by mu
}

func newWriter(conn net.Conn) *writer {
	w := &writer{conn: conn, wake: make(chan struct{}, 1)}
	go w.run()
	return w
}

func (w *writer) run() {
	var batch []byte
	for range w.wake {
		w.mu.Lock()
		batch, w.buf = w.buf, batch[:0]
		w.mu.Unlock()
		if len(batch) == 0 {
			continue
		}
		if _, err := w.conn.Write(batch); err != nil {
			return
		}
	}
}

func (w *writer) add(appendTo func([]byte) []byte) {
	w.mu.Lock()
	w.buf = appendTo(w.buf)
	w.mu.Unlock()
	select {
	case w.wake <- struct{}{}:
	default:
	}
}

// greet makes the client's part of the exchange of capabilities.
func greet(conn net.Conn, r *bufio.Reader, host string) error {
	app := []diameter.VendorSpecificApplicationID{{
		VendorID: uint32(diameter.Vendor3GPP), AuthApplicationID: new(applicationT6a),
	}}
	cer, err := diameter.NewRequest(&diameter.CER{
		OriginHost: host, OriginRealm: realm, HostIPAddress: []diameter.Address{diameter.AddressFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}))}, ProductName: "bench",
		SupportedVendorID: []uint32{vendor3GPP}, VendorSpecificApplicationID: app,
	})
	if err != nil {
		return err
	}
	cea, err := exchange(conn, r, cer)
	if err != nil {
		return err
	}
	if got, err := diameter.ResultOf(cea); err != nil || !got.IsSuccess() {
		return fmt.Errorf("bench: CEA with %v: %w", got, err)
	}
	return nil
}

// exchange sends a request over a connection with nothing else under way and reads its answer.
func exchange(conn net.Conn, r *bufio.Reader, req *diameter.Message) (*diameter.Message, error) {
	req.HopByHop, req.EndToEnd = 1, diameter.NextEndToEnd()
	if _, err := conn.Write(req.Append(nil)); err != nil {
		return nil, err
	}
	frame, err := readFrame(r)
	if err != nil {
		return nil, err
	}
	return diameter.ParseMessage(frame)
}

// appendDWA appends the answer to a DWR.
func appendDWA(b, frame []byte, host string) ([]byte, error) {
	dwr, err := diameter.ParseMessage(frame)
	if err != nil {
		return nil, err
	}
	dwa, err := diameter.NewAnswer(dwr, &diameter.DWA{Result: diameter.Success, OriginHost: host, OriginRealm: realm})
	if err != nil {
		return nil, err
	}
	return dwa.Append(b), nil
}

// welcome answers a CER.
func welcome(frame []byte, host string) ([]byte, error) {
	cer, err := diameter.ParseMessage(frame)
	if err != nil {
		return nil, err
	}
	cea, err := diameter.NewAnswer(cer, &diameter.CEA{
		Result: diameter.Success, OriginHost: host, OriginRealm: realm, HostIPAddress: []diameter.Address{diameter.AddressFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}))},
		ProductName: "bench", SupportedVendorID: []uint32{vendor3GPP},
		VendorSpecificApplicationID: []diameter.VendorSpecificApplicationID{{
			VendorID: uint32(diameter.Vendor3GPP), AuthApplicationID: new(applicationT6a),
		}},
	})
	if err != nil {
		return nil, err
	}
	return cea.Append(nil), nil
}
