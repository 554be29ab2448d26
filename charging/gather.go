package charging

import (
	"container/list"
	"time"

	"github.com/scefkit/scefkit/nidd"
)

// limits close a partial record.
type limits struct {
	submissions int
	octets      int64
	duration    time.Duration
}

// gatherer makes records of events. It reads no clock and does no I/O; what is closed goes to emit. It is of one
// goroutine.
type gatherer struct {
	limits
	node string
	emit func(*Record)

	open map[connection]*list.Element
	age  list.List // of *partial, the oldest first
}

// connection is what a T6a/b connection is known by. Charging ids are random, so two may have the same one.
type connection struct {
	chargingID uint32
	imsi       string
}

// partial is a record that is open.
type partial struct {
	key    connection
	bearer nidd.Bearer
	record *Record
	begin  time.Time // by the local clock
}

func newGatherer(l limits, node string, emit func(*Record)) *gatherer {
	return &gatherer{limits: l, node: node, emit: emit, open: map[connection]*list.Element{}}
}

func keyOf(b *nidd.Bearer) connection { return connection{b.ChargingID, string(b.IMSI)} }

// pdu adds a PDU to the record of its connection.
func (g *gatherer) pdu(p *nidd.PDUCharge) {
	x := g.find(keyOf(&p.Bearer))
	if x != nil {
		if cause, changed := change(&x.bearer, &p.Bearer); changed {
			g.close(x, p.Submitted, cause, false)
			x = nil
		}
	}
	if x == nil {
		x = &partial{keyOf(&p.Bearer), p.Bearer, recordOf(&p.Bearer, g.node, p.Submitted), p.Submitted}
		g.open[x.key] = g.age.PushBack(x)
	}
	x.record.add(p)
	switch {
	case x.record.UplinkVolume+x.record.DownlinkVolume >= g.octets:
		g.close(x, p.Done, VolumeLimit, false)
	case len(x.record.NIDDSubmissions) >= g.submissions:
		g.close(x, p.Done, MaxSubmissions, false)
	}
}

// connection looks at what happened to a connection.
func (g *gatherer) connection(e *nidd.ConnectionCharge) {
	x := g.find(keyOf(&e.Bearer))
	if !e.Ended {
		if x == nil {
			return
		}
		if cause, changed := change(&x.bearer, &e.Bearer); changed {
			g.close(x, e.At, cause, false)
		}
		return
	}
	if x == nil {
		x = &partial{keyOf(&e.Bearer), e.Bearer, recordOf(&e.Bearer, g.node, e.Opened), e.Opened}
	}
	cause := Normal
	switch e.Event {
	case nidd.Establish, nidd.Gone, nidd.CloseGivenUp:
		cause = Abnormal
	default:
	}
	g.close(x, e.At, cause, true)
}

// tick closes the records that have been open for long enough.
func (g *gatherer) tick(now time.Time) {
	for e := g.age.Front(); e != nil; e = g.age.Front() {
		x := e.Value.(*partial)
		if now.Sub(x.begin) < g.duration {
			return
		}
		g.close(x, now, TimeLimit, false)
	}
}

// end closes all records.
func (g *gatherer) end(now time.Time) {
	for e := g.age.Front(); e != nil; e = g.age.Front() {
		g.close(e.Value.(*partial), now, ManagementIntervene, false)
	}
}

func (g *gatherer) find(k connection) *partial {
	if e := g.open[k]; e != nil {
		return e.Value.(*partial)
	}
	return nil
}

func (g *gatherer) close(x *partial, at time.Time, cause Cause, last bool) {
	if e := g.open[x.key]; e != nil {
		g.age.Remove(e)
		delete(g.open, x.key)
	}
	r := x.record
	r.CauseForClosing, r.Last = cause, last
	if !r.RecordOpeningTime.IsZero() && at.After(r.RecordOpeningTime) {
		r.Duration = at.Sub(r.RecordOpeningTime).Seconds()
	}
	g.emit(r)
}

// change compares what a record says of a connection with what holds now. Of several changes the first in the order of
// the causes counts.
func change(old, now *nidd.Bearer) (Cause, bool) {
	switch {
	case old.Node != now.Node:
		return ServingNodeChange, true
	case old.PLMN != now.PLMN:
		return PLMNChange, true
	case !same(old.UplinkRate, now.UplinkRate) || !same(old.DownlinkRate, now.DownlinkRate):
		return ServingPLMNRate, true
	case !same(old.APNRate, now.APNRate):
		return APNRate, true
	case old.RATType != now.RATType:
		return RATChange, true
	}
	return 0, false
}

func same[T comparable](a, b *T) bool { return a == b || a != nil && b != nil && *a == *b }
