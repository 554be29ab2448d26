package sim

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/scefkit/scefkit/id"
)

// Radio is how the network can reach a UE.
type Radio uint8

// How a UE can be reached.
const (
	Reachable     Radio = iota // connected, or idle and paged at once
	Asleep                     // in a power saving function: extended idle mode DRX or PSM
	OutOfCoverage              // nobody knows where it is
	Failing                    // reachable, but downlink data gets lost on the way to it
)

// UEOptions are the optional parameters of a [UE].
type UEOptions struct {
	// Name in the recorder. Default "UE".
	Name string
	// IMEI and SoftwareVersion go into Terminal-Information. Default: none.
	IMEI, SoftwareVersion string
	// PCO is the value of Extended-PCO that the UE sends when it connects. Default: none.
	PCO []byte
	// RDS makes the UE ask for the Reliable Data Service when it connects, and use it where the network grants it. A UE
	// with wrong values in it cannot connect. Default: it does not.
	RDS *RDSOptions
	// Reach, if not nil, says how the UE can be reached at the instant now, and when Asleep until when (zero: nobody
	// knows), in place of what Sleep, Wake and the like said last. It and Downlink are for models that drive very many UEs.
	// Both are called concurrently and while the MME or SGSN is locked: they must not call methods of it or of the UE.
	Reach func(now time.Time) (r Radio, wakesAt time.Time)
	// Downlink, if not nil, takes downlink data, which it must not keep, in place of Received and Receive.
	Downlink func(data []byte)
}

// UE is a device. It is served by one MME or SGSN at a time, and does what it is told: it neither wakes nor moves by
// itself.
type UE struct {
	imsi id.IMSI
	opts UEOptions
	rds  *rdsUE // nil: it has no Reliable Data Service
	bad  error  // what is wrong with the options

	mu       sync.Mutex
	serving  *MME          // guarded by mu, as all below
	radio    Radio         //
	wakesAt  time.Time     // when Asleep: expected end; zero: nobody knows
	received [][]byte      //
	taken    int           // of received, by Receive
	pcos     [][]byte      //
	changed  chan struct{} // closed when any of this changes; nil while nobody waits for that
}

// NewUE returns a UE that is switched off. opts may be nil.
func NewUE(imsi id.IMSI, opts *UEOptions) *UE {
	u := &UE{imsi: imsi}
	if opts != nil {
		u.opts = *opts
	}
	if u.opts.Name == "" {
		u.opts.Name = "UE"
	}
	u.opts.PCO = slices.Clone(u.opts.PCO)
	if u.opts.RDS != nil {
		u.rds, u.bad = newRDS(u, u.opts.RDS)
	}
	return u
}

// IMSI returns the identity of the UE.
func (u *UE) IMSI() id.IMSI { return u.imsi }

// Name returns the name in the recorder.
func (u *UE) Name() string { return u.opts.Name }

var errOff = errors.New("sim: the UE is not attached")

// Serving returns the MME or SGSN where the UE is registered, or nil.
func (u *UE) Serving() *MME {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.serving
}

// Attach registers the UE at m and establishes a connection for non-IP data with apn. See [MME.Connect] for the errors,
// after which the UE is not attached.
func (u *UE) Attach(ctx context.Context, m *MME, apn id.APN) error {
	if err := m.Register(u); err != nil {
		return err
	}
	if _, err := m.Connect(ctx, u, apn); err != nil {
		m.deregister(u)
		return err
	}
	return nil
}

// Send sends data over the first connection of the UE. A UE that sleeps wakes for it. See [MME.Uplink] for the errors.
func (u *UE) Send(ctx context.Context, data []byte) error {
	m := u.Serving()
	if m == nil {
		return errOff
	}
	return m.Uplink(ctx, u, Uplink{Data: data})
}

// Sleep lets the UE enter a power saving function, for a time that nobody knows.
func (u *UE) Sleep() { u.SleepUntil(time.Time{}) }

// SleepUntil is Sleep when the network knows the end. The UE does not wake by itself then.
func (u *UE) SleepUntil(t time.Time) { u.set(Asleep, t, "sleeps (power saving)") }

// LeaveCoverage takes the UE where no radio reaches it.
func (u *UE) LeaveCoverage() { u.set(OutOfCoverage, time.Time{}, "leaves coverage") }

// LoseDownlink makes downlink data get lost on the way to the UE, until Wake.
func (u *UE) LoseDownlink() { u.set(Failing, time.Time{}, "loses what is sent to it") }

// Wake makes the UE reachable. Its MME or SGSN then tells each SCEF that had data for it while it slept, and Wake returns
// with the answers; see [MME.Announce] for the errors.
func (u *UE) Wake(ctx context.Context) error { return u.WakeUntil(ctx, time.Time{}) }

// WakeUntil is Wake with the time until which the UE is expected to stay reachable.
func (u *UE) WakeUntil(ctx context.Context, until time.Time) error {
	u.set(Reachable, time.Time{}, "wakes")
	m := u.Serving()
	if m == nil {
		return nil
	}
	return m.Announce(ctx, u, until)
}

// Detach releases the connections of the UE and switches it off. The errors are those of releases, and the UE is switched
// off all the same.
func (u *UE) Detach(ctx context.Context) error {
	m := u.Serving()
	if m == nil {
		return errOff
	}
	return m.Detach(ctx, u)
}

// Received returns all downlink data so far.
func (u *UE) Received() [][]byte {
	u.mu.Lock()
	defer u.mu.Unlock()
	return slices.Clone(u.received)
}

// Receive waits for the next downlink data that no call of Receive has returned yet. The error is the cause of ctx.
func (u *UE) Receive(ctx context.Context) ([]byte, error) {
	for {
		u.mu.Lock()
		changed := u.change()
		if u.taken < len(u.received) {
			u.taken++
			data := u.received[u.taken-1]
			u.mu.Unlock()
			return data, nil
		}
		u.mu.Unlock()
		select {
		case <-changed:
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
	}
}

// PCOs returns the values of Extended-PCO that the network forwarded to the UE, in order.
func (u *UE) PCOs() [][]byte {
	u.mu.Lock()
	defer u.mu.Unlock()
	return slices.Clone(u.pcos)
}

// Radio tells how the UE can be reached.
func (u *UE) Radio() Radio {
	r, _, _ := u.look(time.Now())
	return r
}

// look returns the state at the instant now, and for one that sleeps until it is told to wake a channel that is closed when the
// state changes.
func (u *UE) look(now time.Time) (r Radio, wakesAt time.Time, changed <-chan struct{}) {
	if u.opts.Reach != nil {
		r, wakesAt = u.opts.Reach(now)
		return r, wakesAt, nil
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.radio == Asleep {
		changed = u.change()
	}
	return u.radio, u.wakesAt, changed
}

// set enters a state; text is what the recorder notes, unless the UE is in it already.
func (u *UE) set(r Radio, wakesAt time.Time, text string) {
	u.mu.Lock()
	was, m := u.radio, u.serving
	u.radio, u.wakesAt = r, wakesAt
	u.signal()
	u.mu.Unlock()
	if m != nil && was != r {
		m.rec.Note(u.opts.Name, text)
	}
}

// change returns a channel that is closed with the next change. The caller holds mu.
func (u *UE) change() <-chan struct{} {
	if u.changed == nil {
		u.changed = make(chan struct{})
	}
	return u.changed
}

// signal wakes those who wait. The caller holds mu.
func (u *UE) signal() {
	if u.changed != nil {
		close(u.changed)
		u.changed = nil
	}
}

// receive takes downlink data.
func (u *UE) receive(data []byte) {
	if u.opts.Downlink != nil {
		u.opts.Downlink(data)
		return
	}
	u.take(&u.received, data)
}

// take stores what the network delivered.
func (u *UE) take(to *[][]byte, b []byte) {
	u.mu.Lock()
	defer u.mu.Unlock()
	*to = append(*to, slices.Clone(b))
	u.signal()
}

// move makes to serve the UE if from does now; false otherwise.
func (u *UE) move(from, to *MME) bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.serving != from {
		return false
	}
	u.serving = to
	return true
}
