package sim

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/scefkit/scefkit/diameter"
	"github.com/scefkit/scefkit/diameter/tgpp"
	"github.com/scefkit/scefkit/id"
	"github.com/scefkit/scefkit/t6a"
)

// MMEOptions are the optional parameters of an [MME].
type MMEOptions struct {
	// SGSN makes it an SGSN, which speaks T6b: bearers are identified by NSAPI, and RATType is GERAN.
	SGSN bool
	// SCEF of an APN, in place of the one given to NewMME. Default: none.
	SCEF func(apn id.APN) diameter.Identity
	// MCC and MNC are the PLMN. Default 001 and 01, the test network.
	MCC, MNC string
	// RATType of the cells. Default EUTRAN-NB-IoT.
	RATType tgpp.RATType
	// ChargingCharacteristics of the PDN connections, four hexadecimal digits. Default "0800".
	ChargingCharacteristics string
	// ServingPLMNRateControl is told to the SCEF when it is not nil. An SGSN has none.
	ServingPLMNRateControl *t6a.ServingPLMNRateControl
	// AcknowledgedDelivery says that eNodeBs acknowledge what they delivered.
	AcknowledgedDelivery bool
	// Shortly is how long downlink data may be kept here for a UE that is expected to wake within that time. Default:
	// none is kept.
	Shortly time.Duration
	// ByWaitTime judges whether a UE will wake in time by SCEF-Wait-Time, where there is one, in place of Shortly.
	ByWaitTime bool
	// Retransmission chooses Requested-Retransmission-Time for a UE that sleeps until wakesAt (zero: nobody knows); zero
	// asks for none. It is asked only when the SCEF sent Maximum-Retransmission-Time, and a later time is cut to a second
	// before that. Default: none is asked for.
	Retransmission func(ue *UE, wakesAt, maximum time.Time) time.Time
	// ExceptionReport is the count at which the MO exception data counter is reported. Default 1: at once.
	ExceptionReport int
	// Features go into every request and answer. Default: none.
	Features []tgpp.SupportedFeatures
	// Recorder gets each message, and what goes between the MME and UEs. Default: none.
	Recorder *Recorder
}

// MME is the part of an MME or SGSN that serves UEs with non-IP data over an SCEF. UEs are handed to it by
// [UE.Attach]; the methods here are what the network does of its own accord, or in more detail.
type MME struct {
	core
	scef diameter.Identity
	opts MMEOptions
	plmn []byte

	mu   sync.Mutex
	ues  map[id.IMSI]*ueContext // guarded by mu
	tdrs answered               // guarded by mu
	// rates are what SCEFs said at the release of a connection, until the next establishment; guarded by mu.
	rates map[rateKey]*t6a.APNRateControlStatus
}

// rateKey is a UE on an APN.
type rateKey struct {
	ue  id.IMSI
	apn id.APN
}

// ueContext is what the MME knows about a registered UE. It is guarded by the mu of the MME.
type ueContext struct {
	ue        *UE
	bearers   map[uint8]*bearer
	unreached []unreached // SCEFs for which the Not Reachable for NIDD flag is set; a map would be ten times as big
	// exceptions are the times at which the MO exception data counter went up, since it was last reset.
	exceptions []time.Time
	reporting  bool // an ODR with the counter is under way
	// busy is closed when the CMR under way has its answer; nil when there is none.
	busy chan struct{}
}

// unreached is an SCEF for which the Not Reachable for NIDD flag is set, and the time at which it is reset without notice;
// zero: never.
type unreached struct {
	scef  diameter.Identity
	until time.Time
}

// bearer is a T6a/b connection context.
type bearer struct {
	apn  id.APN
	scef diameter.Identity
}

// A Bearer tells about a T6a/b connection.
type Bearer struct {
	ID   uint8 // EPS bearer identity, or NSAPI
	APN  id.APN
	SCEF diameter.Identity
}

// firstBearer is the lowest EPS bearer identity and NSAPI for user data (TS 24.007 §11.2.3.1.5, TS 24.008 §10.5.6.2).
const firstBearer, lastBearer = 5, 15

// NewMME returns an MME without UEs, whose APNs lead to scef. The error tells what is wrong with opts, which may be nil.
func NewMME(self, scef diameter.Identity, opts *MMEOptions) (*MME, error) {
	m := &MME{scef: scef, ues: map[id.IMSI]*ueContext{}, rates: map[rateKey]*t6a.APNRateControlStatus{}}
	if opts != nil {
		m.opts = *opts
	}
	o := &m.opts
	o.MCC, o.MNC = cmp.Or(o.MCC, "001"), cmp.Or(o.MNC, "01")
	o.ChargingCharacteristics = cmp.Or(o.ChargingCharacteristics, "0800")
	o.ExceptionReport = max(o.ExceptionReport, 1)
	o.Features = slices.Clone(o.Features)
	if o.RATType == 0 {
		o.RATType = tgpp.RATTypeEUTRANNBIoT
		if o.SGSN {
			o.RATType = tgpp.RATTypeGERAN
		}
	}
	if o.SGSN {
		o.ServingPLMNRateControl = nil
	}
	var err error
	m.plmn, err = tgpp.PLMN{MCC: o.MCC, MNC: o.MNC}.Append(nil)
	m.core.self, m.core.name, m.core.rec = self, nameOf(self.Host), o.Recorder
	return m, err
}

// App implements [Node].
func (m *MME) App() diameter.App {
	return diameter.App{ID: t6a.App, Vendor: diameter.Vendor3GPP, Handler: m}
}

// HandleDiameter implements [diameter.Handler].
func (m *MME) HandleDiameter(ctx context.Context, from diameter.Identity, req *diameter.Message) (*diameter.Message, func()) {
	m.settled(ctx, req)
	return m.serve(ctx, from, req, func() *diameter.Message {
		switch req.Command {
		case t6a.CodeTDR:
			return m.handleTDR(ctx, req)
		case t6a.CodeCMR:
			return m.handleCMR(req)
		}
		return diameter.ErrorAnswer(req, m.self, diameter.CommandUnsupported, "", nil)
	}), nil
}

// Register lets the UE attach without a PDN connection. A UE that is registered at any MME or SGSN is an error: it may
// move by [MME.TakeOver].
func (m *MME) Register(ue *UE) error {
	if !ue.move(nil, m) {
		return errors.New("sim: the UE is registered already")
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.ues[ue.imsi] = &ueContext{ue: ue, bearers: map[uint8]*bearer{}}
	return nil
}

// deregister forgets the UE.
func (m *MME) deregister(ue *UE) {
	m.mu.Lock()
	delete(m.ues, ue.imsi)
	m.mu.Unlock()
	ue.move(m, nil)
}

// Restart forgets all UEs and connections, as after a crash. Nobody is told; the UEs have to attach anew.
func (m *MME) Restart() {
	m.mu.Lock()
	lost := m.ues
	m.ues, m.tdrs = map[id.IMSI]*ueContext{}, answered{}
	m.mu.Unlock()
	for _, x := range lost {
		x.ue.move(m, nil)
	}
	m.rec.Note(m.name, "restarts")
}

// Bearers returns the connections of the UE, ordered by identity.
func (m *MME) Bearers(ue *UE) []Bearer {
	m.mu.Lock()
	defer m.mu.Unlock()
	x := m.ues[ue.imsi]
	if x == nil {
		return nil
	}
	out := make([]Bearer, 0, len(x.bearers))
	for _, b := range slices.Sorted(maps.Keys(x.bearers)) {
		out = append(out, Bearer{b, x.bearers[b].apn, x.bearers[b].scef})
	}
	return out
}

// NotReachable reports whether the Not Reachable for NIDD flag is set for the UE and the SCEF (TS 29.128 §5.6.3).
func (m *MME) NotReachable(ue *UE, scef diameter.Identity) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	x := m.ues[ue.imsi]
	return x != nil && x.flagged(scef, time.Now())
}

// flagged looks at the flag, and resets it when its time has come.
func (x *ueContext) flagged(scef diameter.Identity, now time.Time) bool {
	i := x.unreachedBy(scef)
	if i >= 0 && !x.unreached[i].until.IsZero() && !x.unreached[i].until.After(now) {
		x.unflag(scef)
		return false
	}
	return i >= 0
}

// unreachedBy returns the place of the SCEF in unreached, or -1.
func (x *ueContext) unreachedBy(scef diameter.Identity) int {
	return slices.IndexFunc(x.unreached, func(u unreached) bool { return u.scef == scef })
}

// unflag resets the flag.
func (x *ueContext) unflag(scef diameter.Identity) {
	x.unreached = slices.DeleteFunc(x.unreached, func(u unreached) bool { return u.scef == scef })
}

// flag sets the flag; until is the Requested-Retransmission-Time, if any. When several TDRs set it, it lasts until the
// last of their times.
func (x *ueContext) flag(scef diameter.Identity, until, now time.Time) {
	if !x.flagged(scef, now) {
		x.unreached = append(x.unreached, unreached{scef, until})
		return
	}
	switch old := &x.unreached[x.unreachedBy(scef)].until; {
	case old.IsZero() || until.IsZero():
		*old = time.Time{}
	case until.After(*old):
		*old = until
	}
}

// settled waits until no CMR for the UE of req is under way, so that what the SCEF sends right after its answer finds the
// outcome of that answer, and stands behind it in the recorder: the answer may be on its way in another goroutine. It
// does not wait for long: an SCEF may send before it answers, and wait in turn.
func (m *MME) settled(ctx context.Context, req *diameter.Message) {
	a, ok := t6a.AVPUserIdentifier.Find(req.AVPs)
	var u t6a.UserIdentifier
	if !ok || u.DecodeAVPs(a.Data) != nil {
		return
	}
	m.mu.Lock()
	var busy chan struct{}
	if x := m.ues[id.IMSI(u.UserName)]; x != nil {
		busy = x.busy
	}
	m.mu.Unlock()
	if busy == nil {
		return
	}
	t := time.NewTimer(settleTime)
	defer t.Stop()
	select {
	case <-busy:
	case <-t.C:
	case <-ctx.Done():
	}
}

const settleTime = 200 * time.Millisecond

// answered remembers the answers to the last TDRs by origin and End-to-End Identifier, so that one that comes again with
// the T flag is not delivered twice.
type answered struct {
	byID map[requestID]*record
	ring [1024]requestID
	next int
}

type requestID struct {
	origin string
	e2e    uint32
}

type record struct {
	done chan struct{} // closed when ans is set
	ans  *diameter.Message
}

// admit returns the record of a request, and whether it is a repetition. The caller of the first one sets ans.
func (a *answered) admit(origin string, req *diameter.Message) (r *record, again bool) {
	k := requestID{origin, req.EndToEnd}
	if r := a.byID[k]; r != nil && req.Flags&diameter.FlagRetransmitted != 0 {
		return r, true
	}
	if a.byID == nil {
		a.byID = map[requestID]*record{}
	}
	delete(a.byID, a.ring[a.next])
	a.ring[a.next] = k
	a.next = (a.next + 1) % len(a.ring)
	r = &record{done: make(chan struct{})}
	a.byID[k] = r
	return r, false
}
