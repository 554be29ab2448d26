package nidd

import (
	"time"

	"github.com/scefkit/scefkit/diameter"
	"github.com/scefkit/scefkit/id"
	"github.com/scefkit/scefkit/store"
	"github.com/scefkit/scefkit/store/record"
	"github.com/scefkit/scefkit/t8"
)

// What this release does not know of a record is kept in its field unknown. A number is never used again.

func putIdentity(w *record.Writer, n record.Number, i diameter.Identity) {
	w.Text(n, i.Host)
	w.Text(n+1, i.Realm)
}

// putOptional writes v+1, so that zero differs from absent.
func putOptional(w *record.Writer, n record.Number, v *uint32) {
	if v != nil {
		w.Uint(n, uint64(*v)+1)
	}
}

func optional(v uint64) *uint32 { return new(uint32(v - 1)) }

// encodePort writes numbers plus one, so that none is left out.
func encodePort(p t8.RDSPort) []byte {
	var w record.Writer
	w.Uint(1, uint64(p.PortUE)+1)
	w.Uint(2, uint64(p.PortSCEF)+1)
	return w
}

func decodePort(r record.Reader) (p t8.RDSPort, err error) {
	for r.Next() {
		switch r.Number() {
		case 1:
			p.PortUE = int(r.Uint() - 1)
		case 2:
			p.PortSCEF = int(r.Uint() - 1)
		}
	}
	return p, r.Err()
}

func (c *Config) encode() []byte {
	w := record.Writer(make([]byte, 0, 256))
	w.Text(1, c.ID)
	w.Text(2, string(c.SCSAS))
	w.Text(3, string(c.APN))
	w.Text(4, string(c.IMSI))
	w.Text(5, string(c.ExternalID))
	w.Text(6, string(c.MSISDN))
	w.Bool(7, c.ByMSISDN)
	putIdentity(&w, 8, c.HSS)
	w.Text(10, c.Destination)
	w.Text(11, c.MTCProviderID)
	w.Text(12, string(c.Features))
	w.Text(13, string(c.Option))
	w.Bool(14, c.Reliable)
	for _, p := range c.Ports {
		w.Bytes(15, encodePort(p))
	}
	w.Time(16, c.Duration)
	w.Time(17, c.GrantedUntil)
	w.Uint(18, uint64(c.Status))
	w.Bool(19, c.Test)
	w.Bool(20, c.WebSocket)
	w.Bytes(50, c.rds.encode())
	w.Text(40, string(c.ExternalGroupID))
	w.Uint(41, c.Generation)
	return append(w, c.unknown...)
}

func decodeConfig(b []byte) (*Config, error) {
	c, r := new(Config), record.Read(b)
	for r.Next() {
		switch r.Number() {
		case 1:
			c.ID = r.Text()
		case 2:
			c.SCSAS = id.SCSASID(r.Text())
		case 3:
			c.APN = id.APN(r.Text())
		case 4:
			c.IMSI = id.IMSI(r.Text())
		case 5:
			c.ExternalID = id.ExternalID(r.Text())
		case 6:
			c.MSISDN = id.MSISDN(r.Text())
		case 7:
			c.ByMSISDN = r.Bool()
		case 8:
			c.HSS.Host = r.Text()
		case 9:
			c.HSS.Realm = r.Text()
		case 10:
			c.Destination = r.Text()
		case 11:
			c.MTCProviderID = r.Text()
		case 12:
			c.Features = t8.Features(r.Text())
		case 13:
			c.Option = t8.PDNEstablishmentOption(r.Text())
		case 14:
			c.Reliable = r.Bool()
		case 15:
			p, err := decodePort(r.Inner())
			if err != nil {
				return nil, err
			}
			c.Ports = append(c.Ports, p)
		case 16:
			c.Duration = r.Time()
		case 17:
			c.GrantedUntil = r.Time()
		case 18:
			c.Status = ConfigState(r.Uint())
		case 19:
			c.Test = r.Bool()
		case 20:
			c.WebSocket = r.Bool()
		case 50:
			if err := c.rds.decode(r.Inner()); err != nil {
				return nil, err
			}
		case 40:
			c.ExternalGroupID = id.ExternalGroupID(r.Text())
		case 41:
			c.Generation = r.Uint()
		default:
			c.unknown = append(c.unknown, r.Raw()...)
		}
	}
	return c, r.Err()
}

func (u *UE) encode() []byte {
	w := record.Writer(make([]byte, 0, 256))
	w.Text(1, string(u.IMSI))
	for i := range u.Connections {
		w.Bytes(2, u.Connections[i].encode())
	}
	for i := range u.configs {
		w.Bytes(3, u.configs[i].encode())
	}
	w.Uint(4, u.pending)
	for _, i := range u.identities {
		w.Text(5, i)
	}
	return append(w, u.unknown...)
}

func decodeUE(b []byte) (*UE, error) {
	u, r := new(UE), record.Read(b)
	for r.Next() {
		switch r.Number() {
		case 1:
			u.IMSI = id.IMSI(r.Text())
		case 2:
			u.Connections = append(u.Connections, Connection{})
			if err := u.Connections[len(u.Connections)-1].decode(r.Inner()); err != nil {
				return nil, err
			}
		case 3:
			u.configs = append(u.configs, configRef{})
			if err := u.configs[len(u.configs)-1].decode(r.Inner()); err != nil {
				return nil, err
			}
		case 4:
			u.pending = r.Uint()
		case 5:
			if u.identities == nil {
				u.identities = make([]string, 0, 2)
			}
			u.identities = append(u.identities, r.Text())
		default:
			u.unknown = append(u.unknown, r.Raw()...)
		}
	}
	return u, r.Err()
}

func (r *configRef) encode() []byte {
	var w record.Writer
	w.Text(1, string(r.SCSAS))
	w.Text(2, r.ID)
	w.Text(3, string(r.APN))
	w.Uint(50, uint64(r.ports))
	w.Bool(51, r.rds)
	return append(w, r.unknown...)
}

func (r *configRef) decode(f record.Reader) error {
	for f.Next() {
		switch f.Number() {
		case 1:
			r.SCSAS = id.SCSASID(f.Text())
		case 2:
			r.ID = f.Text()
		case 3:
			r.APN = id.APN(f.Text())
		case 50:
			r.ports = portSet(f.Uint())
		case 51:
			r.rds = f.Bool()
		default:
			r.unknown = append(r.unknown, f.Raw()...)
		}
	}
	return f.Err()
}

func (c *Connection) encode() []byte {
	var w record.Writer
	w.Uint(1, uint64(c.EBI))
	w.Text(2, string(c.APN))
	putIdentity(&w, 3, c.Node)
	w.Uint(5, uint64(c.State))
	w.Uint(6, uint64(c.ChargingID))
	w.Int(7, int64(c.RATType))
	w.Text(8, c.Visited)
	putOptional(&w, 9, c.UplinkRate)
	putOptional(&w, 10, c.DownlinkRate)
	w.Time(11, c.ReachableUntil)
	w.Time(12, c.RetryAt)
	w.Uint(13, c.Tries)
	w.Uint(14, c.Signs)
	w.Bytes(50, c.rds.encode())
	w.Text(60, c.Characteristics)
	w.Text(61, c.IMEI)
	w.Time(62, c.Opened)
	w.Time(30, c.PausedUntil)
	w.Uint(31, c.Rates.Asked)
	w.Bytes(32, c.Rates.Uplink)
	w.Bytes(33, c.Rates.Exception)
	return append(w, c.unknown...)
}

func (c *Connection) decode(f record.Reader) error {
	for f.Next() {
		switch f.Number() {
		case 1:
			c.EBI = uint8(f.Uint())
		case 2:
			c.APN = id.APN(f.Text())
		case 3:
			c.Node.Host = f.Text()
		case 4:
			c.Node.Realm = f.Text()
		case 5:
			c.State = ConnectionState(f.Uint())
		case 6:
			c.ChargingID = uint32(f.Uint())
		case 7:
			c.RATType = int32(f.Int())
		case 8:
			c.Visited = f.Text()
		case 9:
			c.UplinkRate = optional(f.Uint())
		case 10:
			c.DownlinkRate = optional(f.Uint())
		case 11:
			c.ReachableUntil = f.Time()
		case 12:
			c.RetryAt = f.Time()
		case 13:
			c.Tries = f.Uint()
		case 14:
			c.Signs = f.Uint()
		case 50:
			if err := c.rds.decode(f.Inner()); err != nil {
				return err
			}
		case 60:
			c.Characteristics = f.Text()
		case 61:
			c.IMEI = f.Text()
		case 62:
			c.Opened = f.Time()
		case 30:
			c.PausedUntil = f.Time()
		case 31:
			c.Rates.Asked = f.Uint()
		case 32:
			c.Rates.Uplink = f.Bytes()
		case 33:
			c.Rates.Exception = f.Bytes()
		default:
			c.unknown = append(c.unknown, f.Raw()...)
		}
	}
	return f.Err()
}

func (d *Delivery) encode() []byte {
	w := record.Writer(make([]byte, 0, 192+len(d.Data)))
	w.Text(1, d.ID)
	w.Text(2, string(d.SCSAS))
	w.Text(3, d.ConfigID)
	w.Text(4, string(d.IMSI))
	w.Bytes(5, d.Data)
	w.Text(6, string(d.Option))
	w.Int(7, int64(d.Priority))
	w.Int(8, int64(d.MaxLatency))
	w.Time(9, d.Expires)
	w.Bool(10, d.Reliable)
	if d.Port != nil {
		w.Bytes(11, encodePort(*d.Port))
	}
	w.Uint(12, uint64(d.State))
	w.Bool(13, d.Triggered)
	w.Bool(14, d.TriggerOnly)
	w.Bool(15, d.NoRoute)
	w.Time(16, d.NotBefore)
	w.Uint(17, uint64(d.Attempt.EndToEnd))
	w.Text(18, d.Attempt.SessionID)
	w.Uint(19, uint64(d.Attempt.EBI))
	putIdentity(&w, 20, d.Attempt.Node)
	w.Time(22, d.Attempt.Until)
	w.Uint(23, d.Attempt.Signs)
	w.Uint(24, uint64(d.Attempt.By))
	w.Bytes(50, d.rds.encode())
	for _, name := range d.counted {
		w.Text(30, name)
	}
	w.Uint(31, d.countedOctets)
	w.Text(40, string(d.GroupAPN))
	w.Text(60, d.ReportTo)
	return append(w, d.unknown...)
}

func decodeDelivery(b []byte) (*Delivery, error) {
	d, r := &Delivery{Stored: true}, record.Read(b)
	for r.Next() {
		switch r.Number() {
		case 1:
			d.ID = r.Text()
		case 2:
			d.SCSAS = id.SCSASID(r.Text())
		case 3:
			d.ConfigID = r.Text()
		case 4:
			d.IMSI = id.IMSI(r.Text())
		case 5:
			d.Data = r.Bytes()
		case 6:
			d.Option = t8.PDNEstablishmentOption(r.Text())
		case 7:
			d.Priority = int(r.Int())
		case 8:
			d.MaxLatency = time.Duration(r.Int())
		case 9:
			d.Expires = r.Time()
		case 10:
			d.Reliable = r.Bool()
		case 11:
			p, err := decodePort(r.Inner())
			if err != nil {
				return nil, err
			}
			d.Port = &p
		case 12:
			d.State = State(r.Uint())
		case 13:
			d.Triggered = r.Bool()
		case 14:
			d.TriggerOnly = r.Bool()
		case 15:
			d.NoRoute = r.Bool()
		case 16:
			d.NotBefore = r.Time()
		case 17:
			d.Attempt.EndToEnd = uint32(r.Uint())
		case 18:
			d.Attempt.SessionID = r.Text()
		case 19:
			d.Attempt.EBI = uint8(r.Uint())
		case 20:
			d.Attempt.Node.Host = r.Text()
		case 21:
			d.Attempt.Node.Realm = r.Text()
		case 22:
			d.Attempt.Until = r.Time()
		case 23:
			d.Attempt.Signs = r.Uint()
		case 24:
			d.Attempt.By = store.MemberID(r.Uint())
		case 50:
			if err := d.rds.decode(r.Inner()); err != nil {
				return nil, err
			}
		case 30:
			d.counted = append(d.counted, r.Text())
		case 31:
			d.countedOctets = r.Uint()
		case 40:
			d.GroupAPN = id.APN(r.Text())
		case 60:
			d.ReportTo = r.Text()
		default:
			d.unknown = append(d.unknown, r.Raw()...)
		}
	}
	return d, r.Err()
}

func (o *outcome) encode() []byte {
	var w record.Writer
	w.Uint(1, uint64(o.State))
	w.Bool(2, o.Triggered)
	w.Time(3, o.RetryAt)
	w.Time(4, o.Until)
	return append(w, o.unknown...)
}

func decodeOutcome(b []byte) (*outcome, error) {
	o, r := new(outcome), record.Read(b)
	for r.Next() {
		switch r.Number() {
		case 1:
			o.State = State(r.Uint())
		case 2:
			o.Triggered = r.Bool()
		case 3:
			o.RetryAt = r.Time()
		case 4:
			o.Until = r.Time()
		default:
			o.unknown = append(o.unknown, r.Raw()...)
		}
	}
	return o, r.Err()
}
