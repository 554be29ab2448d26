package nidd

import (
	"time"

	"github.com/scefkit/scefkit/diameter"
	"github.com/scefkit/scefkit/diameter/tgpp"
	"github.com/scefkit/scefkit/id"
	"github.com/scefkit/scefkit/t6a"
)

// Charging gets what charging records for NIDD are made of (TS 32.253, TS 32.298): package charging has one that writes
// them into files.
//
// The methods are called inline by the goroutine that serves the UE, after what they tell is durable, and so must not
// block; they are called concurrently. What happens to one connection comes in its order, but for things that happen at
// the same time: a PDU may still come after the end of its connection. A process that is killed between the two may
// have done something without telling it; nothing is told twice. Identities are those of the subscriber, unmasked: they
// belong into charging records and nowhere else.
type Charging interface {
	// ChargeConnection is called when a T6a/b connection was established, changed or ended.
	ChargeConnection(ConnectionCharge)
	// ChargePDU is called for each ODR of a connection that exists, with its answer, and for each TDR that was sent, with
	// its answer or when there will be none.
	ChargePDU(PDUCharge)
}

// Bearer is a T6a/b connection as charging records name it.
type Bearer struct {
	ChargingID      uint32 // PDN-Connection-Charging-ID
	IMSI            id.IMSI
	MSISDN          id.MSISDN     // empty: not known
	ExternalID      id.ExternalID // as the SCS/AS of the APN names the UE; empty: not known
	IMEI            string        // as the MME or SGSN told it; empty: not known
	EBI             uint8         // EPS bearer identity, or NSAPI on T6b
	APN             id.APN
	SCEF            diameter.Identity
	Characteristics string // 3GPP-Charging-Characteristics, four hexadecimal digits; empty: not known
	RATType         tgpp.RATType
	Node            diameter.Identity // MME or SGSN
	PLMN            tgpp.PLMN         // of the MME or SGSN; zero: not known
	// UplinkRate and DownlinkRate are the Serving PLMN rate control, in NAS data PDUs per 6 minutes; nil: not given.
	UplinkRate, DownlinkRate *uint32
	APNRate                  *t6a.APNRateControl // that the UE was told; nil: none
	Opened                   time.Time           // when it was established; zero: by a release that did not note it
}

// ConnectionCharge is something that happened to a T6a/b connection.
type ConnectionCharge struct {
	Bearer // as it is afterwards; of one that ended, as it was
	At     time.Time
	// Event says what happened: Establish, or Update, UpdateMoved or UpdateWake. When Ended is set it is the cause of the
	// end: Release by the serving node, Closed or CloseGivenUp by the SCEF, Gone when the serving node did not know the
	// connection any more, Establish when it established another in its place.
	Event ConnectionEvent
	Ended bool
}

// PDUCharge is one ODR or TDR.
type PDUCharge struct {
	Bearer
	SCSAS     id.SCSASID
	Uplink    bool // ODR; otherwise TDR
	Octets    int  // of the data; 0: the ODR brought a counter only
	Submitted time.Time
	Done      time.Time       // when the answer came or was decided
	Result    diameter.Result // of the answer; the zero Result: there was none
	// Exceptions is how many RRC establishments for MO exception data the MME counted since ExceptionsSince
	// (RRC-Cause-Counter); nil: not told.
	Exceptions      *uint32
	ExceptionsSince time.Time
}

// bearer describes a connection of the UE with the configuration of its APN, which may be nil.
func (p *Procedure) bearer(u *UE, conn *Connection, c *Config) Bearer {
	b := Bearer{
		ChargingID: conn.ChargingID, IMSI: u.IMSI, IMEI: conn.IMEI, EBI: conn.EBI, APN: conn.APN, SCEF: p.Self,
		Characteristics: conn.Characteristics, RATType: tgpp.RATType(conn.RATType), Node: conn.Node,
		UplinkRate: conn.UplinkRate, DownlinkRate: conn.DownlinkRate, Opened: conn.Opened,
	}
	b.PLMN, _ = tgpp.ParsePLMN([]byte(conn.Visited)) // zero when it is none
	if told, err := t6a.ParseAPNRateControl(conn.Rates.Uplink); err == nil {
		b.APNRate = &told
	}
	if c != nil {
		b.ExternalID, b.MSISDN = c.ExternalID, c.MSISDN
	}
	return b
}

// chargeable notes for the charging of its TDR the connection that d is about to be sent over.
func (p *Procedure) chargeable(d *Delivery, u *UE, conn *Connection, c *Config) {
	if p.opts.Charging != nil && conn != nil {
		b := p.bearer(u, conn, c)
		d.bearer = &b
	}
}

// chargeDownlink tells of a TDR that was submitted. ans is nil when no answer came.
func (p *Procedure) chargeDownlink(d *Delivery, submitted time.Time, ans *diameter.Message) {
	if p.opts.Charging == nil {
		return
	}
	b := d.bearer
	if b == nil { // one that is repeated after the connection ended
		b = &Bearer{IMSI: d.IMSI, EBI: d.Attempt.EBI, SCEF: p.Self, Node: d.Attempt.Node}
	}
	x := PDUCharge{Bearer: *b, SCSAS: d.SCSAS, Octets: len(d.payload()), Submitted: submitted, Done: time.Now()}
	if ans != nil {
		x.Result, _ = diameter.ResultOf(ans) // zero when it has none
	}
	p.opts.Charging.ChargePDU(x)
}

// chargeUplink tells of an ODR that is answered with the result.
func (p *Procedure) chargeUplink(u *UE, c *Config, odr *t6a.ODR, submitted time.Time, r diameter.Result) {
	if p.opts.Charging == nil {
		return
	}
	ebi, _ := t6a.ParseBearerIdentifier(odr.BearerIdentifier) // checked, as that it exists
	x := PDUCharge{
		Bearer: p.bearer(u, &u.Connections[u.connection(ebi)], c), SCSAS: c.SCSAS, Uplink: true, Octets: len(odr.NonIPData),
		Submitted: submitted, Done: time.Now(), Result: r,
	}
	if r := odr.RRCCauseCounter; r != nil {
		x.Exceptions, x.ExceptionsSince = r.CounterValue, r.RRCCounterTimestamp
	}
	p.opts.Charging.ChargePDU(x)
}

// charge tells, after the commit, what happened to a connection.
func (s *session) charge(conn *Connection, ev ConnectionEvent, ended bool) error {
	charging := s.p.opts.Charging
	if charging == nil {
		return nil
	}
	var c *Config
	if ref := s.ue.configFor(conn.APN); ref != nil {
		var err error
		if c, err = getConfig(s.tx, ref.SCSAS, ref.ID); err != nil {
			return err
		}
	}
	x := ConnectionCharge{Bearer: s.p.bearer(s.ue, conn, c), At: s.now, Event: ev, Ended: ended}
	s.after = append(s.after, func() { charging.ChargeConnection(x) })
	return nil
}
