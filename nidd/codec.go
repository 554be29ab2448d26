package nidd

import (
	"errors"
	"fmt"
	"time"

	"google.golang.org/protobuf/encoding/protowire"

	"github.com/scefkit/scefkit/diameter"
	"github.com/scefkit/scefkit/id"
	"github.com/scefkit/scefkit/store"
	"github.com/scefkit/scefkit/t8"
)

// Records are stored in the protobuf wire format: numbered fields, so that a newer release reads what an older one
// wrote, and fields that this release does not know survive a rewrite. A number is never used again.

var errRecord = errors.New("nidd: damaged record")

// writer appends fields; zero values are left out.
type writer struct{ b []byte }

func (w *writer) uint(n protowire.Number, v uint64) {
	if v != 0 {
		w.b = protowire.AppendVarint(protowire.AppendTag(w.b, n, protowire.VarintType), v)
	}
}

func (w *writer) bool(n protowire.Number, v bool) {
	if v {
		w.uint(n, 1)
	}
}

func put[T ~string | ~[]byte](w *writer, n protowire.Number, v T) {
	if len(v) != 0 {
		w.b = protowire.AppendTag(w.b, n, protowire.BytesType)
		w.b = protowire.AppendVarint(w.b, uint64(len(v)))
		w.b = append(w.b, v...)
	}
}

// time writes nanoseconds since 1970, which reach to the year 2262.
func (w *writer) time(n protowire.Number, t time.Time) {
	if !t.IsZero() {
		w.uint(n, protowire.EncodeZigZag(t.UnixNano()))
	}
}

// opt writes v+1, so that zero differs from absent.
func (w *writer) opt(n protowire.Number, v *uint32) {
	if v != nil {
		w.uint(n, uint64(*v)+1)
	}
}

func (w *writer) port(n protowire.Number, p t8.RDSPort) {
	var m writer
	m.uint(1, uint64(p.PortUE)+1)
	m.uint(2, uint64(p.PortSCEF)+1)
	put(w, n, m.b)
}

func (w *writer) identity(n protowire.Number, i diameter.Identity) {
	put(w, n, i.Host)
	put(w, n+1, i.Realm)
}

// A reader walks over the fields of a record. The texts of a record share the memory of one string.
type reader struct {
	b    []byte // what is left
	rest string // the same
	n    protowire.Number
	v    uint64 // of a varint
	text string // of a length-delimited field
	raw  []byte // the whole field; aliases the record
	err  error
}

func read(b []byte) reader { return reader{b: b, rest: string(b)} }

// next goes to the next field; false at the end and when the record is damaged.
func (r *reader) next() bool {
	if len(r.b) == 0 || r.err != nil {
		return false
	}
	num, typ, n := protowire.ConsumeTag(r.b)
	if n < 0 {
		return r.fail(protowire.ParseError(n))
	}
	r.n, r.v, r.text = num, 0, ""
	m := 0
	switch {
	case typ == protowire.VarintType:
		r.v, m = protowire.ConsumeVarint(r.b[n:])
	case typ != protowire.BytesType:
		m = protowire.ConsumeFieldValue(num, typ, r.b[n:])
	case len(r.b) > n && r.b[n] < 0x80 && int(r.b[n]) < len(r.b)-n: // the usual length
		m = 1 + int(r.b[n])
		r.text = r.rest[n+1 : n+m]
	default:
		var v []byte
		if v, m = protowire.ConsumeBytes(r.b[n:]); m >= 0 {
			r.text = r.rest[n+m-len(v) : n+m]
		}
	}
	if m < 0 {
		return r.fail(protowire.ParseError(m))
	}
	r.raw, r.b, r.rest = r.b[:n+m], r.b[n+m:], r.rest[n+m:]
	return true
}

func (r *reader) fail(err error) bool {
	r.err = fmt.Errorf("%w: %w", errRecord, err)
	return false
}

// inner reads the record within the field.
func (r *reader) inner() reader { return reader{b: r.raw[len(r.raw)-len(r.text):], rest: r.text} }

func (r *reader) time() time.Time { return time.Unix(0, protowire.DecodeZigZag(r.v)).UTC() }

func (r *reader) opt() *uint32 { v := uint32(r.v - 1); return &v }

func (r *reader) port() (p t8.RDSPort) {
	i := r.inner()
	for i.next() {
		switch i.n {
		case 1:
			p.PortUE = int(i.v - 1)
		case 2:
			p.PortSCEF = int(i.v - 1)
		}
	}
	if i.err != nil {
		r.err = i.err
	}
	return p
}

func (c *Config) encode() []byte {
	w := writer{b: make([]byte, 0, 256)}
	put(&w, 1, c.ID)
	put(&w, 2, c.SCSAS)
	put(&w, 3, c.APN)
	put(&w, 4, c.IMSI)
	put(&w, 5, c.ExternalID)
	put(&w, 6, c.MSISDN)
	w.bool(7, c.ByMSISDN)
	w.identity(8, c.HSS)
	put(&w, 10, c.Destination)
	put(&w, 11, c.MTCProviderID)
	put(&w, 12, c.Features)
	put(&w, 13, c.Option)
	w.bool(14, c.Reliable)
	for _, p := range c.Ports {
		w.port(15, p)
	}
	w.time(16, c.Duration)
	w.time(17, c.GrantedUntil)
	w.uint(18, uint64(c.Status))
	w.bool(19, c.Test)
	w.bool(20, c.WebSocket)
	return append(w.b, c.unknown...)
}

func decodeConfig(b []byte) (*Config, error) {
	c, r := new(Config), read(b)
	for r.next() {
		switch r.n {
		case 1:
			c.ID = r.text
		case 2:
			c.SCSAS = id.SCSASID(r.text)
		case 3:
			c.APN = id.APN(r.text)
		case 4:
			c.IMSI = id.IMSI(r.text)
		case 5:
			c.ExternalID = id.ExternalID(r.text)
		case 6:
			c.MSISDN = id.MSISDN(r.text)
		case 7:
			c.ByMSISDN = true
		case 8:
			c.HSS.Host = r.text
		case 9:
			c.HSS.Realm = r.text
		case 10:
			c.Destination = r.text
		case 11:
			c.MTCProviderID = r.text
		case 12:
			c.Features = t8.Features(r.text)
		case 13:
			c.Option = t8.PDNEstablishmentOption(r.text)
		case 14:
			c.Reliable = true
		case 15:
			c.Ports = append(c.Ports, r.port())
		case 16:
			c.Duration = r.time()
		case 17:
			c.GrantedUntil = r.time()
		case 18:
			c.Status = ConfigState(r.v)
		case 19:
			c.Test = true
		case 20:
			c.WebSocket = true
		default:
			c.unknown = append(c.unknown, r.raw...)
		}
	}
	return c, r.err
}

func (u *UE) encode() []byte {
	w := writer{b: make([]byte, 0, 256)}
	put(&w, 1, u.IMSI)
	for i := range u.Connections {
		put(&w, 2, u.Connections[i].encode())
	}
	for i := range u.configs {
		put(&w, 3, u.configs[i].encode())
	}
	w.uint(4, u.pending)
	for _, i := range u.identities {
		put(&w, 5, i)
	}
	return append(w.b, u.unknown...)
}

func decodeUE(b []byte) (*UE, error) {
	u, r := new(UE), read(b)
	for r.next() {
		switch r.n {
		case 1:
			u.IMSI = id.IMSI(r.text)
		case 2:
			u.Connections = append(u.Connections, Connection{})
			i := r.inner()
			r.err = u.Connections[len(u.Connections)-1].decode(&i)
		case 3:
			u.configs = append(u.configs, configRef{})
			i := r.inner()
			r.err = u.configs[len(u.configs)-1].decode(&i)
		case 4:
			u.pending = r.v
		case 5:
			if u.identities == nil {
				u.identities = make([]string, 0, 2)
			}
			u.identities = append(u.identities, r.text)
		default:
			u.unknown = append(u.unknown, r.raw...)
		}
	}
	return u, r.err
}

func (r *configRef) encode() []byte {
	var w writer
	put(&w, 1, r.SCSAS)
	put(&w, 2, r.ID)
	put(&w, 3, r.APN)
	return append(w.b, r.unknown...)
}

func (r *configRef) decode(f *reader) error {
	for f.next() {
		switch f.n {
		case 1:
			r.SCSAS = id.SCSASID(f.text)
		case 2:
			r.ID = f.text
		case 3:
			r.APN = id.APN(f.text)
		default:
			r.unknown = append(r.unknown, f.raw...)
		}
	}
	return f.err
}

func (c *Connection) encode() []byte {
	var w writer
	w.uint(1, uint64(c.EBI))
	put(&w, 2, c.APN)
	w.identity(3, c.Node)
	w.uint(5, uint64(c.State))
	w.uint(6, uint64(c.ChargingID))
	w.uint(7, protowire.EncodeZigZag(int64(c.RATType)))
	put(&w, 8, c.Visited)
	w.opt(9, c.UplinkRate)
	w.opt(10, c.DownlinkRate)
	w.time(11, c.ReachableUntil)
	w.time(12, c.RetryAt)
	w.uint(13, c.Tries)
	w.uint(14, c.Signs)
	return append(w.b, c.unknown...)
}

func (c *Connection) decode(f *reader) error {
	for f.next() {
		switch f.n {
		case 1:
			c.EBI = uint8(f.v)
		case 2:
			c.APN = id.APN(f.text)
		case 3:
			c.Node.Host = f.text
		case 4:
			c.Node.Realm = f.text
		case 5:
			c.State = ConnectionState(f.v)
		case 6:
			c.ChargingID = uint32(f.v)
		case 7:
			c.RATType = int32(protowire.DecodeZigZag(f.v))
		case 8:
			c.Visited = f.text
		case 9:
			c.UplinkRate = f.opt()
		case 10:
			c.DownlinkRate = f.opt()
		case 11:
			c.ReachableUntil = f.time()
		case 12:
			c.RetryAt = f.time()
		case 13:
			c.Tries = f.v
		case 14:
			c.Signs = f.v
		default:
			c.unknown = append(c.unknown, f.raw...)
		}
	}
	return f.err
}

func (d *Delivery) encode() []byte {
	w := writer{b: make([]byte, 0, 192+len(d.Data))}
	put(&w, 1, d.ID)
	put(&w, 2, d.SCSAS)
	put(&w, 3, d.ConfigID)
	put(&w, 4, d.IMSI)
	put(&w, 5, d.Data)
	put(&w, 6, d.Option)
	w.uint(7, protowire.EncodeZigZag(int64(d.Priority)))
	w.uint(8, protowire.EncodeZigZag(int64(d.MaxLatency)))
	w.time(9, d.Expires)
	w.bool(10, d.Reliable)
	if d.Port != nil {
		w.port(11, *d.Port)
	}
	w.uint(12, uint64(d.State))
	w.bool(13, d.Triggered)
	w.bool(14, d.TriggerOnly)
	w.bool(15, d.NoRoute)
	w.time(16, d.NotBefore)
	w.uint(17, uint64(d.Attempt.EndToEnd))
	put(&w, 18, d.Attempt.SessionID)
	w.uint(19, uint64(d.Attempt.EBI))
	w.identity(20, d.Attempt.Node)
	w.time(22, d.Attempt.Until)
	w.uint(23, d.Attempt.Signs)
	w.uint(24, uint64(d.Attempt.By))
	return append(w.b, d.unknown...)
}

func decodeDelivery(b []byte) (*Delivery, error) {
	d, r := &Delivery{Stored: true}, read(b)
	for r.next() {
		switch r.n {
		case 1:
			d.ID = r.text
		case 2:
			d.SCSAS = id.SCSASID(r.text)
		case 3:
			d.ConfigID = r.text
		case 4:
			d.IMSI = id.IMSI(r.text)
		case 5:
			d.Data = []byte(r.text)
		case 6:
			d.Option = t8.PDNEstablishmentOption(r.text)
		case 7:
			d.Priority = int(protowire.DecodeZigZag(r.v))
		case 8:
			d.MaxLatency = time.Duration(protowire.DecodeZigZag(r.v))
		case 9:
			d.Expires = r.time()
		case 10:
			d.Reliable = true
		case 11:
			d.Port = new(r.port())
		case 12:
			d.State = State(r.v)
		case 13:
			d.Triggered = true
		case 14:
			d.TriggerOnly = true
		case 15:
			d.NoRoute = true
		case 16:
			d.NotBefore = r.time()
		case 17:
			d.Attempt.EndToEnd = uint32(r.v)
		case 18:
			d.Attempt.SessionID = r.text
		case 19:
			d.Attempt.EBI = uint8(r.v)
		case 20:
			d.Attempt.Node.Host = r.text
		case 21:
			d.Attempt.Node.Realm = r.text
		case 22:
			d.Attempt.Until = r.time()
		case 23:
			d.Attempt.Signs = r.v
		case 24:
			d.Attempt.By = store.MemberID(r.v)
		default:
			d.unknown = append(d.unknown, r.raw...)
		}
	}
	return d, r.err
}

func (o *outcome) encode() []byte {
	var w writer
	w.uint(1, uint64(o.State))
	w.bool(2, o.Triggered)
	w.time(3, o.RetryAt)
	w.time(4, o.Until)
	return append(w.b, o.unknown...)
}

func decodeOutcome(b []byte) (*outcome, error) {
	o, r := new(outcome), read(b)
	for r.next() {
		switch r.n {
		case 1:
			o.State = State(r.v)
		case 2:
			o.Triggered = true
		case 3:
			o.RetryAt = r.time()
		case 4:
			o.Until = r.time()
		default:
			o.unknown = append(o.unknown, r.raw...)
		}
	}
	return o, r.err
}
