package fleet

import (
	"strings"
	"sync"
	"time"

	"github.com/scefkit/scefkit/t8"
)

// books counts what happens, and knows the commands that have no outcome yet. Times are counted from the begin of the run.
type books struct {
	mu      sync.Mutex // guards all below
	kinds   []KindResults
	samples samples
	lag     time.Duration
	tag     uint64 // of the last command
	waiting map[uint64]*posted
	stores  map[delivery]uint64            // what the SCEF stores, by tag
	early   map[delivery]t8.DeliveryStatus // outcomes that came before the answer to the POST
}

// posted is a command that has no outcome yet.
type posted struct {
	kind int
	due  time.Duration
	seen bool          // by the device
	took time.Duration // until then
}

func (b *books) init(s *Scenario) {
	b.kinds = make([]KindResults, len(s.Kinds))
	for i := range s.Kinds {
		b.kinds[i] = newKindResults(s.Kinds[i].Name, s.Kinds[i].Count)
	}
	b.samples.init(s.Duration, s.Interval)
	b.waiting, b.stores, b.early = map[uint64]*posted{}, map[delivery]uint64{}, map[delivery]t8.DeliveryStatus{}
}

// late notes that something was begun after it was due.
func (b *books) late(by time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.lag = max(b.lag, by)
}

// sent counts a report that is due.
func (b *books) sent(kind int, t time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.kinds[kind].Uplink.Sent++
	b.samples.at(t).Reports++
}

// reported counts the outcome of a report; reason is why it failed, or "".
func (b *books) reported(kind int, reason string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	u := &b.kinds[kind].Uplink
	if reason == "" {
		u.Delivered++
		return
	}
	u.Failed++
	u.Reasons[reason]++
}

// arrived counts a report at the application server.
func (b *books) arrived(kind int, took time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	u := &b.kinds[kind].Uplink
	u.Arrived++
	u.Latency.Add(took)
}

// radio counts what a connection adds to the use of a radio.
func (b *books) radio(kind int, woke bool, from, to, listened time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	r := &b.kinds[kind].Radio
	if woke {
		r.WakeUps++
		b.samples.at(from).WakeUps++
	}
	r.Listening += listened
	r.Connected += b.samples.connected(from, to)
}

// signalling counts a CMR that failed.
func (b *books) signalling(kind int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.kinds[kind].Radio.Signalling++
}

// post counts a command that is due, and returns its tag.
func (b *books) post(kind int, due time.Duration) uint64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.kinds[kind].Downlink.Sent++
	b.samples.at(due).Commands++
	b.tag++
	b.waiting[b.tag] = &posted{kind: kind, due: due}
	return b.tag
}

// seen notes that a device got the command with the tag.
func (b *books) seen(kind int, tag uint64, t time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	p := b.waiting[tag]
	if p == nil || p.seen {
		b.kinds[kind].Downlink.Repeated++
		return
	}
	p.seen, p.took = true, t-p.due
}

// end removes a command that has its outcome, and returns it with where it is counted.
func (b *books) end(tag uint64) (*posted, *Downlink) {
	p := b.waiting[tag]
	delete(b.waiting, tag)
	return p, &b.kinds[p.kind].Downlink
}

// delivered counts a command that was delivered before its POST was answered.
func (b *books) delivered(tag uint64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	p, d := b.end(tag)
	d.AtOnce++
	d.arrived(p, &d.AtOnceLatency)
}

// failed counts a command that was refused.
func (b *books) failed(tag uint64, reason string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	p, d := b.end(tag)
	d.fail(p, reason)
}

// stored notes that the SCEF keeps a command.
func (b *books) stored(tag uint64, t time.Duration, at delivery) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.kinds[b.waiting[tag].kind].Downlink.Stored++
	b.stores[at] = tag
	if status, ok := b.early[at]; ok {
		delete(b.early, at)
		b.outcome(at, status)
	}
	b.samples.buffer(t, len(b.stores))
}

// ended counts the outcome of a command that the SCEF kept.
func (b *books) ended(at delivery, t time.Duration, status t8.DeliveryStatus) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if _, ok := b.stores[at]; !ok {
		// It may have overtaken the answer to the POST. One that came twice is forgotten soon: no more of these are kept
		// than there are commands that wait for such an answer.
		if len(b.early) < len(b.waiting)-len(b.stores) {
			b.early[at] = status
		}
		return
	}
	b.outcome(at, status)
	b.samples.buffer(t, len(b.stores))
}

// outcome counts how a command ended that the SCEF kept.
func (b *books) outcome(at delivery, status t8.DeliveryStatus) {
	p, d := b.end(b.stores[at])
	delete(b.stores, at)
	switch {
	case strings.HasPrefix(string(status), "SUCCESS"):
		d.Later++
		d.arrived(p, &d.LaterLatency)
	case status == t8.DeliveryFailureTimeout:
		d.Expired++
		d.lie(p)
	default:
		d.fail(p, string(status))
	}
}

func (d *Downlink) arrived(p *posted, h *Histogram) {
	if !p.seen {
		d.Unseen++
		return
	}
	h.Add(p.took)
}

func (d *Downlink) fail(p *posted, reason string) {
	d.Failed++
	d.Reasons[reason]++
	d.lie(p)
}

// lie counts data that the device got, although the application server is told that it did not.
func (d *Downlink) lie(p *posted) {
	if p.seen {
		d.Untold++
	}
}
