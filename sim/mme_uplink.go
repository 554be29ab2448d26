package sim

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/scefkit/scefkit/diameter"
	"github.com/scefkit/scefkit/t6a"
)

// Uplink is data from a UE.
type Uplink struct {
	Bearer uint8  // 0: the first connection of the UE
	Data   []byte // nil: none, as when only the counter is to be reported
	// Exception says that the UE gave the RRC cause "MO exception data".
	Exception bool
	// EndToEnd, if not 0, is the End-to-End Identifier of the ODR, and Again sets its T flag: together they repeat an
	// earlier one.
	EndToEnd uint32
	Again    bool
}

// Uplink sends an ODR for the UE (TS 29.128 §5.5.2); a UE that sleeps wakes for it. The error is a *[ResultError] when
// the SCEF answered with a failure. After a permanent one the PDN connection is disconnected, and unless the SCEF said
// that it does not know the UE or the bearer, released there, too.
func (m *MME) Uplink(ctx context.Context, ue *UE, u Uplink) error {
	switch ue.Radio() {
	case OutOfCoverage:
		return errors.New("sim: the UE is out of coverage")
	case Asleep:
		woke := ue.Wake(ctx)
		return errors.Join(m.uplink(ctx, ue, u), woke)
	}
	return m.uplink(ctx, ue, u)
}

func (m *MME) uplink(ctx context.Context, ue *UE, u Uplink) error {
	m.mu.Lock()
	x := m.ues[ue.imsi]
	if x == nil {
		m.mu.Unlock()
		return errOff
	}
	b := u.Bearer
	for o := range x.bearers {
		if u.Bearer == 0 && (b == 0 || o < b) {
			b = o
		}
	}
	if x.bearers[b] == nil {
		m.mu.Unlock()
		return fmt.Errorf("sim: the UE has no bearer %d", b)
	}
	scef := x.bearers[b].scef
	if u.Exception {
		x.exceptions = append(x.exceptions, time.Now())
	}
	odr := t6a.ODR{
		SessionID: diameter.NewSessionID(m.self.Host), OriginHost: m.self.Host, OriginRealm: m.self.Realm,
		DestinationHost: scef.Host, DestinationRealm: scef.Realm,
		UserIdentifier:   t6a.UserIdentifier{UserName: string(ue.imsi)},
		BearerIdentifier: []byte{b}, SupportedFeatures: m.opts.Features, NonIPData: u.Data,
	}
	reported := 0
	if n := len(x.exceptions); n >= m.opts.ExceptionReport && !x.reporting {
		reported, x.reporting = n, true
		odr.RRCCauseCounter = &t6a.RRCCauseCounter{CounterValue: new(uint32(n)), RRCCounterTimestamp: x.exceptions[0]}
	}
	m.mu.Unlock()

	label := "uplink " + payload(u.Data)
	if u.Exception {
		label += ", exception data"
	}
	m.rec.radio(ue.Name(), m.name, label, "")
	_, r, err := m.do(ctx, scef, &odr, u.EndToEnd, u.Again)
	if reported > 0 {
		m.mu.Lock()
		x.reporting = false
		if r.Code != 0 { // what came in meanwhile counts for the next report
			x.exceptions = x.exceptions[reported:]
		}
		m.mu.Unlock()
	}
	if err != nil || r.IsSuccess() {
		return err
	}
	err = &ResultError{"ODA", r}
	if !permanent(r) {
		return err
	}
	m.rec.radio(m.name, ue.Name(), "PDN disconnect, "+m.bearerText(b), "")
	if r == diameter.ErrorInvalidEPSBearer || r == diameter.ErrorUserUnknown {
		m.drop(ue, b)
		return err
	}
	return errors.Join(err, m.Disconnect(ctx, ue, b))
}

// ExceptionCount returns the MO exception data counter of the UE.
func (m *MME) ExceptionCount(ue *UE) int {
	m.mu.Lock()
	defer m.mu.Unlock()
	if x := m.ues[ue.imsi]; x != nil {
		return len(x.exceptions)
	}
	return 0
}

// permanent reports whether r is a permanent failure. USER_TEMPORARILY_UNREACHABLE is none, in spite of its number.
func permanent(r diameter.Result) bool {
	return r.Code/1000 == 5 && r != diameter.ErrorUserTemporarilyUnreachable
}
