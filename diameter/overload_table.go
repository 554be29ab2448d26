package diameter

import (
	"encoding/binary"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"
)

// overloadReport is the content of an OC-OLR (RFC 7683 §7.3).
type overloadReport struct {
	seq      uint64
	kind     OCReportType
	percent  int           // 0 to 100
	validity time.Duration // 0 ends the overload
}

const (
	defaultValidity = 30 * time.Second // RFC 7683 §7.5
	maxValidity     = 24 * time.Hour
)

// parseReport reads the data of an OC-OLR; false when it is none that could be followed. A validity that is too long is as
// none (RFC 7683 §7.5), a reduction above 100 percent is no report (§7.7).
func parseReport(b []byte) (r overloadReport, ok bool) {
	r.validity = defaultValidity
	seq, kind := false, false
	for len(b) > 0 {
		a, rest, err := NextAVP(b)
		if err != nil {
			return r, false
		}
		b = rest
		if a.Vendor != 0 {
			continue
		}
		switch {
		case a.Code == 624 && len(a.Data) == 8:
			r.seq, seq = binary.BigEndian.Uint64(a.Data), true
		case a.Code == 626 && len(a.Data) == 4:
			r.kind, kind = OCReportType(binary.BigEndian.Uint32(a.Data)), true
		case a.Code == 627 && len(a.Data) == 4:
			p := binary.BigEndian.Uint32(a.Data)
			if p > 100 {
				return r, false
			}
			r.percent = int(p)
		case a.Code == 625 && len(a.Data) == 4:
			if d := time.Duration(binary.BigEndian.Uint32(a.Data)) * time.Second; d <= maxValidity {
				r.validity = d
			}
		}
	}
	return r, seq && kind
}

// appendReport appends the OC-OLR of r.
func appendReport(b []byte, r overloadReport) []byte {
	b, at := BeginAVP(b, 623, 0, 0)
	b = AppendUint64(b, 624, 0, 0, r.seq)
	b = AppendUint32(b, 626, 0, 0, uint32(r.kind))
	b = AppendUint32(b, 627, 0, 0, uint32(r.percent))
	b = AppendUint32(b, 625, 0, 0, uint32(r.validity/time.Second))
	return EndAVP(b, at)
}

// reportTable keeps the overload reports of other nodes that are in force. Safe for concurrent use.
type reportTable struct {
	max   int
	count atomic.Int64 // entries, for those who only want to know whether there are any

	mu      sync.Mutex
	entries map[reportKey]*reportEntry // guarded by mu
}

type reportKey struct {
	kind OCReportType
	app  ApplicationID
	name string // folded Origin-Host or Origin-Realm of the report
}

// reportEntry is the overload control state for one key (RFC 7683 §5.2.1). One that was ended by its reporter stays for a
// while, so that an answer which was overtaken does not bring it back.
type reportEntry struct {
	seq     uint64
	percent int
	until   int64 // clock of the node
	owed    int   // percents of requests that are still to be left out; below 0 when too many were
}

func (t *reportTable) any() bool { return t.count.Load() > 0 }

// put takes a report over, unless it is not newer than the one there is. Sequence numbers are compared as those that wrap.
func (t *reportTable) put(key reportKey, r overloadReport, now int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	e := t.entries[key]
	if e != nil && now >= e.until {
		t.remove(key)
		e = nil
	}
	switch {
	case e != nil && int64(r.seq-e.seq) <= 0:
		return
	case e == nil && r.validity == 0:
		return
	case e == nil:
		t.makeRoom(now)
		if t.entries == nil {
			t.entries = make(map[reportKey]*reportEntry)
		}
		e = new(reportEntry)
		t.entries[key] = e
		t.count.Add(1)
	}
	e.seq, e.percent, e.until = r.seq, r.percent, now+int64(r.validity)
	if r.validity == 0 {
		e.percent, e.owed, e.until = 0, 0, now+int64(defaultValidity)
	}
}

// makeRoom removes what is over, or else the entry that ends first, when the table is full. mu is held.
func (t *reportTable) makeRoom(now int64) {
	if len(t.entries) < t.max {
		return
	}
	var first reportKey
	for k, e := range t.entries {
		if now >= e.until {
			t.remove(k)
		} else if f := t.entries[first]; f == nil || e.until < f.until {
			first = k
		}
	}
	if len(t.entries) >= t.max {
		t.remove(first)
	}
}

func (t *reportTable) remove(key reportKey) {
	delete(t.entries, key)
	t.count.Add(-1)
}

// sheds reports whether a request of class k, which falls under the report of the key, is to be left out.
func (t *reportTable) sheds(key reportKey, k class, now int64) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	e := t.entries[key]
	if e == nil {
		return false
	}
	if now >= e.until {
		t.remove(key)
		return false
	}
	return e.sheds(k, rand.IntN(100)-50)
}

// shedFrom is how much has to be owed for a request of the class to be left out. The lowest class is left out in advance,
// so that as long as it makes up for the whole share no other is; the one above the default only when that does not suffice.
var shedFrom = [classes]int{1: 900, 2: 100, 3: -700}

const maxOwed = 1000

// sheds decides on one request. Every request adds its percents to what is owed, every one that is left out takes 100 away:
// so the share is exact in the long run, whatever the mix of classes. dither, from -50 to 49, keeps requests that come in a
// pattern from being left out in a pattern. What cannot be left out, as too much of it is of the highest class, is forgiven.
func (e *reportEntry) sheds(k class, dither int) bool {
	if e.percent >= 100 {
		return true
	}
	if e.percent == 0 {
		return false
	}
	e.owed = min(e.owed+e.percent, maxOwed)
	if k == 0 || e.owed+dither < shedFrom[k] {
		return false
	}
	e.owed -= 100
	return true
}
