package t8

import (
	"context"
	"encoding/binary"
	"errors"
	"log/slog"
	mathrand "math/rand/v2"
	"time"

	"github.com/scefkit/scefkit/store"
)

// In a cluster each lane that has entries has a record, which says who sends them. It changes in every transaction that
// adds or deletes entries of the lane, so that these come one after the other: what Enqueue and its owner find in it holds.
//
// What an owner sends it reads by a search, as others may have added entries that it was not told of.

// laneRecord is what the members of a cluster know of a lane. One that makes no sense is taken for one of nobody.
type laneRecord struct {
	owner store.MemberID // who sends; 0: nobody yet
	count uint64         // entries; a lane without has no record
	last  uint64         // the largest sequence number given since there is a record
	host  string         // of the newest entry
}

const (
	laneVersion = 1
	claimLanes  = 64 // taken over in one transaction
	// conflicts is how often a transaction over several lanes is tried before each half of them gets its own.
	conflicts  = 4
	memberPoll = 20 * time.Millisecond
	// In a deletion the records of lanes are read one after the other, maybe from afar: so not too many in one
	// transaction, but several of these at a time.
	removeLanes = 256
	removers    = 8
)

var errNoLease = errors.New("t8: outbox: the lease of this process does not hold")

func (l laneRecord) encode() []byte {
	b := append(make([]byte, 0, 25+len(l.host)), laneVersion)
	b = binary.BigEndian.AppendUint64(b, uint64(l.owner))
	b = binary.BigEndian.AppendUint64(b, l.count)
	b = binary.BigEndian.AppendUint64(b, l.last)
	return append(b, l.host...)
}

// decodeLane reports whether a record makes sense.
func decodeLane(b []byte) (laneRecord, bool) {
	if len(b) < 25 || b[0] != laneVersion {
		return laneRecord{}, false
	}
	l := laneRecord{
		owner: store.MemberID(binary.BigEndian.Uint64(b[1:])),
		count: binary.BigEndian.Uint64(b[9:]),
		last:  binary.BigEndian.Uint64(b[17:]),
		host:  string(b[25:]),
	}
	if l.count == 0 || l.count > 1<<62 || l.last > 1<<63 { // sequence numbers are times
		return laneRecord{}, false
	}
	return l, true
}

// laneRecords is where the records are: behind all entries, as no lane has that key.
func (o *Outbox) laneRecords() []byte {
	k := append(make([]byte, 0, len(o.prefix)+32), o.prefix...)
	for range len(laneKey{}) {
		k = append(k, 0xff)
	}
	return k
}

func (o *Outbox) laneRecordKey(lane laneKey) []byte { return append(o.laneRecords(), lane[:]...) }

// getLane returns the record of a lane and whether there is one. One that makes no sense is empty.
func (o *Outbox) getLane(r store.Reader, lane laneKey) (l laneRecord, there bool, err error) {
	v, err := r.Get(o.laneRecordKey(lane))
	if v == nil || err != nil {
		return laneRecord{}, false, err
	}
	l, _ = decodeLane(v)
	return l, true, nil
}

// readLane returns the record of a lane; its count is 0 when there is none. One that makes no sense is made anew of the
// entries.
func (o *Outbox) readLane(r store.Reader, lane laneKey) (laneRecord, error) {
	l, there, err := o.getLane(r, lane)
	if there && l.count == 0 {
		return o.countLane(r, lane)
	}
	return l, err
}

// countLane returns the record that a lane should have, but for the owner.
func (o *Outbox) countLane(r store.Reader, lane laneKey) (l laneRecord, err error) {
	from := o.laneKeys(lane)
	for p, err := range r.Scan(from, store.PrefixEnd(from), false) {
		if err != nil {
			return l, err
		}
		if _, seq, ok := o.cut(p.Key); ok {
			l.count++
			l.last, l.host = seq, destinationHost(p.Value, l.host)
		}
	}
	return l, nil
}

func (o *Outbox) writeLane(tx store.Tx, lane laneKey, l laneRecord) error {
	if l.count == 0 {
		return tx.Delete(o.laneRecordKey(lane))
	}
	return tx.Put(o.laneRecordKey(lane), l.encode())
}

// enqueueShared is Enqueue in a cluster. The lane is this member's to send when it is without entries; else it stays
// with whom it is.
func (o *Outbox) enqueueShared(tx store.Tx, lane laneKey, host string, now time.Time, record []byte) error {
	l, err := o.readLane(tx, lane)
	if err != nil {
		return err
	}
	self := o.opts.Cluster.ID()
	if l.count == 0 {
		l.owner = self
	}
	l.last, l.host = max(o.next(now), l.last+1), host // whatever the clocks of the others say
	l.count++
	if err := tx.Put(o.key(lane, l.last), record); err != nil {
		return err
	}
	if err := o.writeLane(tx, lane, l); err != nil {
		return err
	}
	if l.owner != self || self == 0 {
		return nil // its owner finds it
	}
	hook, committed := tx.(store.HookTx)
	m := mark{lane: lane, seq: l.last, host: host, owner: self, committed: committed}
	tell := func() {
		o.mu.Lock()
		defer o.mu.Unlock()
		o.pending[host]++
		o.tell(m)
	}
	if committed {
		hook.AfterCommit(tell)
	} else {
		tell()
	}
	return nil
}

// removeShared deletes entries of a lane if it is still that of w.owner.
func (o *Outbox) removeShared(tx store.Tx, w *removal) error {
	l, _, err := o.getLane(tx, w.lane)
	if err != nil {
		return err
	}
	if w.foreign = l.owner != w.owner; w.foreign {
		return nil
	}
	if err := deleteEntries(tx, w.gone); err != nil {
		return err
	}
	l.count -= min(l.count, uint64(len(w.gone)))
	l.count = max(l.count, uint64(w.rest))
	w.left = l.count > 0
	return o.writeLane(tx, w.lane, l)
}

// owns reports whether a lane is the owner's to send, and fills in had if not. After that it stays so until the owner has
// sent everything, as long as its lease holds.
func (o *Outbox) owns(r store.Reader, owner store.MemberID, lane laneKey, had *load) (bool, error) {
	l, there, err := o.getLane(r, lane)
	if !there || err != nil {
		return false, err
	}
	had.mend = l.owner == owner // unless an entry is found
	had.foreign = !had.mend
	return had.mend, nil
}

// mendLane corrects the record of a lane in which no entry was found.
func (o *Outbox) mendLane(ctx context.Context, s store.Store, lane laneKey) error {
	return s.Update(ctx, func(tx store.Tx) error {
		was, there, err := o.getLane(tx, lane)
		if !there || err != nil {
			return err
		}
		l, err := o.countLane(tx, lane)
		if err != nil {
			return err
		}
		l.owner, l.last = was.owner, max(l.last, was.last)
		return o.writeLane(tx, lane, l)
	})
}

// member waits until this process is a member. It returns 0 when ctx ended, and when there is no cluster.
func (o *Outbox) member(ctx context.Context) store.MemberID {
	for {
		id := o.opts.Cluster.ID()
		if id != 0 || o.opts.Cluster == nil {
			return id
		}
		select { // the first renewal is under way
		case <-ctx.Done():
			return 0
		case <-time.After(memberPoll):
		}
	}
}

// sharedRead corrects what lane.read noted, in a cluster: others enqueue without telling, and once a lane was empty its
// sequence numbers may begin below those that it had.
func (r *outboxRun) sharedRead(l *lane, d drained) {
	if !r.shared() {
		return
	}
	l.told = false
	if !d.left {
		l.cursor = 0
	}
}

// shared reports whether this is a Run in a cluster.
func (r *outboxRun) shared() bool { return r.o.opts.Cluster != nil }

// rescanLanes is rescan in a cluster: it goes through the records of all lanes, beginning at any of them so that members
// which do so at the same time begin with different ones.
func (r *outboxRun) rescanLanes(ctx context.Context) {
	r.scan = scanState{busy: true, counts: map[string]int{}}
	var first laneKey
	binary.BigEndian.PutUint64(first[:], mathrand.Uint64())
	r.scan.begin = r.o.laneRecordKey(first)
	r.scan.end = store.PrefixEnd(r.o.laneRecords())
	r.readLanes(ctx, r.scan.begin)
}

func (r *outboxRun) readLanes(ctx context.Context, from []byte) {
	r.running++
	to := r.scan.end
	go func() { r.pages <- r.o.readLanes(ctx, r.s, r.owner, from, to) }()
}

// wrap goes on with the records before the one where the scan began. It reports false when that was done.
func (r *outboxRun) wrap(ctx context.Context) bool {
	if r.scan.begin == nil {
		return false
	}
	r.scan.begin, r.scan.end = nil, r.scan.begin
	r.readLanes(ctx, r.o.laneRecords())
	return true
}

// readLanes finds the lanes of the member self, from one key to another, and makes those its own whose owners are gone.
func (o *Outbox) readLanes(ctx context.Context, s store.Store, self store.MemberID, from, to []byte) (p page) {
	records := o.laneRecords()
	var left []laneKey // whose owners may be gone
	p.err = s.View(ctx, func(rd store.Reader) error {
		p, left = page{counts: map[string]int{}}, left[:0]
		n := 0
		for kv, err := range rd.Scan(from, to, false) {
			if err != nil {
				return err
			}
			if n++; n > pageLanes {
				p.next = append([]byte(nil), kv.Key...)
				break
			}
			if len(kv.Key) != len(records)+len(laneKey{}) {
				o.log.LogAttrs(ctx, slog.LevelError, "outbox: foreign key below the prefix")
				continue
			}
			lane := laneKey(kv.Key[len(records):])
			l, ok := decodeLane(kv.Value)
			switch {
			case !ok || !o.opts.Cluster.Seen(l.owner) && l.owner != self:
				left = append(left, lane)
			case l.owner == self:
				p.lanes = append(p.lanes, foundLane{key: lane, host: l.host})
				p.counts[l.host] += int(l.count)
			}
		}
		return nil
	})
	for len(left) > 0 && p.err == nil {
		n := min(len(left), claimLanes)
		p.err = o.claim(ctx, s, self, left[:n], &p)
		left = left[n:]
	}
	return p
}

// claim makes those of the lanes the member's own whose owners do not live, and adds them to p.
func (o *Outbox) claim(ctx context.Context, s store.Store, self store.MemberID, lanes []laneKey, p *page) error {
	var got []laneRecord
	var keys []laneKey
	err := s.Update(ctx, func(tx store.Tx) error {
		got, keys = got[:0], keys[:0]
		lives := map[store.MemberID]bool{}
		live := func(id store.MemberID) (is bool, err error) {
			is, known := lives[id]
			if !known {
				is, err = o.opts.Cluster.Live(tx, id)
				lives[id] = is
			}
			return is, err
		}
		if is, err := live(self); err != nil || !is {
			return errors.Join(err, errNoLease)
		}
		for _, lane := range lanes {
			l, err := o.readLane(tx, lane)
			if err != nil {
				return err
			}
			if is, err := live(l.owner); err != nil {
				return err
			} else if is && l.owner != self {
				continue
			}
			l.owner = self
			if err := o.writeLane(tx, lane, l); err != nil {
				return err
			}
			if l.count > 0 {
				got, keys = append(got, l), append(keys, lane)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	for i, l := range got {
		p.lanes = append(p.lanes, foundLane{key: keys[i], host: l.host})
		p.counts[l.host] += int(l.count)
	}
	return nil
}
