package sim

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/scefkit/scefkit/rds"
	"github.com/scefkit/scefkit/t6a"
)

// RDSOptions make a [UE] speak the Reliable Data Service (TS 24.250). The zero value has the defaults of package rds.
type RDSOptions struct {
	rds.Options
	// Formats are the serialization formats that the applications have. Default: all.
	Formats rds.Formats
	// Answer decides what is answered to the MANAGE_PORT m of the network. It gets the answer that the UE would give, and
	// returns the one that is given; success with other formats or ports is at the caller's own risk. Default: the UE
	// reserves what is free, releases what is reserved and takes note of what it is told.
	Answer func(m, answer rds.PortMessage) rds.PortMessage
}

// RDSData is data of an application, without the header of the Reliable Data Service.
type RDSData struct {
	Bearer       uint8     // 0: the first connection with the Reliable Data Service
	Ports        rds.Ports // Source is the application that sends it; the zero value: none
	Data         []byte
	Acknowledged bool
}

// rdsUE is the Reliable Data Service of a UE. All methods may be called for nil, a UE without it.
type rdsUE struct {
	ue      *UE
	opts    RDSOptions
	codec   rds.Codec
	machine *rds.Machine

	mu       sync.Mutex
	bearers  map[uint8]*rdsBearer // guarded by mu, as all below
	received []RDSData
	token    uint64
}

// rdsBearer is a connection with the Reliable Data Service. It is guarded by the mu of its rdsUE.
type rdsBearer struct {
	id      uint8
	links   map[rds.Ports]*rdsLink // by the ports of the UE's own frames
	ports   []rds.Port             // that are reserved
	out     [][]byte               // frames that wait to be sent
	sending bool                   // a goroutine sends them
}

// rdsLink is a logical link.
type rdsLink struct {
	state rds.State
	timer *time.Timer
	// Who waits: for the outcome of data by its token, and for the answer to a MANAGE_PORT.
	data map[uint64]chan rds.Outcome
	asks chan *rds.PortMessage
}

func newRDS(u *UE, opts *RDSOptions) (*rdsUE, error) {
	r := &rdsUE{ue: u, opts: *opts, codec: opts.Codec, bearers: map[uint8]*rdsBearer{}}
	if r.codec == nil {
		r.codec = rds.DefaultCodec{}
	}
	if r.opts.Formats == 0 {
		r.opts.Formats = rds.CBOR | rds.JSON | rds.XML
	}
	var err error
	r.machine, err = rds.New(&r.opts.Options)
	return r, err
}

// ask adds the request for the Reliable Data Service to the Extended-PCO of the UE.
func (r *rdsUE) ask(pco []byte) []byte {
	if r == nil {
		return pco
	}
	list, err := t6a.ParseExtendedPCO(pco)
	if err != nil {
		list = nil
	}
	b, err := append(list, t6a.Container{ID: t6a.ContainerRDS}).Append(nil)
	if err != nil {
		return pco
	}
	return b
}

// open starts the Reliable Data Service on a new connection if the network has granted it.
func (r *rdsUE) open(bearer uint8, pco []byte) {
	if r == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if old := r.bearers[bearer]; old != nil {
		r.close(old)
	}
	list, err := t6a.ParseExtendedPCOToUE(pco)
	if err != nil {
		return
	}
	if _, ok := list.Find(t6a.ContainerRDS); ok {
		r.bearers[bearer] = &rdsBearer{id: bearer, links: map[rds.Ports]*rdsLink{}}
	}
}

// close ends what goes over a connection that is gone. mu is held.
func (r *rdsUE) close(b *rdsBearer) {
	delete(r.bearers, b.id)
	b.out = nil
	for _, l := range b.links {
		_ = r.step(b, l, rds.Event{Kind: rds.Lost}) // never fails
	}
}

// take takes what the network delivered over a bearer; it returns false when that has no Reliable Data Service.
func (r *rdsUE) take(bearer uint8, octets []byte) bool {
	if r == nil {
		return false
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	b := r.bearers[bearer]
	if b == nil {
		return false
	}
	f, err := r.codec.Parse(bytes.Clone(octets))
	if err == nil {
		err = r.step(b, b.link(f.Ports.Reverse()), rds.Event{Kind: rds.Receive, Frame: f})
	}
	if m := r.ue.Serving(); err != nil && m != nil {
		m.rec.Note(r.ue.opts.Name, "does not understand a frame")
	}
	return true
}

func (b *rdsBearer) link(ports rds.Ports) *rdsLink {
	l := b.links[ports]
	if l == nil {
		l = &rdsLink{state: rds.NewState(ports), data: map[uint64]chan rds.Outcome{}}
		b.links[ports] = l
	}
	return l
}

// step steps a link and does what follows; frames are sent by a goroutine that ends with the last of them. mu is held.
func (r *rdsUE) step(b *rdsBearer, l *rdsLink, ev rds.Event) error {
	next, actions, err := r.machine.Step(l.state, ev, time.Now())
	if err != nil {
		return err
	}
	l.state = next
	for i := range actions {
		switch a := &actions[i]; a.Kind {
		case rds.Transmit:
			octets, err := r.codec.Append(nil, &a.Frame)
			if err != nil {
				return err
			}
			b.out = append(b.out, octets)
		case rds.Deliver:
			r.received = append(r.received, RDSData{b.id, next.Ports().Reverse(), bytes.Clone(a.Data), a.Acknowledged})
			r.ue.receive(a.Data)
		case rds.Confirm:
			if c := l.data[a.Token]; c != nil {
				delete(l.data, a.Token)
				c <- a.Outcome
			}
		case rds.PortsAsked:
			if err := r.step(b, l, rds.Event{Kind: rds.AnswerPorts, Ports: r.manage(b, a.Ports)}); err != nil {
				return err
			}
		case rds.PortsAnswered:
			l.answered(&a.Ports)
		case rds.RequestFailed:
			l.answered(nil)
		case rds.Opened, rds.Closed, rds.WindowAnswered: // what waits is told of its outcome
		}
	}
	r.schedule(b, l)
	if len(b.out) > 0 && !b.sending {
		b.sending = true
		go r.send(b)
	}
	return nil
}

func (l *rdsLink) answered(m *rds.PortMessage) {
	if l.asks != nil {
		l.asks <- m
		l.asks = nil
	}
}

// schedule sets the timer of a link. mu is held.
func (r *rdsUE) schedule(b *rdsBearer, l *rdsLink) {
	if l.timer != nil {
		l.timer.Stop()
		l.timer = nil
	}
	at := l.state.Deadline()
	if at.IsZero() || r.bearers[b.id] != b {
		return
	}
	l.timer = time.AfterFunc(time.Until(at), func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		if r.bearers[b.id] == b {
			_ = r.step(b, l, rds.Event{Kind: rds.Timeout}) // no frame, no error
		}
	})
}

// send sends the frames of a connection until none is left. One that does not get through is lost.
func (r *rdsUE) send(b *rdsBearer) {
	for {
		r.mu.Lock()
		if len(b.out) == 0 {
			b.sending = false
			r.mu.Unlock()
			return
		}
		octets := b.out[0]
		b.out = b.out[1:]
		r.mu.Unlock()
		ctx, cancel := context.WithTimeout(context.Background(), rdsTimeout)
		err := errOff
		if m := r.ue.Serving(); m != nil {
			err = m.Uplink(ctx, r.ue, Uplink{Bearer: b.id, Data: octets})
		}
		cancel()
		if errors.Is(err, errOff) || err != nil && !r.has(b.id) {
			r.mu.Lock()
			r.close(b)
			r.mu.Unlock()
		}
	}
}

// rdsTimeout bounds the wait for an ODA.
const rdsTimeout = 10 * time.Second

// has reports whether the network has the bearer.
func (r *rdsUE) has(bearer uint8) bool {
	m := r.ue.Serving()
	return m != nil && slices.ContainsFunc(m.Bearers(r.ue), func(b Bearer) bool { return b.ID == bearer })
}

// manage answers a MANAGE_PORT of the network. mu is held.
func (r *rdsUE) manage(b *rdsBearer, m rds.PortMessage) rds.PortMessage {
	answer := rds.PortMessage{Action: m.Action, Ports: slices.Clone(m.Ports)}
	switch m.Action {
	case rds.ReservePorts:
		for i := range answer.Ports {
			p := &answer.Ports[i]
			taken := slices.ContainsFunc(b.ports, func(o rds.Port) bool { return o.UE == p.UE && o.Application != p.Application })
			switch both := p.Formats & r.opts.Formats; {
			case taken:
				answer.Status = rds.PortNotFree
			case p.Formats != 0 && both == 0:
				answer.Status, p.Formats = rds.FormatNotSupported, r.opts.Formats
			default:
				p.Formats = both & -both // one of them
			}
		}
	case rds.ReleasePorts:
		for _, p := range m.Ports {
			if b.reserved(p) < 0 {
				answer.Status = rds.PortNotAssociated
			}
		}
	case rds.QueryPorts:
		answer.Ports = slices.Clone(b.ports)
	case rds.NotifyPorts:
	}
	if r.opts.Answer != nil {
		answer = r.opts.Answer(m, answer)
	}
	if answer.Status == rds.PortSuccess {
		b.note(m.Action, answer.Ports)
	}
	return answer
}

func (b *rdsBearer) reserved(p rds.Port) int {
	return slices.IndexFunc(b.ports, func(o rds.Port) bool { return o.UE == p.UE && o.SCEF == p.SCEF })
}

// note takes over what both sides agreed on.
func (b *rdsBearer) note(action rds.PortAction, ports []rds.Port) {
	switch action {
	case rds.ReservePorts:
		for _, p := range ports {
			if i := b.reserved(p); i >= 0 {
				b.ports[i] = p
			} else {
				b.ports = append(b.ports, p)
			}
		}
	case rds.ReleasePorts:
		for _, p := range ports {
			if i := b.reserved(p); i >= 0 {
				b.ports = slices.Delete(b.ports, i, i+1)
			}
		}
	case rds.NotifyPorts:
		b.ports = slices.Clone(ports)
	case rds.QueryPorts:
	}
}

// bearer returns the connection with the identity, or the first one. mu is held.
func (r *rdsUE) bearer(id uint8) (*rdsBearer, error) {
	var found *rdsBearer
	for _, b := range r.bearers {
		if b.id == id || id == 0 && (found == nil || b.id < found.id) {
			found = b
		}
	}
	if found == nil {
		return nil, errors.New("sim: no connection with the Reliable Data Service")
	}
	return found, nil
}

var errNoRDS = errors.New("sim: the UE has no Reliable Data Service")

// SendRDS sends data over the Reliable Data Service. With Acknowledged it returns when the network has acknowledged the
// data; an error says that it has not, or the cause of ctx, after which it may still get there. Otherwise the error is that
// of [MME.Uplink].
func (u *UE) SendRDS(ctx context.Context, d RDSData) error {
	r := u.rds
	if r == nil {
		return errNoRDS
	}
	if !d.Acknowledged {
		return r.sendPlain(ctx, d)
	}
	done := make(chan rds.Outcome, 1)
	if err := r.submit(d, done); err != nil {
		return err
	}
	select {
	case o := <-done:
		if o != rds.Acknowledged {
			return fmt.Errorf("sim: the data was not acknowledged: %v", o)
		}
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// submit hands data to acknowledged transfer.
func (r *rdsUE) submit(d RDSData, done chan rds.Outcome) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	b, err := r.bearer(d.Bearer)
	if err != nil {
		return err
	}
	l := b.link(d.Ports)
	r.token++
	l.data[r.token] = done
	err = r.step(b, l, rds.Event{Kind: rds.Submit, Token: r.token, Data: bytes.Clone(d.Data)})
	if err != nil {
		delete(l.data, r.token)
	}
	return err
}

// sendPlain sends a UI frame and waits for its ODA.
func (r *rdsUE) sendPlain(ctx context.Context, d RDSData) error {
	bearer, octets, err := r.wrap(d)
	if err != nil {
		return err
	}
	m := r.ue.Serving()
	if m == nil {
		return errOff
	}
	return m.Uplink(ctx, r.ue, Uplink{Bearer: bearer, Data: octets})
}

func (r *rdsUE) wrap(d RDSData) (bearer uint8, octets []byte, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	b, err := r.bearer(d.Bearer)
	if err != nil {
		return 0, nil, err
	}
	l := b.link(d.Ports)
	next, actions, err := r.machine.Step(l.state, rds.Event{Kind: rds.SubmitUnacknowledged, Data: d.Data}, time.Now())
	if err != nil {
		return 0, nil, err
	}
	l.state = next
	octets, err = r.codec.Append(nil, &actions[0].Frame)
	return b.id, octets, err
}

// ManagePorts asks the network to reserve, to release, to tell or to take note of RDS ports over the first connection with
// the Reliable Data Service, and returns its answer. One request at a time is possible; errors say that another is under
// way, that no answer came, or are the cause of ctx.
func (u *UE) ManagePorts(ctx context.Context, m rds.PortMessage) (rds.PortMessage, error) {
	r := u.rds
	if r == nil {
		return rds.PortMessage{}, errNoRDS
	}
	answer := make(chan *rds.PortMessage, 1)
	b, err := r.request(m, answer)
	if err != nil {
		return rds.PortMessage{}, err
	}
	select {
	case a := <-answer:
		if a == nil {
			return rds.PortMessage{}, errors.New("sim: no answer to MANAGE_PORT")
		}
		if a.Status == rds.PortSuccess && m.Action != rds.NotifyPorts {
			r.mu.Lock()
			b.note(m.Action, a.Ports)
			r.mu.Unlock()
		}
		return *a, nil
	case <-ctx.Done():
		return rds.PortMessage{}, context.Cause(ctx)
	}
}

func (r *rdsUE) request(m rds.PortMessage, answer chan *rds.PortMessage) (*rdsBearer, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	b, err := r.bearer(0)
	if err != nil {
		return nil, err
	}
	l := b.link(rds.Ports{})
	if l.state.Asking() {
		return nil, errors.New("sim: another MANAGE_PORT is under way")
	}
	l.asks = answer
	if err = r.step(b, l, rds.Event{Kind: rds.AskPorts, Ports: m}); err != nil {
		l.asks = nil
	}
	return b, err
}

// RDSReceived returns all data that came over the Reliable Data Service so far; [UE.Received] and [UE.Receive] give the
// same data without ports.
func (u *UE) RDSReceived() []RDSData {
	if u.rds == nil {
		return nil
	}
	u.rds.mu.Lock()
	defer u.rds.mu.Unlock()
	return slices.Clone(u.rds.received)
}

// RDSPorts returns the ports that are reserved on the first connection with the Reliable Data Service, and whether there is
// such a connection.
func (u *UE) RDSPorts() (ports []rds.Port, on bool) {
	if u.rds == nil {
		return nil, false
	}
	u.rds.mu.Lock()
	defer u.rds.mu.Unlock()
	b, err := u.rds.bearer(0)
	if err != nil {
		return nil, false
	}
	return slices.Clone(b.ports), true
}
