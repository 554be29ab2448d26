package nidd

import (
	"slices"
	"strings"
	"time"

	"github.com/scefkit/scefkit/id"
	"github.com/scefkit/scefkit/store"
	"github.com/scefkit/scefkit/store/record"
	"github.com/scefkit/scefkit/t6a"
)

// What a UE has spent of the APN rate control outlasts its connection: the SCEF tells the MME when the last connection to the
// APN is released, and the MME may tell it again at the next establishment. The SCEF's own record says more, since each window
// has its own end there, and goes first. The key is that of an outcome timer, which removes it when the last window has ended.

// rateKey is where the windows of a UE on an APN are kept while it has no connection.
func rateKey(ue id.IMSI, apn id.APN) store.Key {
	return store.Key(keyPrefix + "w/").Text(string(ue)).Text(strings.ToLower(string(apn)))
}

// apnWindows are those of a rateMeter that outlast the connection; window n has the fields 2n and 2n+1.
var apnWindows = [...]int{downAPN, upAPN, upException}

func (u *usage) encode() []byte {
	var w record.Writer
	for _, i := range apnWindows {
		w.Uint(record.Number(2*i), u[i].used)
		w.Uint(record.Number(2*i+1), uint64(u[i].ends))
	}
	return w
}

func decodeUsage(b []byte) (u usage, err error) {
	r := record.Read(b)
	for r.Next() {
		i := int(r.Number()) / 2
		switch {
		case !slices.Contains(apnWindows[:], i):
		case r.Number()%2 == 0:
			u[i].used = r.Uint()
		default:
			u[i].ends = int64(r.Uint())
		}
	}
	return u, r.Err()
}

// keepRates keeps what was spent when the last connection of the UE to the APN of c has ended.
func (s *session) keepRates(c *Connection) error {
	a := s.p.apn(c.APN)
	if a == nil && !c.Rates.limitUplink() || slices.ContainsFunc(s.ue.Connections, func(o Connection) bool { return o.APN.Equal(c.APN) }) {
		return nil
	}
	u := s.p.meters.look(ratesOf(s.ue.IMSI, c.APN))
	ends := int64(0)
	for _, i := range apnWindows {
		if !u[i].live(s.now) {
			u[i] = window{}
		}
		ends = max(ends, u[i].ends)
	}
	if ends == 0 {
		return nil
	}
	key := rateKey(s.ue.IMSI, c.APN)
	if err := s.tx.Put(key, u.encode()); err != nil {
		return err
	}
	s.timer = true
	return s.p.timers.Set(s.tx, outcomeTimer(key), time.Unix(0, ends))
}

// carried are windows that go on with a new connection.
type carried struct {
	usage
	kept bool // by the SCEF; otherwise the MME told
	told bool // by the MME
}

// takeRates returns what the UE has spent on an APN before it had the present connection, and removes what was kept of it.
func (s *session) takeRates(conn *Connection, cmr *t6a.CMR) (c carried, err error) {
	a := s.p.apn(conn.APN)
	if a == nil || !a.Rates.Limited() {
		return c, nil
	}
	key := rateKey(s.ue.IMSI, conn.APN)
	b, err := s.tx.Get(key)
	if err != nil {
		return c, err
	}
	if b != nil {
		if c.usage, err = decodeUsage(b); err != nil {
			return c, err
		}
		c.kept = true
		if err := s.p.timers.Cancel(s.tx, outcomeTimer(key)); err != nil {
			return c, err
		}
		return c, s.tx.Delete(key)
	}
	st := cmr.APNRateControlStatus
	if st == nil || st.APNRateControlStatusValidityTime == nil {
		return c, nil
	}
	until := t6a.ParseValidityTime(*st.APNRateControlStatusValidityTime)
	if !until.After(s.now) {
		return c, nil
	}
	up, _, beyond := conn.Rates.uplink(a)
	for _, x := range []struct {
		window int
		left   *uint32
		allowance
	}{
		{downAPN, st.DownlinkNumberOfPacketsAllowed, allowed(a.Rates.Downlink)},
		{upAPN, st.UplinkNumberOfPacketsAllowed, up},
		{upException, st.NumberOfAdditionalExceptionReports, beyond},
	} {
		if x.left != nil && x.unit != 0 {
			c.told = true
			c.usage[x.window] = remaining(x.allowance, uint64(*x.left), until)
		}
	}
	return c, nil
}

// carryOn begins with the windows of an earlier connection. What the MME told counts only where this node knows nothing.
func (p *Procedure) carryOn(ue id.IMSI, apn id.APN, c *carried, now time.Time) {
	if !c.kept && !c.told {
		return
	}
	p.meters.change(ratesOf(ue, apn), now, func(u *usage) {
		for _, i := range apnWindows {
			if c.kept || !u[i].live(now) {
				u[i] = c.usage[i]
			}
		}
	})
}

// rateStatus is what the SCEF tells the MME when a connection is released: what is left until the first window ends. It is nil
// where there is no limit, or nothing was spent.
func (p *Procedure) rateStatus(ue id.IMSI, c *Connection, now time.Time) *t6a.APNRateControlStatus {
	a := p.apn(c.APN)
	if a == nil && !c.Rates.limitUplink() {
		return nil
	}
	u := p.meters.look(ratesOf(ue, c.APN))
	st, ends := new(t6a.APNRateControlStatus), int64(0)
	up, _, beyond := c.Rates.uplink(a)
	limits := [...]allowance{upAPN: up, upException: beyond}
	if a != nil {
		limits[downAPN] = allowed(a.Rates.Downlink)
	}
	for _, i := range apnWindows {
		if limits[i].unit == 0 {
			continue
		}
		left := new(uint32(u[i].left(limits[i], now)))
		switch i {
		case downAPN:
			st.DownlinkNumberOfPacketsAllowed = left
		case upAPN:
			st.UplinkNumberOfPacketsAllowed = left
		case upException:
			st.NumberOfAdditionalExceptionReports = left
		}
		if u[i].live(now) && (ends == 0 || u[i].ends < ends) {
			ends = u[i].ends
		}
	}
	if ends == 0 {
		return nil
	}
	validity, err := t6a.ValidityTime(time.Unix(0, ends))
	if err != nil {
		return nil
	}
	st.APNRateControlStatusValidityTime = &validity
	return st
}
